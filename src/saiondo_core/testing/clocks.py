"""Time that stands still until a test moves it."""

import asyncio
from datetime import UTC, datetime, timedelta

from attrs import define, field

from saiondo_core.kernel.ports import Clock


@define(eq=False)
class FrozenClock(Clock):
    """A clock that only `advance` moves. Whoever sleeps on it wakes when their moment is reached, in order."""

    _now: datetime = field(default=datetime(2026, 1, 1, tzinfo=UTC))
    _elapsed: float = field(default=0.0, init=False)
    _sleepers: "list[tuple[float, asyncio.Future[None]]]" = field(
        factory=list["tuple[float, asyncio.Future[None]]"], init=False
    )

    def now(self) -> datetime:
        """See `Clock.now`."""
        moment = self._now + timedelta(seconds=self._elapsed)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`; a sleep of nothing lets others run once."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        waking = asyncio.get_running_loop().create_future()
        entry = self._elapsed + seconds, waking
        self._sleepers.append(entry)
        try:
            await waking
        finally:
            self._sleepers.remove(entry)

    async def advance(self, seconds: float) -> None:
        """Let *seconds* pass: wake, one moment after the other, everybody who sleeps until then."""
        end = self._elapsed + seconds
        while True:
            await breathe()
            due = min((moment for moment, waking in self._sleepers if not waking.done()), default=end + 1)
            if due > end:
                break
            self._elapsed = max(self._elapsed, due)
            for moment, waking in tuple(self._sleepers):
                if moment <= due and not waking.done():
                    waking.set_result(None)
        self._elapsed = end
        await breathe()

    @property
    def sleepers(self) -> int:
        """How many sleep at the moment."""
        return len(self._sleepers)


async def breathe(turns: int = 20) -> None:
    """Let everything that is ready to run, run: *turns* turns of the loop."""
    for _ in range(turns):
        await asyncio.sleep(0)
