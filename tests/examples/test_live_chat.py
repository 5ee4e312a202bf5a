"""The example's two people in one terminal."""

import subprocess
import sys
from pathlib import Path

LIVE_CHAT = Path(__file__).parents[2] / "examples/live_chat.py"


def test_each_hears_the_other() -> None:
    """What either types the other hears, in turns, until the input ends; a blank line is a turn without a word."""
    typed = "Hello!\n안녕?\n\nStill there?\n"
    ran = subprocess.run(
        [sys.executable, str(LIVE_CHAT)], input=typed, check=False, capture_output=True, encoding="utf-8", timeout=60
    )
    heard = [line.rpartition("> ")[2] for line in ran.stdout.splitlines() if "hears" in line]

    assert (0, "") == (ran.returncode, ran.stderr)
    assert ["Bert hears Anna: Hello!", "Anna hears Bert: 안녕?", "Anna hears Bert: Still there?"] == heard
