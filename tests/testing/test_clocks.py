"""Time that stands still until a test moves it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from saiondo_core.kernel.ports import Clock
from saiondo_core.testing.clocks import FrozenClock, breathe
from saiondo_core.testing.contracts.kernel import ClockContract
from saiondo_core.testing.contracts.opening import Opener


@asynccontextmanager
async def ticking() -> AsyncGenerator[Clock]:
    """Open a clock that somebody advances, half a millisecond at a time."""
    clock = FrozenClock()

    async def tick() -> None:
        while True:
            await clock.advance(0.0005)

    ticks = asyncio.create_task(tick())
    try:
        yield clock
    finally:
        ticks.cancel()


class TestFrozenClock(ClockContract):
    """A frozen clock that is advanced keeps the laws of clocks."""

    @pytest.fixture
    def opener(self) -> Opener[Clock]:
        """Open a clock that somebody advances."""
        return ticking


async def test_time_stands_still() -> None:
    """However much runs, no time passes until somebody advances it; then exactly that passes."""
    clock = FrozenClock()
    await breathe()
    assert (datetime(2026, 1, 1, tzinfo=UTC), 0.0) == (clock.now(), clock.monotonic())

    await clock.advance(90.5)
    assert (datetime(2026, 1, 1, 0, 1, 30, 500_000, tzinfo=UTC), 90.5) == (clock.now(), clock.monotonic())


async def test_sleepers_wake_at_their_moment_in_order() -> None:
    """One advance over many moments wakes each sleeper at its own, also one that falls asleep again on the way."""
    clock = FrozenClock()
    woken: list[tuple[str, float]] = []

    async def sleep(name: str, *naps: float) -> None:
        for nap in naps:
            await clock.sleep(nap)
            woken.append((name, clock.monotonic()))

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(sleep("late", 5.0))
        tasks.create_task(sleep("restless", 1.0, 2.0, 3.0))
        tasks.create_task(sleep("early", 2.0))
        await clock.advance(6.0)

    assert [("restless", 1.0), ("early", 2.0), ("restless", 3.0), ("late", 5.0), ("restless", 6.0)] == woken


async def test_nobody_wakes_before_their_moment() -> None:
    """A sleeper sleeps through every advance that ends before its moment, and is forgotten when it is cancelled."""
    clock = FrozenClock()
    sleeping = asyncio.create_task(clock.sleep(1.0))
    await clock.advance(0.999)
    assert not sleeping.done()
    assert 1 == clock.sleepers

    sleeping.cancel()
    await breathe()
    assert 0 == clock.sleepers


async def test_a_sleep_of_nothing_lets_others_run() -> None:
    """A sleep of no seconds, or of less, needs no advance."""
    ran: list[str] = []
    asyncio.get_running_loop().call_soon(ran.append, "other")
    await FrozenClock().sleep(0)
    assert ["other"] == ran

    await FrozenClock().sleep(-1)


def test_now_is_cut_to_milliseconds() -> None:
    """A clock set to a finer moment tells the millisecond it lies in."""
    moment = datetime(2026, 5, 5, tzinfo=UTC)

    assert moment == FrozenClock(moment + timedelta(microseconds=999)).now()
