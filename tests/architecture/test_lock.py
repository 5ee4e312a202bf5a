"""The locked environments: for development, and for the benchmarks."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement

from tests.architecture.house import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = ("dev", "bench")


def lock(group: str) -> str:
    """What the lock of *group* says."""
    return (ROOT / f"requirements-{group}.lock").read_text(encoding="utf-8")


@pytest.mark.parametrize("group", GROUPS)
def test_the_lock_satisfies_the_project(group: str) -> None:
    """Whatever pyproject.toml asks for is pinned at a version that it accepts; `scripts/lock` makes it so."""
    for wanted in (*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"][group]):
        requirement = Requirement(wanted)
        (version,) = re.findall(rf"^{requirement.name}==(\S+)", lock(group), re.MULTILINE)

        assert requirement.specifier.contains(version), wanted


@pytest.mark.parametrize("group", GROUPS)
def test_the_lock_is_the_same_wherever_it_is_made(group: str) -> None:
    """It has a hash for each package, and no address of an index."""
    pinned = re.findall(r"^\S+==", lock(group), re.MULTILINE)
    hashed = re.findall(r"^\S+==.*\\\n    --hash=sha256:", lock(group), re.MULTILINE)

    assert len(pinned) == len(hashed) > 0
    assert "://" not in lock(group)
