"""What is kept of all runs."""

from pathlib import Path

import pytest

from benchmarks import results
from benchmarks.rows import Goal, HotPath, Of, Reading, Row, Spread

SPREAD = Spread(median=3.0, low=2.0, high=4.0)


def path(name: str, *, case: str = "a case", profile: str = "") -> HotPath:
    """A hot path with one row, which misses its goal."""
    missed = Row(
        case=case,
        unit="s",
        ours=Reading(name="ours", value=SPREAD, ratio=SPREAD),
        goal=Goal(of=Of.RATIO, most=1.5),
        profile=profile,
    )
    return HotPath(name=name, title=name.title(), measured_with="CPython", rows=(missed,))


def test_what_is_written_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every field comes back, and before the first run there is nothing."""
    monkeypatch.setattr(results, "FOLDER", tmp_path)

    assert () == results.read()
    results.write((path("send", profile="busy"), path("relay")))
    assert (path("send", profile="busy"), path("relay")) == results.read()


def test_a_named_path_takes_the_place_of_its_older_self() -> None:
    """The others stay; the order is the one given, and what that does not name is forgotten."""
    kept = path("send"), path("relay"), path("gone")

    assert (path("relay", case="new"), path("send")) == results.merged(
        kept, [path("relay", case="new")], ["relay", "codec", "send"]
    )


def test_the_page_tells_what_holds_and_why_not() -> None:
    """The goals are counted, every row has its line, and a profile stands under its table."""
    page = results.markdown([path("send", case="a|b", profile="busy work")])

    assert "0 of 1 goals hold." in page
    assert "## Send" in page
    assert "| a\\|b |" in page
    assert "```text\nbusy work\n```" in page


def test_the_results_in_the_repository_are_those_of_the_page() -> None:
    """results.md is made of results.json, and of nothing else."""
    assert results.markdown(results.read()) == (results.FOLDER / "results.md").read_text("utf-8")
