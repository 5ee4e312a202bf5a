"""Sums pytest's JUnit reports up into a verdict: what passed, what failed, and why the rest was skipped."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET


@dataclass
class Verdict:
    """How many tests went which way, over any number of runs."""

    passed: int = 0
    failed: int = 0
    skipped: Counter[str] = field(default_factory=Counter[str])

    def add(self, report: str) -> None:
        """Count the test cases of one JUnit *report*, an XML document."""
        for case in ET.fromstring(report).iter("testcase"):  # noqa: S314 - pytest has just written it.
            if case.find("failure") is not None or case.find("error") is not None:
                self.failed += 1
            elif (skipped := case.find("skipped")) is not None:
                self.skipped[skipped.get("message") or "no reason given"] += 1
            else:
                self.passed += 1

    def is_green(self, exit_code: int) -> bool:
        """Whether the runs, whose worst exit code was *exit_code*, ran something and nothing went wrong."""
        return exit_code == 0 and self.failed == 0 and self.passed > 0

    def lines(self, *, exit_code: int, seconds: int) -> Iterable[str]:
        """Tell it to people; the last line is for programs too."""
        for reason, times in self.skipped.most_common():
            yield f"Skipped {times}: {reason}"
        yield f"{'GREEN' if self.is_green(exit_code) else 'RED'} in {seconds} s"
        yield f"Verdict: {self.passed} passed, {self.failed} failed, {self.skipped.total()} skipped"


def main(arguments: list[str] | None = None) -> int:
    """Print the verdict on the reports named in *arguments*; return 0 if it is green."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exit-code", type=int, required=True, help="the worst exit code of the runs")
    parser.add_argument("--seconds", type=int, required=True, help="how long they took")
    parser.add_argument("reports", nargs="*", type=Path)
    options = parser.parse_args(arguments)

    verdict = Verdict()
    for report in options.reports:
        if report.exists():  # A run that crashed leaves none, and its exit code tells.
            verdict.add(report.read_text(encoding="utf-8"))
    print(*verdict.lines(exit_code=options.exit_code, seconds=options.seconds), sep="\n")
    return 0 if verdict.is_green(options.exit_code) else 1


if __name__ == "__main__":
    sys.exit(main())
