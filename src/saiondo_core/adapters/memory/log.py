"""The memory stores' event log."""

from collections import defaultdict
from collections.abc import Callable
from functools import partial
from secrets import token_hex
from zlib import crc32

from attrs import define, field

from saiondo_core.kernel.events import Event, Head, Recorded, RightsRevision
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import EventLog, Watchable
from saiondo_core.kernel.refusals import StaleRightsError

PARTITIONS = 8


@define(eq=False, repr=False)
class MemoryLog(EventLog, Watchable):
    """The log that all memory stores of one tenant share.

    A store's write is atomic because it never awaits: it checks everything first, `check` of its events last, then
    changes its state and calls `record`, and nothing else of the loop runs in between.
    """

    _epoch: str = field(factory=partial(token_hex, 8), init=False)
    _partitions: tuple[list[Recorded], ...] = field(
        factory=lambda: tuple(list[Recorded]() for _ in range(PARTITIONS)), init=False
    )
    _streams: defaultdict[str, list[Recorded]] = field(factory=lambda: defaultdict(list), init=False)
    _positions: dict[tuple[str, int], int] = field(factory=dict[tuple[str, int], int], init=False)
    _watchers: list[Callable[[int], None]] = field(factory=list[Callable[[int], None]], init=False)

    _rights: Callable[[UserId], RightsRevision] | None = field(default=None, init=False)

    def guard(self, rights: Callable[[UserId], RightsRevision]) -> None:
        """Let `check` refuse what was judged under other rights than *rights* gives; before, it refuses nothing."""
        self._rights = rights

    def check(self, events: tuple[Event, ...]) -> None:
        """Pass *events* if whoever caused them has, still, the rights that they were judged under.

        Raises:
            StaleRightsError: They have others now.
        """
        if self._rights is not None:
            for event in events:
                if event.stamp.rights not in (None, self._rights(event.stamp.actor)):
                    raise StaleRightsError

    def record(self, events: tuple[Event, ...], *, sequence: int | None = None) -> None:
        """Put *events* at the end of the log; *sequence* goes to the first."""
        for event in events:
            name = event.stream
            stream = self._streams[name]
            number = crc32(name.encode()) % PARTITIONS
            partition = self._partitions[number]
            recorded = Recorded(
                partition=number,
                position=len(partition) + 1,
                offset=len(stream) + 1,
                sequence=sequence,
                event=event,
            )
            partition.append(recorded)
            stream.append(recorded)
            sequence = None
            for grown in self._watchers:
                grown(number)

    def watch(self, grown: Callable[[int], None]) -> None:
        """See `Watchable.watch`."""
        self._watchers.append(grown)

    def unwatch(self, grown: Callable[[int], None]) -> None:
        """See `Watchable.unwatch`."""
        self._watchers.remove(grown)

    async def partitions(self) -> int:
        """See `EventLog.partitions`."""
        return PARTITIONS

    async def read(self, *, partition: int, after: int, limit: int) -> tuple[Recorded, ...]:
        """See `EventLog.read`."""
        return tuple(self._partitions[partition][after : after + limit])

    async def stream(self, *, stream: str, after: int, limit: int) -> tuple[Recorded, ...]:
        """See `EventLog.stream`."""
        return tuple(self._streams.get(stream, ())[after : after + limit])

    async def head(self, *, stream: str) -> Head:
        """See `EventLog.head`."""
        recorded = self._streams.get(stream, ())
        last = recorded[-1].event.stamp.id if recorded else None
        return Head(epoch=self._epoch, offset=len(recorded), event_id=last)

    async def position(self, *, consumer: str, partition: int) -> int:
        """See `EventLog.position`."""
        return self._positions.get((consumer, partition), 0)

    async def advance(self, *, consumer: str, partition: int, to: int) -> None:
        """See `EventLog.advance`."""
        key = consumer, partition
        self._positions[key] = max(to, self._positions.get(key, 0))
