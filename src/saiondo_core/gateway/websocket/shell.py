"""One connection of the `websockets` package."""

import asyncio
from collections import deque
from typing import Self

from attrs import define, field
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, State

from saiondo_core.gateway.shell import Shell
from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.listening import Told
from saiondo_core.realtime.model import RealTimePolicy

BUFFER_MOST = 65_536
"""How many bytes may lie in a socket's buffer before what comes next waits in the outbox."""


@define(eq=False)
class WebSocketShell(Shell):
    """One connection of the `websockets` package.

    What is told goes to the transport, past the package: it would write the same bytes, but make them once for each
    receiver. Its own frames (pong, close) go the same way, so all keep their order. `transport` is the one attribute
    that its reference does not name; asyncio hands it to every protocol (`Protocol.connection_made`).

    Writing is what happens most often, a thousand times for a message, so it looks at as little as it can.
    """

    _connection: ServerConnection
    _policy: RealTimePolicy
    _protocol: Protocol = field(init=False)
    _transport: asyncio.Transport = field(init=False)
    _written: int = field(default=0, init=False)
    _marks: deque[tuple[float, int]] = field(factory=deque[tuple[float, int]], init=False)

    def __attrs_post_init__(self) -> None:
        """Take what is asked for with every frame."""
        self._protocol, self._transport = self._connection.protocol, self._connection.transport

    def frames(self) -> Self:
        """See `Shell.frames`."""
        return self

    def __aiter__(self) -> Self:
        """Go through what the client sends."""
        return self

    async def __anext__(self) -> str | bytes:
        """What the client sends next."""
        try:
            return await self._connection.recv()
        except ConnectionClosed:
            raise StopAsyncIteration from None

    def write_now(self, told: Told) -> bool:
        """See `Shell.write_now`."""
        transport = self._transport
        # The protocol knows that its client broke the rules, or said goodbye, long before the transport is closed; and
        # the transport that its client is gone a turn of the loop before the protocol does.
        if self._protocol.state is not State.OPEN or transport.is_closing():
            return False
        left = transport.get_write_buffer_size()
        if left >= BUFFER_MOST:
            return False
        framed = told.framed or _framed(told)
        if left or self._marks:
            self._count(left, framed)
        transport.write(framed)
        return True

    async def write(self, told: Told) -> None:
        """See `Shell.write`."""
        self._count(self._transport.get_write_buffer_size(), told.framed or _framed(told))
        try:
            await self._connection.send(told.text or b"", text=True)
        except ConnectionClosed as error:
            raise ConnectionError from error

    def is_stuck(self, now: float) -> bool:
        """See `Shell.is_stuck`."""
        left, marks = self._transport.get_write_buffer_size(), self._marks
        if not left:
            marks.clear()
            return False
        if not marks:
            self._written = left
        while marks and marks[0][1] <= self._written - left:
            marks.popleft()
        if not marks or marks[-1][1] < self._written:
            marks.append((now, self._written))
        # The package answers every ping, whether its answers are read or not.
        return now - marks[0][0] >= self._policy.write_seconds or left > 2 * self._policy.waiting_octets

    def _count(self, left: int, framed: bytes) -> None:
        """Count what is written behind what is *left* to go out; where nothing is, the count begins anew."""
        if left:
            self._written += len(framed)
        else:
            self._marks.clear()

    async def close(self, code: CloseCode) -> None:
        """See `Shell.close`."""
        await self._connection.close(code)

    def abort(self) -> None:
        """See `Shell.abort`."""
        self._transport.abort()


def _framed(told: Told) -> bytes:
    """*told* as one text frame, which servers do not mask (RFC 6455, 5.1): the same bytes for all receivers."""
    told.framed = Frame(Opcode.TEXT, told.text or b"").serialize(mask=False)
    return told.framed
