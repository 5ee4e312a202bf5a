"""A cache in memory: hits, sets, loads, stampedes, and what an entry takes."""

from bisect import bisect
from collections.abc import Awaitable, Callable, Sequence
from itertools import accumulate, cycle
from random import Random
from typing import TypeVar

from attrs import define, field, frozen

from benchmarks.cache_rivals import Rival, rivals, stampeded, told
from benchmarks.harness import Bench, Contender, reading
from benchmarks.rows import Goal, Of, Row
from benchmarks.tracing import traced
from saiondo_core.adapters.memory.cache import MemoryCache
from saiondo_core.adapters.system.clock import SystemClock
from saiondo_core.caching.model import Lifespan

C = TypeVar("C")
ENTRIES, BATCH, ASKED, CALLERS = 100_000, 1_000, 200_000, 1_000
TITLE = f"A cache in memory, {ENTRIES:,} entries that last 5 minutes"
PEERS = ("moka-py", "cachetools", "theine", "cashews", "aiocache", "dogpile.cache")
LIFE = Lifespan(ttl=300.0)


@frozen
class Thing:
    """A value, the same for all: what it takes is nobody's."""


THING = Thing()


@define(eq=False)
class Plain(Rival):
    """A dictionary in an async function: the least that looks the same."""

    things: dict[str, object] = field(factory=dict[str, object])

    async def get(self, *, key: str) -> object:
        """See `Rival`."""
        return self.things.get(key)

    async def set(self, *, key: str, value: object) -> None:
        """See `Rival`."""
        self.things[key] = value

    async def get_or_load(self, *, key: str, load: Callable[[], Awaitable[object]]) -> object:
        """See `Rival`; concurrent misses each load."""
        value = self.things.get(key)
        if value is None:
            value = self.things[key] = await load()
        return value


@define(eq=False)
class Ours(Rival):
    """Ours, called for what is counted and not for what is timed: a call more would be timed with it."""

    cache: MemoryCache = field(factory=lambda: MemoryCache(clock=SystemClock(), most_entries=ENTRIES))

    async def get(self, *, key: str) -> object:
        """See `Rival`."""
        return await self.cache.get(key=key, as_=Thing)

    async def set(self, *, key: str, value: object) -> None:  # noqa: ARG002 - Each value is the thing.
        """See `Rival`."""
        await self.cache.set(key=key, value=THING, as_=Thing, lifespan=LIFE)

    async def get_or_load(self, *, key: str, load: Callable[[], Awaitable[object]]) -> object:
        """See `Rival`."""

        async def thing() -> Thing:
            await load()
            return THING

        return await self.cache.get_or_load(key=key, as_=Thing, load=thing, lifespan=LIFE)


def popular(keys: Sequence[str]) -> list[list[str]]:
    """Keys as they are asked for, in batches: few of them nearly always, most of them hardly ever (Zipf, 0.99)."""
    random = Random(1)  # noqa: S311 - The same for all, not unforeseeable.
    weights = list(accumulate(1 / (rank + 1) ** 0.99 for rank in range(len(keys))))
    asked = [keys[min(bisect(weights, random.random() * weights[-1]), len(keys) - 1)] for _ in range(ASKED)]
    return [asked[start : start + BATCH] for start in range(0, len(asked), BATCH)]


async def load() -> Thing:
    """Load nothing that takes time."""
    return THING


async def gets(cache: Rival, keys: Sequence[str]) -> None:
    """Get each of *keys*."""
    for key in keys:
        await cache.get(key=key)


async def our_gets(cache: MemoryCache, keys: Sequence[str]) -> None:
    """The same, as an application calls ours: the loop stands here, so that no call is timed but the cache's own."""
    for key in keys:
        await cache.get(key=key, as_=Thing)


async def sets(cache: Rival, keys: Sequence[str]) -> None:
    """Set each of *keys*."""
    for key in keys:
        await cache.set(key=key, value=THING)


async def our_sets(cache: MemoryCache, keys: Sequence[str]) -> None:
    """The same, as an application calls ours: the loop stands here, so that no call is timed but the cache's own."""
    for key in keys:
        await cache.set(key=key, value=THING, as_=Thing, lifespan=LIFE)


async def loads(cache: Rival, keys: Sequence[str]) -> None:
    """Get each of *keys*, or load it."""
    for key in keys:
        await cache.get_or_load(key=key, load=load)


async def our_loads(cache: MemoryCache, keys: Sequence[str]) -> None:
    """The same, as an application calls ours: the loop stands here, so that no call is timed but the cache's own."""
    for key in keys:
        await cache.get_or_load(key=key, as_=Thing, load=load, lifespan=LIFE)


@frozen
class Race:
    """One thing that all caches do with keys.

    Attributes:
        theirs: How a rival does it.
        ours: How ours does.
        most: The goal, a ratio.
        is_one: Whether it is the same key each time.
    """

    case: str
    theirs: Callable[[Rival, Sequence[str]], Awaitable[None]]
    ours: Callable[[MemoryCache, Sequence[str]], Awaitable[None]]
    most: float | None
    is_one: bool = False


RACES = (
    Race("get, a hit; few keys are asked for most (Zipf)", gets, our_gets, 3.1),
    Race("set, of a key that is there", sets, our_sets, 2.6),
    Race("get-or-load, a hit, of one key", loads, our_loads, 2.0, is_one=True),
    Race("get-or-load, a hit; few keys are asked for most", loads, our_loads, None),
)


async def measure(bench: Bench) -> None:
    """Get, set and get-or-load what is there; then count loads, and what entries take."""
    keys = [f"user:{number:08d}" for number in range(ENTRIES)]
    plain, ours, others = Plain(), Ours(), rivals(ENTRIES)
    for key in keys:
        for cache in (plain, ours, *others.values()):
            await cache.set(key=key, value=THING)
    asked, one = popular(keys), [[keys[7]] * BATCH]
    for race in RACES:
        batches = one if race.is_one else asked
        await bench.compare(
            race.case,
            limit=_contender("dict", race.theirs, plain, batches),
            ours=_contender("ours", race.ours, ours.cache, batches),
            peers=[_contender(name, race.theirs, cache, batches) for name, cache in others.items()],
            goal=None if race.most is None else Goal(of=Of.RATIO, most=race.most),
        )
    await _count(bench)
    await _weigh(bench, keys)


def _contender(
    name: str, act: Callable[[C, Sequence[str]], Awaitable[None]], cache: C, batches: Sequence[Sequence[str]]
) -> Contender:
    turns = cycle(batches)

    async def call() -> None:
        await act(cache, next(turns))

    return Contender(name=name, call=call, units=BATCH)


async def _count(bench: Bench) -> None:
    """How often 1,000 who ask at once for what is not there load it: a count in the place of a size."""
    counts = [(name, await stampeded(cache, CALLERS)) for name, cache in rivals(ENTRIES).items()]
    mine = await stampeded(Ours(), CALLERS)
    await bench.keep(
        Row(
            case=f"loads for {CALLERS:,} concurrent misses of one key",
            unit="loads",
            limit=reading("one load", [1.0]),
            ours=reading("ours", [float(mine)], [1.0]),
            peers=tuple(reading(name, [float(count)], [1.0]) for name, count in counts),
            goal=Goal(of=Of.RATIO, most=1.0),
            note=f"As each is used by its documentation: {told(counts)}",
        )
    )


async def _weigh(bench: Bench, keys: Sequence[str]) -> None:
    """What an entry takes beside its key and value."""
    sizes: dict[str, float] = {}
    for name in ("dict", "ours", *rivals(1)):
        with traced() as memory:
            cache = {"dict": Plain, "ours": Ours}.get(name, lambda name=name: rivals(ENTRIES)[name])()
            for key in keys:
                await cache.set(key=key, value=THING)
        sizes[name] = memory.size / len(keys)
        del cache
    peers = {name: size for name, size in sizes.items() if name not in {"dict", "ours"}}
    await bench.keep(
        Row(
            case="memory of an entry, beside key and value",
            unit="B",
            limit=reading("dict", [sizes["dict"]]),
            ours=reading("ours", [sizes["ours"]], [sizes["dict"]]),
            peers=tuple(reading(name, [size], [sizes["dict"]]) for name, size in peers.items()),
            goal=Goal(of=Of.VALUE, most=190.0),
            note="As tracemalloc sees it: of what is not Python's (moka-py, theine) it sees nothing",
        )
    )
