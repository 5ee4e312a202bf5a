"""Connections of the `websockets` package, against a server of the same package."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http import HTTPStatus

import pytest
from attrs import define, field
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from saiondo_core.adapters.websocket.connector import WebSocketConnector
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.realtime.errors import ConnectionLostError
from saiondo_core.testing.fault_proxy import FaultProxy
from saiondo_core.testing.faults import Direction

# What the server of these tests would log, the client would have to answer for.
_quiet = logging.getLogger(__name__)
_quiet.setLevel(logging.WARNING)


@define(eq=False)
class Host:
    """A server, and what came to it."""

    url: str = ""
    port: int = 0
    heard: list[str | bytes] = field(factory=list[str | bytes], init=False)
    accepted: "asyncio.Queue[ServerConnection]" = field(factory=asyncio.Queue["ServerConnection"], init=False)
    codes: "asyncio.Queue[int | None]" = field(factory=asyncio.Queue["int | None"], init=False)

    async def handle(self, connection: ServerConnection) -> None:
        """Hear all that one says."""
        await self.accepted.put(connection)
        try:
            while True:
                self.heard.append(await connection.recv())
        except ConnectionClosed:
            await self.codes.put(connection.close_code)


@asynccontextmanager
async def open_host(refusal: Response | None = None) -> AsyncGenerator[Host]:
    """Open one, that answers every request with *refusal* where there is one."""
    host = Host()

    def admit(_: ServerConnection, _request: Request) -> Response | None:
        return refusal

    async with asyncio.timeout(20), serve(host.handle, "127.0.0.1", 0, process_request=admit, logger=_quiet) as server:
        host.port = next(iter(server.sockets)).getsockname()[1]
        host.url = f"ws://127.0.0.1:{host.port}/"
        yield host


async def test_texts_arrive_once_and_in_order() -> None:
    """What each end sends, the other is given, text as text, up to a mebibyte, and a cancelled call loses nothing."""
    async with open_host() as host:
        socket = await WebSocketConnector(url=host.url).connect()
        connection = await host.accepted.get()
        for text in ("one", "두", "x" * 60_000):
            await socket.send(text.encode())
        waiting = asyncio.create_task(socket.receive())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait((waiting,))
        sent = ["first", "y" * 1_000_000, "last"]
        for text in sent:
            await connection.send(text)

        assert sent == [await socket.receive() for _ in sent]
        await socket.close(1000)
        assert 1000 == await host.codes.get()
        assert ["one", "두", "x" * 60_000] == host.heard


async def test_the_end_is_told_with_its_code_after_all_before() -> None:
    """However often one asks, and to whoever sends, too."""
    async with open_host() as host:
        socket = await WebSocketConnector(url=host.url).connect()
        connection = await host.accepted.get()
        await connection.send("last words")
        await connection.close(4001, "slow")

        assert "last words" == await socket.receive()
        for _ in range(2):
            with pytest.raises(ConnectionLostError) as caught:
                await socket.receive()
            assert caught.value.close_code == 4001
        with pytest.raises(ConnectionLostError):
            await socket.send(b"too late")


@pytest.mark.parametrize("is_reset", [True, False])
async def test_an_end_without_a_word_has_no_code(is_reset: bool) -> None:
    """Be it reset or cut off."""
    async with open_host() as host, FaultProxy("127.0.0.1", host.port) as proxy:
        socket = await WebSocketConnector(url=proxy.url()).connect()
        if is_reset:
            await proxy.reset()
        else:
            proxy.half_close(Direction.TO_CLIENT)
        with pytest.raises(ConnectionLostError) as caught:
            await socket.receive()

        assert caught.value.close_code is None


async def test_aborting_is_at_once() -> None:
    """Whoever waits for something to come is told, and so is whoever waits for the server to agree to a close."""
    async with open_host() as host, FaultProxy("127.0.0.1", host.port) as proxy:
        socket = await WebSocketConnector(url=proxy.url()).connect()
        proxy.black_hole()
        receiving, closing = asyncio.create_task(socket.receive()), asyncio.create_task(socket.close(1000))
        await asyncio.sleep(0)
        socket.abort()
        await closing
        with pytest.raises(ConnectionLostError):
            await receiving


async def test_a_server_that_is_not_there() -> None:
    """Nobody listens there, no such host is known, or what listens speaks another language."""
    with pytest.raises(ConnectionLostError):
        await WebSocketConnector(url="ws://127.0.0.1:1/").connect()

    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"220 mail\r\n")
        writer.close()

    async with await asyncio.start_server(babble, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ConnectionLostError):
            await WebSocketConnector(url=f"ws://127.0.0.1:{port}/").connect()


@pytest.mark.parametrize(
    ("status", "code"), [(HTTPStatus.UNAUTHORIZED, 4101), (HTTPStatus.FORBIDDEN, None), (HTTPStatus.BAD_GATEWAY, None)]
)
async def test_a_handshake_that_is_refused(status: HTTPStatus, code: int | None) -> None:
    """One that wants to know who asks counts as one that refuses the token; any other may pass."""
    async with open_host(Response(status.value, status.phrase, Headers())) as host:
        with pytest.raises(ConnectionLostError) as caught:
            await WebSocketConnector(url=host.url).connect()

        assert code == caught.value.close_code


async def test_it_is_sent_nowhere_else() -> None:
    """A redirection to another server is not followed: it would be given the token."""
    async with open_host() as other:
        moved = Response(HTTPStatus.FOUND.value, "Found", Headers(Location=other.url))
        async with open_host(moved) as host:
            with pytest.raises(ConnectionLostError):
                await WebSocketConnector(url=host.url).connect()

        assert other.accepted.empty()


async def test_it_goes_by_no_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the environment names, the connection goes straight to the server."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "ws_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
        monkeypatch.setenv(name.upper(), "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    async with open_host() as host:
        socket = await WebSocketConnector(url=host.url).connect()
        socket.abort()

        assert isinstance(await host.accepted.get(), ServerConnection)


async def test_a_cancelled_attempt_leaves_nothing() -> None:
    """Whoever stops waiting for a handshake leaves no connection behind."""
    ended = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1_024):
            pass
        ended.set()
        writer.close()

    async with asyncio.timeout(20), await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        connecting = asyncio.create_task(WebSocketConnector(url=f"ws://127.0.0.1:{port}/").connect())
        await asyncio.sleep(0.05)
        connecting.cancel()
        await ended.wait()


async def test_no_frame_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """However much a host wants to know, what is said over a connection stands in no log."""
    caplog.set_level(logging.DEBUG)
    async with open_host() as host:
        socket = await WebSocketConnector(url=host.url).connect()
        await socket.send(b"canary")
        await socket.close(1000)
        await host.codes.get()

    assert ["canary"] == host.heard
    assert "canary" not in caplog.text


@pytest.mark.parametrize("url", ["", "http://example.org", "ws:///path", "wss://example.org/#part", "ws://[::1"])
def test_what_is_no_address_is_refused(url: str) -> None:
    """Before anybody tries to connect there."""
    with pytest.raises(InvalidInputError):
        WebSocketConnector(url=url)
