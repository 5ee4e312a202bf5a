"""What the tests of the architecture look at: the package's files, modules, classes and ports."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import saiondo_core

PACKAGE = Path(saiondo_core.__path__[0])
ROOT = Path(__file__).parents[2]


def sources() -> list[Path]:
    """List the package's Python files."""
    return sorted(PACKAGE.rglob("*.py"))


def parsed(source: Path) -> ast.Module:
    """Parse one of the package's files."""
    return ast.parse(source.read_text(encoding="utf-8"), filename=str(source))


@cache
def modules() -> tuple[ModuleType, ...]:
    """Import and list every module of the package."""
    found = pkgutil.walk_packages([str(PACKAGE)], prefix="saiondo_core.")
    return (saiondo_core, *(importlib.import_module(module.name) for module in found))


def classes() -> Iterator[type]:
    """Go through every class of the package, each where it is defined."""
    for module in modules():
        for value in vars(module).values():
            if isinstance(value, type) and value.__module__ == module.__name__:
                yield value


def ports() -> list[type]:
    """List every port: the protocols in the features' `ports` modules, and the gates."""
    homes = ".ports", ".gates"
    return [found for found in classes() if found.__module__.endswith(homes) and getattr(found, "_is_protocol", False)]


def is_local(port: type) -> bool:
    """Whether *port* says of itself that it never travels."""
    return getattr(port, "local", False) is True
