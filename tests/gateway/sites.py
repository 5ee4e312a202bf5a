"""A gateway on loopback, on either shell, with people who talk to it."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import NotRequired, TypedDict, cast

from attrs import define, field, frozen
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from saiondo_core import Settings, UseCaseFactory, UseCases
from saiondo_core.adapters.system.clock import SystemClock
from saiondo_core.auth.model import AuthSession
from saiondo_core.channels.model import Channel
from saiondo_core.gateway import asgi, websocket
from saiondo_core.gateway.asgi import RealTimeApp
from saiondo_core.gateway.handshake import Authenticator
from saiondo_core.kernel.ports import Clock
from saiondo_core.realtime.model import RealTimePolicy
from saiondo_core.testing.people import sign_up
from saiondo_core.testing.ports import cheap_ports
from saiondo_core.testing.randomness import CountingIds

SHELLS = "websocket", "asgi"
TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9


class Reply(TypedDict):
    """A frame from the server."""

    type: str
    id: NotRequired[str]
    data: dict[str, object]


@define(eq=False)
class SetBackClock(Clock):
    """The machine's clock, whose `now` can be set back: what is made then is old soon."""

    seconds: float = 0.0
    _clock: SystemClock = field(factory=SystemClock, init=False)

    def now(self) -> datetime:
        """See `Clock.now`."""
        return self._clock.now() - timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return self._clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        await self._clock.sleep(seconds)


@define(eq=False)
class Client:
    """Somebody's connection, by the bare `websockets` package."""

    socket: ClientConnection
    others: deque[Reply] = field(factory=deque[Reply], init=False)
    _ids: "count[int]" = field(factory=lambda: count(1), init=False)

    async def say(self, type: str, channel_id: str | None = None, **data: object) -> Reply:
        """Ask for something, and give the answer; what comes before it is kept in `others`."""
        frame: dict[str, object] = {"type": type, "id": f"asked-{next(self._ids)}", "data": data}
        if channel_id is not None:
            frame["channel_id"] = channel_id
        await self.socket.send(json.dumps(frame))
        return await self.answer(str(frame["id"]))

    async def answer(self, id: str | None) -> Reply:
        """Give the answer to *id*: for None, to what had none."""
        while True:
            reply = await self.hear()
            if reply.get("id") == id and (id is not None or reply["type"] == "error"):
                return reply
            self.others.append(reply)

    async def hear(self) -> Reply:
        """Give the next frame."""
        async with asyncio.timeout(20):
            return cast("Reply", json.loads(await self.socket.recv()))

    async def end(self) -> tuple[list[str], int | None]:
        """Give the codes of all errors that still come, and the close code."""
        errors = list[str]()
        try:
            while True:
                reply = await self.hear()
                if reply["type"] == "error":
                    errors.append(str(reply["data"]["code"]))
        except ConnectionClosed:
            return errors, self.socket.close_code


@frozen(kw_only=True)
class Site:
    """A gateway that is served, and who knows it: Anna, who owns the channel, and Bert, who is in it."""

    url: str
    factory: UseCaseFactory
    use_cases: UseCases
    anna: AuthSession
    bert: AuthSession
    team: Channel
    clock: SetBackClock
    reports: list[str]

    @asynccontextmanager
    async def stranger(self, path: str = "/", *, headers: tuple[tuple[str, str], ...] = ()) -> AsyncGenerator[Client]:
        """Connect, and say nothing yet."""
        async with connect(
            self.url + path, additional_headers=headers, compression=None, proxy=None, ping_interval=None, max_size=None
        ) as socket:
            yield Client(socket)

    @asynccontextmanager
    async def client(self, who: AuthSession) -> AsyncGenerator[Client]:
        """Connect, say who it is, and join the channel."""
        async with self.stranger() as client:
            welcome = await client.say("auth", token=who.access_token)
            assert "welcome" == welcome["type"], welcome
            joined = await client.say("join_channel", self.team.id)
            assert "snapshot" == joined["type"], joined
            yield client


@asynccontextmanager
async def open_site(
    shell: str,
    policy: RealTimePolicy | None = None,
    *,
    authenticate: Authenticator | None = None,
    origins: Collection[str] = (),
) -> AsyncGenerator[Site]:
    """Serve a gateway on *shell*, with Anna and Bert signed up."""
    reports, clock = list[str](), SetBackClock()
    factory = UseCaseFactory(
        Settings(real_time=policy or RealTimePolicy()),
        cheap_ports(clock=clock, ids=CountingIds()),
        report=lambda event, **told: reports.append(f"{event} {told}"),
    )
    async with factory as use_cases:
        anna, bert = await sign_up(use_cases, "anna"), await sign_up(use_cases, "bert")
        team = await use_cases.as_user(anna.user.id).channel.create(name="team", members=(bert.user.id,))
        serving = (
            websocket.serve(use_cases, authenticate=authenticate, origins=origins)
            if shell == "websocket"
            else asgi.serve(RealTimeApp(use_cases, authenticate=authenticate, origins=origins))
        )
        async with serving as server:
            yield Site(
                url=server.url,
                factory=factory,
                use_cases=use_cases,
                anna=anna,
                bert=bert,
                team=team,
                clock=clock,
                reports=reports,
            )


def frame(
    opcode: int, payload: bytes = b"", *, fin: bool = True, reserved: int = 0, masked: bool = True, length: int = -1
) -> bytes:
    """Build a frame as a client sends it (RFC 6455, 5.2), or as it must not; *length* is what it claims."""
    size = len(payload) if length < 0 else length
    bit = 0x80 if masked else 0
    if size < 126:
        head = bytes((fin << 7 | reserved << 4 | opcode, bit | size))
    elif size < 65_536:
        head = bytes((fin << 7 | reserved << 4 | opcode, bit | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((fin << 7 | reserved << 4 | opcode, bit | 127)) + size.to_bytes(8, "big")
    # Masked with zeros, octets stay what they are.
    return head + (bytes(4) if masked else b"") + payload
