"""A client that does not read: it is closed, little waits for it, nobody else notices, and it loses nothing."""

import asyncio
import gc
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import TypeAlias, TypeVar

import pytest
from attrs import define, field
from websockets.exceptions import ConnectionClosed

from saiondo_core.gateway.websocket import WebSocketServer
from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.model import RealTimePolicy
from saiondo_core.realtime.outbox import Outbox
from saiondo_core.testing.clocks import FrozenClock
from saiondo_core.testing.ports import cheap_ports
from tests.gateway.sites import Client
from tests.gateway.two_gateways import LONG, Town, connected, two_gateways, until

T = TypeVar("T")
Strangers: TypeAlias = tuple[object, ...]

OTHERS = 99
MESSAGES = 2_000 if LONG else 1_000
AHEAD = 15
"""How many messages are sent before everybody who reads has got them."""

TEXT = "안녕하세요 " * 300
FRAME_MOST = 8_192
"""More bytes than a frame with `TEXT` has."""

BUFFER_MOST = 65_536
"""How many bytes the gateway leaves to a socket, but for the frame that passes this, and the one being written then."""


def living(kind: type[T], strangers: Strangers = ()) -> list[T]:
    """Give all of that kind that there are, but for *strangers*: what earlier tests have left."""
    known = set(map(id, strangers))
    # Not `isinstance`: a weak proxy whose object is gone fails when it is asked what it is.
    return [each for each in gc.get_objects() if issubclass(type(each), kind) and id(each) not in known]


def strangers() -> Strangers:
    """Give all that a gauge would look at by now."""
    return (*living(Outbox), *living(asyncio.Transport))


@define(eq=False)
class Gauge:
    """How much waits at most for any client of this test.

    Attributes:
        frames: Frames in an outbox.
        octets: Bytes in an outbox.
        written: Bytes in a socket's buffer, before those of the kernel.
    """

    _strangers: Strangers
    frames: int = field(default=0, init=False)
    octets: int = field(default=0, init=False)
    written: int = field(default=0, init=False)
    _outboxes: list[Outbox] = field(init=False)
    _transports: list[asyncio.Transport] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Find what there is to look at."""
        self._outboxes, self._transports = living(Outbox, self._strangers), living(asyncio.Transport, self._strangers)

    def look(self) -> None:
        """Look at all that were there at the beginning."""
        self.frames = max(self.frames, *map(len, self._outboxes))
        self.octets = max(self.octets, *(outbox.octets for outbox in self._outboxes))
        self.written = max(self.written, *(each.get_write_buffer_size() for each in self._transports))


@define(eq=False)
class Reader:
    """Somebody who listens to the first channel."""

    client: Client
    offsets: list[int] = field(factory=list[int], init=False)
    cursor: object = field(default=None, init=False)

    async def join(self, town: Town, since: object = None) -> bool:
        """Join, and say whether all that happened *since* follows."""
        joined = await self.client.say("join_channel", town.channels[0], since=since)
        self.cursor = joined["data"]["cursor"]
        return bool(joined["data"]["recovered"])

    async def read(self) -> None:
        """Read on, until the connection ends."""
        try:
            while True:
                frame = await self.client.hear()
                if frame["type"] == "event":
                    self.offsets.append(int(str(frame["data"]["offset"])))
                    self.cursor = frame["data"]["cursor"]
        except ConnectionClosed:
            pass


def small(server: WebSocketServer) -> socket.socket:
    """Connect to *server* by a socket whose window is soon shut."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    made.connect(("127.0.0.1", server.port))
    return made


def have_heard(readers: list[Reader], count: int) -> Callable[[], bool]:
    """Make what tells whether all of *readers* have heard so many events."""
    return lambda: all(len(reader.offsets) >= count for reader in readers)


async def say(town: Town, count: int, readers: list[Reader], gauge: Gauge) -> list[int]:
    """Send so many messages, no faster than *readers* read them; give the offsets of their events."""
    heard = len(readers[0].offsets)
    first = len(await town.log_of(town.channels[0])) + 1
    for number in range(count):
        send = town.talks[number % 2].as_user(town.people[0].user.id).message.send
        await send(channel_id=town.channels[0], content=TEXT)
        gauge.look()
        await until(have_heard(readers, heard + number - AHEAD))
    await until(have_heard(readers, heard + count))
    gauge.look()
    return list(range(first, first + count))


@pytest.mark.parametrize(
    ("waiting_events", "waiting_octets"), [(50, 1_048_576), (1_000, 100_000)], ids=["frames", "bytes"]
)
async def test_a_client_that_reads_nothing(waiting_events: int, waiting_octets: int) -> None:
    """It is closed as slow, little waits for it, 99 others hear everything in order, and it loses nothing by that."""
    policy = RealTimePolicy(waiting_events=waiting_events, waiting_octets=waiting_octets, recover_most=MESSAGES)
    ports, before = cheap_ports(clock=FrozenClock()), strangers()
    async with two_gateways(people=2, policy=policy, ports=ports) as town, AsyncExitStack() as stack:
        bert, servers = town.people[1], town.servers
        slow = Reader(await stack.enter_async_context(connected(servers[0], bert, sock=small(servers[0]))))
        others = [
            Reader(await stack.enter_async_context(connected(servers[number % 2], bert))) for number in range(OTHERS)
        ]
        for reader in (slow, *others):
            await reader.join(town)
        reading = [asyncio.create_task(other.read()) for other in others]
        gauge = Gauge(before)
        sent = await say(town, MESSAGES, others, gauge)
        await slow.read()
        async with connected(servers[1], bert) as again:
            back = Reader(again)
            has_recovered = await back.join(town, slow.cursor)
            reading.append(asyncio.create_task(back.read()))
            await until(lambda: len(slow.offsets) + len(back.offsets) >= MESSAGES)

        assert CloseCode.SLOW == slow.client.socket.close_code
        assert waiting_events >= gauge.frames > 0
        assert waiting_octets >= gauge.octets > len(TEXT)
        assert BUFFER_MOST + 2 * FRAME_MOST >= gauge.written > BUFFER_MOST // 2
        assert all(sent == other.offsets for other in others)
        assert has_recovered
        assert sent == slow.offsets + back.offsets
    await asyncio.gather(*reading)


@pytest.mark.parametrize("fills", ["written", "frames"])
async def test_a_peer_whose_window_is_shut(fills: str) -> None:
    """What cannot be written ends the connection at the write deadline, and nobody else's.

    That holds for little that is left in the socket's buffer, and where frames wait behind it.
    """
    clock, policy, before = FrozenClock(), RealTimePolicy(), strangers()
    async with two_gateways(people=2, policy=policy, ports=cheap_ports(clock=clock)) as town:
        server, (_, bert) = town.servers[0], town.people
        async with connected(server, bert, sock=small(server)) as shut, connected(server, bert) as neighbour:
            slow, other = Reader(shut), Reader(neighbour)
            await slow.join(town)
            await other.join(town)
            reading = asyncio.create_task(other.read())
            gauge, sent = Gauge(before), list[int]()
            while not getattr(gauge, fills):
                sent += await say(town, 1, [other], gauge)
            await clock.advance(policy.write_seconds - 1)
            assert 2 == len(server)
            await clock.advance(2)
            await until(lambda: len(server) == 1)
            await slow.read()

            assert (fills == "frames") == (gauge.frames > 0)
            assert 1006 == slow.client.socket.close_code
            assert sent == other.offsets
            assert sent[: len(slow.offsets)] == slow.offsets
        await reading
