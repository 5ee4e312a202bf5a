"""The proof on real networks: whatever breaks, and however often, nothing is lost or doubled, at either end."""

import asyncio
import os
import socket
from collections import Counter
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from random import Random

import pytest
from attrs import define, field

from saiondo_core import ChannelId, Ports, Settings, UseCaseFactory, UseCases
from saiondo_core.adapters.system.clock import SystemClock
from saiondo_core.adapters.websocket.connector import WebSocketConnector
from saiondo_core.auth.model import AuthSession
from saiondo_core.composition.settings import WebSocketSettings
from saiondo_core.composition.websocket.standalone import web_socket_client
from saiondo_core.composition.websocket.web_socket import WebSocketUseCase
from saiondo_core.gateway.websocket import serve
from saiondo_core.messages.events import MessageSent
from saiondo_core.messages.model import Message
from saiondo_core.realtime.client_told import WebSocketMessage
from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.feed import stream_of
from saiondo_core.realtime.ports import ClientConnector, ClientSocket
from saiondo_core.testing.fault_proxy import FaultProxy, FaultyConnection
from saiondo_core.testing.faults import Direction
from saiondo_core.testing.people import sign_up
from saiondo_core.testing.ports import cheap_ports
from tests.gateway.two_gateways import LONG, QUICK, SEED, until

FAULTS, MESSAGES = (1_000, 10_000) if LONG else (200, 2_000)
RESTARTS = 5
PEOPLE, SENDERS, CHANNELS = 6, 4, 3
UNANSWERED_MOST = 200
PATIENCE = 60.0
"""For how many seconds it may be that nobody hears anything new: however slow the machine is, that is a standstill."""

WAYS = Direction.TO_SERVER, Direction.TO_CLIENT


@define(eq=False)
class Road(ClientConnector):
    """The way through a network, with the present socket to be got hold of."""

    proxy: FaultProxy
    socket: ClientSocket | None = field(default=None, init=False)

    async def connect(self) -> ClientSocket:
        """See `ClientConnector.connect`."""
        self.socket = await WebSocketConnector(url=self.proxy.url()).connect()
        return self.socket


@define(eq=False)
class Person:
    """Somebody with a client, behind a network of their own.

    Attributes:
        heard: The events that their handler was told of, by channel.
        answers: What became of all that they sent, by channel.
    """

    session: AuthSession
    road: Road
    client: WebSocketUseCase
    _guard: asyncio.Timeout
    heard: dict[ChannelId, list[WebSocketMessage]] = field(factory=dict[ChannelId, list[WebSocketMessage]], init=False)
    answers: "dict[ChannelId, list[asyncio.Task[Message]]]" = field(
        factory=dict[ChannelId, list["asyncio.Task[Message]"]], init=False
    )
    _struck: set[FaultyConnection] = field(factory=set[FaultyConnection], init=False)

    async def come(self, channels: list[ChannelId]) -> None:
        """Connect, and follow *channels*."""
        self.client.on_message("message", self._hear)
        assert await self.client.connect(self.session.user.id, access_token=self.session.access_token)
        for channel_id in channels:
            self.heard[channel_id] = []
            self.answers[channel_id] = []
            await self.client.join_channel(channel_id=channel_id)

    def say(self, channel_id: ChannelId, content: str) -> "asyncio.Task[Message]":
        """Send a message."""
        answer = asyncio.create_task(self.client.send_message(channel_id=channel_id, content=content))
        self.answers[channel_id].append(answer)
        return answer

    @property
    def whole(self) -> list[FaultyConnection]:
        """The connections that stand and were not struck."""
        is_in = self.client.is_connected()
        return [each for each in self.road.proxy.connections if is_in and each not in self._struck]

    async def strike(self, random: Random, struck: Counter[str]) -> None:
        """End the connection, in one way or another."""
        connection = self.whole[-1]
        self._struck.add(connection)
        fault = random.choice(("close", "reset", "black hole", "cut", "half close"))
        struck[fault] += 1
        match fault:
            case "close" if self.road.socket is not None:
                await self.road.socket.close(CloseCode.GOING_AWAY)
            case "reset":
                await connection.reset()
            case "black hole":
                connection.black_hole(random.choice((None, *WAYS)))
            case "cut":
                for way in random.choice((WAYS[:1], WAYS[1:], WAYS)):
                    connection.cut_mid_frame(way, reset=random.random() < 0.5)
            case _:
                connection.half_close(random.choice(WAYS))

    async def _hear(self, told: WebSocketMessage) -> None:
        await asyncio.sleep(0)
        self.heard[told.channel_id].append(told)
        self._guard.reschedule(asyncio.get_running_loop().time() + PATIENCE)


@define(eq=False)
class Server:
    """A gateway that is restarted at the same address, over the same stores."""

    use_cases: UseCases
    port: int
    _serving: AsyncExitStack = field(factory=AsyncExitStack, init=False)

    async def start(self) -> None:
        """Serve from now on."""
        await self._serving.enter_async_context(serve(self.use_cases, port=self.port))

    async def stop(self) -> None:
        """Drain it, and take it away."""
        await self._serving.aclose()


@contextmanager
def reserved_port() -> Generator[int]:
    """Find a port that nobody else is given meanwhile, not even while the server that listens there is restarted."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield int(holder.getsockname()[1])


@define(eq=False)
class Place:
    """A server, and people with clients who come to it."""

    ports: Ports
    server: Server
    people: list[Person]
    channels: list[ChannelId]

    async def ids_of(self, channel_id: ChannelId) -> list[str]:
        """The events of the messages that are stored there, in order."""
        log = await self.ports.channels.log.stream(stream=stream_of(channel_id), after=0, limit=1_000_000)
        return [each.event.stamp.id for each in log if isinstance(each.event, MessageSent)]


@asynccontextmanager
async def open_place() -> AsyncGenerator[Place]:
    """Open one. It is given up at a standstill, and not before.

    Raises:
        BaseException: Whatever goes wrong in there, with a note of how to run it again.
    """
    ports = cheap_ports(clock=SystemClock())
    try:
        async with asyncio.timeout(PATIENCE) as guard, AsyncExitStack() as stack:
            use_cases = await stack.enter_async_context(UseCaseFactory(Settings(real_time=QUICK), ports))
            sessions = [await sign_up(use_cases, f"person-{number}") for number in range(PEOPLE)]
            owner, *others = (each.user.id for each in sessions)
            create = use_cases.as_user(owner).channel.create
            made = [await create(name=f"channel {number}", members=others) for number in range(CHANNELS)]
            channels = [channel.id for channel in made]
            server = Server(use_cases, stack.enter_context(reserved_port()))
            await server.start()
            stack.push_async_callback(server.stop)
            people = list[Person]()
            for number, session in enumerate(sessions):
                proxy = FaultProxy("127.0.0.1", server.port, seed=100 * SEED + number)
                road = Road(await stack.enter_async_context(proxy))
                settings = WebSocketSettings(
                    connector=road,
                    reconnect_seconds_most=0.05,
                    max_reconnect_attempts=100_000,
                    heartbeat_interval=0.3,
                    answer_seconds=0.3,
                )
                client = await stack.enter_async_context(web_socket_client(settings))
                people.append(Person(session, road, client, guard))
                await people[-1].come(channels)
            yield Place(ports, server, people, channels)
    except BaseException as error:
        test, _, _ = os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")
        error.add_note(f"Again: SAIONDO_SEED={SEED} pytest '{test}'")
        raise


# A server of asyncio that closes in the moment in which it accepts lets go of that connection: python/cpython#109564.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.timeout(3_600)  # It is given up at a standstill.
async def test_nothing_is_lost_or_doubled_whatever_breaks() -> None:
    """Connections end in every way, both directions at once, and the gateway is restarted five times, while all talk.

    What was acknowledged is stored once, in the order of its sending; and every handler, the senders' too, was told of
    each message that is stored once, and in order.
    """
    random, struck = Random(SEED), Counter[str]()
    async with open_place() as place:
        senders, unanswered = place.people[:SENDERS], set["asyncio.Task[Message]"]()
        for fault in range(FAULTS):
            for _ in range(MESSAGES // FAULTS):
                sender, channel_id = random.choice(senders), random.choice(place.channels)
                unanswered.add(sender.say(channel_id, f"{len(unanswered)} 안녕"))
            await until(lambda: any(person.whole for person in place.people))
            await random.choice([person for person in place.people if person.whole]).strike(random, struck)
            if fault % (FAULTS // RESTARTS) == FAULTS // RESTARTS // 2:
                await place.server.stop()
                await place.server.start()
            while len(unanswered) > UNANSWERED_MOST:
                done, unanswered = await asyncio.wait(unanswered, return_when=asyncio.FIRST_COMPLETED)
                for answer in done:
                    answer.result()
        await asyncio.gather(*unanswered)
        stored = {channel_id: await place.ids_of(channel_id) for channel_id in place.channels}
        await until(
            lambda: all(len(person.heard[name]) >= len(ids) for person in place.people for name, ids in stored.items())
        )

        assert FAULTS == struck.total()
        assert 5 == len(struck), struck
        assert MESSAGES == sum(map(len, stored.values()))
        for channel_id, ids in stored.items():
            sent = {
                person.session.user.id: [answer.result().id for answer in person.answers[channel_id]]
                for person in senders
            }
            for person in place.people:
                heard = person.heard[channel_id]
                assert ids == [told.event_id for told in heard]
                for sender_id, message_ids in sent.items():
                    assert message_ids == [
                        told.message.id for told in heard if told.message and told.user_id == sender_id
                    ]
        stats = [person.client.get_web_socket_stats() for person in place.people]
        assert [0] * PEOPLE == [each.gaps for each in stats]
        assert FAULTS <= sum(each.connections for each in stats)
