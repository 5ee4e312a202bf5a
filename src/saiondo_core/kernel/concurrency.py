"""Coordination of concurrent calls. Alone in the core, this module may import asyncio."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

from attrs import define, field

from saiondo_core.kernel.errors import DeadlineExceededError
from saiondo_core.kernel.ports import Clock

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


async def within(clock: Clock, seconds: float, work: Awaitable[T]) -> T:
    """What *work* gives, if it does so within *seconds* of *clock*.

    When this returns or raises, *work* has ended: it is cancelled at the deadline, and whenever the caller is. What it
    gives or raises on being cancelled is what this gives or raises. Work that never waits costs no task.

    Raises:
        DeadlineExceededError: The time was up first; what *work* had done by then stays done.
    """
    alarm = _Alarm(clock=clock, seconds=seconds)
    before = alarm.caller.cancelling()
    setting = asyncio.get_running_loop().call_soon(alarm.set)
    try:
        return await work
    except asyncio.CancelledError:
        if alarm.has_rung and alarm.caller.cancelling() == before + 1:
            raise DeadlineExceededError(seconds=seconds) from None
        raise
    finally:
        setting.cancel()
        if alarm.has_rung:
            alarm.caller.uncancel()
        if alarm.ringing is not None:
            await _end(alarm.ringing)


async def together(*works: Awaitable[None]) -> None:
    """Do all *works* at the same time.

    When this returns or raises, all have ended: they are cancelled whenever the caller is.

    Raises:
        BaseException: Whatever the first of them that raises does, in the order in which they are given.
    """
    for error in await asyncio.gather(*works, return_exceptions=True):
        if error is not None:
            raise error


_COURTESY = 4
"""How many turns of the loop an alarm leaves to work that is done at the very moment it rings."""


def _present_task() -> "asyncio.Task[object]":
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("within() must be awaited in a task")
    return task


@define(eq=False, kw_only=True)
class _Alarm:
    """Cancels the task in which it was made once its time is up."""

    clock: Clock
    seconds: float
    caller: "asyncio.Task[object]" = field(factory=_present_task)
    ringing: "asyncio.Future[None] | None" = None
    has_rung: bool = False

    def set(self) -> None:
        self.ringing = asyncio.ensure_future(self._ring())

    async def _ring(self) -> None:
        await self.clock.sleep(self.seconds)
        for _ in range(_COURTESY):
            await asyncio.sleep(0)
        self.has_rung = True
        self.caller.cancel()


async def _end(*works: "asyncio.Future[T] | asyncio.Future[None]") -> None:
    """Cancel *works*, wait until they have ended, and raise what they raised, so that no error is lost."""
    for work in works:
        work.cancel()
    await asyncio.wait(works)
    for work in works:
        if not work.cancelled() and (error := work.exception()) is not None:
            raise error


@define
class SingleFlight(Generic[K, T]):
    """Concurrent loads of one key, done once; one load may be of many keys.

    A cancelled waiter does not cancel the load the others wait for; the last one's cancellation does, and waits until
    the load has ended. An error goes to all who waited, and is not kept: the next call loads anew.
    """

    _flights: "dict[K, _Flight[K, T]]" = field(factory=dict[K, "_Flight[K, T]"], init=False)

    async def load(self, key: K, loader: Callable[[], Awaitable[T]]) -> T:
        """What *loader* gives, or what the load of *key* that is under way gives.

        Raises:
            BaseException: Whatever *loader* raises.
        """

        async def one(_: tuple[K, ...]) -> Mapping[K, T]:
            return {key: await loader()}

        return (await self.load_many((key,), one))[key]

    async def load_many(
        self, keys: Sequence[K], loader: Callable[[tuple[K, ...]], Awaitable[Mapping[K, T]]]
    ) -> Mapping[K, T]:
        """What *loader* gives for those of *keys* that are not under way, asked once, and what the other loads give.

        Raises:
            BaseException: Whatever *loader*, or the load of one of the others, raises.
        """
        idle = tuple(dict.fromkeys(key for key in keys if key not in self))
        if idle:
            begun = _Flight(idle, asyncio.ensure_future(loader(idle)))
            self._flights.update(dict.fromkeys(idle, begun))
            begun.result.add_done_callback(lambda _: self._land(begun))
        flights = {key: self._flights[key] for key in keys}
        aboard = tuple({id(flight): flight for flight in flights.values()}.values())
        for flight in aboard:
            flight.waiters += 1
        try:
            landed = {id(flight): await asyncio.shield(flight.result) for flight in aboard}
        finally:
            for flight in aboard:
                flight.waiters -= 1
            left = [flight for flight in aboard if flight.waiters == 0 and not flight.result.done()]
            for flight in left:
                self._land(flight)
            if left:
                await _end(*(flight.result for flight in left))
        return {key: landed[id(flight)][key] for key, flight in flights.items()}

    def forget(self, key: K) -> None:
        """Let whoever asks for *key* from now on load anew; who waits already is given what they wait for."""
        self._flights.pop(key, None)

    def __contains__(self, key: K) -> bool:
        """Whether a load of *key* is under way: one that has just ended is not, though who waited has not heard yet."""
        flight = self._flights.get(key)
        return flight is not None and not flight.result.done()

    def _land(self, flight: "_Flight[K, T]") -> None:
        for key in flight.keys:
            if self._flights.get(key) is flight:
                del self._flights[key]
        # Whoever waited for several loads heard of the first error only: no other is to be reported as unseen.
        if flight.result.done() and not flight.result.cancelled():
            flight.result.exception()


@define(eq=False)
class _Flight(Generic[K, T]):
    keys: tuple[K, ...]
    result: "asyncio.Future[Mapping[K, T]]"
    waiters: int = 0
