"""The verdict that ends `./scripts/test`."""

from pathlib import Path

import pytest

from scripts.verdict import Verdict, main

REPORT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite tests="5">
  <testcase name="passes"/>
  <testcase name="fails"><failure message="assert 1 == 2"/></testcase>
  <testcase name="breaks in setup and teardown"><error message="setup"/><error message="teardown"/></testcase>
  <testcase name="skips"><skipped type="pytest.skip" message="no chat logs"/></testcase>
  <testcase name="skips too"><skipped type="pytest.skip" message="no chat logs"/></testcase>
</testsuite></testsuites>"""
GREEN = '<testsuites><testsuite><testcase name="passes"/></testsuite></testsuites>'


def test_every_case_counts_once() -> None:
    """A case that breaks twice is one failure, and skipped ones are counted by reason, over all reports."""
    verdict = Verdict()
    verdict.add(REPORT)
    verdict.add(GREEN)

    assert (2, 2) == (verdict.passed, verdict.failed)
    assert {"no chat logs": 2} == verdict.skipped


def test_the_last_line_counts_everything() -> None:
    """Reasons come first, the colour next, and the counts last, alone on their line."""
    verdict = Verdict()
    verdict.add(REPORT)

    assert [
        "Skipped 2: no chat logs",
        "RED in 7 s",
        "Verdict: 1 passed, 2 failed, 2 skipped",
    ] == list(verdict.lines(exit_code=1, seconds=7))


@pytest.mark.parametrize(("report", "exit_code", "expected"), [(GREEN, 0, 0), (GREEN, 3, 1), (REPORT, 1, 1)])
def test_green_is_a_run_that_ended_well(report: str, exit_code: int, expected: int, tmp_path: Path) -> None:
    """Neither a failed test nor a crash of the runner is green, whatever else passed."""
    path = tmp_path / "report.xml"
    path.write_text(report, encoding="utf-8")

    assert expected == main(["--exit-code", str(exit_code), "--seconds", "1", str(path)])


def test_no_test_at_all_is_not_green(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run that left no report, or an empty one, is red."""
    assert 1 == main(["--exit-code", "0", "--seconds", "1", str(tmp_path / "missing.xml")])
    assert capsys.readouterr().out.endswith("Verdict: 0 passed, 0 failed, 0 skipped\n")
