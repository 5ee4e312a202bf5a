"""The runner behind `./scripts/test --safeguards`: what it reads, and what it takes for proof."""

from pathlib import Path

import pytest

from scripts.safeguards import ROOT, Run, Safeguard, objection, read_header

DIFF = "diff --git a/x.py b/x.py\n# tests: this line is part of the diff\n"
LOCK = Safeguard(name="lock.patch", claim="the lock", tests=("tests/a.py", "tests/b.py::test_x", "-k", "race"))


def test_the_header_says_what_is_removed_and_who_notices() -> None:
    """The lines before the diff give the claim and pytest's arguments, quoted as in a shell."""
    header = "# safeguard: the lock\n# tests: tests/a.py tests/b.py::test_x -k 'race or lock'\n"
    safeguard = read_header("lock.patch", header + DIFF)

    assert "the lock" == safeguard.claim
    assert ("tests/a.py", "tests/b.py::test_x", "-k", "race or lock") == safeguard.tests
    assert {"tests/a.py", "tests/b.py"} == safeguard.files


def test_without_tests_the_whole_suite_runs() -> None:
    """A patch that names no tests is tried on all of them, up to the first failure."""
    safeguard = read_header("lock.patch", "# safeguard: the lock\n" + DIFF)

    assert ("-x",) == safeguard.tests
    assert set() == safeguard.files


@pytest.mark.parametrize("header", ["", "# tests: tests/a.py\n", "# safeguard:\n", "# safegard: the lock\n"])
def test_a_header_that_says_too_little_is_refused(header: str) -> None:
    """A missing claim, an empty line and a misspelt one are errors that name the patch."""
    with pytest.raises(ValueError, match=r"lock\.patch: "):
        read_header("lock.patch", header + DIFF)


def test_failures_are_told_by_file() -> None:
    """Failed tests and broken fixtures count, each once; a file that cannot be collected does not."""
    output = "FAILED tests/a.py::test_x - assert\nERROR tests/b.py::test_y[1] - boom\nERROR tests/c.py - ImportError\n"

    assert ("tests/a.py", "tests/b.py") == Run(code=1, output=output).failures


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (Run(code=1, output="FAILED tests/a.py::test_x\nFAILED tests/b.py::test_x\n"), None),
        (Run(code=1, output="FAILED tests/a.py::test_x\n"), "not noticed in tests/b.py"),
        (Run(code=0, output=""), "nothing noticed"),
        (
            Run(code=2, output="ERROR tests/a.py - SyntaxError"),
            "the tests did not run (pytest's exit code 2): ERROR tests/a.py - SyntaxError",
        ),
        (Run(code=-1, output="still running"), "the tests did not run (pytest's exit code -1): still running"),
    ],
)
def test_proof_is_a_failed_test_in_each_file(run: Run, expected: str | None) -> None:
    """Only tests that ran and failed, in every file the patch names, prove that the safeguard is missed."""
    assert expected == objection(LOCK, run)


@pytest.mark.parametrize("patch", sorted((ROOT / "tests/safeguards").glob("*.patch")), ids=lambda patch: patch.stem)
def test_every_patch_names_tests_that_exist(patch: Path) -> None:
    """Every patch of this project says what it removes, and no test file that it names was moved away."""
    safeguard = read_header(patch.name, patch.read_text(encoding="utf-8"))

    assert set() == {name for name in safeguard.files if not (ROOT / name).is_file()}
