"""An ASGI application served by uvicorn with safe settings, for which the extra `server` is needed."""

import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from ssl import SSLContext
from typing import TYPE_CHECKING

from attrs import frozen

from saiondo_core.gateway.asgi.protocol import ASGIApp
from saiondo_core.gateway.errors import ExtraMissingError

if TYPE_CHECKING:
    from saiondo_core.gateway.asgi.server import Server

_BACKLOG = 2_048


@frozen(kw_only=True)
class Serving:
    """An application that is being served.

    Attributes:
        port: Where it listens.
        url: Where clients connect, as seen from here, without a path.
    """

    port: int
    url: str


@asynccontextmanager
async def serve(
    app: ASGIApp, host: str = "127.0.0.1", port: int = 0, *, ssl: SSLContext | None = None
) -> AsyncGenerator[Serving]:
    """Serve *app*, a `RealTimeApp` or what one is mounted in, in the running loop, until the block is left.

    Frames are limited as the policy says, nothing is compressed, and no log holds a URL. On leaving, the requests
    under way are answered, connections are closed, and then the application is told. Signals are left to the host.

    Args:
        app: Where it is a `RealTimeApp`, its clients are told to come back before anything else ends.
        host: An address, or a name.
        port: 0 finds a free one.
        ssl: For `wss`.

    Raises:
        ExtraMissingError: The extra `server` is not installed.
        StartupFailedError: The application did not start.
        OSError: The port is taken.
    """
    listener = _listener(host, port)
    try:
        server = _server(app, listener, ssl)
        serving = await server.begin()
        taken = int(listener.getsockname()[1])
        name = f"[{host}]" if ":" in host else host
        try:
            yield Serving(port=taken, url=f"{'ws' if ssl is None else 'wss'}://{name}:{taken}")
        finally:
            await server.end(serving)
    finally:
        listener.close()


def run(app: ASGIApp, host: str = "127.0.0.1", port: int = 8000, *, ssl: SSLContext | None = None) -> None:
    """Serve *app* until the process is told to stop, as `serve` does, on uvloop where it is installed.

    Raises:
        ExtraMissingError: The extra `server` is not installed.
        OSError: The port is taken.
    """
    with _listener(host, port) as listener:
        _server(app, listener, ssl).run(sockets=[listener])


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    # Those that it accepts inherit it; asyncio sets it only where a socket names its protocol, which this one does not.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _server(app: ASGIApp, listener: socket.socket, ssl: SSLContext | None) -> "Server":
    try:
        from saiondo_core.gateway.asgi.server import Server  # noqa: PLC0415 - It needs uvicorn, which is an extra.
    except ModuleNotFoundError as error:
        if error.name != "uvicorn":
            raise
        raise ExtraMissingError(extra="server") from error
    return Server(app, listener, ssl)
