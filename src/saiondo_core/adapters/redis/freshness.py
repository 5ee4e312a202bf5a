"""What of what was read may be kept in this process, and until when it may be told: decided here, without I/O."""

import math
from collections.abc import Iterable

from attrs import define, field


@define(eq=False)
class Reading:
    """A read that is under way.

    Attributes:
        names: What it reads.
        is_void: Whether something has happened since that it may have missed.
    """

    names: tuple[str, ...]
    is_void: bool = False


@define(eq=False)
class Freshness:
    """Follows what a server says of its keys, over a link that tells the changes in the order in which they are made.

    A read may be kept if, from before it was sent until after its reply, the link was live and said nothing of what it
    read: whatever changes later is still to be said. What is kept may be told while the link is known to have said all
    that happened up to *bound* seconds ago: so nothing is told that was changed, and acknowledged, before.

    Attributes:
        bound: In seconds.
        told_until: The moment, of a monotonic clock, from which on nothing may be told.
    """

    bound: float
    told_until: float = field(default=-math.inf, init=False)
    _is_live: bool = field(default=False, init=False)
    _readings: dict[str, set[Reading]] = field(factory=dict[str, set[Reading]], init=False)

    def begin(self, names: Iterable[str]) -> Reading:
        """Note that *names* are about to be read."""
        reading = Reading(tuple(names), is_void=not self._is_live)
        for name in reading.names:
            self._readings.setdefault(name, set()).add(reading)
        return reading

    def end(self, reading: Reading) -> bool:
        """Note that *reading* has its reply, or will have none; whether it may be kept."""
        for name in reading.names:
            under_way = self._readings[name]
            under_way.remove(reading)
            if not under_way:
                del self._readings[name]
        return not reading.is_void

    def changed(self, name: str) -> None:
        """Note that *name* has changed."""
        for reading in self._readings.get(name, ()):
            reading.is_void = True

    def went_live(self, at: float) -> None:
        """Note that all changes from *at* on will be said."""
        self._is_live = True
        self.proved(at)

    def proved(self, at: float) -> None:
        """Note that all changes up to *at* have been said."""
        if self._is_live:
            self.told_until = at + self.bound

    def lost(self) -> None:
        """Note that changes may go unsaid from now on."""
        self._is_live, self.told_until = False, -math.inf
        self.voided()

    def voided(self) -> None:
        """Note that anything may have changed."""
        for readings in self._readings.values():
            for reading in readings:
                reading.is_void = True
