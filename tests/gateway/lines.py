"""A connection in memory, whose client is the test: it says frames, hears frames, and reads as slowly as it likes."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TypedDict, cast

from attrs import define, field, frozen

from saiondo_core import Ports, Settings, UseCaseFactory, UseCases
from saiondo_core.adapters.memory.channels import MemoryChannels
from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.adapters.memory.messages import MemoryMessages
from saiondo_core.adapters.memory.roles import MemoryRoles
from saiondo_core.adapters.memory.rooms import Rooms
from saiondo_core.auth.model import AuthSession
from saiondo_core.channels.model import Channel
from saiondo_core.gateway.handshake import Authenticator, Handshake
from saiondo_core.gateway.serving import Gateway
from saiondo_core.gateway.shell import Shell
from saiondo_core.kernel.events import Event
from saiondo_core.messages.model import Appended, MessageDraft
from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.listening import Told
from saiondo_core.realtime.model import RealTimePolicy
from saiondo_core.realtime.ports import PresenceStore
from saiondo_core.testing.clocks import FrozenClock, breathe
from saiondo_core.testing.people import sign_up
from saiondo_core.testing.ports import cheap_ports

PATIENCE = 20.0
"""Real seconds after which a test that waits in vain fails."""


_TURNS = 200
"""Turns of the loop within which all that a test says is done."""


class Reply(TypedDict):
    """A frame from the server, as far as it was said."""

    type: str
    id: str | None
    data: dict[str, object]
    channel_id: str | None


@define(eq=False)
class Line(Shell):
    """One socket.

    Attributes:
        room: How many frames the network takes before writing has to wait; reading them makes no more.
        is_answering: Whether the client takes part in closing.
        is_stuck_by_now: Whether what was written does not go out.
        written: What went out.
        closed_with: The code that the client was told, once it was.
    """

    room: int = 1_000_000
    is_answering: bool = True
    is_stuck_by_now: bool = False
    written: list[Told] = field(factory=list[Told], init=False)
    closed_with: CloseCode | None = field(default=None, init=False)
    is_over: bool = field(default=False, init=False)
    _said: "asyncio.Queue[str | bytes | None]" = field(factory=asyncio.Queue["str | bytes | None"], init=False)
    _moved: asyncio.Event = field(factory=asyncio.Event, init=False)

    def frames(self) -> "Line":
        """See `Shell.frames`."""
        return self

    def __aiter__(self) -> "Line":
        """Go through what the client says."""
        return self

    async def __anext__(self) -> str | bytes:
        """What the client says next."""
        said = await self._said.get()
        if said is None:
            raise StopAsyncIteration
        return said

    def write_now(self, told: Told) -> bool:
        """See `Shell.write_now`."""
        if self.is_over or not self.room:
            return False
        self.room -= 1
        self.written.append(told)
        return True

    async def write(self, told: Told) -> None:
        """See `Shell.write`."""
        await self._until_room()
        self.write_now(told)

    def is_stuck(self, now: float) -> bool:  # noqa: ARG002 - the test says it
        """See `Shell.is_stuck`."""
        return self.is_stuck_by_now

    async def close(self, code: CloseCode) -> None:
        """See `Shell.close`."""
        await self._until_room()
        self.closed_with = code
        if not self.is_answering:
            await asyncio.Event().wait()
        self.hang_up()

    def abort(self) -> None:
        """See `Shell.abort`."""
        self.hang_up()

    def hang_up(self) -> None:
        """End the connection."""
        if not self.is_over:
            self.is_over = True
            self._said.put_nowait(None)
        self._moved.set()

    def read(self, frames: int = 1_000_000) -> None:
        """Take *frames* more from the network."""
        self.room += frames
        self._moved.set()

    def say(self, type: str, channel_id: str | None = None, /, *, id: str | None = None, **data: object) -> None:
        """Say a frame."""
        whole = {"type": type, "id": id, "channel_id": channel_id, "data": data}
        self.send(json.dumps({name: value for name, value in whole.items() if value is not None}))

    def send(self, message: str | bytes) -> None:
        """Say *message*, whatever it is."""
        self._said.put_nowait(message)

    @property
    def heard(self) -> list[Reply]:
        """All that the client was told."""
        return [
            cast("Reply", {"id": None, "channel_id": None, **json.loads(told.text or b"")}) for told in self.written
        ]

    @property
    def types(self) -> list[str]:
        """The types of all that it was told."""
        return [reply["type"] for reply in self.heard]

    def answer(self, id: str) -> Reply:
        """What it was answered to *id*, which is one frame."""
        (reply,) = (reply for reply in self.heard if reply["id"] == id)
        return reply

    async def _until_room(self) -> None:
        while not (self.room or self.is_over):
            self._moved.clear()
            await self._moved.wait()
        if self.is_over:
            raise ConnectionError


@define(eq=False)
class FrailMessages(MemoryMessages):
    """Messages in a store that can be told to fail, or to wait, around the commit of the next one.

    Attributes:
        before: Raised before it.
        after: Raised after it.
        gate: What it waits for.
    """

    before: Exception | None = None
    after: Exception | None = None
    gate: asyncio.Event | None = None

    async def append(
        self, *, draft: MessageDraft, fingerprint: str, membership_revision: int, events: tuple[Event, ...]
    ) -> Appended:
        """See `MessageRepository.append`."""
        (before, after), self.before, self.after = (self.before, self.after), None, None
        if self.gate is not None:
            await self.gate.wait()
        if before is not None:
            raise before
        appended = await super().append(
            draft=draft, fingerprint=fingerprint, membership_revision=membership_revision, events=events
        )
        if after is not None:
            raise after
        return appended


@frozen(kw_only=True)
class House:
    """A gateway in memory, on a clock that stands still: Anna owns the channel, Bert is in it."""

    ports: Ports
    use_cases: UseCases
    gateway: Gateway
    clock: FrozenClock
    messages: FrailMessages
    anna: AuthSession
    bert: AuthSession
    team: Channel
    reports: list[str]

    @asynccontextmanager
    async def line(self, who: AuthSession | None = None, *, line: Line | None = None) -> AsyncGenerator[Line]:
        """Connect, as *who* by the header, or as nobody yet; the client is gone at the end."""
        line = line or Line()
        headers = {} if who is None else {"authorization": f"Bearer {who.access_token}"}
        serving = asyncio.create_task(self.gateway.serve(Handshake(path="/", headers=headers), line))
        await self.calm()
        try:
            yield line
        finally:
            line.hang_up()
            async with asyncio.timeout(PATIENCE):
                await serving

    async def calm(self) -> None:
        """Wait until everything that was said is done, and everything that happened was told."""
        await breathe(_TURNS)
        await self.use_cases.settle()
        await breathe(_TURNS)


@asynccontextmanager
async def open_house(
    policy: RealTimePolicy | None = None,
    *,
    authenticate: Authenticator | None = None,
    presence: PresenceStore | None = None,
) -> AsyncGenerator[House]:
    """Open a factory and a gateway, with the people and the channel."""
    clock, log, reports = FrozenClock(), MemoryLog(), list[str]()
    rooms = Rooms(log=log)
    messages = FrailMessages(rooms)
    ports = cheap_ports(clock=clock, channels=MemoryChannels(rooms), messages=messages, roles=MemoryRoles(log))
    if presence is not None:
        ports = ports.replace(presence=presence)
    settings = Settings(real_time=policy or RealTimePolicy())
    factory = UseCaseFactory(settings, ports, report=lambda event, **_: reports.append(event))
    async with factory as use_cases, Gateway(use_cases, authenticate=authenticate) as gateway:
        anna, bert = await sign_up(use_cases, "anna"), await sign_up(use_cases, "bert")
        team = await use_cases.as_user(anna.user.id).channel.create(name="team", members=[bert.user.id])
        await use_cases.settle()
        yield House(
            ports=ports,
            use_cases=use_cases,
            gateway=gateway,
            clock=clock,
            messages=messages,
            anna=anna,
            bert=bert,
            team=team,
            reports=reports,
        )
