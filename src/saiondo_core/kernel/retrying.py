"""Trying again: what was judged on what has changed since, and what failed, after a while."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from saiondo_core.kernel.errors import ConflictError
from saiondo_core.kernel.refusals import StaleRightsError

T = TypeVar("T")


async def rejudged(
    attempt: Callable[[], Awaitable[T]], *, on: type[ConflictError] | tuple[type[ConflictError], ...] = (), tries: int
) -> T:
    """What *attempt* gives, made again whenever the state changed between its check and its write.

    The rights of the one who acts are part of that state: `StaleRightsError` always means another try.

    Args:
        attempt: Reads, judges and writes anew each time.
        on: The errors, besides, by which its write says that what it had read is old.
        tries: How often it is made before its caller is told of the unrest.

    Raises:
        ConflictError: One of these errors, *tries* times in a row.
    """
    stale: tuple[type[ConflictError], ...] = (StaleRightsError, *(on if isinstance(on, tuple) else (on,)))
    for _ in range(tries - 1):
        try:
            return await attempt()
        except stale:
            continue
    return await attempt()


def backoff(failures: int, *, first: float, most: float, factor: float) -> float:
    """How long to wait after *failures* in a row: *first*, *factor* times as long after each further one, or *most*.

    However many they are, it is a number.
    """
    try:
        return min(most, first * float(factor) ** (failures - 1))
    except OverflowError:
        return most
