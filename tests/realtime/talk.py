"""A channel of three, people who listen to it, and parts that can be out of order."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import ClassVar, TypeVar

from attrs import define, evolve, field, frozen

from saiondo_core import Channel, Message, Ports, Settings, UseCaseFactory, UseCases, UserId
from saiondo_core.adapters.memory.bus import MemoryEventBus
from saiondo_core.adapters.memory.channels import MemoryChannels
from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.adapters.memory.messages import MemoryMessages
from saiondo_core.adapters.memory.presence import MemoryPresence
from saiondo_core.adapters.memory.roles import MemoryRoles
from saiondo_core.adapters.memory.rooms import Rooms
from saiondo_core.auth.model import SessionId
from saiondo_core.channels.model import ChannelId
from saiondo_core.errors import UnavailableError
from saiondo_core.kernel.events import Head, Recorded
from saiondo_core.realtime.frames import Data, Frame
from saiondo_core.realtime.listening import Told
from saiondo_core.realtime.model import ChannelSnapshot, EndReason, Lease
from saiondo_core.realtime.notes import Note
from saiondo_core.realtime.real_time_chat import RealTimeChatUseCase
from saiondo_core.testing.clocks import FrozenClock, breathe
from saiondo_core.testing.ports import cheap_ports

ANNA, BERT, CARL, EVE = (UserId(name) for name in ("anna", "bert", "carl", "eve"))
PATIENCE = 10.0
"""Real seconds after which a test that waits in vain fails."""

D = TypeVar("D", bound=Data)


@define(eq=False)
class Ears:
    """A connection that remembers what it was told: a `Listener`."""

    local: ClassVar[bool] = True
    user_id: UserId
    id: str
    session_id: SessionId | None = None
    snapshots: list[ChannelSnapshot] = field(factory=list[ChannelSnapshot])
    frames: list[Frame[Data]] = field(factory=list[Frame[Data]])
    ends: list[tuple[ChannelId, EndReason]] = field(factory=list[tuple[ChannelId, EndReason]])

    def joined(self, snapshot: ChannelSnapshot) -> None:
        """See `Listener.joined`."""
        self.snapshots.append(snapshot)

    def tell(self, told: Told) -> None:
        """See `Listener.tell`."""
        self.frames.append(told.frame)

    def dropped(self, channel_id: ChannelId, reason: EndReason) -> None:
        """See `Listener.dropped`."""
        self.ends.append((channel_id, reason))

    def end(self) -> None:
        """See `Listener.end`."""

    def of(self, kind: type[D]) -> list[D]:
        """What it was told of that kind."""
        return [frame.data for frame in self.frames if isinstance(frame.data, kind)]


@define(eq=False)
class FrailBus(MemoryEventBus):
    """A bus that can be out of order, and remembers what it carried."""

    is_down: bool = False
    notes: list[Note] = field(factory=list[Note])

    async def publish(self, *, note: Note) -> None:
        """See `EventBus.publish`."""
        if self.is_down:
            raise UnavailableError(outcome_unknown=False)
        self.notes.append(note)
        await super().publish(note=note)

    def carried(self, kind: type[Note]) -> list[Note]:
        """What it carried of that kind."""
        return [note for note in self.notes if isinstance(note, kind)]


@define(eq=False)
class FrailPresence(MemoryPresence):
    """A presence store that can be out of order, or take its time.

    Attributes:
        gate: What those wait for who ask who is there, where it takes its time.
    """

    is_down: bool = False
    gate: asyncio.Event | None = None

    async def take(self, *, leases: tuple[Lease, ...], at: datetime) -> None:
        """See `PresenceStore.take`."""
        self._check()
        await super().take(leases=leases, at=at)

    async def holders(self, *, topic: str, at: datetime) -> tuple[UserId, ...]:
        """See `PresenceStore.holders`."""
        self._check()
        return await super().holders(topic=topic, at=at)

    async def held(self, *, topics: tuple[str, ...], at: datetime) -> frozenset[str]:
        """See `PresenceStore.held`."""
        if self.gate is not None:
            await self.gate.wait()
        return await super().held(topics=topics, at=at)

    def _check(self) -> None:
        if self.is_down:
            raise UnavailableError(outcome_unknown=False)


@define(eq=False)
class ShiftingLog(MemoryLog):
    """A log that is taken for another one as often as it is told to be.

    Attributes:
        shifts: How many of the next heads have an epoch of their own.
        lives: Which incarnation it is.
        trimmed: Up to which offset every stream is forgotten.
    """

    shifts: int = 0
    lives: int = 1
    trimmed: int = 0

    async def stream(self, *, stream: str, after: int, limit: int) -> tuple[Recorded, ...]:
        """See `EventLog.stream`."""
        return await super().stream(stream=stream, after=max(after, self.trimmed), limit=limit)

    async def head(self, *, stream: str) -> Head:
        """See `EventLog.head`."""
        if self.shifts:
            self.shifts, self.lives = self.shifts - 1, self.lives + 1
        return evolve(await super().head(stream=stream), epoch=f"life {self.lives}")


@frozen(kw_only=True)
class Talk:
    """Anna's private channel with Bert and Carl; Eve is in none."""

    ports: Ports
    use_cases: UseCases
    clock: FrozenClock
    bus: FrailBus
    presence: FrailPresence
    log: ShiftingLog
    team: Channel
    reports: list[tuple[str, dict[str, str | float]]]

    def of(self, user_id: UserId) -> RealTimeChatUseCase:
        """Real time, for that user."""
        return self.use_cases.as_user(user_id).real_time

    async def connect(self, user_id: UserId, connection: str = "1") -> Ears:
        """A new connection of that user, which listens to nothing."""
        ears = Ears(user_id, f"{user_id} {connection}")
        await self.use_cases.live.attending.connect(ears)
        return ears

    async def listen(self, user_id: UserId, connection: str = "1") -> Ears:
        """A new connection of that user, which listens to the channel."""
        ears = await self.connect(user_id, connection)
        await self.of(user_id).join_channel(channel_id=self.team.id, listener=ears)
        return ears

    async def say(self, *contents: str, sender_id: UserId = ANNA) -> None:
        """Let somebody say something there, and whoever listens hear of it."""
        for content in contents:
            await self.of(sender_id).send_real_time_message(content=content, channel_id=self.team.id)
        await self.calm()

    async def calm(self) -> None:
        """Wait until everything that happened was told."""
        await self.use_cases.settle()
        await breathe()


@asynccontextmanager
async def open_talk(settings: Settings | None = None) -> AsyncGenerator[Talk]:
    """Open a factory with the channel and the people in it."""
    clock, bus, presence, log = FrozenClock(), FrailBus(), FrailPresence(), ShiftingLog()
    rooms = Rooms(log=log)
    ports = cheap_ports(
        clock=clock,
        bus=bus,
        presence=presence,
        channels=MemoryChannels(rooms),
        messages=MemoryMessages(rooms),
        roles=MemoryRoles(log),
    )
    reports: list[tuple[str, dict[str, str | float]]] = []

    def report(event: str, **fields: str | float) -> None:
        reports.append((event, fields))

    async with UseCaseFactory(settings, ports, report=report) as use_cases:
        for user_id in (ANNA, BERT, CARL, EVE):
            await use_cases.as_system("test").user.ensure(id=user_id, username=user_id)
        team = await use_cases.as_user(ANNA).channel.create(name="team", members=[BERT, CARL])
        await use_cases.settle()
        yield Talk(
            ports=ports,
            use_cases=use_cases,
            clock=clock,
            bus=bus,
            presence=presence,
            log=log,
            team=team,
            reports=reports,
        )


@define(eq=False)
class Heard:
    """A handler that remembers what it was told, and can be waited for.

    Attributes:
        begun: What it was told, and may be waiting at.
        gate: What it waits for at each message.
    """

    begun: list[str] = field(factory=list[str])
    contents: list[str] = field(factory=list[str])
    gate: asyncio.Event = field(factory=asyncio.Event)
    _news: asyncio.Event = field(factory=asyncio.Event)

    async def slowly(self, message: Message) -> None:
        """Remember *message*, once the gate is open."""
        self.begun.append(message.content)
        await self.gate.wait()
        self.at_once(message)

    def at_once(self, message: Message) -> None:
        """Remember *message*."""
        self.contents.append(message.content)
        self._news.set()

    async def until(self, last: str) -> list[str]:
        """All that was told, once *last* was."""
        async with asyncio.timeout(PATIENCE):
            while last not in self.contents:
                self._news.clear()
                await self._news.wait()
        return self.contents
