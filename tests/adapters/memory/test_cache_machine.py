"""The cache in memory against a plain model of it: which entries are there, which went, and how all was counted."""

import asyncio
import os

from attrs import evolve, frozen
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from saiondo_core.adapters.memory.cache import MemoryCache
from saiondo_core.adapters.memory.weighing import octets_of
from saiondo_core.caching.model import MISSING, CacheStats, Lifespan
from saiondo_core.testing.clocks import FrozenClock

KEYS = st.sampled_from("abcdef")
TAGS = st.sets(st.sampled_from("xyz"), max_size=2).map(lambda tags: tuple(sorted(tags)))
TEXTS = st.one_of(st.none(), st.integers(0, 40).map("t".__mul__))
LIVES = st.sampled_from(
    [
        Lifespan(ttl=10, missing_ttl=5),
        Lifespan(ttl=20, missing_ttl=5, refresh_after=8),
        Lifespan(ttl=10, missing_ttl=5, stale_for=10),
    ]
)


class BrokenError(Exception):
    """What a load raises."""


@frozen
class Plain:
    """An entry as simply as can be."""

    value: str | None
    life: Lifespan
    tags: tuple[str, ...]
    fresh: float
    end: float
    last: float


class CacheMachine(RuleBasedStateMachine):
    """Sets, gets, loads, invalidations and time, in any order, over a cache with little room."""

    @initialize(most=st.integers(1, 5), octets=st.sampled_from([None, 900, 1_500]))
    def begin(self, most: int, octets: int | None) -> None:
        """Make a cache, and nothing."""
        self.loop = asyncio.new_event_loop()
        self.clock = FrozenClock()
        self.cache = MemoryCache(clock=self.clock, most_entries=most, most_octets=octets)
        self.most, self.octets = most, octets
        self.plain: dict[str, Plain] = {}  # The one asked for longest ago comes first.
        self.counts = dict[str, int]()

    def teardown(self) -> None:
        """Close the loop."""
        if hasattr(self, "loop"):
            self.loop.close()

    @rule(key=KEYS, text=TEXTS, life=LIVES, tags=TAGS)
    def set(self, key: str, text: str | None, life: Lifespan, tags: tuple[str, ...]) -> None:
        """Keep something."""
        kept = self.loop.run_until_complete(self.cache.set(key=key, value=text, as_=str, lifespan=life, tags=tags))
        assert self._keep(key, text, life, tags) == kept

    @rule(key=KEYS)
    def get(self, key: str) -> None:
        """Look something up."""
        told = self.loop.run_until_complete(self.cache.get(key=key, as_=str))
        entry = self._alive(key)
        if entry is None or self._now >= entry.end:
            self._count(misses=1)
            assert MISSING is told
        else:
            self._count(hits=1)
            self._touch(key)
            assert entry.value == told

    @rule(key=KEYS, text=TEXTS, life=LIVES, tags=TAGS, is_broken=st.booleans())
    def load(self, key: str, text: str | None, life: Lifespan, tags: tuple[str, ...], *, is_broken: bool) -> None:
        """Look something up, or load it."""
        loads = 0

        async def load() -> str | None:
            nonlocal loads
            loads += 1
            if is_broken:
                raise BrokenError
            return text

        async def ask() -> str | BrokenError | None:
            try:
                return await self.cache.get_or_load(key=key, as_=str, load=load, lifespan=life, tags=tags)
            except BrokenError as error:
                return error

        told = self.loop.run_until_complete(ask())
        entry, now = self._alive(key), self._now
        is_there = entry is not None and now < entry.end
        is_early = entry is not None and is_there and now >= entry.fresh
        self._count(hits=int(is_there), misses=int(not is_there))
        if entry is not None and is_there:
            self._touch(key)
        if entry is not None and is_there and not is_early:
            assert (entry.value, 0) == (told, loads)
            return
        self._count(loads=1, refreshes=int(is_early))
        assert 1 == loads
        if not is_broken:
            assert text == told
            self._keep(key, text, life, tags)
            return
        self._count(load_errors=1)
        if entry is None:
            assert isinstance(told, BrokenError)
        else:
            assert entry.value == told
            self._count(stale=int(not is_there))
            if is_early:
                self.plain[key] = evolve(entry, fresh=(now + entry.end) / 2)

    @rule(keys=st.sets(KEYS, max_size=2), tags=TAGS)
    def invalidate(self, keys: frozenset[str], tags: tuple[str, ...]) -> None:
        """Forget something."""
        self.loop.run_until_complete(self.cache.invalidate(keys=tuple(keys), tags=tags))
        for key, entry in tuple(self.plain.items()):
            if key in keys or {*entry.tags} & {*tags}:
                del self.plain[key]

    @rule(seconds=st.integers(1, 12))
    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.loop.run_until_complete(self.clock.advance(seconds))

    @invariant()
    def everything_is_as_the_model_has_it(self) -> None:
        """The same entries are there, they take as much room, and everything was counted alike."""
        if not hasattr(self, "plain"):
            return
        stats = self.loop.run_until_complete(self.cache.stats())
        octets = None if self.octets is None else self._weight
        assert CacheStats(entries=len(self.plain), octets=octets, **self.counts) == stats
        assert len(self.plain) <= self.most
        assert self.octets is None or self._weight <= self.octets

    @property
    def _now(self) -> float:
        return self.clock.monotonic()

    @property
    def _weight(self) -> int:
        return sum(octets_of(key, entry.value) for key, entry in self.plain.items())

    def _alive(self, key: str) -> Plain | None:
        entry = self.plain.get(key)
        if entry is not None and self._now >= entry.last:
            del self.plain[key]
            self._count(expirations=1)
            return None
        return entry

    def _keep(self, key: str, value: str | None, life: Lifespan, tags: tuple[str, ...]) -> bool:
        now = self._now
        end = now + (life.missing_ttl if value is None else life.ttl)
        fresh = end if life.refresh_after is None or value is None else now + life.refresh_after
        self.plain.pop(key, None)
        if self.octets is not None and octets_of(key, value) > self.octets:
            self._count(skipped=1)
            return False
        self.plain[key] = Plain(value, life, tags, fresh, end, end + life.stale_for)
        while len(self.plain) > self.most or (self.octets is not None and self._weight > self.octets):
            del self.plain[next(iter(self.plain))]
            self._count(evictions=1)
        return True

    def _touch(self, key: str) -> None:
        self.plain[key] = self.plain.pop(key)

    def _count(self, **counts: int) -> None:
        for name, count in counts.items():
            self.counts[name] = self.counts.get(name, 0) + count


TestCacheMachine = CacheMachine.TestCase
if not os.environ.get("SAIONDO_LONG"):
    TestCacheMachine.settings = settings(max_examples=40)
