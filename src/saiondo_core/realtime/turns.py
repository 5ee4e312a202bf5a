"""Taking turns at what is to be done."""

from collections.abc import Awaitable, Callable
from itertools import islice
from typing import TypeVar

from attrs import define, field

from saiondo_core.kernel.concurrency import together
from saiondo_core.kernel.ports import Clock

T = TypeVar("T")

_AT_ONCE = 100
"""How much is done in a row, before other things have their turn."""

MANY = 1_000
"""How much of what takes no time to speak of is done in a row."""


@define(eq=False)
class Breath:
    """Lets others have their turn whenever much was done in a row."""

    _clock: Clock
    _done: int = field(default=0, init=False)

    async def take(self, done: int) -> None:
        """Count *done*, and take a breath if that is enough."""
        self._done += done
        if self._done >= MANY:
            self._done = 0
            await self._clock.sleep(0)


async def take_turns(
    todo: dict[T, None], do: Callable[[T], Awaitable[None]], *, at_once: bool = False
) -> Exception | None:
    """Do the oldest of what is to be done; the first error. What fails is done again after all others.

    Args:
        todo: What is to be done.
        do: Does one of it.
        at_once: Whether none of it has to wait until what is older is done.
    """
    first: Exception | None = None

    async def turn(item: T) -> None:
        nonlocal first
        if item not in todo:
            return
        del todo[item]
        try:
            await do(item)
        except Exception as error:  # noqa: BLE001 - raised once all others have had their turn
            todo[item] = None
            first = first or error
        except BaseException:
            todo[item] = None
            raise

    oldest = tuple(islice(todo, _AT_ONCE))
    if at_once:
        await together(*map(turn, oldest))
    else:
        for item in oldest:
            await turn(item)
    return first
