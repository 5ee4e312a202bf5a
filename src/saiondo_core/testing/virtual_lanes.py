"""One way through a network in memory, and all that is under way there."""

import asyncio
from collections import deque
from collections.abc import Callable
from random import Random
from typing import Generic, TypeAlias, TypeVar

from attrs import define, field, frozen

from saiondo_core.testing.virtual_faults import Mishap, Weather

T = TypeVar("T")

LATENCY = 0.01, 0.1
"""After how many seconds something arrives: the least, and the most."""

LATE_SECONDS = 1.0
"""After how many seconds something arrives at most that others overtake."""

WINDOW = 64
"""How many frames may be under way, or have arrived and not be taken, before their sender has to wait."""


@define(eq=False)
class Way(Generic[T]):
    """One way. What is sent arrives once and in order, but for mishaps.

    Attributes:
        arrive: Takes what arrives.
        is_black_hole: Whether nothing arrives any more.
    """

    random: Random
    arrive: Callable[[T], None]
    is_black_hole: bool = field(default=False, init=False)
    _arrival: float = field(default=0.0, init=False)
    _under_way: deque[T] = field(factory=deque[T], init=False)

    def send(self, thing: T, mishap: Mishap | None = None) -> None:
        """Let *thing* arrive, as *mishap* has it."""
        loop = asyncio.get_running_loop()
        if mishap is None or mishap is Mishap.DOUBLED:
            # Timers of one moment ring in no certain order, so the order is kept here.
            self._arrival = max(self._arrival, loop.time() + self.random.uniform(*LATENCY))
            self._under_way.append(thing)
            loop.call_at(self._arrival, lambda: self._land(self._under_way.popleft()))
        if mishap is Mishap.DOUBLED or mishap is Mishap.REORDERED:
            loop.call_later(self.random.uniform(LATENCY[0], LATE_SECONDS), self._land, thing)

    def _land(self, thing: T) -> None:
        if not self.is_black_hole:
            self.arrive(thing)


@frozen
class Ending:
    """The end of a connection: with a code where somebody said goodbye."""

    code: int | None = None


Cargo: TypeAlias = str | bytes | Ending


@define(eq=False)
class Lane:
    """What goes one way on a connection.

    The first frame is spared all mishaps: it says who the client is, or that it is welcome, which is said once. So is
    the end.

    Attributes:
        way: Where it goes.
        moved: Set whenever there may be room again.
    """

    way: Way[Cargo]
    weather: Weather
    moved: asyncio.Event
    _is_fresh: bool = field(default=True, init=False)
    _untaken: int = field(default=0, init=False)

    @property
    def has_room(self) -> bool:
        """Whether a frame can be sent without waiting."""
        return self._untaken < WINDOW

    def carry(self, frame: str | bytes) -> None:
        """Bring *frame* to the other end."""
        mishap = None
        if not self._is_fresh:
            mishap = self.weather.befalls(self.way.random, "frames", self.weather.faults.frames)
        self._is_fresh = False
        self._untaken += {Mishap.DROPPED: 0, Mishap.DOUBLED: 2}.get(mishap, 1) if mishap else 1
        self.way.send(frame, mishap)

    def finish(self, ending: Ending) -> None:
        """Bring the end to the other end, behind all that is under way in order."""
        self.way.send(ending)

    def taken(self) -> None:
        """A frame was taken at the other end."""
        self._untaken -= 1
        self.moved.set()
