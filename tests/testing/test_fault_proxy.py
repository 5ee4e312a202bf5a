"""The fault proxy: what lasts, what is passed on, and that nothing is left of it."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, InvalidMessage

from saiondo_core.testing.clocks import breathe
from saiondo_core.testing.fault_proxy import FaultProxy, FaultyConnection
from saiondo_core.testing.faults import Direction
from saiondo_core.testing.websocket_frames import Frame

GUARD_SECONDS = 60


async def echo(connection: ServerConnection) -> None:
    """Send back whatever comes."""
    with suppress(ConnectionClosed):
        async for message in connection:
            await connection.send(message)


@asynccontextmanager
async def proxied(seed: int = 0) -> AsyncGenerator[FaultProxy]:
    """Put a proxy before an echo."""
    async with (
        asyncio.timeout(GUARD_SECONDS),
        serve(echo, "127.0.0.1", 0, ping_interval=None, close_timeout=0.1) as server,
        FaultProxy("127.0.0.1", next(iter(server.sockets)).getsockname()[1], seed=seed) as proxy,
    ):
        yield proxy


def calling(proxy: FaultProxy, path: str = "/") -> connect:
    """Call through *proxy*."""
    return connect(proxy.url(path), proxy=None, ping_interval=None, close_timeout=0.1)


async def test_a_path_reaches_the_server() -> None:
    """The URL leads through the proxy to the server's path."""
    async with proxied() as proxy, calling(proxy, "/chat?a=1") as client:
        assert client.request is not None
        assert "/chat?a=1" == client.request.path
        await client.send("hello")
        assert "hello" == await client.recv()


async def test_what_lasts_holds_for_later_connections_until_healed() -> None:
    """A lasting fault is there for whoever comes while it lasts, and for nobody afterwards."""
    async with proxied() as proxy:
        proxy.drop_frame(1, Direction.TO_CLIENT)
        for expected in ("second", "first"):
            async with calling(proxy) as client:
                await client.send("first")
                await client.send("second")
                assert expected == await client.recv()
            proxy.heal()


async def test_it_leads_to_another_server() -> None:
    """Whoever comes from then on talks to that; who is there already goes on with the first."""

    async def shout(connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            async for message in connection:
                await connection.send(str(message).upper())

    async with proxied() as proxy, serve(shout, "127.0.0.1", 0) as other, calling(proxy) as early:
        await proxy.lead_to("127.0.0.1", next(iter(other.sockets)).getsockname()[1])
        async with calling(proxy) as late:
            for client, expected in (early, "hello"), (late, "HELLO"):
                await client.send("hello")
                assert expected == await client.recv()


async def test_a_server_that_is_away_resets() -> None:
    """Where nobody listens behind the proxy, who calls is reset."""
    with socket.create_server(("127.0.0.1", 0)) as closing:
        port: int = closing.getsockname()[1]
    async with asyncio.timeout(GUARD_SECONDS), FaultProxy("127.0.0.1", port) as proxy:
        with pytest.raises((ConnectionResetError, InvalidMessage)):
            await calling(proxy)


async def test_what_looks_like_an_answer_passes() -> None:
    """What may be the beginning of an upgrade is passed on when the server ends instead."""

    async def stammer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 101")
        writer.close()
        await writer.wait_closed()

    async with (
        asyncio.timeout(GUARD_SECONDS),
        await asyncio.start_server(stammer, "127.0.0.1", 0) as server,
        FaultProxy("127.0.0.1", server.sockets[0].getsockname()[1]) as proxy,
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        assert b"HTTP/1.1 101" == await reader.read()
        writer.close()
        await writer.wait_closed()


async def test_a_failing_test_names_the_seed() -> None:
    """The proxy's repr has the seed, and so has an error that passes by it."""

    async def fail() -> None:
        async with proxied(seed=4_711) as proxy:
            assert "seed=4711" not in repr(proxy)

    with pytest.raises(AssertionError) as failed:
        await fail()
    assert any("seed=4711" in note for note in failed.value.__notes__)


async def test_an_error_of_a_rule_is_raised() -> None:
    """A rule that fails resets its connection, and its error is raised where the proxy ends."""

    def fail(_frame: Frame) -> bool:
        raise LookupError

    with pytest.RaisesGroup(LookupError, flatten_subgroups=True):
        async with proxied() as proxy, calling(proxy) as client:
            proxy.drop_frames(when=fail)
            await client.send("hello")
            with pytest.raises(ConnectionClosed):
                await client.recv()


FAULTS: tuple[Callable[[FaultyConnection], None], ...] = (
    FaultyConnection.black_hole,
    FaultyConnection.shut_window,
    FaultyConnection.drop_frames,
    FaultyConnection.heal,
    lambda connection: connection.delay(GUARD_SECONDS),
    lambda connection: connection.throttle(1),
    lambda connection: connection.half_close(Direction.TO_SERVER),
    lambda connection: connection.half_close(Direction.TO_CLIENT),
    lambda connection: connection.cut_mid_frame(Direction.TO_SERVER),
    lambda connection: connection.cut_mid_frame(Direction.TO_CLIENT, reset=True),
)


def descriptors() -> int:
    """How many files and sockets this process has open."""
    return len(list(Path("/dev/fd").iterdir()))


async def test_nothing_is_left() -> None:
    """After many broken connections, tasks and descriptors are as many as before, whatever was still under way."""
    async with proxied():
        """What the loop opens for itself, once, is open by now."""
    tasks, opened = len(asyncio.all_tasks()), descriptors()
    async with proxied() as proxy:
        clients = [await calling(proxy) for _ in range(5 * len(FAULTS))]
        for number, connection in enumerate(proxy.connections):
            FAULTS[number % len(FAULTS)](connection)
        await asyncio.gather(*(client.send("hello") for client in clients), return_exceptions=True)
        await asyncio.gather(*(client.close() for client in clients[::2]))
        proxy.black_hole()
        caught = [asyncio.ensure_future(calling(proxy).__aenter__()) for _ in range(10)]
        await breathe(100)
    for called in caught:
        with pytest.raises((ConnectionError, InvalidMessage)):
            await called
    await asyncio.gather(*(client.wait_closed() for client in clients))
    assert () == proxy.connections
    await breathe(100)
    assert tasks == len(asyncio.all_tasks())
    assert opened == descriptors()
