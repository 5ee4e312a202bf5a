"""The locked development environment."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement

from tests.architecture.house import ROOT

LOCK = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
WANTED = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]


@pytest.mark.parametrize("wanted", WANTED)
def test_the_lock_satisfies_the_project(wanted: str) -> None:
    """Whatever pyproject.toml asks for is pinned at a version that it accepts; `scripts/lock` makes it so."""
    requirement = Requirement(wanted)
    (version,) = re.findall(rf"^{requirement.name}==(\S+)", LOCK, re.MULTILINE)

    assert requirement.specifier.contains(version)


def test_the_lock_is_the_same_wherever_it_is_made() -> None:
    """It has a hash for each package, and no address of an index."""
    pinned = re.findall(r"^\S+==", LOCK, re.MULTILINE)
    hashed = re.findall(r"^\S+==.*\\\n    --hash=sha256:", LOCK, re.MULTILINE)

    assert len(pinned) == len(hashed) > 0
    assert "://" not in LOCK
