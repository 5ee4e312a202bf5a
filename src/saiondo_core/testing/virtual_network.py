"""A network in memory, on virtual time: real gateways, and whatever clients there are, under faults by chance."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from random import Random
from types import MappingProxyType
from typing import Protocol

from attrs import define, field, frozen

from saiondo_core.composition.ports import Ports
from saiondo_core.composition.settings import Settings
from saiondo_core.gateway.handshake import Authenticator, Handshake
from saiondo_core.realtime.errors import ConnectionLostError
from saiondo_core.realtime.ports import ClientConnector
from saiondo_core.testing.randomness import CountingIds
from saiondo_core.testing.virtual_bus import VirtualBus
from saiondo_core.testing.virtual_cable import VirtualCable
from saiondo_core.testing.virtual_ends import ClientEnd
from saiondo_core.testing.virtual_faults import CALM, Faults, Weather
from saiondo_core.testing.virtual_lanes import LATENCY
from saiondo_core.testing.virtual_server import VirtualServer


class VirtualHost(Protocol):
    """What listens on a network in memory: a `VirtualServer`, or whatever else a test serves by."""

    @property
    def is_up(self) -> bool:
        """Whether clients reach it."""
        ...

    def accept(self, cable: VirtualCable, handshake: Handshake) -> None:
        """Serve whoever is at the other end of *cable*."""
        ...

    def expect(self) -> None:
        """Wait for the faults of the present weather, for as long as it lasts."""
        ...


@define(eq=False)
class VirtualNetwork:
    """Servers and clients in one event loop, and what lies between them.

    What becomes of a connection follows from `random` as it was at first, its client's name and how often that client
    has tried to connect: nothing that is done elsewhere changes it.

    Attributes:
        random: For whoever runs the test.
        weather: The faults at the moment, and how often each has struck.
        servers: Those that are there, up or down.
        ids: Names that nobody else there gives.
        seed: What all else is drawn from.
    """

    random: Random
    weather: Weather = field(factory=Weather, init=False)
    servers: list[VirtualHost] = field(factory=list[VirtualHost], init=False)
    ids: CountingIds = field(factory=CountingIds, init=False)
    seed: float = field(init=False)
    _attempts: Counter[str] = field(factory=Counter[str], init=False)
    _cables: dict[VirtualCable, str] = field(factory=dict[VirtualCable, str], init=False)

    def __attrs_post_init__(self) -> None:
        """Draw what all else is drawn from."""
        self.seed = self.random.random()

    @asynccontextmanager
    async def serve(
        self, ports: Ports, settings: Settings | None = None, *, authenticate: Authenticator | None = None
    ) -> AsyncGenerator[VirtualServer]:
        """Serve the use cases over *ports*; clients reach, by chance, any server that is up."""
        server = VirtualServer(
            ports=ports,
            settings=settings or Settings(),
            authenticate=authenticate,
            random=Random(f"{self.seed}/{len(self.servers)}"),
            weather=self.weather,
        )
        async with server:
            self.servers.append(server)
            yield server

    def connector(self, name: str, headers: Mapping[str, str] = MappingProxyType({})) -> ClientConnector:
        """The way to the servers, for the client of that *name*, which says *headers* in every handshake."""
        return _Connector(self, name, headers)

    async def connect(self, name: str, headers: Mapping[str, str] = MappingProxyType({})) -> ClientEnd:
        """Connect the client of that *name* with a server.

        Raises:
            ConnectionLostError: No server is up, or the weather is against it.
        """
        self._attempts[name] += 1
        random = Random(f"{self.seed}/{name}/{self._attempts[name]}")
        await asyncio.sleep(2 * random.uniform(*LATENCY))
        faults = self.weather.faults
        if self.weather.strikes(random, "unanswered", faults.unanswered):
            await asyncio.Event().wait()
        up = [server for server in self.servers if server.is_up]
        if not up or self.weather.strikes(random, "refused", faults.refused):
            raise ConnectionLostError
        cable = VirtualCable(random, self.weather)
        self._cables[cable] = name
        random.choice(up).accept(cable, Handshake(path="/", headers=headers))
        cable.expect()
        return cable.client

    def bus(self) -> VirtualBus:
        """A bus between servers, under the same weather."""
        return VirtualBus(Random(f"{self.seed}/bus"), self.weather)

    def cables(self, name: str | None = None) -> list[VirtualCable]:
        """The connections that somebody knows of still: of the client of that *name*, or of all."""
        self._cables = {cable: whose for cable, whose in self._cables.items() if not cable.is_over}
        return [cable for cable, whose in self._cables.items() if name in {None, whose}]

    def storm(self, faults: Faults) -> None:
        """Be under *faults* from now on, and no others."""
        self.weather.change(faults)
        for cable in self.cables():
            cable.expect()
        for server in self.servers:
            server.expect()

    def heal(self) -> None:
        """Let nothing go wrong from now on. Whoever holds a broken connection has yet to find out."""
        self.storm(CALM)


@frozen
class _Connector(ClientConnector):
    """One client's way to the servers."""

    network: VirtualNetwork
    name: str
    headers: Mapping[str, str]

    async def connect(self) -> ClientEnd:
        """See `ClientConnector.connect`."""
        return await self.network.connect(self.name, self.headers)
