"""The two ends of a connection in memory: a gateway's, and a client's."""

import asyncio
from collections import deque
from typing import Self

from attrs import define, field

from saiondo_core.gateway.shell import Shell
from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.errors import ConnectionLostError
from saiondo_core.realtime.listening import Told
from saiondo_core.realtime.ports import ClientSocket
from saiondo_core.testing.virtual_lanes import Cargo, Ending, Lane


@define(eq=False)
class End:
    """One end of a connection.

    Attributes:
        ending: How it ended, as far as is known here.
        moved: Set whenever something came, or can be sent.
        out: The way to the other end.
        into: The way from there.
    """

    ending: Ending | None = field(default=None, init=False)
    moved: asyncio.Event = field(factory=asyncio.Event, init=False)
    out: Lane = field(init=False)
    into: Lane = field(init=False)
    _inbox: deque[str | bytes] = field(factory=deque[str | bytes], init=False)

    @property
    def is_over(self) -> bool:
        """Whether there is no connection any more, as far as is known here."""
        return self.ending is not None

    def arrived(self, cargo: Cargo) -> None:
        """Take in what the other end sent."""
        if isinstance(cargo, Ending):
            if cargo.code is not None and not self.is_over:
                self.out.finish(cargo)  # A goodbye is answered.
            self.end(cargo)
        elif self.is_over:
            self.out.finish(Ending())  # What TCP says to whoever goes on: a RST.
        else:
            self._inbox.append(cargo)
            self.moved.set()

    def end(self, ending: Ending) -> None:
        """Know of no connection any more, and tell the other end nothing of it."""
        self.ending = self.ending or ending
        self.moved.set()

    def abort(self) -> None:
        """End the connection at once. The other end is told so, and no code."""
        if not self.is_over:
            self.end(Ending())
            self._inbox.clear()
            self.out.finish(Ending())

    def put(self, frame: str | bytes) -> bool:
        """Send *frame*, if there is a connection and it need not wait; whether it was sent."""
        is_sent = not self.is_over and self.out.has_room
        if is_sent:
            self.out.carry(frame)
        return is_sent

    async def put_later(self, frame: str | bytes) -> bool:
        """Send *frame* once there is room; False where the connection is over by then."""
        while not self.put(frame):
            if self.is_over:
                return False
            await self._until_moved()
        return True

    async def take(self) -> str | bytes | None:
        """What arrives next; None at the end, and ever after."""
        while not self._inbox:
            if self.is_over:
                return None
            await self._until_moved()
        self.into.taken()
        return self._inbox.popleft()

    async def say_goodbye(self, code: int) -> None:
        """Send the end behind all else; return once it is answered, or the connection is over otherwise."""
        if not self.is_over:
            self.out.finish(Ending(code))
        while not self.is_over:
            await self._until_moved()

    async def _until_moved(self) -> None:
        self.moved.clear()
        await self.moved.wait()


@define(eq=False)
class ServerEnd(End, Shell):
    """What a gateway serves."""

    def frames(self) -> Self:
        """See `Shell.frames`."""
        return self

    def __aiter__(self) -> Self:
        """Go through what the client sends."""
        return self

    async def __anext__(self) -> str | bytes:
        """What the client sends next."""
        taken = await self.take()
        if taken is None:
            raise StopAsyncIteration
        return taken

    def write_now(self, told: Told) -> bool:
        """See `Shell.write_now`."""
        return self.put(told.text or b"")

    async def write(self, told: Told) -> None:
        """See `Shell.write`."""
        if not await self.put_later(told.text or b""):
            raise ConnectionError

    def is_stuck(self, now: float) -> bool:  # noqa: ARG002 - what finds no room waits in `write`
        """See `Shell.is_stuck`."""
        return False

    async def close(self, code: CloseCode) -> None:
        """See `Shell.close`."""
        await self.say_goodbye(code)


@define(eq=False)
class ClientEnd(End, ClientSocket):
    """What a client holds."""

    async def send(self, text: bytes) -> None:
        """See `ClientSocket.send`."""
        if not await self.put_later(text.decode()):
            raise self._lost()

    async def receive(self) -> str | bytes:
        """See `ClientSocket.receive`."""
        taken = await self.take()
        if taken is None:
            raise self._lost()
        return taken

    async def close(self, code: int) -> None:
        """See `ClientSocket.close`."""
        await self.say_goodbye(code)

    def _lost(self) -> ConnectionLostError:
        return ConnectionLostError(close_code=None if self.ending is None else self.ending.code)
