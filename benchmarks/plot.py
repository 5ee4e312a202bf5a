"""Draws how far ours, its peers and its goals are from the limits."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.rows import HotPath, Of, Row

OURS, GOAL, PEER = "#0072b2", "#d55e00", "#777777"
ROW_INCHES = 0.5
ABOVE, BELOW = 9, -9


def draw(paths: Sequence[HotPath], file: Path) -> None:
    """Draw each row of *paths* that has a limit, on one axis of ratios, into *file*."""
    rows = [(path, row) for path in paths for row in path.rows if row.ours.ratio is not None]
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "saiondo_core", "font.size": 9})
    figure = Figure(figsize=(12, 1.4 + ROW_INCHES * len(rows)), layout="constrained")
    axes = figure.subplots()
    for height, (_, row) in enumerate(rows):
        _draw_row(axes, height, row)
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda ratio, _: f"{ratio:g}×")
    axes.set_yticks(range(len(rows)), [f"{path.name}: {row.case}" for path, row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlabel("times the limit (1 = the least that does the same visible work); a line spans the quartiles")
    axes.grid(axis="x", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.plot([], [], "o", color=OURS, label="ours")
    axes.plot([], [], "o", mfc="white", color=PEER, label="peers")
    axes.plot([], [], "|", color=GOAL, markersize=14, markeredgewidth=2.5, label="goal")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, frameon=False)
    figure.savefig(file, metadata={"Date": None})


def _draw_row(axes: Axes, height: float, row: Row) -> None:
    for index, peer in enumerate(sorted(row.peers, key=lambda peer: peer.ratio.median)):
        axes.plot(peer.ratio.median, height, "o", mfc="white", color=PEER)
        _name(axes, peer.name, peer.ratio.median, height, ABOVE if index % 2 else BELOW)
    if row.goal is not None:
        most = row.goal.most if row.goal.of is Of.RATIO else row.goal.most / row.limit.value.median
        axes.plot(most, height, "|", color=GOAL, markersize=14, markeredgewidth=2.5)
    ratio = row.ours.ratio
    axes.plot([ratio.low, ratio.high], [height, height], color=OURS, linewidth=2)
    axes.plot(ratio.median, height, "o", color=OURS)


def _name(axes: Axes, name: str, ratio: float, height: float, points: float) -> None:
    place = {"xytext": (0, points), "textcoords": "offset points", "ha": "center", "va": "center"}
    axes.annotate(name, (ratio, height), size=6.5, color=PEER, **place)
