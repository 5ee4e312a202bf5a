"""Time that leaps."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count

import pytest

from saiondo_core.kernel.ports import Clock
from saiondo_core.testing.contracts.kernel import ClockContract
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.virtual_time import DAY, MIDNIGHT, StandstillError, VirtualClock, run_virtually, until

Law = Callable[[ClockContract, Opener[Clock]], Awaitable[None]]
HOUR = 3600.0
YEAR = 365 * 24 * 3600.0


@asynccontextmanager
async def leaping() -> AsyncGenerator[Clock]:
    """Open a clock on the loop that runs."""
    yield VirtualClock()


@pytest.mark.parametrize(
    "law", [ClockContract.test_now_is_utc, ClockContract.test_monotonic_never_falls, ClockContract.test_sleep_lasts]
)
def test_a_virtual_clock_keeps_the_laws_of_clocks(law: Law) -> None:
    """What holds for every clock holds on virtual time."""

    async def main() -> None:
        await law(ClockContract(), leaping)

    run_virtually(main())


def test_a_year_is_over_at_once() -> None:
    """However long somebody sleeps, it takes no time, and the clock and the loop tell that it has passed."""

    async def main() -> tuple[float, ...]:
        await VirtualClock().sleep(YEAR)
        assert timedelta(days=365) == VirtualClock().now() - MIDNIGHT
        return VirtualClock().monotonic(), asyncio.get_running_loop().time()

    assert pytest.approx((YEAR, YEAR)) == run_virtually(main(), within=2 * YEAR)


def test_no_time_passes_while_anything_can_run() -> None:
    """Time leaps only when all are at rest, and to the next moment of all that are waited for."""
    seen = list[tuple[str, float]]()

    async def sleep(name: str, *naps: float) -> None:
        for nap in naps:
            await asyncio.sleep(nap)
            for _ in range(1_000):
                await asyncio.sleep(0)
            seen.append((name, round(asyncio.get_running_loop().time(), 6)))

    async def main() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(sleep("late", 5.0))
            tasks.create_task(sleep("restless", 1.0, 2.0, 3.0))
            tasks.create_task(sleep("early", 2.0))

    run_virtually(main())
    assert [("restless", 1.0), ("early", 2.0), ("restless", 3.0), ("late", 5.0), ("restless", 6.0)] == seen


def test_deadlines_are_on_virtual_time() -> None:
    """What waits in vain is ended at its deadline, and not by the wall's clock."""

    async def main() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(HOUR):
                await asyncio.Event().wait()
        return asyncio.get_running_loop().time()

    assert pytest.approx(HOUR) == run_virtually(main())


def test_a_standstill_is_an_error() -> None:
    """Where nobody waits for a moment, nothing will ever happen: that is raised, and does not hang."""

    async def main() -> None:
        await asyncio.Event().wait()

    with pytest.raises(StandstillError):
        run_virtually(main())


def test_what_goes_on_and_on_is_an_error() -> None:
    """What is not over after a day is ended; whoever is cancelled by that has the time to come to its end."""
    ended = list[float]()

    async def main() -> None:
        try:
            for _ in count():
                await asyncio.sleep(60.0)
        finally:
            await asyncio.sleep(HOUR)
            ended.append(asyncio.get_running_loop().time())

    with pytest.raises(TimeoutError):
        run_virtually(main())
    assert [pytest.approx(DAY + HOUR, abs=61.0)] == ended


def test_what_threads_do_is_done_at_once() -> None:
    """Work for a thread is done in its place among all else, so that it takes no time, and its error is its own."""

    async def main() -> None:
        assert 3 == await asyncio.to_thread(lambda: 3)
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(lambda: 1 // 0)
        assert 0.0 == asyncio.get_running_loop().time()

    run_virtually(main())


def test_until_looks_every_second() -> None:
    """Whoever waits for something goes on within a second of it, and is told when it takes too long."""
    happened = list[float]()

    async def main() -> float:
        asyncio.get_running_loop().call_later(9.5, happened.append, 9.5)
        await until(lambda: bool(happened), within=10)
        with pytest.raises(TimeoutError):
            await until(lambda: len(happened) > 1, within=10)
        return asyncio.get_running_loop().time()

    assert pytest.approx(20.0) == run_virtually(main())
