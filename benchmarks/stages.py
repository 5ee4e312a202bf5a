"""From where a crowd is told something: the limit, and ours."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import cast

from attrs import frozen

from benchmarks.crowd import HOST, Guest, Invitation, frame
from saiondo_core import Channel, Settings, UseCaseFactory, UseCases, memory_ports
from saiondo_core.auth.model import AuthSession
from saiondo_core.gateway.websocket import serve
from saiondo_core.testing.passwords import CheapPasswords, NoCommonPasswords
from saiondo_core.testing.people import sign_up

BACKLOG = 1_024
PEOPLE_MOST = 1_000
"""How many guests hear the same channel at most; more of them are spread over channels of a hundred."""

IDLE_TOGETHER = 100

_ACCEPTING = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


@frozen(kw_only=True)
class Stage:
    """A server that is up.

    Attributes:
        invitation: How its guests come in.
        say: Tells all of them a text, or has begun to.
    """

    invitation: Invitation
    say: Callable[[str], Awaitable[None]]


@asynccontextmanager
async def bare(guests: int) -> AsyncGenerator[Stage]:
    """Nothing but asyncio: a frame is made once, and written to all transports."""
    transports = set[asyncio.Transport]()
    server = await asyncio.get_running_loop().create_server(lambda: _Bare(transports), HOST, 0, backlog=BACKLOG)

    async def say(text: str) -> None:
        framed = frame(text.encode())
        for transport in transports:
            transport.write(framed)

    async with server:
        port: int = server.sockets[0].getsockname()[1]
        yield Stage(invitation=Invitation(port=port, guests=(Guest(),) * guests), say=say)


class _Bare(asyncio.Protocol):
    """Shakes hands, and hears nothing."""

    def __init__(self, transports: set[asyncio.Transport]) -> None:
        """Be one of *transports* once hands are shaken."""
        self._transports = transports
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        if self._transport in self._transports:
            return
        self._heard += data
        if self._heard.endswith(b"\r\n\r\n"):
            self._transport.write(_accepted(self._heard))
            self._transports.add(self._transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - whyever it is
        """See `asyncio.Protocol`."""
        self._transports.discard(self._transport)


@asynccontextmanager
async def ours(guests: int) -> AsyncGenerator[Stage]:
    """The whole protocol: a session for each guest, who has joined the channel into which a use case sends."""
    settings = Settings()
    ports = memory_ports(settings, passwords=CheapPasswords(), common_passwords=NoCommonPasswords())
    async with UseCaseFactory(settings, ports) as use_cases, serve(use_cases, HOST) as server:
        people = [await sign_up(use_cases, f"person{number}") for number in range(guests)]
        together = guests if guests <= PEOPLE_MOST else IDLE_TOGETHER
        groups = [people[start : start + together] for start in range(0, guests, together)]
        channels = [await _channel(use_cases, group) for group in groups]
        invited = (_guest(person, channel) for channel, group in zip(channels, groups, strict=True) for person in group)
        anna, channel = use_cases.as_user(people[0].user.id), channels[0]

        async def say(text: str) -> None:
            await anna.message.send(channel_id=channel.id, content=text)

        yield Stage(invitation=Invitation(port=server.port, welcome='"snapshot"', guests=tuple(invited)), say=say)


async def _channel(use_cases: UseCases, group: Sequence[AuthSession]) -> Channel:
    owner, *others = (person.user.id for person in group)
    return await use_cases.as_user(owner).channel.create(name="bench", members=others)


def _guest(person: AuthSession, channel: Channel) -> Guest:
    return Guest(token=person.access_token, hello=f'{{"type":"join_channel","channel_id":"{channel.id}"}}')


def _accepted(request: bytes) -> bytes:
    """The server's half of the handshake (RFC 6455, 4.2.2)."""
    _, _, rest = request.decode().partition("Sec-WebSocket-Key: ")
    key = rest.partition("\r\n")[0] + _ACCEPTING
    digest = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()  # noqa: S324 - the protocol asks for it
    lines = "HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"
    return "\r\n".join([*lines, f"Sec-WebSocket-Accept: {digest}", "", ""]).encode()
