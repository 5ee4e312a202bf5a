"""Attempts, counted in memory."""

from datetime import datetime, timedelta
from heapq import heappop, heappush

from attrs import define, field

from saiondo_core.kernel.ports import Budget, RateLimiter


@define(eq=False, repr=False)
class MemoryRateLimiter(RateLimiter):
    """Attempts in this process's memory: as many as count in their windows, and no more."""

    _made: dict[str, dict[str, datetime]] = field(factory=dict[str, dict[str, datetime]], init=False, repr=False)
    """By key, which attempts were made, and when."""
    _keys: dict[str, tuple[str, ...]] = field(factory=dict[str, tuple[str, ...]], init=False, repr=False)
    """On which keys an attempt is counted."""
    _ends: list[tuple[datetime, str]] = field(factory=list[tuple[datetime, str]], init=False, repr=False)
    """A heap of the moments from which an attempt counts nowhere any more."""

    async def reserve(self, *, attempt_id: str, budgets: tuple[Budget, ...], at: datetime) -> bool:
        """See `RateLimiter.reserve`."""
        while self._ends and self._ends[0][0] <= at:
            self._forget(heappop(self._ends)[1])
        if attempt_id in self._keys:
            return True
        if any(self._count(budget, at) >= budget.most for budget in budgets):
            return False
        self._keys[attempt_id] = tuple(budget.key for budget in budgets)
        for budget in budgets:
            self._made.setdefault(budget.key, {})[attempt_id] = at
        longest = max((budget.seconds for budget in budgets), default=0)
        heappush(self._ends, (at + timedelta(seconds=longest), attempt_id))
        return True

    async def release(self, *, attempt_id: str) -> None:
        """See `RateLimiter.release`."""
        self._forget(attempt_id)

    def _count(self, budget: Budget, at: datetime) -> int:
        start = at - timedelta(seconds=budget.seconds)
        return sum(start < made for made in self._made.get(budget.key, {}).values())

    def _forget(self, attempt_id: str) -> None:
        for key in self._keys.pop(attempt_id, ()):
            made = self._made[key]
            made.pop(attempt_id, None)
            if not made:
                del self._made[key]
