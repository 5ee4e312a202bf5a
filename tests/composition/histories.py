"""A small history to deliver, and ways to be interrupted at it."""

from datetime import UTC, datetime
from typing import ClassVar

from attrs import define, field, frozen

from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.composition.relay import Delivery, Handler, Subscription
from saiondo_core.composition.settings import RelayPolicy
from saiondo_core.kernel.events import Event, Head, Recorded, Stamp
from saiondo_core.kernel.ids import EventId, UserId
from saiondo_core.kernel.ports import Clock, DeadLetters, EventLog

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@frozen(kw_only=True)
class Said(Event):
    """Somebody said something, somewhere."""

    action: ClassVar[str] = "said"
    resource: ClassVar[str] = "room"
    room: str

    @property
    def resource_id(self) -> str:
        """The room."""
        return self.room

    @property
    def stream(self) -> str:
        """The room's log."""
        return f"room:{self.room}"


@frozen(kw_only=True)
class Whispered(Said):
    """The same, but quietly: another kind of event, which some handlers do not want."""

    action: ClassVar[str] = "whispered"


class Killed(BaseException):
    """The process is gone: not an error that anything may handle."""


@define(eq=False)
class Doom:
    """Kills at the *at*-th chance, and counts the chances."""

    at: int = 0
    chances: int = field(default=0, init=False)

    def chance(self) -> None:
        """Be killed now, if this is the time."""
        self.chances += 1
        if self.chances == self.at:
            raise Killed


@define(eq=False)
class DoomedLog(EventLog):
    """A log at each of whose calls the caller may be killed: before it took effect, or after."""

    log: EventLog
    doom: Doom

    async def partitions(self) -> int:
        """See `EventLog.partitions`."""
        self.doom.chance()
        return await self.log.partitions()

    async def read(self, *, partition: int, after: int, limit: int) -> tuple[Recorded, ...]:
        """See `EventLog.read`."""
        self.doom.chance()
        return await self.log.read(partition=partition, after=after, limit=limit)

    async def stream(self, *, stream: str, after: int, limit: int) -> tuple[Recorded, ...]:
        """See `EventLog.stream`."""
        return await self.log.stream(stream=stream, after=after, limit=limit)

    async def head(self, *, stream: str) -> Head:
        """See `EventLog.head`."""
        return await self.log.head(stream=stream)

    async def position(self, *, consumer: str, partition: int) -> int:
        """See `EventLog.position`."""
        self.doom.chance()
        return await self.log.position(consumer=consumer, partition=partition)

    async def advance(self, *, consumer: str, partition: int, to: int) -> None:
        """See `EventLog.advance`."""
        self.doom.chance()
        await self.log.advance(consumer=consumer, partition=partition, to=to)
        self.doom.chance()


def history(rooms: str = "aabcabcbacab", *, quiet: frozenset[int] = frozenset({3, 7})) -> MemoryLog:
    """A log in which something was said in each of *rooms*, one after the other; whispered at the places in *quiet*."""
    log = MemoryLog()
    for number, room in enumerate(rooms, start=1):
        kind = Whispered if number in quiet else Said
        log.record((kind(stamp=Stamp(id=EventId(f"e{number:02}"), at=NOW, actor=UserId("anna")), room=room),))
    return log


def delivery(
    log: EventLog,
    handle: Handler,
    *,
    letters: DeadLetters,
    clock: Clock,
    policy: RelayPolicy | None = None,
    wants: type[Event] = Event,
    is_patient: bool = False,
) -> Delivery:
    """A delivery from *log* to *handle*, under the name `crm`."""
    subscription = Subscription(consumer="crm", wants=wants, handle=handle, is_patient=is_patient)
    return Delivery(subscription, log, letters, clock, policy or RelayPolicy(batch=3), unreported)


def unreported(event: str, **fields: str | float) -> None:
    """Report to nobody."""
