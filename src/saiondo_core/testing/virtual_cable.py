"""One connection in memory, and all that can become of it."""

from collections.abc import Callable
from random import Random

from attrs import define, field

from saiondo_core.realtime.closing import CloseCode
from saiondo_core.testing.faults import Direction
from saiondo_core.testing.virtual_ends import ClientEnd, End, ServerEnd
from saiondo_core.testing.virtual_faults import Weather
from saiondo_core.testing.virtual_lanes import Ending, Lane, Way


@define(eq=False)
class VirtualCable:
    """One connection between a client and a gateway. What is broken stays broken.

    Attributes:
        random: Decides what becomes of this connection alone, whatever happens on others.
        client: The client's end.
        server: The gateway's.
    """

    random: Random
    weather: Weather
    client: ClientEnd = field(factory=ClientEnd, init=False)
    server: ServerEnd = field(factory=ServerEnd, init=False)

    def __attrs_post_init__(self) -> None:
        """Join the two ends."""
        up = Lane(Way(self.random, self.server.arrived), self.weather, self.client.moved)
        down = Lane(Way(self.random, self.client.arrived), self.weather, self.server.moved)
        self.client.out = self.server.into = up
        self.server.out = self.client.into = down

    @property
    def is_over(self) -> bool:
        """Whether both ends know that there is no connection any more."""
        return self.client.is_over and self.server.is_over

    def reset(self) -> None:
        """Tell both ends that the connection is gone; lose what is on its way."""
        for end in (self.client, self.server):
            end.out.way.is_black_hole = True
            end.end(Ending())

    def close(self, code: int = CloseCode.GOING_AWAY) -> None:
        """Say goodbye to both ends, behind all that is on its way to them."""
        for end in (self.client, self.server):
            end.out.finish(Ending(code))

    def black_hole(self, direction: Direction | None = None) -> None:
        """Lose whatever goes in *direction*, or in both, from now on, and tell nobody."""
        for end, way in ((self.client, Direction.TO_SERVER), (self.server, Direction.TO_CLIENT)):
            if direction in {None, way}:
                end.out.way.is_black_hole = True

    def forget(self, end: End) -> None:
        """Let *end* know of no connection any more; the other one learns so when it says something."""
        end.end(Ending())

    def expect(self) -> None:
        """Wait for the faults of the present weather, for as long as it lasts."""
        faults, random = self.weather.faults, self.random
        self._await("reset", faults.reset, self.reset)
        self._await(
            "closed", faults.closed, lambda: self.close(random.choice((CloseCode.GOING_AWAY, CloseCode.INTERNAL)))
        )
        self._await("black_hole", faults.black_hole, lambda: self.black_hole(random.choice((None, *Direction))))
        self._await("half_open", faults.half_open, lambda: self.forget(random.choice((self.client, self.server))))

    def _await(self, name: str, rate: float, strike: Callable[[], None]) -> None:
        def ring() -> None:
            if not self.is_over:
                self.weather.struck[name] += 1
                strike()

        self.weather.later(self.random, rate, ring)
