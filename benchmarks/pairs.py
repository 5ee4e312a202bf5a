"""One who talks, and one who listens, over a server on loopback, all in one process: bare sockets, and ours.

Whoever talks may be the one who listens.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from typing import TypeAlias

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, broadcast, serve

from benchmarks.crowd import HOST
from benchmarks.serving import TEXT
from saiondo_core import ChannelId, Settings, UseCaseFactory, UseCases, memory_ports
from saiondo_core.auth.model import AuthSession
from saiondo_core.composition.settings import WebSocketSettings
from saiondo_core.composition.websocket.standalone import web_socket_client
from saiondo_core.gateway.websocket import WebSocketServer
from saiondo_core.gateway.websocket import serve as serve_ours
from saiondo_core.realtime.client_told import WebSocketMessage
from saiondo_core.realtime.model import RealTimePolicy
from saiondo_core.testing.passwords import CheapPasswords, NoCommonPasswords
from saiondo_core.testing.people import sign_up

MUCH = 1_000_000_000
"""Nobody here says too much."""

Say: TypeAlias = Callable[[], Awaitable[None]]
"""Says something, and returns once whoever listens was told of it."""

PAIR = "anna", "bert"


@asynccontextmanager
async def bare(listener: int) -> AsyncGenerator[Say]:
    """Lend two bare connections of `websockets`, and a server that passes on what is said, and no more."""
    listening = set[ServerConnection]()

    async def handle(connection: ServerConnection) -> None:
        async for text in connection:
            if text == "listen":
                listening.add(connection)
                await connection.send("listening")
            else:
                broadcast(listening, text)

    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(serve(handle, HOST, 0, compression=None, ping_interval=None))
        url = f"ws://{HOST}:{next(iter(server.sockets)).getsockname()[1]}"
        sockets = [await _socket(stack, url) for _ in PAIR]
        await sockets[listener].send("listen")
        await sockets[listener].recv()

        async def say() -> None:
            await sockets[0].send(TEXT)
            await sockets[listener].recv()

        yield say


@asynccontextmanager
async def ours(listener: int) -> AsyncGenerator[Say]:
    """Lend two of our clients, one with a handler, at our gateway: what is said is acknowledged, too."""
    async with _site() as (use_cases, server):
        people, channel_id = await _people(use_cases)
        async with web_socket_client(WebSocketSettings(url=server.url)) as client:
            for person in people:
                await client.connect(person.user.id, access_token=person.access_token)
            await client.join_channel(channel_id=channel_id, user_id=people[listener].user.id)
            heard = asyncio.Event()

            @client.on_message("message")
            def hear(_: WebSocketMessage) -> None:
                heard.set()

            async def say() -> None:
                heard.clear()
                await client.send_message(channel_id=channel_id, content=TEXT, sender_id=people[0].user.id)
                await heard.wait()

            yield say


@asynccontextmanager
async def plain(listener: int) -> AsyncGenerator[Say]:
    """Lend two bare connections of `websockets` at our gateway, which speak our protocol and keep no promise."""
    async with _site() as (use_cases, server), AsyncExitStack() as stack:
        people, channel_id = await _people(use_cases)
        sockets = [await _socket(stack, server.url) for _ in PAIR]
        for socket, person in zip(sockets, people, strict=True):
            await socket.send(json.dumps({"type": "auth", "data": {"token": person.access_token}}))
            await _until(socket, {"welcome"})
        await sockets[listener].send(json.dumps({"type": "join_channel", "channel_id": channel_id}))
        await _until(sockets[listener], {"snapshot"})
        names = count()

        async def say() -> None:
            data = {"content": TEXT, "client_message_id": str(next(names))}
            await sockets[0].send(json.dumps({"type": "message", "channel_id": channel_id, "data": data}))
            if listener == 0:
                await _until(sockets[0], {"ack", "event"})
            else:
                await _until(sockets[0], {"ack"})
                await _until(sockets[1], {"event"})

        yield say


@asynccontextmanager
async def _site() -> AsyncGenerator[tuple[UseCases, WebSocketServer]]:
    settings = Settings(real_time=RealTimePolicy(events_per_minute=MUCH, requests_per_minute=MUCH))
    ports = memory_ports(settings, passwords=CheapPasswords(), common_passwords=NoCommonPasswords())
    async with UseCaseFactory(settings, ports) as use_cases, serve_ours(use_cases, HOST) as server:
        yield use_cases, server


async def _people(use_cases: UseCases) -> tuple[list[AuthSession], ChannelId]:
    people = [await sign_up(use_cases, name) for name in PAIR]
    first, second = (person.user.id for person in people)
    channel = await use_cases.as_user(first).channel.create(name="bench", members=(second,))
    return people, channel.id


async def _socket(stack: AsyncExitStack, url: str) -> ClientConnection:
    return await stack.enter_async_context(connect(url, proxy=None, compression=None, ping_interval=None))


async def _until(socket: ClientConnection, types: set[str]) -> None:
    """Read until there was a frame of each of *types*."""
    while types:
        types.discard(json.loads(await socket.recv())["type"])
