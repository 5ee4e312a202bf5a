"""Two gateways over one store, who comes to them, and the proof that nobody missed anything."""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from unittest.mock import patch

from attrs import field, frozen
from websockets.asyncio.client import connect

from examples import live_client
from examples.live_client import Json
from saiondo_core import ChannelId, Ports, Settings, UseCaseFactory, UseCases
from saiondo_core.adapters.system.clock import SystemClock
from saiondo_core.auth.model import AuthSession
from saiondo_core.gateway.websocket import WebSocketServer, serve
from saiondo_core.kernel.events import Recorded
from saiondo_core.messages.events import MessageSent
from saiondo_core.messages.model import MessageId
from saiondo_core.realtime.feed import stream_of
from saiondo_core.realtime.model import RealTimePolicy
from saiondo_core.testing.fault_proxy import FaultProxy
from saiondo_core.testing.people import sign_up
from saiondo_core.testing.ports import cheap_ports
from tests.gateway.guests import Guest
from tests.gateway.sites import Client

LONG = bool(os.environ.get("SAIONDO_LONG"))
SEED = int(os.environ.get("SAIONDO_SEED", "1"))
GUARD_SECONDS = 1_500 if LONG else 100

QUICK = RealTimePolicy(
    heartbeat_seconds=0.4,
    answer_seconds=0.4,
    write_seconds=0.4,
    drain_seconds=0.5,
    head_check_seconds=0.5,
    events_per_minute=1_000_000,
    requests_per_minute=1_000_000,
    recover_most=100_000,
)
"""Limits under which whatever goes wrong shows within a second, nobody says too much, and nobody is away too long."""

QUICK_CONNECT = partial(connect, ping_interval=0.4, ping_timeout=0.4)
"""The same for clients."""


@frozen(kw_only=True)
class Town:
    """Two processes' worth of use cases and gateways over the same ports, and who lives there."""

    seed: int
    ports: Ports
    talks: tuple[UseCases, ...]
    servers: tuple[WebSocketServer, ...]
    people: tuple[AuthSession, ...]
    channels: tuple[ChannelId, ...]
    _stack: AsyncExitStack = field(alias="stack")

    async def guest(self, number: int, *, channels: tuple[ChannelId, ...] = ()) -> Guest:
        """Let the person of that number come, by the first gateway if the number is even, and follow *channels*."""
        port = self.servers[number % 2].port
        network = await FaultProxy("127.0.0.1", port, seed=100 * self.seed + number).__aenter__()
        self._stack.push_async_callback(network.__aexit__, None, None, None)  # It has nothing to add to our note.
        guest = Guest(self.people[number], network, channels)
        self._stack.push_async_callback(guest.leave)
        return guest

    async def log_of(self, channel_id: ChannelId) -> tuple[Recorded, ...]:
        """All that happened there."""
        return await self.ports.channels.log.stream(stream=stream_of(channel_id), after=0, limit=1_000_000)

    async def messages_of(self, channel_id: ChannelId) -> list[MessageId]:
        """The messages that were sent there, in their order."""
        return [each.event.message_id for each in await self.log_of(channel_id) if isinstance(each.event, MessageSent)]

    async def await_delivery(self, guests: Sequence[Guest]) -> None:
        """Return once each of *guests* has heard of each of its channels up to where it has got, or further."""
        heads = {channel_id: len(await self.log_of(channel_id)) for channel_id in self.channels}
        await until(
            lambda: all(
                guest.client.offsets[channel_id] >= heads[channel_id]
                for guest in guests
                for channel_id in guest.channels
            )
        )

    async def assert_delivered(self, guests: Sequence[Guest]) -> None:
        """Nothing was lost or doubled, and all is in order: what was heard is the store's log from the joining on."""
        for channel_id in self.channels:
            stored = [(each.offset, each.event.stamp.id) for each in await self.log_of(channel_id)]
            for guest in guests:
                (past,) = guest.pasts[channel_id]
                assert stored[past.after :] == [(event["offset"], event["event_id"]) for event in past.events]
                for message_id, shown in _shown(past.events).items():
                    message = await self.ports.messages.get(message_id=MessageId(message_id))
                    assert message is not None
                    assert (message.content, message.deleted_at is None) == (
                        shown["content"],
                        shown["deleted_at"] is None,
                    )


def _shown(events: list[Json]) -> dict[str, Json]:
    """Each message as the last event that tells of it shows it."""
    return {event["message_id"]: event["message"] for event in events if event["message"]}


@asynccontextmanager
async def connected(
    server: WebSocketServer, person: AuthSession, *, sock: socket.socket | None = None
) -> AsyncGenerator[Client]:
    """Let *person* in, by the bare `websockets` package and no proxy."""
    async with connect(
        server.url, sock=sock, proxy=None, compression=None, ping_interval=None, max_size=None, close_timeout=1
    ) as connection:
        client = Client(connection)
        welcome = await client.say("auth", token=person.access_token)
        assert "welcome" == welcome["type"], welcome
        yield client


def _listening() -> socket.socket:
    """Listen on loopback, with little room in the kernel for what clients do not read."""
    made = socket.create_server(("127.0.0.1", 0))
    made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16_384)
    return made


async def until(is_so: Callable[[], bool]) -> None:
    """Return once it is so; the guard of the test ends what never is."""
    while not is_so():  # noqa: ASYNC110 - what is waited for happens in many places, and tells nobody.
        await asyncio.sleep(0.005)


@asynccontextmanager
async def two_gateways(
    *, policy: RealTimePolicy = QUICK, ports: Ports | None = None, people: int, channels: int = 1, seed: int = SEED
) -> AsyncGenerator[Town]:
    """Serve both gateways, with so many *people*, all of them members of so many *channels*.

    Raises:
        BaseException: Whatever goes wrong in there, with a note of how to run it again.
    """
    ports = ports or cheap_ports(clock=SystemClock())
    settings = Settings(real_time=policy)
    try:
        async with asyncio.timeout(GUARD_SECONDS), AsyncExitStack() as stack:
            factories = [UseCaseFactory(settings, ports) for _ in range(2)]
            talks = [await stack.enter_async_context(factory) for factory in factories]
            servers = [await stack.enter_async_context(serve(use_cases, sock=_listening())) for use_cases in talks]
            stack.enter_context(patch.multiple(live_client, connect=QUICK_CONNECT, RECONNECT_SECONDS=0.01))
            inhabitants = [await sign_up(talks[0], f"guest-{number}") for number in range(people)]
            owner, *others = (each.user.id for each in inhabitants)
            create = talks[0].as_user(owner).channel.create
            made = [await create(name=f"channel {number}", members=others) for number in range(channels)]
            yield Town(
                seed=seed,
                ports=ports,
                talks=tuple(talks),
                servers=tuple(servers),
                people=tuple(inhabitants),
                channels=tuple(channel.id for channel in made),
                stack=stack,
            )
    except BaseException as error:
        test, _, _ = os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")
        error.add_note(f"Again: SAIONDO_SEED={seed} pytest '{test}'")
        raise
