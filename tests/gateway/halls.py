"""Gateways on loopback over one set of ports, and what is left in this process once everybody has gone."""

import asyncio
import gc
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from attrs import frozen
from websockets.asyncio.client import ClientConnection, connect

from saiondo_core import Ports, Settings, UseCaseFactory, UseCases
from saiondo_core.adapters.memory.presence import MemoryPresence
from saiondo_core.adapters.system.clock import SystemClock
from saiondo_core.auth.model import AuthSession
from saiondo_core.channels.model import Channel
from saiondo_core.gateway.websocket import WebSocketServer, serve
from saiondo_core.realtime.model import RealTimePolicy
from saiondo_core.realtime.ports import PresenceStore
from saiondo_core.testing.people import sign_up
from saiondo_core.testing.ports import cheap_ports
from tests.gateway.sites import Client

PATIENCE = 60.0
"""Seconds after which a test that waits in vain fails."""


@frozen(kw_only=True)
class Hall:
    """Gateways in one process, as if in several: Anna owns the channel, Bert is in it."""

    ports: Ports
    use_cases: tuple[UseCases, ...]
    servers: tuple[WebSocketServer, ...]
    anna: AuthSession
    bert: AuthSession
    team: Channel
    doors: tuple[AsyncExitStack, ...]

    async def shut(self, at: int) -> None:
        """Close a gateway."""
        await self.doors[at].aclose()

    @asynccontextmanager
    async def socket(self, who: AuthSession, at: int = 0, *, max_queue: int = 16) -> AsyncGenerator[ClientConnection]:
        """A connection of *who* to a gateway, which reads so many frames ahead; its welcome is still to be read."""
        async with connect(
            self.servers[at].url,
            additional_headers={"Authorization": f"Bearer {who.access_token}"},
            compression=None,
            proxy=None,
            open_timeout=PATIENCE,
            ping_interval=None,
            max_queue=max_queue,
        ) as opened:
            yield opened

    @asynccontextmanager
    async def client(self, who: AuthSession, at: int = 0) -> AsyncGenerator[Client]:
        """A connection that listens to the channel."""
        async with self.socket(who, at) as opened:
            client = Client(opened)
            assert "snapshot" == (await client.say("join_channel", self.team.id))["type"]
            yield client

    @property
    def hub_size(self) -> int:
        """How much the gateways keep for whoever listens."""
        return sum(use_cases.live.attending.hub.size for use_cases in self.use_cases)


@asynccontextmanager
async def open_hall(
    policy: RealTimePolicy, *, gateways: int = 1, narrow: bool = False, presence: PresenceStore | None = None
) -> AsyncGenerator[Hall]:
    """Serve, on free ports; where it is *narrow*, the network takes little that nobody reads."""
    ports = cheap_ports(clock=SystemClock(), presence=presence or MemoryPresence())
    settings = Settings(real_time=policy)
    async with asyncio.timeout(PATIENCE), AsyncExitStack() as stack:
        use_cases = [await stack.enter_async_context(UseCaseFactory(settings, ports)) for _ in range(gateways)]
        doors = [await stack.enter_async_context(AsyncExitStack()) for _ in range(gateways)]
        servers = [
            await door.enter_async_context(serve(each, sock=_listener(narrow=narrow)))
            for door, each in zip(doors, use_cases, strict=True)
        ]
        anna, bert = await sign_up(use_cases[0], "anna"), await sign_up(use_cases[0], "bert")
        team = await use_cases[0].as_user(anna.user.id).channel.create(name="team", members=[bert.user.id])
        yield Hall(
            ports=ports,
            use_cases=tuple(use_cases),
            servers=tuple(servers),
            anna=anna,
            bert=bert,
            team=team,
            doors=tuple(doors),
        )


async def until(is_so: Callable[[], bool]) -> None:
    """Return once it is so; the patience of the hall ends what never is."""
    while not is_so():  # noqa: ASYNC110 - what is waited for is counted, and nobody tells of it
        await asyncio.sleep(0.005)


def holdings(hall: Hall) -> tuple[int, int, int, int]:
    """How many tasks, connections, things in the hubs, and descriptors there are."""
    gc.collect()
    descriptors = len(tuple(Path("/dev/fd").iterdir()))
    return len(asyncio.all_tasks()), sum(map(len, hall.servers)), hall.hub_size, descriptors


def _listener(*, narrow: bool) -> socket.socket:
    listener = socket.create_server(("127.0.0.1", 0), backlog=1_024)
    if narrow:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8_192)
    return listener
