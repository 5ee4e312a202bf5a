"""Telling handlers of what happened, at least once and in order."""

from collections.abc import Awaitable, Callable
from functools import partial
from itertools import count

from benchmarks.harness import Bench, Contender
from benchmarks.texts import english, repeated
from benchmarks.worlds import World, open_world
from saiondo_core.kernel.events import Event
from saiondo_core.messages.events import MessageSent

TITLE = "Relay events to handlers"
SIZE = 10_000
ROUNDS = 11


async def measure(bench: Bench) -> None:
    """Tell one handler and three of 10,000 events from the log's beginning, beside awaiting them in a bare loop."""
    async with open_world(repeated(english(), SIZE)) as world:
        log = world.anna.message.send.messages.log
        batches = [
            await log.read(partition=number, after=0, limit=SIZE * 2) for number in range(await log.partitions())
        ]
        events = [recorded.event for batch in batches for recorded in batch]
        sent = [event for event in events if isinstance(event, MessageSent)]
        for handlers in (1, 3):
            relayed = _Relayed(world, handlers)
            await bench.compare(
                "1 handler" if handlers == 1 else f"{handlers} handlers",
                limit=Contender(name="a loop", call=partial(_loop, sent, handlers), units=len(sent)),
                ours=Contender(
                    name="the relay", call=relayed.run, units=len(sent), calls=1, after=relayed.forget, collects=True
                ),
                per="event",
                rounds=ROUNDS,
            )


async def _loop(events: list[MessageSent], handlers: int) -> None:
    hear = _ear()
    for event in events:
        for _ in range(handlers):
            await hear(event)


class _Relayed:
    def __init__(self, world: World, handlers: int) -> None:
        self._world = world
        self._ears = [_ear() for _ in range(handlers)]
        self._names = count()

    async def run(self) -> None:
        for ear in self._ears:
            self._world.use_cases.on(MessageSent, ear, name=f"{len(self._ears)} ears, {next(self._names)}")
        await self._world.use_cases.settle()

    async def forget(self) -> None:
        for ear in self._ears:
            self._world.use_cases.off(ear)


def _ear() -> Callable[[Event], Awaitable[None]]:
    async def hear(_: Event) -> None:
        """Hear it, and do nothing."""

    return hear
