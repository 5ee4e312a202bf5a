"""Connections of the `websockets` package, against a server of the same package."""

import asyncio
import logging
from http import HTTPStatus

import pytest
from websockets.datastructures import Headers
from websockets.http11 import Response

from saiondo_core.adapters.websocket.connector import WebSocketConnector
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.realtime.errors import ConnectionLostError
from saiondo_core.testing.contracts.connectors import ClientConnectorContract, Host
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.contracts.sockets import ClientSocketContract
from saiondo_core.testing.fault_proxy import FaultProxy
from saiondo_core.testing.faults import Direction
from tests.adapters.websocket.hosts import open_host


class _Opening:
    @pytest.fixture
    def opener(self) -> Opener[Host]:
        """Open a server."""
        return open_host


class TestWebSocketConnector(_Opening, ClientConnectorContract):
    """It keeps the laws of its port, on loopback."""


class TestWebSocketClientSocket(_Opening, ClientSocketContract):
    """It keeps the laws of its port, on loopback."""


async def test_a_connection_that_is_cut_off_has_no_code() -> None:
    """The network says that nothing more will come, and the server has said nothing of it."""
    async with open_host() as host, FaultProxy("127.0.0.1", host.port) as proxy:
        socket = await WebSocketConnector(url=proxy.url()).connect()
        proxy.half_close(Direction.TO_CLIENT)
        with pytest.raises(ConnectionLostError) as caught:
            await socket.receive()

        assert caught.value.close_code is None


async def test_a_server_of_another_kind_is_lost() -> None:
    """What listens there speaks another language."""

    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"220 mail\r\n")
        writer.close()

    async with await asyncio.start_server(babble, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ConnectionLostError):
            await WebSocketConnector(url=f"ws://127.0.0.1:{port}/").connect()


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (HTTPStatus.UNAUTHORIZED, 4101),
        (HTTPStatus.BAD_REQUEST, 4103),
        (HTTPStatus.FORBIDDEN, 4103),
        (HTTPStatus.REQUEST_TIMEOUT, None),
        (HTTPStatus.TOO_MANY_REQUESTS, None),
        (HTTPStatus.INTERNAL_SERVER_ERROR, None),
        (HTTPStatus.BAD_GATEWAY, None),
    ],
)
async def test_a_handshake_that_is_refused(status: HTTPStatus, code: int | None) -> None:
    """401 counts as a token that is refused, another 4xx as a fault of the client's; what fails otherwise may pass."""
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

        assert other.is_unvisited


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

        assert not host.is_unvisited


async def test_no_frame_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """However much a host wants to know, what is said over a connection stands in no log."""
    caplog.set_level(logging.DEBUG)
    async with open_host() as host:
        socket = await WebSocketConnector(url=host.url).connect()
        peer = await host.accepted()
        await socket.send(b"canary")
        assert "canary" == await peer.hear()
        await peer.say("canary")
        await socket.receive()
        await socket.close(1000)

    assert "canary" not in caplog.text


@pytest.mark.parametrize("url", ["", "http://example.org", "ws:///path", "wss://example.org/#part", "ws://[::1"])
def test_what_is_no_address_is_refused(url: str) -> None:
    """Before anybody tries to connect there."""
    with pytest.raises(InvalidInputError):
        WebSocketConnector(url=url)
