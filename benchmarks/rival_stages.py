"""The same by others, each as its own documentation has it."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import socketio
import uvicorn
from aiohttp import WSMsgType, web
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.server import ServerConnection, broadcast, serve

from benchmarks.crowd import HOST, Guest, Invitation
from benchmarks.stages import BACKLOG, Stage

NEVER = 3_600.0
"""Seconds between pings: they are for those who may be gone."""


@asynccontextmanager
async def websockets_broadcast(guests: int) -> AsyncGenerator[Stage]:
    """The package `websockets`, and its `broadcast`."""
    connections: set[ServerConnection] = set()

    async def handle(connection: ServerConnection) -> None:
        connections.add(connection)
        try:
            await connection.wait_closed()
        finally:
            connections.remove(connection)

    async def say(text: str) -> None:
        broadcast(connections, text)

    async with serve(handle, HOST, 0, compression=None, ping_interval=None, backlog=BACKLOG) as server:
        yield Stage(invitation=_invitation(server.sockets[0].getsockname()[1], guests), say=say)


@asynccontextmanager
async def starlette(guests: int) -> AsyncGenerator[Stage]:
    """Starlette under uvicorn: whom to tell is a set, as in its own examples."""
    connections: set[WebSocket] = set()

    async def handle(connection: WebSocket) -> None:
        await connection.accept()
        connections.add(connection)
        try:
            async for _ in connection.iter_text():
                pass
        finally:
            connections.remove(connection)

    async def say(text: str) -> None:
        for connection in tuple(connections):
            await connection.send_text(text)

    async with served(Starlette(routes=[WebSocketRoute("/", handle)])) as port:
        yield Stage(invitation=_invitation(port, guests), say=say)


@asynccontextmanager
async def aiohttp(guests: int) -> AsyncGenerator[Stage]:
    """The server of aiohttp: whom to tell is a set, as above."""
    connections: set[web.WebSocketResponse] = set()

    async def handle(request: web.Request) -> web.WebSocketResponse:
        connection = web.WebSocketResponse(compress=False)
        await connection.prepare(request)
        connections.add(connection)
        try:
            async for message in connection:
                if message.type is WSMsgType.ERROR:
                    break
        finally:
            connections.remove(connection)
        return connection

    async def say(text: str) -> None:
        for connection in tuple(connections):
            await connection.send_str(text)

    application = web.Application()
    application.router.add_get("/", handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, HOST, 0, backlog=BACKLOG)
    await site.start()
    try:
        yield Stage(invitation=_invitation(runner.addresses[0][1], guests), say=say)
    finally:
        await runner.cleanup()


@asynccontextmanager
async def python_socketio(guests: int) -> AsyncGenerator[Stage]:
    """python-socketio under uvicorn, over WebSocket from the start."""
    server = socketio.AsyncServer(
        async_mode="asgi", transports=["websocket"], ping_interval=NEVER, http_compression=False
    )

    async def say(text: str) -> None:
        await server.emit("message", text)

    async with served(socketio.ASGIApp(server)) as port:
        yield Stage(
            invitation=Invitation(
                port=port,
                path="/socket.io/?EIO=4&transport=websocket",
                welcome="40{",
                guests=(Guest(hello="40"),) * guests,
            ),
            say=say,
        )


class _Uvicorn(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()


@asynccontextmanager
async def served(application: Callable[..., Awaitable[None]]) -> AsyncGenerator[int]:
    """Serve *application* under uvicorn, and give its port."""
    server = _Uvicorn(
        uvicorn.Config(
            application,
            host=HOST,
            port=0,
            backlog=BACKLOG,
            log_level="critical",
            ws_ping_interval=None,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=1,
        )
    )
    serving = asyncio.create_task(server.serve())
    await server.is_up.wait()
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await serving


def _invitation(port: int, guests: int) -> Invitation:
    return Invitation(port=port, guests=(Guest(),) * guests)
