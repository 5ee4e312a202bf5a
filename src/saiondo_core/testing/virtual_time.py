"""Time that leaps: an event loop on which waiting takes no time."""

import asyncio
import math
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta
from selectors import SelectorKey, SelectSelector
from typing import TypeVar, TypeVarTuple

from attrs import frozen

from saiondo_core.kernel.ports import Clock

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

DAY = 86_400.0

MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)
"""When the time of every virtual loop begins."""


class StandstillError(RuntimeError):
    """Everybody waits for somebody, and nobody for a moment: on an ordinary loop, the test would hang."""


def run_virtually(main: Coroutine[object, object, T], *, within: float = DAY) -> T:
    """Run *main* to its end, as `asyncio.run` does, on a `VirtualLoop`.

    Returns:
        What *main* gives.

    Raises:
        StandstillError: Nothing can happen any more.
        TimeoutError: *main* has not ended *within* so many virtual seconds.
        BaseException: Whatever *main* raises.
    """
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(within)) as runner:
        return runner.run(main)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time stands still while anything can run, and then leaps to the next moment waited for.

    All that waits by the loop is on this time: `asyncio.sleep`, `asyncio.timeout`, `call_later`. An hour of it costs
    as much as what happens within it. What runs, and in which order, depends on nothing outside, so that a run can be
    repeated.

    That holds for what lives in memory. A socket is heard, but nobody waits for it; and what is given to a thread is
    done at once, in this one, as if it took no time: a thread's own time would pass beside this one.

    Args:
        within: How many seconds there are. Then TimeoutError is raised out of the loop, and there are as many again for
            whoever is cancelled by that.
    """

    def __init__(self, within: float = DAY) -> None:
        self._leaping = _LeapingSelector(within)
        super().__init__(self._leaping)

    def time(self) -> float:
        """How many seconds have passed since the loop was made."""
        return self._leaping.now

    def run_in_executor(self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts) -> "asyncio.Future[T]":
        """Do it now."""
        del executor
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - It belongs to whoever waits for the thread.
            done.set_exception(error)
        return done


class _LeapingSelector(SelectSelector):
    """Says that nothing came, and that the time was up."""

    def __init__(self, within: float) -> None:
        super().__init__()
        self.now = 0.0
        self._within, self._end = within, within

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        if timeout == 0:
            return []  # Something can run.
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise StandstillError("nobody waits for any moment, so nothing will ever happen again")
            # One step further than the sum, which is rounded: nobody wakes too early.
            self.now = math.nextafter(self.now + timeout, math.inf)
            if self.now > self._end:
                self._end += self._within
                raise TimeoutError(f"it is not over after {self._within} virtual seconds")
        return ready


@frozen
class VirtualClock(Clock):
    """The time of the loop that runs, from `MIDNIGHT` on."""

    def now(self) -> datetime:
        """See `Clock.now`."""
        moment = MIDNIGHT + timedelta(seconds=self.monotonic())
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        await asyncio.sleep(seconds)


async def until(is_so: Callable[[], bool], *, within: float) -> None:
    """Return once it is so; it is looked at every second.

    Raises:
        TimeoutError: It is not so *within* so many seconds.
    """
    for _ in range(math.ceil(within)):
        if is_so():
            return
        await asyncio.sleep(1.0)
    if not is_so():
        raise TimeoutError(f"it is not so within {within} virtual seconds")
