"""What can go wrong in a network, and what it can happen to."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from enum import StrEnum

from saiondo_core.testing.flows import CutError, Flow
from saiondo_core.testing.websocket_frames import Frame


class Direction(StrEnum):
    """Which way something goes through the proxy."""

    TO_SERVER = "to_server"
    TO_CLIENT = "to_client"


def every_frame(_frame: Frame) -> bool:
    """Whether any frame will do: it will."""
    return True


class Breakable(ABC):
    """What can be broken: one connection, or the whole network of a `FaultProxy`.

    Where a direction may be named, both are meant without it. What is not a moment's work lasts until `heal`. A proxy's
    faults hold for the connections that are open, and the lasting ones for those that are made while they last.
    """

    @abstractmethod
    def flows(self, direction: Direction | None = None) -> Iterator[Flow]:
        """Give the directions that are open, each with its faults."""

    def _lay(self, fault: Callable[[Flow], None], direction: Direction | None) -> None:
        for flow in self.flows(direction):
            fault(flow)

    def delay(self, seconds: float, direction: Direction | None = None) -> None:
        """Let everything arrive *seconds* later, in order. At most 256 KiB are under way; then the sender waits."""

        def slow(flow: Flow) -> None:
            flow.latency = seconds

        self._lay(slow, direction)

    def throttle(self, octets_per_second: float, direction: Direction | None = None) -> None:
        """Pass on at most so many octets a second."""

        def narrow(flow: Flow) -> None:
            flow.bandwidth = octets_per_second

        self._lay(narrow, direction)

    def black_hole(self, direction: Direction | None = None) -> None:
        """Take everything and pass on nothing, not even the end: who sends notices nothing, who waits waits for ever.

        What is taken is lost. A connection goes on with the next frame after `heal`, unless it has lost a part of one
        or of its handshake: then it stays silent.
        """

        def swallow(flow: Flow) -> None:
            flow.is_black_hole = True

        self._lay(swallow, direction)

    def shut_window(self, direction: Direction | None = None) -> None:
        """Read nothing, so that the sender's writes wait once 64 KiB and its own buffers are full. Nothing is lost."""
        self._lay(lambda flow: flow.window.clear(), direction)

    def drop_frames(
        self, direction: Direction | None = None, *, when: Callable[[Frame], bool] = every_frame, share: float = 1.0
    ) -> None:
        """Lose the frames for which *when* is true: all of them, or the *share* that the seed chooses.

        What it chooses does not depend on how connections meet: each has its own chance in each direction. While this
        lasts, a frame is passed on when it is complete, or 64 KiB of it are. An error of *when* resets the connection,
        and is raised where the proxy ends.
        """
        self._lay(
            lambda flow: flow.drops.append(lambda frame: when(frame) and flow.random.random() < share),
            direction,
        )

    def drop_frame(self, number: int, direction: Direction) -> None:
        """Lose the frame of that number: of each connection, counted from its beginning, 1 being the first."""
        self.drop_frames(direction, when=lambda frame: frame.number == number)

    def cut_mid_frame(self, direction: Direction, *, reset: bool = False) -> None:
        """Pass on half of the next frame and then close the connection, or *reset* it, which may overtake the half."""
        for flow in self.flows(direction):
            flow.cut = ConnectionResetError() if reset else CutError()

    def half_close(self, direction: Direction) -> None:
        """Send FIN in one direction only. What is sent in it afterwards is read, and lost; the other goes on."""
        for flow in self.flows(direction):
            flow.half_close()

    def heal(self) -> None:
        """Lift every fault that lasts."""
        for flow in self.flows():
            flow.heal()

    @abstractmethod
    def lost(self, direction: Direction) -> int:
        """Count the frames that did not arrive so far, whatever took them."""

    @abstractmethod
    async def reset(self) -> None:
        """Send RST to both sides; when this returns, it is sent."""
