"""Bugs planted into stores, a stranger's and our own: the shipped suites find each, and say which law it breaks."""

import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.strangers.planted_bugs import LAWS
from tests.strangers.planted_cache_bugs import CACHE_LAWS
from tests.strangers.planted_realtime_bugs import REALTIME_LAWS
from tests.strangers.planted_role_bugs import ROLE_LAWS

PLANTED = {
    "planted_bugs.py": {bug.__name__: law for bug, law in LAWS.items()},
    "planted_role_bugs.py": {bug.__name__: law for bug, law in ROLE_LAWS.items()},
    "planted_realtime_bugs.py": {bug.__name__: law for bug, law in REALTIME_LAWS.items()},
    "planted_cache_bugs.py": {bug.__name__: law for bug, law in CACHE_LAWS.items()},
}
"""Where bugs are planted, and which law each of them breaks."""


@cache
def broken() -> Mapping[str, Mapping[str, set[str]]]:
    """Run the suites as a stranger would, and list by file and bug the laws whose tests failed."""
    # In strict mode the suites must mark themselves.
    options = ["-q", "-rf", "--tb=no", "-p", "no:cacheprovider", "-o", "asyncio_mode=strict"]
    folder = Path(__file__).parent
    command = [sys.executable, "-m", "pytest", *(str(folder / planted) for planted in PLANTED), *options]
    run = subprocess.run(command, cwd=folder.parents[1], capture_output=True, text=True, check=False)
    assert 1 == run.returncode, run.stdout + run.stderr

    laws = {planted: defaultdict[str, set[str]](set) for planted in PLANTED}
    for planted, law, bug in re.findall(r"^FAILED \S+/(\w+\.py)::\w+::test_(\w+)\[(\w+)", run.stdout, re.MULTILINE):
        laws[planted][bug].add(law)
    return laws


@pytest.mark.parametrize(
    ("planted", "bug", "law"), [(planted, bug, law) for planted, laws in PLANTED.items() for bug, law in laws.items()]
)
def test_a_planted_bug_is_called_by_its_law(planted: str, bug: str, law: str) -> None:
    """The store with the bug fails the suite, and the name of the failed test is the law that the bug breaks."""
    assert law in broken()[planted][bug]


@pytest.mark.parametrize("planted", PLANTED)
def test_without_a_bug_nothing_fails(planted: str) -> None:
    """The same stores without a bug pass the same run: what failed, failed for the bugs."""
    assert set(PLANTED[planted]) == set(broken()[planted])
