"""The packages of the house: all of them stand, and those of later releases are empty."""

import ast
from pathlib import Path

import pytest

from tests.architecture.house import PACKAGE, parsed

BUILT = {
    *("adapters", "auth", "caching", "channels", "composition", "gateway", "kernel", "messages", "permissions"),
    *("realtime", "testing", "users", "wire"),
}
PLANNED = {
    "activity",
    "files",
    "monitoring",
    "notifications",
}


def test_the_house_has_these_packages_and_no_other() -> None:
    """The top level is the diagram: a package for each feature and each ring around them."""
    assert BUILT | PLANNED == {init.parent.name for init in PACKAGE.glob("*/__init__.py")}


@pytest.mark.parametrize(
    "init", sorted(PACKAGE.rglob("__init__.py")), ids=lambda init: str(init.parent.relative_to(PACKAGE.parent))
)
def test_every_package_says_what_it_is(init: Path) -> None:
    """Every package opens with a docstring."""
    assert ast.get_docstring(parsed(init))


@pytest.mark.parametrize("name", sorted(PLANNED))
def test_a_planned_package_is_empty(name: str) -> None:
    """A package whose release is yet to come holds its docstring and nothing else: no stub, no promise in code."""
    files = [path for path in (PACKAGE / name).rglob("*") if path.is_file() and path.suffix != ".pyc"]

    assert [PACKAGE / name / "__init__.py"] == files
    assert 1 == len(parsed(PACKAGE / name / "__init__.py").body)
