"""A server that a test plays by hand, on a frozen clock, and the client that talks to it."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from attrs import define, evolve, field

from saiondo_core.channels.model import ChannelId
from saiondo_core.composition.settings import WebSocketSettings
from saiondo_core.composition.websocket.clients import Clients
from saiondo_core.composition.websocket.tools import ClientTools
from saiondo_core.composition.websocket.web_socket import WebSocketUseCase
from saiondo_core.composition.websocket.wiring import make_client_tools
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.rights import Lifetime
from saiondo_core.messages.model import Message, MessageId
from saiondo_core.realtime.client_told import WebSocketEvent
from saiondo_core.realtime.errors import ConnectionLostError
from saiondo_core.realtime.frames import Data, Frame
from saiondo_core.realtime.ports import ClientConnector, ClientSocket, CursorStore
from saiondo_core.realtime.replies import Ack
from saiondo_core.realtime.requests import Auth, JoinChannel, Say
from saiondo_core.testing.clocks import FrozenClock, breathe
from saiondo_core.testing.randomness import CountingIds
from saiondo_core.wire.frames import decode_request, encode_frame
from tests.realtime.client_frames import MIDNIGHT, WELCOME, snapshot

BOT = UserId("bot")
TEAM = ChannelId("team")


@define(eq=False)
class Wire(ClientSocket):
    """One connection, with the server's end in the test's hand.

    Attributes:
        said: What the client has sent.
        closed_with: The code with which the client closed it.
        is_deaf: Whether closing gets no answer.
    """

    said: list[Frame[Data]] = field(factory=list[Frame[Data]], init=False)
    closed_with: int | None = field(default=None, init=False)
    is_aborted: bool = field(default=False, init=False)
    is_deaf: bool = field(default=False, init=False)
    _coming: deque[bytes] = field(factory=deque[bytes], init=False)
    _news: asyncio.Event = field(factory=asyncio.Event, init=False)
    _end: ConnectionLostError | None = field(default=None, init=False)

    async def send(self, text: bytes) -> None:
        """See `ClientSocket.send`."""
        if self._end is not None:
            raise self._end
        self.said.append(decode_request(text, most=65_536))

    async def receive(self) -> bytes:
        """See `ClientSocket.receive`."""
        while not self._coming:
            if self._end is not None:
                raise self._end
            self._news.clear()
            await self._news.wait()
        return self._coming.popleft()

    async def close(self, code: int) -> None:
        """See `ClientSocket.close`."""
        self.closed_with = code
        if self.is_deaf:
            await asyncio.Event().wait()
        self.end(None)

    def abort(self) -> None:
        """See `ClientSocket.abort`."""
        self.is_aborted = True
        self.end(None)

    def tell(self, *frames: Frame[Data] | bytes) -> None:
        """Let the server say something."""
        self._coming += (frame if isinstance(frame, bytes) else encode_frame(frame) for frame in frames)
        self._news.set()

    def end(self, code: int | None) -> None:
        """Let the server end it."""
        self._end = self._end or ConnectionLostError(close_code=code)
        self._news.set()

    @property
    def is_ended(self) -> bool:
        """Whether nothing goes over it any more."""
        return self._end is not None

    def of(self, kind: type[Data]) -> list[Frame[Data]]:
        """What the client has sent of one kind."""
        return [frame for frame in self.said if isinstance(frame.data, kind)]

    async def answer_join(self, head: int = 0) -> None:
        """Answer the last `join_channel`."""
        asked = self.of(JoinChannel)[-1]
        assert asked.id is not None
        assert asked.channel_id is not None
        self.tell(snapshot(asked.id, head, channel_id=asked.channel_id))
        await breathe()

    async def answer_messages(self) -> None:
        """Acknowledge what was said and not acknowledged, one after the other."""
        answered = set[str | None]()
        while fresh := [frame for frame in self.of(Say) if frame.id not in answered]:
            for frame in fresh:
                answered.add(frame.id)
                self.tell(acked(frame))
            await breathe()


@define(eq=False)
class Peer(ClientConnector):
    """A server that can be reached or not.

    Attributes:
        wires: The connections that were made.
        refusal: How it refuses to be connected to, where it does.
        is_away: Whether connecting is never answered.
    """

    wires: list[Wire] = field(factory=list[Wire], init=False)
    refusal: ConnectionLostError | None = field(default=None, init=False)
    is_away: bool = field(default=False, init=False)
    greets: bool = field(default=True, init=False)

    async def connect(self) -> ClientSocket:
        """See `ClientConnector.connect`."""
        if self.is_away:
            await asyncio.Event().wait()
        if self.refusal is not None:
            raise self.refusal
        wire = Wire()
        self.wires.append(wire)
        if self.greets:
            wire.tell(WELCOME)
        return wire

    @property
    def wire(self) -> Wire:
        """The present connection."""
        return self.wires[-1]


class Always(Lifetime):
    """A lifetime that does not end."""

    def check(self) -> None:
        """See `Lifetime.check`."""


@define(eq=False)
class Bench:
    """A client, its server, and the time."""

    client: WebSocketUseCase
    clients: Clients
    peer: Peer
    clock: FrozenClock
    reports: list[str]
    events: list[str] = field(factory=list[str], init=False)

    def note(self, event: WebSocketEvent) -> None:
        """Write down that something happened."""
        self.events.append(event.type.value)

    async def connect(self, token: str = "a token") -> bool:
        """Connect, as the bot."""
        connecting = asyncio.create_task(self.client.connect(BOT, access_token=token))
        await breathe()
        return await connecting

    async def join(self, head: int = 0, channel_id: ChannelId = TEAM) -> None:
        """Join a channel whose last event is *head*."""
        joining = asyncio.create_task(self.client.join_channel(channel_id=channel_id))
        await breathe()
        await self.peer.wire.answer_join(head)
        await joining


@asynccontextmanager
async def open_bench(
    settings: WebSocketSettings | None = None,
    *,
    cursors: CursorStore | None = None,
    random: Callable[[], float] = lambda: 0.5,
) -> AsyncGenerator[Bench]:
    """Open a client, whose random numbers are all one half, and see to it that nothing is left of it."""
    peer, clock, reports = Peer(), FrozenClock(), list[str]()
    before = asyncio.all_tasks()
    chosen = evolve(settings or WebSocketSettings(), connector=peer, cursor_store=cursors)

    def tools() -> ClientTools:
        made = make_client_tools(
            chosen,
            report=lambda event, **fields: reports.append(f"{event} {fields}"),
            clock=clock,
            ids=CountingIds(),
        )
        return evolve(made, random=random)

    clients = Clients(tools)
    client = WebSocketUseCase(clients=clients, lifetime=Always())
    bench = Bench(client, clients, peer, clock, reports)
    client.on_event("*", bench.note)
    try:
        async with asyncio.timeout(10):
            yield bench
    finally:
        closing = asyncio.create_task(clients.close())
        while not closing.done():
            await clock.advance(10)
        await closing
    await breathe()
    assert before == asyncio.all_tasks()
    assert all(wire.is_aborted for wire in peer.wires)


def said_as(wire: Wire) -> list[str]:
    """What the client has sent, by type."""
    return [frame.type for frame in wire.said]


def token_of(wire: Wire) -> str:
    """Which token the client has said."""
    data = wire.of(Auth)[0].data
    assert isinstance(data, Auth)
    return data.token


def keys_of(*wires: Wire) -> list[str]:
    """The client's own names of the messages that it has sent, in order, repeated ones too."""
    return [frame.data.client_message_id for wire in wires for frame in wire.said if isinstance(frame.data, Say)]


def acked(frame: Frame[Data]) -> Frame[Data]:
    """Acknowledge a message."""
    said = frame.data
    assert isinstance(said, Say)
    assert frame.channel_id is not None
    message = Message(
        id=MessageId(f"stored {said.client_message_id}"),
        channel_id=frame.channel_id,
        sender_id=BOT,
        content=said.content,
        client_message_id=said.client_message_id,
        created_at=MIDNIGHT,
        sequence=1,
    )
    return Frame(type=Ack.type, id=frame.id, data=Ack(message=message), channel_id=frame.channel_id)
