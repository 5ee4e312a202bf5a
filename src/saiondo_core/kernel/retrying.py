"""Judging again, where what was judged changed before the write."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from saiondo_core.kernel.errors import ConflictError

T = TypeVar("T")


async def rejudged(
    attempt: Callable[[], Awaitable[T]], *, on: type[ConflictError] | tuple[type[ConflictError], ...], tries: int
) -> T:
    """What *attempt* gives, made again whenever the state changed between its check and its write.

    Args:
        attempt: Reads, judges and writes anew each time.
        on: The error, or errors, by which its write says that what it had read is old.
        tries: How often it is made before its caller is told of the unrest.

    Raises:
        ConflictError: An error of *on*, *tries* times in a row.
    """
    for _ in range(tries - 1):
        try:
            return await attempt()
        except on:
            continue
    return await attempt()
