"""`import saiondo_core`, and each of its names, costs nothing that was not asked for."""

import json
import subprocess
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TypedDict

import pytest

import saiondo_core

EVERYTHING = tuple(saiondo_core.__all__)
LATER = (
    "saiondo_core.adapters.memory",
    "saiondo_core.adapters.system",
    "saiondo_core.adapters.websocket",
    "saiondo_core.composition.groups",
    "saiondo_core.composition.websocket",
    "saiondo_core.gateway",
    "saiondo_core.realtime.client",
    "saiondo_core.testing",
    "saiondo_core.wire",
)
"""What is loaded by whoever first needs it: the client, what speaks to servers, and each group of use cases."""


class Effects(TypedDict):
    """What importing the package did to a fresh interpreter."""

    package: str
    modules: list[str]
    opened: list[str]
    meddled: list[str]
    threads: int


@cache
def effects(*names: str) -> Effects:
    """Import the package in a fresh interpreter, under watch, and ask it for *names*."""
    # -B: writing byte code would count as opening a file.
    probe = [sys.executable, "-B", str(Path(__file__).with_name("import_probe.py")), *names]
    output = subprocess.run(probe, check=True, capture_output=True, text=True).stdout
    found: Effects = json.loads(output)
    return found


def loaded(*names: str) -> set[str]:
    """Tell which modules that loads, apart from the standard library's."""
    return {name for name in effects(*names)["modules"] if name.partition(".")[0] not in sys.stdlib_module_names}


def test_it_is_this_package() -> None:
    """The interpreter under watch imports the same files as these tests."""
    assert saiondo_core.__file__ == effects()["package"]


def test_the_package_alone_loads_nothing() -> None:
    """Importing it loads one module, be there as many features as there are."""
    assert {"saiondo_core"} == loaded()


@pytest.mark.parametrize("name", EVERYTHING)
def test_each_name_is_there(name: str) -> None:
    """Each public name is told by `dir`, and is what its home calls so; there is no other."""
    home: str = vars(saiondo_core)["_HOMES"][name]

    assert name in dir(saiondo_core)
    assert getattr(import_module(f"saiondo_core.{home}"), name) is getattr(saiondo_core, name)
    assert set(EVERYTHING) == set(vars(saiondo_core)["_HOMES"])


def test_no_other_name_is_there() -> None:
    """What is not public is missing as from any module."""
    with pytest.raises(AttributeError, match="module 'saiondo_core' has no attribute 'UseCaseFactroy'"):
        getattr(saiondo_core, "UseCaseFactroy")  # noqa: B009 - A checker would see it.


def test_no_driver_is_loaded() -> None:
    """All names together load only attrs beside the standard library: every driver waits for its first use."""
    assert {"attr", "attrs", "saiondo_core"} == {name.partition(".")[0] for name in loaded(*EVERYTHING)}
    assert "sqlite3" not in effects(*EVERYTHING)["modules"]


def test_parts_wait_until_they_are_asked_for() -> None:
    """No name loads the client, a gateway, a codec, a store or a group of use cases: a host may use none of them."""
    assert [] == [name for name in sorted(loaded(*EVERYTHING)) if name.startswith(LATER)]


def test_no_group_loads_another() -> None:
    """Each group of use cases is loaded when it is first asked for, and by itself."""
    use_cases = "saiondo_core.UseCaseFactory().create_all_use_cases()"
    tell = "print(*(name for name in sys.modules if name.startswith('saiondo_core.composition.groups.')))"
    for group in ("auth", "user", "channel", "message", "permission", "cache"):
        code = f"import sys, saiondo_core; {use_cases}.{group}; {tell}"
        output = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
        assert [f"saiondo_core.composition.groups.{group}"] == output.split()


def test_nothing_is_opened() -> None:
    """No file but code is opened, and no socket or process is touched."""
    assert [] == effects(*EVERYTHING)["opened"]
    assert [] == effects(*EVERYTHING)["meddled"]


def test_no_thread_is_started() -> None:
    """The importing thread stays the only one."""
    assert 1 == effects(*EVERYTHING)["threads"]
