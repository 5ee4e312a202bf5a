"""Bugs planted into a stranger's store: the shipped suites find each, and say which law it breaks."""

import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.strangers.planted_bugs import LAWS
from tests.strangers.test_sqlite_users import SqliteUsers

PLANTED = Path(__file__).with_name("planted_bugs.py")


@pytest.fixture(scope="module")
def broken() -> Mapping[str, set[str]]:
    """Run the suites as a stranger would, and list by bug the laws whose tests failed."""
    # In strict mode the suites must mark themselves.
    options = ["-q", "-rf", "--tb=no", "-p", "no:cacheprovider", "-o", "asyncio_mode=strict"]
    command = [sys.executable, "-m", "pytest", str(PLANTED), *options]
    run = subprocess.run(command, cwd=PLANTED.parents[2], capture_output=True, text=True, check=False)
    assert 1 == run.returncode, run.stdout + run.stderr

    laws = defaultdict[str, set[str]](set)
    for law, bug in re.findall(r"^FAILED \S+::test_(\w+)\[(\w+)\]", run.stdout, re.MULTILINE):
        laws[bug].add(law)
    return laws


@pytest.mark.parametrize(("bug", "law"), LAWS.items(), ids=[bug.__name__ for bug in LAWS])
def test_a_planted_bug_is_called_by_its_law(bug: type[SqliteUsers], law: str, broken: Mapping[str, set[str]]) -> None:
    """The store with the bug fails the suite, and the name of the failed test is the law that the bug breaks."""
    assert law in broken[bug.__name__]


def test_without_a_bug_nothing_fails(broken: Mapping[str, set[str]]) -> None:
    """The same store without a bug passes the same run: what failed, failed for the bugs."""
    assert {bug.__name__ for bug in LAWS} == set(broken)
