"""A gateway on the `websockets` package."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from http import HTTPStatus
from socket import AF_INET, AF_INET6, IPPROTO_TCP, TCP_NODELAY, socket
from ssl import SSLContext

from attrs import frozen
from websockets.asyncio.server import Server, ServerConnection
from websockets.asyncio.server import serve as listen
from websockets.http11 import Request, Response

from saiondo_core.composition.use_cases import UseCases
from saiondo_core.gateway.handshake import Authenticator, Handshake
from saiondo_core.gateway.reading import ReadsLittle, new_buffer
from saiondo_core.gateway.serving import Gateway
from saiondo_core.gateway.websocket.shell import BUFFER_MOST, WebSocketShell

_QUEUE_MOST = 16
"""How many frames of one client are read ahead; the next ones wait in the network, and at last with the client."""

_BACKLOG = 1_024
"""How many may knock at once: after a restart, everybody does."""

_log = logging.getLogger(__name__)
# At DEBUG the package writes every frame into the log, tokens and all; at INFO, that somebody came and went.
_log.setLevel(logging.WARNING)


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
    accepted, shared = set[ServerConnection](), new_buffer()

    class Connection(ServerConnection, ReadsLittle):
        """A connection that is known from its first byte on."""

        @property
        def buffer(self) -> memoryview:
            return shared

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
        await gateway.serve(_handshake(connection), WebSocketShell(connection, policy))

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
        write_limit=BUFFER_MOST,
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
