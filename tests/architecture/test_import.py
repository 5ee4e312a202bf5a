"""`import saiondo_core` costs nothing that was not asked for."""

import json
import subprocess
import sys
from pathlib import Path
from typing import TypedDict

import pytest

import saiondo_core


class Effects(TypedDict):
    """What importing the package did to a fresh interpreter."""

    package: str
    modules: list[str]
    opened: list[str]
    meddled: list[str]
    threads: int


@pytest.fixture(scope="module")
def effects() -> Effects:
    """Import the package in a fresh interpreter, under watch."""
    # -B: writing byte code would count as opening a file.
    probe = [sys.executable, "-B", str(Path(__file__).with_name("import_probe.py"))]
    output = subprocess.run(probe, check=True, capture_output=True, text=True).stdout
    found: Effects = json.loads(output)
    return found


def test_it_is_this_package(effects: Effects) -> None:
    """The interpreter under watch imports the same files as these tests."""
    assert saiondo_core.__file__ == effects["package"]


def test_no_driver_is_loaded(effects: Effects) -> None:
    """Beside the standard library only attrs is loaded: every driver waits for its first use."""
    loaded = {name.partition(".")[0] for name in effects["modules"]}

    assert {"attr", "attrs", "saiondo_core"} == loaded - sys.stdlib_module_names
    assert "sqlite3" not in loaded


def test_nothing_is_opened(effects: Effects) -> None:
    """No file but code is opened, and no socket or process is touched."""
    assert [] == effects["opened"]
    assert [] == effects["meddled"]


def test_no_thread_is_started(effects: Effects) -> None:
    """The importing thread stays the only one."""
    assert 1 == effects["threads"]
