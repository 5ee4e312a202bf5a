"""What carries the frames of one connection: a socket of some server's."""

from abc import abstractmethod
from collections.abc import AsyncIterator
from typing import Protocol

from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.listening import Told


class Shell(Protocol):
    """One socket, as a server has accepted it."""

    __slots__ = ()

    @abstractmethod
    def frames(self) -> AsyncIterator[str | bytes]:
        """What the client sends, text or binary, until the connection ends, however it does."""

    @abstractmethod
    def write_now(self, told: Told) -> bool:
        """Write *told*, whose text is there, if that can be done without waiting; False, and nothing, if not."""

    @abstractmethod
    async def write(self, told: Told) -> None:
        """Write *told*, whose text is there, and return once there is room for more.

        Raises:
            ConnectionError: The connection is gone.
        """

    @abstractmethod
    def is_stuck(self, now: float) -> bool:
        """Whether something that was written has not gone out within the write deadline. Asked every second or so."""

    @abstractmethod
    async def close(self, code: CloseCode) -> None:
        """Close the connection in order, as far as the client takes part.

        Raises:
            ConnectionError: The connection is gone.
        """

    @abstractmethod
    def abort(self) -> None:
        """End the connection at once: `frames` comes to its end."""


def octets_in(text: str) -> int:
    """How many bytes *text* has in UTF-8."""
    return len(text) if text.isascii() else len(text.encode(errors="surrogatepass"))
