"""Where the chat logs are, which are no part of the project."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / os.environ.get("SAIONDO_DATA", "../shared/data") / "ubuntu-irc"
LOGS = tuple(sorted(FOLDER.glob("*.txt")))

needs_logs = pytest.mark.skipif(not LOGS, reason="the Ubuntu chat logs are not there: point SAIONDO_DATA at them")
