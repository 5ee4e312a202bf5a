"""A client's connections on a network in memory: in fair weather they keep the laws of their ports, on any loop."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from random import Random

import pytest
from attrs import define, field

from saiondo_core.gateway.handshake import Handshake
from saiondo_core.realtime.ports import ClientConnector
from saiondo_core.testing.contracts.connectors import ClientConnectorContract, Host
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.contracts.sockets import ClientSocketContract
from saiondo_core.testing.virtual_cable import VirtualCable
from saiondo_core.testing.virtual_network import VirtualNetwork


@define(eq=False)
class Peer:
    """The server's end of a cable. See `saiondo_core.testing.contracts.connectors.Peer`."""

    cable: VirtualCable

    async def say(self, text: str) -> None:
        """Send *text*."""
        assert await self.cable.server.put_later(text)

    async def hear(self) -> str | bytes | int | None:
        """What comes next."""
        end = self.cable.server
        taken = await end.take()
        return taken if taken is not None or end.ending is None else end.ending.code

    async def close(self, code: int) -> None:
        """Close the connection in order."""
        await self.cable.server.say_goodbye(code)

    def abort(self) -> None:
        """End the connection."""
        self.cable.server.abort()

    def fall_silent(self) -> None:
        """Neither take nor answer anything any more."""
        self.cable.black_hole()


@define(eq=False)
class Landing:
    """Where cables come to an end, in a network of its own: a `VirtualHost`, and a `Host` for the suites."""

    network: VirtualNetwork = field(factory=lambda: VirtualNetwork(Random(1)), init=False)
    connector: ClientConnector = field(init=False)
    nowhere: ClientConnector = field(factory=lambda: VirtualNetwork(Random(1)).connector("anna"), init=False)
    is_up: bool = field(default=True, init=False)
    _landed: "asyncio.Queue[Peer]" = field(factory=asyncio.Queue["Peer"], init=False)

    def __attrs_post_init__(self) -> None:
        """Be reached."""
        self.network.servers.append(self)
        self.connector = self.network.connector("anna")

    @property
    def held(self) -> int:
        """How many cables are in use."""
        return len(self.network.cables())

    def accept(self, cable: VirtualCable, handshake: Handshake) -> None:
        """Take whoever comes."""
        del handshake
        self._landed.put_nowait(Peer(cable))

    def expect(self) -> None:
        """Nothing befalls it."""

    async def accepted(self) -> Peer:
        """The next cable's end."""
        return await self._landed.get()


class _Opening:
    @pytest.fixture
    def opener(self) -> Opener[Host]:
        """Open a network with a server."""

        @asynccontextmanager
        async def opened() -> AsyncGenerator[Host]:
            yield Landing()

        return opened


class TestVirtualConnector(_Opening, ClientConnectorContract):
    """The way to a server in memory."""


class TestVirtualClientSocket(_Opening, ClientSocketContract):
    """A client's end of a cable."""
