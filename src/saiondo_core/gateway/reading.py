"""How much of what a client sends is looked at before others have their turn."""

import asyncio
from abc import abstractmethod

READ_MOST = 8_192
"""How many bytes of one client are read at once. asyncio reads 256 KiB: 40,000 tiny frames, while everybody waits."""


class ReadsLittle(asyncio.BufferedProtocol):
    """A protocol of one connection that is given little at a time."""

    __slots__ = ()

    @property
    @abstractmethod
    def buffer(self) -> memoryview:
        """What is read into: one for all connections of a loop, for nothing stays in it."""

    @abstractmethod
    def data_received(self, data: bytes) -> None:
        """Take what the client has sent."""

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - it is only a hint
        """See `asyncio.BufferedProtocol`."""
        return self.buffer

    def buffer_updated(self, nbytes: int) -> None:
        """See `asyncio.BufferedProtocol`."""
        self.data_received(bytes(self.buffer[:nbytes]))


def new_buffer() -> memoryview:
    """A buffer for the connections of one loop."""
    return memoryview(bytearray(READ_MOST))
