"""The machine's clock."""

import asyncio
import time
from datetime import UTC, datetime

from attrs import frozen

from saiondo_core.kernel.ports import Clock


@frozen
class SystemClock(Clock):
    """Time as this machine knows it."""

    def now(self) -> datetime:
        """See `Clock.now`."""
        return datetime.fromtimestamp(time.time_ns() // 1_000_000 / 1_000, tz=UTC)

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        await asyncio.sleep(seconds)


# In its place the function itself: each hit of a cache reads the clock, and a method around it costs as much again.
SystemClock.monotonic = staticmethod(time.monotonic)  # type: ignore[method-assign,assignment] # pyright: ignore[reportAttributeAccessIssue]
