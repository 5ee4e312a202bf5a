"""uvicorn with settings that are safe for real time, and what it lacks."""

import asyncio
import logging
import socket
from math import ceil
from ssl import SSLContext
from typing import cast

import uvicorn
from uvicorn._types import ASGISendEvent
from uvicorn.lifespan.off import LifespanOff
from uvicorn.lifespan.on import LifespanOn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import Frame, Opcode
from websockets.protocol import State

from saiondo_core.gateway.asgi.application import RealTimeApp
from saiondo_core.gateway.asgi.protocol import ASGIApp
from saiondo_core.gateway.asgi.shell import SOCKET, Socket
from saiondo_core.gateway.errors import StartupFailedError
from saiondo_core.gateway.reading import ReadsLittle, new_buffer
from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.listening import Told
from saiondo_core.realtime.model import RealTimePolicy

_FRAGMENTS_MOST = 4_096
"""How many fragments a message may have, as in the `websockets` package: empty ones count for no size."""

_QUIET = logging.getLogger("uvicorn.error").getChild("saiondo_core")
_QUIET.setLevel(logging.WARNING)  # Below that uvicorn logs each URL, with whatever somebody wrote into it.


class Config(uvicorn.Config):
    """Limits at the socket as the policy has them, no compression, no pings beside the heartbeat, no URL in any log."""

    def __init__(self, app: ASGIApp, policy: RealTimePolicy, ssl: SSLContext | None) -> None:
        """Configure for *app*, in the running loop, without touching the host's logging."""
        self.policy = policy
        self.buffer: memoryview = new_buffer()
        super().__init__(
            app,
            interface="asgi3",
            loop="auto",
            http=_HTTP,
            ws=_WebSocket,
            ws_max_size=policy.frame_octets,
            ws_per_message_deflate=False,
            ws_ping_interval=None,
            ws_ping_timeout=None,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=ceil(policy.drain_seconds),
            ssl_context_factory=None if ssl is None else lambda _, __: ssl,
        )


class _HTTP(H11Protocol):
    """HTTP, up to the upgrade."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._look_later()

    def _look_later(self) -> None:
        seconds = cast("Config", self.config).policy.auth_seconds
        self.loop.call_later(seconds, self._end_if_silent, cast("RequestResponseCycle | None", self.cycle))

    def _end_if_silent(self, before: RequestResponseCycle | None) -> None:
        if self.transport.get_protocol() is not self or self.transport.is_closing():
            return
        # While a request is put together, uvicorn has no limit of its own.
        cycle = cast("RequestResponseCycle | None", self.cycle)
        if cycle is before and (cycle is None or cycle.response_complete):
            self.transport.abort()
        else:
            self._look_later()


class _WebSocket(WebSocketsSansIOProtocol, ReadsLittle, Socket):
    """A WebSocket that can be ended at once."""

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, object],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.policy = cast("Config", config).policy
        self.logger = self.conn.logger = _QUIET
        self.conn.debug = False

    @property
    def buffer(self) -> memoryview:
        return cast("Config", self.config).buffer

    def write_now(self, told: Told) -> bool:
        is_open = self.conn.state is State.OPEN and self.handshake_complete and not self.transport.is_closing()
        if not (is_open and self.writable.is_set()):
            return False
        if told.framed is None:
            told.framed = Frame(Opcode.TEXT, told.text or b"").serialize(mask=False)
        self.transport.write(told.framed)
        return True

    @property
    def is_overfull(self) -> bool:
        # Answers to pings do not ask for room.
        return self.transport.get_write_buffer_size() > 2 * self.policy.waiting_octets

    def abort(self) -> None:
        self.transport.abort()

    async def send(self, message: ASGISendEvent) -> None:
        await super().send(message)
        # By itself uvicorn would report a refusal as an error.
        self.handshake_complete = self.handshake_complete or self.close_sent

    async def run_asgi(self) -> None:
        extensions: dict[str, object] = {**(self.scope.get("extensions") or {}), SOCKET: self}
        cast("dict[str, object]", self.scope)["extensions"] = extensions
        await super().run_asgi()
        # What is left to be sent may never be read.
        self.loop.call_later(self.policy.write_seconds, self.transport.abort)

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) < _FRAGMENTS_MOST:
            super().handle_cont(event)
        elif not self.close_sent:
            self.conn.fail(CloseCode.TOO_BIG, "too many fragments")
            self.handle_parser_exception()

    def handle_parser_exception(self) -> None:
        if self.conn.close_sent is None:
            self.abort()  # Frames came before the connection was accepted, and made no sense.
        else:
            super().handle_parser_exception()


class Server(uvicorn.Server):
    """Closes connections in order before it ends."""

    def __init__(self, app: ASGIApp, listener: socket.socket, ssl: SSLContext | None) -> None:
        """Serve *app* on *listener*."""
        self._app = app
        self._listener = listener
        self.lifespan: LifespanOn | LifespanOff
        policy = app.policy if isinstance(app, RealTimeApp) else RealTimePolicy()
        super().__init__(Config(app, policy, ssl))

    async def begin(self) -> "asyncio.Task[None]":
        """Serve, and give what goes on until `should_exit` is set; signals are left to the host.

        Raises:
            StartupFailedError: The application did not start.
        """
        self.config.load()
        self.lifespan = self.config.lifespan_class(self.config)
        try:
            await self.startup(sockets=[self._listener])
        except SystemExit as error:
            self._listener.close()
            raise StartupFailedError from error
        return asyncio.create_task(self.main_loop())

    async def end(self, serving: "asyncio.Task[None]") -> None:
        """Stop listening, close all connections in order, and tell the application."""
        self.should_exit = True
        await serving
        await self.shutdown(sockets=[self._listener])

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """See `uvicorn.Server`; real time is drained first, for uvicorn itself just closes."""
        for server in self.servers:
            server.close()
        if isinstance(self._app, RealTimeApp):
            await self._app.drain()
        await super().shutdown(sockets)
