"""A client machine on a network in memory, and what its application would know."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import ParamSpec, Self, assert_never

from attrs import define, field

from saiondo_core.channels.model import ChannelId
from saiondo_core.messages.model import Message
from saiondo_core.realtime.client import ClientMachine
from saiondo_core.realtime.client_effects import (
    Close,
    Connect,
    ConnectionStatus,
    Deliver,
    Effect,
    Effects,
    GetToken,
    Missed,
    Report,
    Settled,
    Transmit,
)
from saiondo_core.realtime.client_requests import Lasting
from saiondo_core.realtime.errors import ConnectionLostError
from saiondo_core.realtime.frames import Data
from saiondo_core.realtime.model import Cursor, GapReason, head_of
from saiondo_core.realtime.replies import Ack, Happened, Snapshot
from saiondo_core.realtime.requests import Say
from saiondo_core.testing.virtual_ends import ClientEnd
from saiondo_core.testing.virtual_network import VirtualNetwork
from saiondo_core.wire.frames import decode_reply, encode_frame

P = ParamSpec("P")

CONNECT_SECONDS = 10.0
"""How long an attempt to connect may take."""


@define(eq=False)
class Following:
    """What a client knows of one channel.

    Attributes:
        first: The offset after which it hears; None before the server has said so.
        heard: The event at each offset from there; None where it was told that it misses it.
        voids: How often it was told that all it had heard is void.
    """

    first: int | None = None
    heard: list[Happened | None] = field(factory=list["Happened | None"], init=False)
    voids: int = field(default=0, init=False)

    def tell(self, told: Data | Missed) -> None:
        """Take note of what was told."""
        match told:
            case Snapshot(head=head) if self.first is None:
                self.first = head
            case Happened():
                self.heard.append(told)
            case Missed(reason=reason):
                if reason is GapReason.EPOCH_CHANGED:
                    self.first, self.voids = 0, self.voids + 1
                    self.heard.clear()
                self.heard += [None] * (told.last - told.first + 1)
            case _:
                pass


@define(eq=False, kw_only=True)
class VirtualClient:
    """A client machine over a `VirtualNetwork`: what it asks for is carried out, and what it delivers is kept.

    Nothing is checked, sorted or repaired on the way, so whatever is lost was lost by the machine, or by the server.

    Attributes:
        name: Its own, in the network.
        token: What it says in `auth`.
        machine: What is tried.
        channels: What it knows of each channel that it has joined.
        settled: What became of all that it said.
        reports: Each change of its status.
    """

    name: str
    token: str = field(repr=False)
    network: VirtualNetwork
    machine: ClientMachine
    channels: dict[ChannelId, Following] = field(factory=dict[ChannelId, Following], init=False)
    settled: list[Settled] = field(factory=list[Settled], init=False)
    reports: list[Report] = field(factory=list[Report], init=False)
    _socket: ClientEnd | None = field(default=None, init=False)
    _link: "asyncio.Task[None] | None" = field(default=None, init=False)
    _goodbyes: "set[asyncio.Task[None]]" = field(factory=set["asyncio.Task[None]"], init=False)
    _alarm: asyncio.TimerHandle | None = field(default=None, init=False)
    _failure: Exception | None = field(default=None, init=False)

    async def __aenter__(self) -> Self:
        """Connect."""
        self._do(self.machine.connect)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Disconnect, and raise what the machine has raised, if it has."""
        link = self._link
        if self._failure is None:
            self._do(self.machine.disconnect)
        if link is not None:
            link.cancel()
            await asyncio.wait((link, *self._goodbyes))
            if not link.cancelled():
                link.result()
        if self._failure is not None:
            raise self._failure

    def join(self, channel_id: ChannelId, since: Cursor | None = None) -> None:
        """Follow a channel, from *since* or from now on."""
        self.channels[channel_id] = Following(None if since is None else head_of(since).offset)
        self._do(self.machine.join, channel_id, self._now, since)

    def say(self, channel_id: ChannelId, data: Lasting) -> None:
        """Say something that is to be answered."""
        self._do(self.machine.send, channel_id, data, self._now)

    @property
    def status(self) -> ConnectionStatus:
        """How it stands to its server."""
        return self.machine.status

    @property
    def unsettled(self) -> int:
        """How much of what it said is not answered."""
        return len(self.machine.unsettled)

    def acknowledged(self, channel_id: ChannelId) -> list[tuple[str, Message]]:
        """The messages that it was told to be stored, each after its key, in the order in which it was told so."""
        return [
            (settled.request.data.client_message_id, settled.answer.message)
            for settled in self.settled
            if settled.request is not None
            and settled.request.channel_id == channel_id
            and isinstance(settled.request.data, Say)
            and isinstance(settled.answer, Ack)
            and settled.answer.message is not None
        ]

    @property
    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _do(self, call: Callable[P, Effects], *args: P.args, **named: P.kwargs) -> None:
        try:
            for effect in call(*args, **named):
                self._carry_out(effect)
        except Exception as error:
            self._failure = error
            raise
        due = self.machine.due
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = None if due is None else asyncio.get_running_loop().call_at(due, self._ring)

    def _ring(self) -> None:
        self._do(self.machine.ticked, self._now)

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case GetToken(after=after):
                asyncio.get_running_loop().call_later(after, lambda: self._do(self.machine.authorized, self.token))
            case Connect(after=after):
                self._link = asyncio.create_task(self._run(after))
            case Close(code=code):
                self._let_go(code)
            case Transmit(frame=frame):
                self._transmit(encode_frame(frame).decode())
            case Deliver(frame=frame) if frame.channel_id is not None:
                self.channels[frame.channel_id].tell(frame.data)
            case Missed():
                self.channels[effect.channel_id].tell(effect)
            case Deliver():
                pass
            case Settled():
                self.settled.append(effect)
            case Report():
                self.reports.append(effect)
            case _:
                assert_never(effect)

    async def _run(self, after: float) -> None:
        await asyncio.sleep(after)
        code = None
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                socket = self._socket = await self.network.connect(self.name)
            self._do(self.machine.connected, self._now)
            while self._socket is socket:
                text = await socket.receive()
                self._do(self.machine.received, decode_reply(text), self._now)
        except ConnectionLostError as error:
            code = error.close_code
        except TimeoutError:
            pass
        if self._link is asyncio.current_task():
            self._socket = None
            self._do(self.machine.lost, code, self._now)

    def _let_go(self, code: int) -> None:
        if self._socket is not None:
            goodbye = asyncio.create_task(self._say_goodbye(self._socket, code))
            self._goodbyes.add(goodbye)
            goodbye.add_done_callback(self._goodbyes.discard)
        if self._link is not None and self._link is not asyncio.current_task():
            self._link.cancel()
        self._socket = self._link = None

    async def _say_goodbye(self, socket: ClientEnd, code: int) -> None:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await socket.close(code)
        except TimeoutError:
            socket.abort()

    def _transmit(self, text: str) -> None:
        if self._socket is not None and not self._socket.put(text) and not self._socket.is_over:
            raise RuntimeError("the client says more than the network takes")
