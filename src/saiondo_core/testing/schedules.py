"""Other orders of events: use cases that run at once, made to meet at every point where they wait."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterable
from random import Random
from typing import Protocol, TypeVar, cast

from attrs import define, field

P = TypeVar("P")

YIELDS_MOST = 3
"""How many turns of the loop a fuzzed call waits at most, before it and after it."""


class Moment(Protocol):
    """What happens right before and right after each call of a port."""

    async def __call__(self) -> None:
        """Let it happen."""


def interleaved(port: P, random: Random) -> P:
    """*port*, whose calls wait a random number of the loop's turns before they are made and before they return.

    Several use cases over one such port run in another order for each seed of *random*, and in the same one whenever
    the seed is the same.
    """

    async def some_turns() -> None:
        for _ in range(random.randint(0, YIELDS_MOST)):
            await asyncio.sleep(0)

    return _punctuated(port, some_turns)


async def on_schedules(scenario: Callable[[Random], Awaitable[None]], *, seeds: Iterable[int]) -> None:
    """Let *scenario* run once for each of *seeds*, one after the other.

    Raises:
        BaseException: What the first failing run raised, with a note of the seed that repeats it.
    """
    for seed in seeds:
        try:
            await scenario(Random(seed))
        except BaseException as error:
            error.add_note(f"This is the schedule of seed {seed}; on_schedules(…, seeds=[{seed}]) runs it alone.")
            raise


@define(eq=False)
class Interruption:
    """Something that happens once, at one moment of a use case: right before or right after one of its port calls.

    Moments are counted from 0 over all ports that `around` was given: 0 is before the first call, 1 after it, 2 before
    the second. Calls that `then` makes itself are not counted.

    Attributes:
        at: The moment.
        then: What happens.
        happened: Whether the moment was reached. Where it was not, the use case has no further moment to interrupt.
    """

    at: int
    then: Callable[[], Awaitable[object]]
    happened: bool = field(default=False, init=False)
    _moments: int = field(default=0, init=False)

    def around(self, port: P) -> P:
        """*port*, whose calls this may interrupt."""
        return _punctuated(port, self._pass)

    async def _pass(self) -> None:
        moment, self._moments = self._moments, self._moments + 1
        if moment == self.at and not self.happened:
            self.happened = True
            await self.then()


async def at_every_moment(scenario: Callable[[int], Awaitable[bool]]) -> int:
    """Let *scenario* run for the moments 0, 1, 2 …, until it says that its `Interruption` did not happen.

    Returns:
        How many moments there were.

    Raises:
        BaseException: What the first failing run raised, with a note of its moment.
    """
    moment = 0
    try:
        while await scenario(moment):
            moment += 1
    except BaseException as error:
        side = "before" if moment % 2 == 0 else "after"
        error.add_note(f"The interruption was at={moment}: right {side} port call {moment // 2 + 1}.")
        raise
    return moment


def _punctuated(port: P, moment: Moment) -> P:
    return cast("P", _Punctuated(port, moment))


@define(eq=False)
class _Punctuated:
    """Stands in for a port: its async methods are surrounded by moments, all else is the port's own."""

    _port: object
    _moment: Moment

    def __getattr__(self, name: str) -> object:
        found: object = getattr(self._port, name)
        if not inspect.iscoroutinefunction(found):
            return found

        async def surrounded(*args: object, **named: object) -> object:
            await self._moment()
            given: object = await found(*args, **named)
            await self._moment()
            return given

        return surrounded
