"""One direction of a connection through a fault proxy."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from math import inf
from random import Random
from socket import SHUT_WR, socket

from attrs import define, field

from saiondo_core.testing.websocket_frames import Frame, FrameSplitter, Piece

CHUNK = 4_096
"""How many octets are read at once, at most."""

CHUNKS_IN_FLIGHT = 64
"""How many such reads are under way at most; then the sender waits."""

STEPS_PER_SECOND = 20
"""In how many reads, at least, a second's worth of a throttled direction is passed on."""


class CutError(Exception):
    """A frame was cut in two, on purpose."""


def _calm_window() -> asyncio.Event:
    window = asyncio.Event()
    window.set()
    return window


@define(eq=False)
class Flow:
    """Passes on what *source* sends to *sink*, as the faults that are set let it.

    Attributes:
        source: Where it comes from.
        sink: Where it goes.
        random: What chooses by chance here.
        latency: Seconds that everything is under way.
        bandwidth: Octets a second, at most.
        is_black_hole: Whether everything is read, and lost.
        window: Whether anything is read and passed on.
        drops: Frames that are lost: those of which any of these is true.
        cut: What ends the connection in the middle of the next frame.
        lost: How many frames were lost.
    """

    source: socket
    sink: socket
    _splitter: FrameSplitter = field(alias="splitter")
    random: Random
    latency: float = field(default=0.0, init=False)
    bandwidth: float = field(default=inf, init=False)
    is_black_hole: bool = field(default=False, init=False)
    window: asyncio.Event = field(factory=_calm_window, init=False)
    drops: list[Callable[[Frame], bool]] = field(factory=list[Callable[[Frame], bool]], init=False)
    cut: Exception | None = field(default=None, init=False)
    lost: int = field(default=0, init=False)
    _under_way: "asyncio.Queue[tuple[float, bytes | OSError]]" = field(
        factory=lambda: asyncio.Queue(CHUNKS_IN_FLIGHT), init=False
    )
    _is_dropping: bool = field(default=False, init=False)
    _is_torn: bool = field(default=False, init=False)

    def heal(self) -> None:
        """Lift every fault. A direction that has ended, or lost a part of a frame, passes nothing on all the same."""
        self.latency, self.bandwidth = 0.0, inf
        self.is_black_hole, self.cut = False, None
        self.drops.clear()
        self.window.set()

    def half_close(self) -> None:
        """End what *sink* hears; what *source* still sends is read, and lost."""
        self._is_torn = True
        self._end()

    async def read(self) -> None:
        """Read until *source* ends, no faster than it is passed on."""
        loop = asyncio.get_running_loop()
        arrived: bytes | OSError = b"-"
        while arrived and not isinstance(arrived, OSError):
            await self.window.wait()
            try:
                arrived = await loop.sock_recv(self.source, int(min(CHUNK, max(1, self.bandwidth / STEPS_PER_SECOND))))
            except OSError as error:
                arrived = error
            await self._under_way.put((loop.time() + self.latency, arrived))

    async def pass_on(self) -> None:
        """Pass on what was read, and how it ended.

        Raises:
            OSError: *source* was reset.
            CutError: A frame was cut, and the connection is to be closed.
        """
        while await self._pass_on_next():
            pass
        if not self._loses_all:
            self._end()

    def _end(self) -> None:
        with suppress(OSError):  # Whoever has gone needs no end.
            self.sink.shutdown(SHUT_WR)

    @property
    def _loses_all(self) -> bool:
        return self.is_black_hole or self._is_torn

    async def _pass_on_next(self) -> bool:
        due, arrived = await self._under_way.get()
        await asyncio.sleep(due - asyncio.get_running_loop().time())
        if isinstance(arrived, bytes):
            await asyncio.sleep(len(arrived) / self.bandwidth)
        await self.window.wait()
        if isinstance(arrived, OSError):
            if not self._loses_all:
                raise arrived
            return False
        whole = bool(self.drops) or self.cut is not None
        await self._send(self._splitter.feed(arrived, whole=whole) if arrived else self._splitter.end())
        return bool(arrived)

    async def _send(self, pieces: Iterator[Piece]) -> None:
        passing, cut = bytearray(), None
        for piece in pieces:
            if not self._passes(piece):
                continue
            if piece.frame and self.cut:
                cut = self.cut
                passing += piece.octets[: len(piece.octets) // 2]
                break
            passing += piece.octets
        try:
            await asyncio.get_running_loop().sock_sendall(self.sink, passing)
        except OSError:
            # The sink has gone. What comes back from it says so to the source, unless a fault is to hide it.
            self._is_torn = True
        if cut:
            raise cut

    def _passes(self, piece: Piece) -> bool:
        if piece.frame:
            self._is_dropping = self._loses_all or any(drop(piece.frame) for drop in self.drops)
            self.lost += self._is_dropping
        elif self.is_black_hole and not self._is_dropping:
            self._is_torn = True
        return not (self._is_dropping or self._is_torn)
