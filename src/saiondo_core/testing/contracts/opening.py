"""How a contract suite gets at an adapter."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import NoReturn, TypeAlias, TypeVar

import pytest

T = TypeVar("T")

Opener: TypeAlias = Callable[[], AbstractAsyncContextManager[T]]
"""What the `opener` fixture of a suite gives: each call opens a fresh, empty adapter and closes it in the end."""


def missing(suite: object) -> NoReturn:
    """Fail a test of *suite*, which was derived without its opener."""
    pytest.fail(f"{type(suite).__name__} must override the fixture `opener`.", pytrace=False)
