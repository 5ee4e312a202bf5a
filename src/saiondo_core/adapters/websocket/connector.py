"""Connections of the `websockets` package, as a client makes them."""

import logging
from collections.abc import Sequence
from http import HTTPStatus
from ssl import SSLContext

from attrs import define, field, frozen
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.errors import ConnectionLostError
from saiondo_core.realtime.ports import ClientConnector, ClientSocket

_FRAME_MOST = 1_048_576
"""How many bytes a frame of the server may have: `docs/realtime-protocol.md`."""

_QUEUE_MOST = 16
"""How many frames are read ahead; the next ones wait in the network, and at last with the server."""

_REFUSALS = frozenset(range(400, 500)) - {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
"""What a handshake is answered with to say that there is no use in trying again."""

_log = logging.getLogger(__name__)
# At DEBUG the package writes every frame into the log, tokens and all.
_log.setLevel(logging.WARNING)


@define(eq=False)
class WebSocketClientSocket(ClientSocket):
    """One connection of the `websockets` package."""

    _connection: ClientConnection = field(repr=False)

    async def send(self, text: bytes) -> None:
        """See `ClientSocket.send`."""
        try:
            await self._connection.send(text, text=True)
        except ConnectionClosed as error:
            raise _lost(error) from None

    async def receive(self) -> str | bytes:
        """See `ClientSocket.receive`."""
        try:
            return await self._connection.recv()
        except ConnectionClosed as error:
            raise _lost(error) from None

    async def close(self, code: int) -> None:
        """See `ClientSocket.close`."""
        await self._connection.close(code)

    def abort(self) -> None:
        """See `ClientSocket.abort`."""
        self._connection.transport.abort()


@frozen(kw_only=True)
class WebSocketConnector(ClientConnector):
    """The way to the server at *url*.

    It goes straight there: it follows no redirection to another host, and no proxy that the environment names, for
    either would be given the token.

    Attributes:
        url: `ws://` or `wss://`.
        protocols: The subprotocols to offer; this library's gateway takes none.
        ssl: Which certificates are trusted, where they are not the system's.

    Raises:
        InvalidInputError: *url* is no such URL.
    """

    url: str
    protocols: Sequence[str] = ()
    ssl: SSLContext | None = field(default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        """Refuse what nobody can connect to."""
        try:
            parse_uri(self.url)
        except (WebSocketException, ValueError):
            raise InvalidInputError(field="url", expected="ws:// or wss://, a host, and no fragment") from None

    async def connect(self) -> ClientSocket:
        """See `ClientConnector.connect`."""
        uri = parse_uri(self.url)
        try:
            connection = await connect(
                self.url,
                # Named here, they are the only ones: a redirection to others is refused.
                host=uri.host,
                port=uri.port,
                ssl=self.ssl or uri.secure or None,
                subprotocols=[Subprotocol(name) for name in self.protocols] or None,
                proxy=None,
                compression=None,
                open_timeout=None,
                close_timeout=None,
                ping_interval=None,
                max_size=_FRAME_MOST,
                max_queue=_QUEUE_MOST,
                logger=_log,
            )
        except InvalidStatus as error:
            raise ConnectionLostError(close_code=_code_of(error.response.status_code)) from error
        except (OSError, ValueError, WebSocketException, EOFError) as error:
            raise ConnectionLostError from error
        return WebSocketClientSocket(connection)


def _code_of(status: int) -> CloseCode | None:
    if status == HTTPStatus.UNAUTHORIZED:
        return CloseCode.NOT_AUTHENTICATED
    return CloseCode.PROTOCOL_ERROR if status in _REFUSALS else None


def _lost(error: ConnectionClosed) -> ConnectionLostError:
    return ConnectionLostError(close_code=None if error.rcvd is None else error.rcvd.code)
