"""Servers of the `websockets` package, of which tests have hold."""

import asyncio
import logging
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from attrs import define, field, frozen
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from saiondo_core.adapters.websocket.connector import WebSocketConnector

# What the server of these tests would log, the client would have to answer for.
_quiet = logging.getLogger(__name__)
_quiet.setLevel(logging.WARNING)


@frozen
class WebSocketPeer:
    """The server's end of one connection. See `saiondo_core.testing.contracts.connectors.Peer`."""

    _connection: ServerConnection

    async def say(self, text: str) -> None:
        """Send *text*."""
        await self._connection.send(text)

    async def hear(self) -> str | bytes | int | None:
        """What comes next."""
        try:
            return await self._connection.recv()
        except ConnectionClosed as error:
            return None if error.rcvd is None else error.rcvd.code

    async def close(self, code: int) -> None:
        """Close the connection in order."""
        await self._connection.close(code)

    def abort(self) -> None:
        """Reset the connection."""
        self._connection.transport.abort()

    def fall_silent(self) -> None:
        """Read nothing more."""
        self._connection.transport.pause_reading()


@define(eq=False, kw_only=True)
class WebSocketHost:
    """A server, and what came to it. See `saiondo_core.testing.contracts.connectors.Host`."""

    port: int
    nowhere: WebSocketConnector
    _seen: list[ServerConnection] = field(alias="seen")
    _accepted: asyncio.Queue[ServerConnection] = field(alias="accepted")

    @property
    def url(self) -> str:
        """Its address."""
        return f"ws://127.0.0.1:{self.port}/"

    @property
    def connector(self) -> WebSocketConnector:
        """The way to it."""
        return WebSocketConnector(url=self.url)

    @property
    def held(self) -> int:
        """How many of the connections that have asked for something have not ended."""
        return sum(not connection.transport.is_closing() for connection in self._seen)

    @property
    def is_unvisited(self) -> bool:
        """Whether nobody asked it for anything."""
        return not self._seen

    async def accepted(self) -> WebSocketPeer:
        """Its end of the next connection."""
        return WebSocketPeer(await self._accepted.get())


@asynccontextmanager
async def open_host(refusal: Response | None = None) -> AsyncGenerator[WebSocketHost]:
    """Open one, that answers every request with *refusal* where there is one."""
    seen, accepted = list[ServerConnection](), asyncio.Queue[ServerConnection]()

    def admit(connection: ServerConnection, _: Request) -> Response | None:
        seen.append(connection)
        return refusal

    async def handle(connection: ServerConnection) -> None:
        accepted.put_nowait(connection)
        await connection.wait_closed()

    # A port that is taken, and at which nobody listens.
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        nowhere = WebSocketConnector(url=f"ws://127.0.0.1:{deaf.getsockname()[1]}/")
        async with (
            asyncio.timeout(20),
            serve(handle, "127.0.0.1", 0, process_request=admit, logger=_quiet, max_size=None) as server,
        ):
            port: int = next(iter(server.sockets)).getsockname()[1]
            yield WebSocketHost(port=port, nowhere=nowhere, seen=seen, accepted=accepted)
            for connection in seen:
                connection.transport.abort()  # Who has fallen silent would not answer a closing.
