"""One WebSocket of a server that speaks ASGI."""

import asyncio
from abc import abstractmethod
from collections.abc import AsyncIterator, Callable
from typing import Protocol

from attrs import define, field

from saiondo_core.gateway.asgi.protocol import Message, Receive, Send
from saiondo_core.gateway.shell import Shell, octets_in
from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.listening import Told

SOCKET = "saiondo_core.socket"
"""The ASGI extension by which our own server hands over its `Socket`."""


class Socket(Protocol):
    """What our own server can do beyond ASGI."""

    __slots__ = ()

    @abstractmethod
    def write_now(self, told: Told) -> bool:
        """See `Shell.write_now`."""

    @property
    @abstractmethod
    def is_overfull(self) -> bool:
        """Whether more waits to be sent than any that was asked for."""

    @abstractmethod
    def abort(self) -> None:
        """End the connection at once, and lose what was not sent yet."""


@define(eq=False, kw_only=True)
class ASGIShell(Shell):
    """A shell over `receive` and `send`.

    ASGI has no way to end a connection at once: `abort` lets the application return, and the server then closes the
    connection once what it has taken is sent. With a `Socket`, at once is at once.

    Attributes:
        oversized: Is told how many bytes a frame has, whenever the server lets one through that is too large.
    """

    receive: Receive
    send: Send
    octets_most: int
    oversized: Callable[[int], None]
    socket: Socket | None = None
    _reader: "asyncio.Task[object] | None" = field(default=None, init=False)
    _is_over: bool = field(default=False, init=False)

    async def frames(self) -> AsyncIterator[str | bytes]:
        """See `Shell.frames`."""
        while (message := await self._next()) is not None and message["type"] == "websocket.receive":
            text, octets = message.get("text"), message.get("bytes")
            if isinstance(text, str):
                if (size := octets_in(text)) > self.octets_most:
                    self.oversized(size)
                yield text
            elif isinstance(octets, bytes):
                yield octets

    def write_now(self, told: Told) -> bool:
        """See `Shell.write_now`: by ASGI alone, writing may always take time."""
        return self.socket is not None and not self._is_over and self.socket.write_now(told)

    async def write(self, told: Told) -> None:
        """See `Shell.write`."""
        await self._send({"type": "websocket.send", "text": (told.text or b"").decode()})

    def is_stuck(self, now: float) -> bool:  # noqa: ARG002 - What waits tells it, not how long.
        """See `Shell.is_stuck`: by ASGI alone, nobody can tell; the deadline of `write` has to do."""
        return self.socket is not None and self.socket.is_overfull

    async def close(self, code: CloseCode) -> None:
        """See `Shell.close`."""
        try:
            await self._send({"type": "websocket.close", "code": int(code)})
        finally:
            self._end()

    def abort(self) -> None:
        """See `Shell.abort`."""
        if self.socket is not None:
            self.socket.abort()
        self._end()

    async def _send(self, message: Message) -> None:
        try:
            await self.send(message)
        except (OSError, RuntimeError) as error:
            # ASGI asks for OSError, and servers raise RuntimeError too, once they have closed the connection.
            raise ConnectionError from error

    async def _next(self) -> Message | None:
        """What the server hands over next; None once the connection is over."""
        if self._is_over:
            return None
        self._reader = reader = asyncio.current_task()
        try:
            return await self.receive()
        except asyncio.CancelledError:
            if self._reader is None and reader is not None and reader.uncancel() == 0:
                return None
            raise
        finally:
            self._reader = None

    def _end(self) -> None:
        self._is_over = True
        if self._reader is not None:
            self._reader.cancel()
            self._reader = None
