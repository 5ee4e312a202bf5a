"""What is kept of all runs: results.json, and the page made of it."""

import json
from collections.abc import Iterable
from pathlib import Path

import cattrs

from benchmarks.rows import HEADINGS, HotPath, cells

FOLDER = Path(__file__).parent


def read() -> tuple[HotPath, ...]:
    """What was measured before, if anything was."""
    kept = FOLDER / "results.json"
    return cattrs.structure(json.loads(kept.read_text("utf-8")), tuple[HotPath, ...]) if kept.exists() else ()


def merged(kept: Iterable[HotPath], new: Iterable[HotPath], order: Iterable[str]) -> tuple[HotPath, ...]:
    """The paths named in *order*, each as it is in *new*, or else in *kept*."""
    latest = {path.name: path for paths in (kept, new) for path in paths}
    return tuple(latest[name] for name in order if name in latest)


def write(paths: tuple[HotPath, ...]) -> None:
    """Keep *paths*, and tell them."""
    text = json.dumps(cattrs.unstructure(paths), ensure_ascii=False, indent=1)
    (FOLDER / "results.json").write_text(text + "\n", "utf-8")
    (FOLDER / "results.md").write_text(markdown(paths), "utf-8")


def markdown(paths: Iterable[HotPath]) -> str:
    """All *paths*, as a page."""
    paths = tuple(paths)
    judged = [row.holds for path in paths for row in path.rows if row.holds is not None]
    lines = [
        "# What it costs",
        "",
        "Written by `./scripts/bench`. A ratio is ours to the limit, the least that does the same visible work: the",
        "median of paired slices in one process, with its quartiles. Limit, peers and ours take turns, so whatever",
        "else a machine does meanwhile moves the absolute figures, and hardly the ratios. Where nothing is waited for,",
        "times are the processor's. The goals are the design's.",
        "",
        f"{sum(judged)} of {len(judged)} goals hold.",
        "",
        "![Ratios to the limit](results.svg)",
    ]
    for path in paths:
        lines += ["", f"## {path.title}", "", f"`{path.name}`, with {path.measured_with}", ""]
        lines += [_line(HEADINGS), _line(["---"] * len(HEADINGS))]
        lines += [_line(cells(row)) for row in path.rows]
        for row in path.rows:
            if row.profile:
                lines += ["", f"What explains “{row.case}”:", "", "```text", row.profile, "```"]
    return "\n".join(lines) + "\n"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
