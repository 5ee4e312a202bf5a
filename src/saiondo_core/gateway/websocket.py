"""A gateway on the `websockets` package."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from http import HTTPStatus
from socket import AF_INET, AF_INET6, IPPROTO_TCP, TCP_NODELAY, socket
from ssl import SSLContext
from typing import Self

from attrs import define, field, frozen
from websockets.asyncio.server import Server, ServerConnection
from websockets.asyncio.server import serve as listen
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State

from saiondo_core.composition.use_cases import UseCases
from saiondo_core.gateway.handshake import Authenticator, Handshake
from saiondo_core.gateway.serving import Gateway
from saiondo_core.gateway.shell import Shell
from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.listening import Told
from saiondo_core.realtime.model import RealTimePolicy

_BUFFER_MOST = 65_536
"""How many bytes may lie in a socket's buffer before what comes next waits in the outbox."""

_QUEUE_MOST = 16
"""How many frames of one client are read ahead; the next ones wait in the network, and at last with the client."""

_BACKLOG = 1_024
"""How many may knock at once: after a restart, everybody does."""

_log = logging.getLogger(__name__)
# At DEBUG the package writes every frame into the log, tokens and all; at INFO, that somebody came and went.
_log.setLevel(logging.WARNING)


@define(eq=False)
class WebSocketShell(Shell):
    """One connection of the `websockets` package.

    What is told goes to the transport, past the package: it would write the same bytes, but make them once for each
    receiver. Its own frames (pong, close) go the same way, so all keep their order. `transport` is the one attribute
    that its reference does not name; asyncio hands it to every protocol (`Protocol.connection_made`).
    """

    _connection: ServerConnection
    _policy: RealTimePolicy
    _transport: asyncio.Transport = field(init=False)
    _written: int = field(default=0, init=False)
    _marks: deque[tuple[float, int]] = field(factory=deque[tuple[float, int]], init=False)

    def __attrs_post_init__(self) -> None:
        """Take the transport."""
        self._transport = self._connection.transport

    def frames(self) -> Self:
        """See `Shell.frames`."""
        return self

    def __aiter__(self) -> Self:
        """Go through what the client sends."""
        return self

    async def __anext__(self) -> str | bytes:
        """What the client sends next."""
        try:
            return await self._connection.recv()
        except ConnectionClosed:
            raise StopAsyncIteration from None

    def write_now(self, told: Told) -> bool:
        """See `Shell.write_now`."""
        if self._connection.state is not State.OPEN or self._transport.get_write_buffer_size() >= _BUFFER_MOST:
            return False
        framed = told.framed or _framed(told)
        self._transport.write(framed)
        self._written += len(framed)
        return True

    async def write(self, told: Told) -> None:
        """See `Shell.write`."""
        self._written += len(told.framed or _framed(told))
        try:
            await self._connection.send(told.text or b"", text=True)
        except ConnectionClosed as error:
            raise ConnectionError from error

    def is_stuck(self, now: float) -> bool:
        """See `Shell.is_stuck`."""
        left, marks = self._transport.get_write_buffer_size(), self._marks
        if not left:
            marks.clear()
            return False
        while marks and marks[0][1] <= self._written - left:
            marks.popleft()
        if not marks or marks[-1][1] < self._written:
            marks.append((now, self._written))
        # The package answers every ping, whether its answers are read or not.
        return now - marks[0][0] >= self._policy.write_seconds or left > 2 * self._policy.waiting_octets

    async def close(self, code: CloseCode) -> None:
        """See `Shell.close`."""
        await self._connection.close(code)

    def abort(self) -> None:
        """See `Shell.abort`."""
        self._transport.abort()


def _framed(told: Told) -> bytes:
    """*told* as one text frame, which servers do not mask (RFC 6455, 5.1): the same bytes for all receivers."""
    told.framed = Frame(Opcode.TEXT, told.text or b"").serialize(mask=False)
    return told.framed


@frozen(kw_only=True)
class WebSocketServer:
    """A gateway that is being served.

    Attributes:
        port: Where it listens.
        url: Where clients connect, as seen from here.
        gateway: What it serves.
    """

    port: int
    url: str
    gateway: Gateway

    def __len__(self) -> int:
        """How many connections there are."""
        return len(self.gateway)


@asynccontextmanager
async def serve(
    use_cases: UseCases,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    authenticate: Authenticator | None = None,
    origins: Collection[str] = (),
    ssl: SSLContext | None = None,
    sock: socket | None = None,
) -> AsyncGenerator[WebSocketServer]:
    """Serve real time over WebSockets, as `docs/realtime-protocol.md` says.

    ```python
    async with UseCaseFactory() as use_cases, serve(use_cases, port=8080) as server:
        print(server.url)
        await asyncio.Event().wait()
    ```

    At the end nobody is accepted any more, requests under way are answered, and clients are told to come back
    elsewhere (1012), all within the drain time.

    Args:
        use_cases: Bound to nobody.
        host: The interface to listen at.
        port: The port; 0 finds a free one.
        authenticate: Says whose a connection is; by default, its access token does.
        origins: The web pages, as `https://example.org`, from which browsers may connect.
        ssl: The certificate, where nobody before this server decrypts.
        sock: A socket that is bound already, in the place of host and port.

    Raises:
        OSError: It cannot listen there.
    """
    gateway = Gateway(use_cases, authenticate=authenticate, origins=origins)
    policy = gateway.live.policy
    accepted = set[ServerConnection]()

    class Connection(ServerConnection):
        """A connection that is known from its first byte on, not only once its handshake is done."""

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            accepted.add(self)

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            accepted.discard(self)

    def admit(connection: ServerConnection, request: Request) -> Response | None:
        named = request.headers.get_all("Origin")
        refusal = gateway.refusal(request.path, ", ".join(named) if named else None)
        return None if refusal is None else connection.respond(HTTPStatus(refusal.status), refusal.reason)

    async def handle(connection: ServerConnection) -> None:
        shell = WebSocketShell(connection, policy)
        await gateway.serve(_handshake(connection), shell)

    if sock is not None and sock.family in (AF_INET, AF_INET6):
        # asyncio leaves it out where a socket does not name its protocol, and small frames would wait for each other.
        sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
    server = await listen(
        handle,
        host if sock is None else None,
        port if sock is None else None,
        sock=sock,
        ssl=ssl,
        backlog=_BACKLOG,
        process_request=admit,
        create_connection=Connection,
        compression=None,
        server_header=None,
        open_timeout=policy.auth_seconds,
        close_timeout=policy.write_seconds,
        ping_interval=None,
        max_size=policy.frame_octets,
        max_queue=_QUEUE_MOST,
        write_limit=_BUFFER_MOST,
        logger=_log,
    )
    try:
        async with gateway:
            try:
                yield _served(server, gateway, "wss" if ssl else "ws")
            finally:
                server.close(close_connections=False)
    finally:
        for connection in tuple(accepted):
            connection.transport.abort()
        await server.wait_closed()


def _handshake(connection: ServerConnection) -> Handshake:
    request = connection.request
    if request is None:
        raise RuntimeError("a connection is served after its handshake")
    headers = {name.lower(): value for name, value in request.headers.raw_items()}
    return Handshake(path=request.path, headers=headers)


def _served(server: Server, gateway: Gateway, scheme: str) -> WebSocketServer:
    listening = server.sockets[0]
    host, port = listening.getsockname()[:2]
    address = f"[{host}]" if listening.family == AF_INET6 else host
    return WebSocketServer(port=port, url=f"{scheme}://{address}:{port}", gateway=gateway)
