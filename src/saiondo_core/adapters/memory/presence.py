"""Leases, kept in memory."""

from collections.abc import Iterable
from datetime import UTC, datetime
from heapq import heappop, heappush

from attrs import define, evolve, field

from saiondo_core.kernel.ids import UserId
from saiondo_core.realtime.model import Lease
from saiondo_core.realtime.ports import PresenceStore

_OVER = datetime.min.replace(tzinfo=UTC)


@define(eq=False, repr=False)
class MemoryPresence(PresenceStore):
    """Leases in this process's memory: with each `take`, those of all topics that have ended are forgotten."""

    _topics: dict[str, dict[str, Lease]] = field(factory=dict[str, dict[str, Lease]], init=False)
    _ends: list[tuple[datetime, str, str]] = field(factory=list[tuple[datetime, str, str]], init=False)
    """A heap with one entry for each lease, however often it was lengthened: when to look whether it has ended."""

    async def take(self, *, leases: tuple[Lease, ...], at: datetime) -> None:
        """See `PresenceStore.take`."""
        for lease in leases:
            known = self._topics.setdefault(lease.topic, {})
            present = known.get(lease.id)
            if present is None:
                heappush(self._ends, (lease.until, lease.topic, lease.id))
            if present is None or present.until < lease.until:
                known[lease.id] = lease
        self._forget(at)

    async def drop(self, *, topic: str, lease_id: str) -> None:
        """See `PresenceStore.drop`."""
        known = self._topics.get(topic, {})
        if lease_id in known:
            known[lease_id] = evolve(known[lease_id], until=_OVER)

    async def held(self, *, topics: tuple[str, ...], at: datetime) -> frozenset[str]:
        """See `PresenceStore.held`."""
        return frozenset(topic for topic in topics if any(at < lease.until for lease in self._leases(topic)))

    async def holders(self, *, topic: str, at: datetime) -> tuple[UserId, ...]:
        """See `PresenceStore.holders`."""
        return tuple(sorted({lease.holder for lease in self._leases(topic) if at < lease.until}))

    @property
    def size(self) -> int:
        """How many leases are in memory, those that have ended included."""
        return len(self._ends)

    def _leases(self, topic: str) -> Iterable[Lease]:
        return self._topics.get(topic, {}).values()

    def _forget(self, at: datetime) -> None:
        while self._ends and self._ends[0][0] <= at:
            _, topic, lease_id = heappop(self._ends)
            known = self._topics[topic]
            until = known[lease_id].until
            if at < until:
                heappush(self._ends, (until, topic, lease_id))
                continue
            del known[lease_id]
            if not known:
                del self._topics[topic]
