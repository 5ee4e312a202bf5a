"""How bad the network of a test is: the chance of each fault."""

import asyncio
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from random import Random

from attrs import define, field, frozen

from saiondo_core.kernel.numbers import not_negative


class Mishap(StrEnum):
    """What can become of a single thing on its way.

    Attributes:
        DROPPED: It does not arrive.
        DOUBLED: It arrives, and once more up to a second later.
        REORDERED: It arrives up to a second late, and others overtake it.
    """

    DROPPED = "dropped"
    DOUBLED = "doubled"
    REORDERED = "reordered"


@frozen(kw_only=True)
class Mishaps:
    """The chance of each mishap, together at most 1."""

    dropped: float = field(default=0.0, validator=not_negative)
    doubled: float = field(default=0.0, validator=not_negative)
    reordered: float = field(default=0.0, validator=not_negative)

    def draw(self, random: Random) -> Mishap | None:
        """What becomes of the next thing, if not what should."""
        chances = self.dropped, self.doubled, self.reordered
        return random.choices((None, *Mishap), (1 - sum(chances), *chances))[0] if any(chances) else None


@frozen(kw_only=True)
class Faults:
    """Chances of what goes wrong; by default nothing does.

    Attributes:
        refused: Of an attempt to connect: nobody is there.
        unanswered: Of an attempt to connect: nothing is ever heard of it.
        reset: Of a connection, per second: both ends are told at once that it is gone; what was on its way is lost.
        closed: Of a connection, per second: something in between closes it in order, with 1001 or 1011.
        black_hole: Of a connection, per second: nothing arrives any more, at one end or at both, and nobody is told.
        half_open: Of a connection, per second: one end knows of it no more, and the other learns so when it says
            something.
        restart: Of a server, per second: it is drained, or killed, or its power fails; within five seconds it is back.
        notes: Of what processes tell each other over a `VirtualBus`. A bus may do so.
        frames: Of what clients and servers say on a connection that lives on. TCP does no such thing: it stands for a
            proxy or a library with a fault.
    """

    refused: float = field(default=0.0, validator=not_negative)
    unanswered: float = field(default=0.0, validator=not_negative)
    reset: float = field(default=0.0, validator=not_negative)
    closed: float = field(default=0.0, validator=not_negative)
    black_hole: float = field(default=0.0, validator=not_negative)
    half_open: float = field(default=0.0, validator=not_negative)
    restart: float = field(default=0.0, validator=not_negative)
    notes: Mishaps = Mishaps()
    frames: Mishaps = Mishaps()


CALM = Faults()


@define(eq=False)
class Weather:
    """The faults of the moment.

    Attributes:
        struck: How often each fault has happened, by the name that it has in `Faults`; mishaps are `frames.dropped` …
    """

    faults: Faults = field(default=CALM, init=False)
    struck: Counter[str] = field(factory=Counter[str], init=False)
    _spell: int = field(default=0, init=False)

    def change(self, faults: Faults) -> None:
        """Be under *faults* from now on; what was waited for before does not happen any more."""
        self.faults, self._spell = faults, self._spell + 1

    def strikes(self, random: Random, name: str, chance: float) -> bool:
        """Whether the fault *name* happens now."""
        happens = chance > 0 and random.random() < chance
        self.struck[name] += happens
        return happens

    def befalls(self, random: Random, name: str, mishaps: Mishaps) -> Mishap | None:
        """What becomes of the next one of the things called *name*, if not what should."""
        mishap = mishaps.draw(random)
        if mishap is not None:
            self.struck[f"{name}.{mishap}"] += 1
        return mishap

    def later(self, random: Random, rate: float, strike: Callable[[], None]) -> None:
        """Call *strike* once, as what happens by chance so often per second, unless the weather changes before."""
        if rate:
            spell = self._spell
            wait = random.expovariate(rate)
            asyncio.get_running_loop().call_later(wait, lambda: strike() if self._spell == spell else None)
