"""The examples run as they stand."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.py")), ids=lambda example: example.stem)
def test_an_example_runs(example: Path) -> None:
    """Started without arguments, it ends well and leaves nothing on the error stream."""
    ran = subprocess.run([sys.executable, str(example)], check=False, capture_output=True, text=True)

    assert (0, "") == (ran.returncode, ran.stderr)
