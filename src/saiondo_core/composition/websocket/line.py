"""The way out of one connection."""

import asyncio
from collections import deque

from attrs import define, field

from saiondo_core.kernel.concurrency import within
from saiondo_core.kernel.errors import DeadlineExceededError
from saiondo_core.kernel.ports import Clock
from saiondo_core.realtime.errors import ConnectionLostError
from saiondo_core.realtime.ports import ClientSocket


@define(eq=False, kw_only=True)
class Line:
    """One connection, to which nobody waits to write: what the server does not take yet waits, in order.

    Attributes:
        patience: How many seconds closing may take.
    """

    socket: ClientSocket
    clock: Clock
    patience: float
    _waiting: deque[bytes] = field(factory=deque[bytes], init=False, repr=False)
    _writing: "asyncio.Task[None] | None" = field(default=None, init=False)

    def put(self, text: bytes) -> None:
        """Send *text* after all that waits."""
        self._waiting.append(text)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write(), name="saiondo_core writing")

    def __len__(self) -> int:
        """How much waits."""
        return len(self._waiting)

    async def close(self, code: int) -> None:
        """Send what waits, then close in order, and end the connection where that takes too long."""
        try:
            await within(self.clock, self.patience, self._end(code))
        except DeadlineExceededError:
            pass  # The server is gone, and will find out by itself.
        finally:
            self.abort()

    def abort(self) -> None:
        """End the connection at once."""
        self._waiting.clear()
        if self._writing is not None:
            self._writing.cancel()
        self.socket.abort()

    async def _end(self, code: int) -> None:
        if self._writing is not None:
            await asyncio.wait((self._writing,))
        await self.socket.close(code)

    async def _write(self) -> None:
        try:
            while self._waiting:
                await self.socket.send(self._waiting.popleft())
        except ConnectionLostError:
            self._waiting.clear()  # Whoever receives is told; what was not answered is said again.
        finally:
            self._writing = None
