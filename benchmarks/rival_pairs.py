"""One who talks, and one who listens, by others' clients and servers, each as its own documentation has it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import socketio

from benchmarks.crowd import HOST
from benchmarks.pairs import PAIR, Say
from benchmarks.rival_stages import NEVER, served
from benchmarks.serving import TEXT


@asynccontextmanager
async def python_socketio(listener: int) -> AsyncGenerator[Say]:
    """Lend two clients of python-socketio, one of them in a room; what is said is acknowledged, and stored nowhere."""
    server = socketio.AsyncServer(
        async_mode="asgi", transports=["websocket"], ping_interval=NEVER, http_compression=False
    )

    @server.event
    async def listen(sid: str) -> None:
        await server.enter_room(sid, "bench")

    @server.event
    async def talk(_: str, text: str) -> str:
        await server.emit("message", text, room="bench")
        return "done"

    async with served(socketio.ASGIApp(server)) as port:
        clients = [socketio.AsyncClient() for _ in PAIR]
        for client in clients:
            await client.connect(f"http://{HOST}:{port}", transports=["websocket"])
        await clients[listener].call("listen")
        heard = asyncio.Event()
        clients[listener].on("message", lambda _: heard.set())

        async def say() -> None:
            heard.clear()
            await clients[0].call("talk", TEXT)
            await heard.wait()

        try:
            yield say
        finally:
            for client in clients:
                await client.disconnect()
