"""A server, and the crowd that came to it."""

from collections.abc import Generator
from contextlib import contextmanager
from time import perf_counter

from attrs import frozen

from benchmarks.crowd import Crowd
from benchmarks.harness import Contender
from benchmarks.serving import Server

CALM_SECONDS = 0.5
NAP_SECONDS = 0.005
PROFILED = 5


@frozen(kw_only=True)
class Audience:
    """All who came to hear one server.

    Attributes:
        name: What the server is.
        size: How many they are.
    """

    name: str
    size: int
    server: Server
    crowd: Crowd

    def deliver(self, messages: int) -> None:
        """Have so many *messages* said, and return once all of them were heard by all."""
        self.server.say(messages)
        self.crowd.hear(messages * self.size, nap=NAP_SECONDS)

    def delays(self, messages: int, gap: float) -> list[float]:
        """How long each delivery of so many *messages* took, each said at least a *gap* after the one before.

        It is from the moment at which the server is asked to say it, to the moment at which one guest has read it.
        """
        delays = list[float]()
        for _ in range(messages):
            began = perf_counter()
            self.server.say(1)
            delays += [moment - began for moment in self.crowd.hear(self.size)]
            self.crowd.rest(gap - (perf_counter() - began))
        return delays

    def contender(self, messages: int) -> Contender:
        """The audience that is told so many *messages* a call; a unit is one delivery."""

        async def tend() -> None:
            self.crowd.rest()

        def explain() -> str:
            self.server.begin_profile()
            for _ in range(PROFILED):
                self.deliver(messages)
            return f"{PROFILED * messages * self.size:,} deliveries by {self.name}\n{self.server.end_profile()}"

        return Contender(
            name=self.name,
            call=lambda: self.deliver(messages),
            calls=1,
            units=messages * self.size,
            before=tend,
            clock=perf_counter,
            profiler=explain,
        )


@contextmanager
def gathered(name: str, server: Server, size: int) -> Generator[Audience]:
    """Lend the audience of *size* that comes to *server*, once nobody moves any more."""
    with server, Crowd(server.invitation) as crowd:
        crowd.rest(CALM_SECONDS)
        yield Audience(name=name, size=size, server=server, crowd=crowd)
