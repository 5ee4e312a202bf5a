"""The cache in memory with a bug in each, held to its suite. Most of this fails: see test_planted_bugs.py."""

import asyncio
import math
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar, cast
from unicodedata import normalize

import pytest
from attrs import evolve

from saiondo_core.adapters.memory.cache import MemoryCache
from saiondo_core.caching.entries import Entry
from saiondo_core.caching.errors import NotACounterError
from saiondo_core.caching.model import MISSING, CacheStats, Lifespan, Missing
from saiondo_core.testing.clocks import FrozenClock
from saiondo_core.testing.contracts.cache import CacheContract
from saiondo_core.testing.contracts.cache_cases import HOSTILE_KEYS, OpenedCache
from saiondo_core.testing.contracts.opening import Opener

T = TypeVar("T")
Tags = tuple[str, ...]
OCTETS = 10_000_000 + 400 * HOSTILE_KEYS


class FoldsKeys(MemoryCache):
    """Keys that look alike are one."""

    async def get(self, *, key: str, as_: type[T]) -> T | Missing | None:
        """Normalise the key."""
        return await super().get(key=normalize("NFC", key), as_=as_)

    async def set(self, *, key: str, value: T | None, as_: type[T], lifespan: Lifespan, tags: Tags = ()) -> bool:
        """Normalise the key."""
        return await super().set(key=normalize("NFC", key), value=value, as_=as_, lifespan=lifespan, tags=tags)


class StripsTexts(MemoryCache):
    """A text loses what stands at its ends."""

    async def get(self, *, key: str, as_: type[T]) -> T | Missing | None:
        """Strip it."""
        value = await super().get(key=key, as_=as_)
        return cast("T", value.strip()) if isinstance(value, str) else value


class TakesAnything(MemoryCache):
    """Whatever is there is given, of whatever kind."""

    async def get(self, *, key: str, as_: type[T]) -> T | Missing | None:
        """Ask for the kind that is there."""
        entry = self._found.get(key)
        kind = as_ if entry is None or entry.as_ is None else entry.as_
        return await super().get(key=key, as_=kind)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - The bug.


class MissesNothing(MemoryCache):
    """What is known not to be there is not known."""

    async def get(self, *, key: str, as_: type[T]) -> T | Missing | None:
        """Take None for a miss."""
        value = await super().get(key=key, as_=as_)
        return MISSING if value is None else value


class LastsLonger(MemoryCache):
    """A value lasts twice as long, and nothing as long as a value."""

    async def set(self, *, key: str, value: T | None, as_: type[T], lifespan: Lifespan, tags: Tags = ()) -> bool:
        """Double its time."""
        longer = evolve(lifespan, ttl=2 * lifespan.ttl, missing_ttl=2 * lifespan.ttl)
        return await super().set(key=key, value=value, as_=as_, lifespan=longer, tags=tags)


class OneTooFew(MemoryCache):
    """Of many keys the last is forgotten."""

    async def get_many(self, *, keys: tuple[str, ...], as_: type[T]) -> Mapping[str, T | None]:
        """Leave it out."""
        return await super().get_many(keys=keys[:-1], as_=as_)


class ForgetsNoTags(MemoryCache):
    """What was loaded under a tag is not found by it."""

    async def get_or_load(
        self,
        *,
        key: str,
        as_: type[T],
        load: Callable[[], Awaitable[T | None]],
        lifespan: Lifespan,
        tags: Tags = (),  # noqa: ARG002 - the bug
    ) -> T | None:
        """Ignore them."""
        return await super().get_or_load(key=key, as_=as_, load=load, lifespan=lifespan)


class EachLoads(MemoryCache):
    """Whoever misses loads."""

    async def get_or_load(
        self,
        *,
        key: str,
        as_: type[T],
        load: Callable[[], Awaitable[T | None]],
        lifespan: Lifespan,
        tags: Tags = (),
    ) -> T | None:
        """Look, load, set."""
        value = await self.get(key=key, as_=as_)
        if value is not MISSING:
            return value
        loaded = await load()
        await self.set(key=key, value=loaded, as_=as_, lifespan=lifespan, tags=tags)
        return loaded


class FirstCallerHoldsAll(MemoryCache):
    """Who is cancelled takes the others along."""

    async def get_or_load(
        self,
        *,
        key: str,
        as_: type[T],
        load: Callable[[], Awaitable[T | None]],
        lifespan: Lifespan,
        tags: Tags = (),
    ) -> T | None:
        """Let no load outlive its first caller."""
        caller = asyncio.current_task()

        async def held() -> T | None:
            loading = asyncio.ensure_future(load())
            while not loading.done():
                if caller is not None and caller.done():
                    loading.cancel()
                await asyncio.sleep(0)
            return await loading

        return await super().get_or_load(key=key, as_=as_, load=held, lifespan=lifespan, tags=tags)


class KeepsErrors(MemoryCache):
    """A load that failed has given nothing."""

    async def get_or_load(
        self,
        *,
        key: str,
        as_: type[T],
        load: Callable[[], Awaitable[T | None]],
        lifespan: Lifespan,
        tags: Tags = (),
    ) -> T | None:
        """Swallow the error."""

        async def quiet() -> T | None:
            try:
                return await load()
            except Exception:  # noqa: BLE001 - the bug
                return None

        return await super().get_or_load(key=key, as_=as_, load=quiet, lifespan=lifespan, tags=tags)


class AsksOneByOne(MemoryCache):
    """Many keys are as many loads."""

    async def get_or_load_many(
        self,
        *,
        keys: tuple[str, ...],
        as_: type[T],
        load: Callable[[tuple[str, ...]], Awaitable[Mapping[str, T]]],
        lifespan: Lifespan,
        tags: Tags = (),
    ) -> Mapping[str, T | None]:
        """Ask for each."""
        found: dict[str, T | None] = {}
        for key in keys:
            found |= await super().get_or_load_many(keys=(key,), as_=as_, load=load, lifespan=lifespan, tags=tags)
        return found


class ForgetsKeysOnly(MemoryCache):
    """Tags are ignored, where something is to be forgotten."""

    def drop(self, *, keys: tuple[str, ...] = (), tags: Tags = ()) -> None:  # noqa: ARG002 - the bug
        """Drop keys."""
        super().drop(keys=keys)


class LoadsOn(MemoryCache):
    """A load under way does not hear of an invalidation."""

    def drop(self, *, keys: tuple[str, ...] = (), tags: Tags = ()) -> None:
        """Drop what is there."""
        for key in (*keys, *(key for tag in tags for key in self._entries.under(tag))):
            self._entries.drop(key)


class LoadsOver(MemoryCache):
    """A load under way does not hear of a set."""

    async def set(self, *, key: str, value: T | None, as_: type[T], lifespan: Lifespan, tags: Tags = ()) -> bool:
        """Put it there."""
        return self._entries.put(key, value, as_, lifespan, tags, self._now())


class NeverEarly(MemoryCache):
    """A value is loaded anew once it is over."""

    async def get_or_load(
        self,
        *,
        key: str,
        as_: type[T],
        load: Callable[[], Awaitable[T | None]],
        lifespan: Lifespan,
        tags: Tags = (),
    ) -> T | None:
        """Ignore when it might be earlier."""
        late = evolve(lifespan, refresh_after=None)
        return await super().get_or_load(key=key, as_=as_, load=load, lifespan=late, tags=tags)


class AlwaysStale(MemoryCache):
    """What is over is told where nothing newer is to be had, asked for or not."""

    async def get_or_load(
        self,
        *,
        key: str,
        as_: type[T],
        load: Callable[[], Awaitable[T | None]],
        lifespan: Lifespan,
        tags: Tags = (),
    ) -> T | None:
        """Keep it for long."""
        long = evolve(lifespan, stale_for=1_000_000)
        return await super().get_or_load(key=key, as_=as_, load=load, lifespan=long, tags=tags)


class CountsLate(MemoryCache):
    """A counter is read, and written later."""

    async def increment(self, *, key: str, ttl: float, by: int = 1) -> int:
        """Let others in between."""
        before = await super().increment(key=key, ttl=ttl, by=0)
        await asyncio.sleep(0)
        present = await super().increment(key=key, ttl=ttl, by=0)
        return await super().increment(key=key, ttl=ttl, by=before + by - present)


class CountsOnAndOn(MemoryCache):
    """Each increment gives a counter its time anew."""

    async def increment(self, *, key: str, ttl: float, by: int = 1) -> int:
        """Set it."""
        count = await super().increment(key=key, ttl=ttl, by=by)
        await self.set(key=key, value=count, as_=int, lifespan=Lifespan(ttl=ttl))
        return count


class CountsTexts(MemoryCache):
    """What is no number is counted from 0."""

    async def increment(self, *, key: str, ttl: float, by: int = 1) -> int:
        """Begin anew."""
        try:
            return await super().increment(key=key, ttl=ttl, by=by)
        except NotACounterError:
            await self.invalidate(keys=(key,))
            return await super().increment(key=key, ttl=ttl, by=by)


class KeepsRights(MemoryCache):
    """Whatever kind it is said to be of is kept."""

    async def set(self, *, key: str, value: T | None, as_: type[T], lifespan: Lifespan, tags: Tags = ()) -> bool:
        """Put it there as some other."""
        entry = Entry(key, value, as_, end=math.inf)
        entry.before = entry.after = entry
        self._found[key] = entry
        return await super().set(key=key, value=value, as_=as_, lifespan=lifespan, tags=tags)


class ClearsValues(MemoryCache):
    """Counters are left."""

    async def clear(self) -> None:
        """Spare numbers."""
        self.drop(keys=tuple(key for key, entry in self._found.items() if entry.as_ is not int))


class KeepsTheOld(MemoryCache):
    """What is too large leaves what was there."""

    async def set(self, *, key: str, value: T | None, as_: type[T], lifespan: Lifespan, tags: Tags = ()) -> bool:
        """Put it back."""
        before = await self.get(key=key, as_=as_)
        kept = await super().set(key=key, value=value, as_=as_, lifespan=lifespan, tags=tags)
        if not kept and before is not MISSING:
            await super().set(key=key, value=before, as_=as_, lifespan=lifespan, tags=tags)
        return kept


class CountsCalls(MemoryCache):
    """A call is a hit, however many keys it asks for."""

    async def stats(self) -> CacheStats:
        """Count too few."""
        return evolve(await super().stats(), hits=min(self._counts.hits, 1))


CACHE_LAWS: dict[type[MemoryCache], str] = {
    FoldsKeys: "any_text_is_a_key",
    StripsTexts: "any_text_is_a_value",
    TakesAnything: "another_kind_is_a_miss",
    MissesNothing: "nothing_is_known_apart_from_unknown",
    LastsLonger: "it_lasts_for_its_ttl",
    OneTooFew: "get_many_is_get",
    ForgetsNoTags: "a_load_is_kept",
    EachLoads: "concurrent_misses_load_once",
    FirstCallerHoldsAll: "a_cancelled_caller_stops_nobody",
    KeepsErrors: "a_failed_load_is_told_and_not_kept",
    AsksOneByOne: "many_are_loaded_in_one_call",
    ForgetsKeysOnly: "invalidated_is_gone",
    LoadsOn: "nothing_older_after_an_invalidation",
    LoadsOver: "a_load_yields_to_a_set",
    NeverEarly: "it_is_refreshed_early",
    AlwaysStale: "stale_only_by_choice",
    CountsLate: "increments_add_up",
    CountsOnAndOn: "a_counter_lives_from_its_beginning",
    KeepsRights: "rights_are_not_kept",
    CountsTexts: "only_numbers_are_counted",
    ClearsValues: "clear_forgets_everything",
    KeepsTheOld: "what_is_too_large_is_given_all_the_same",
    CountsCalls: "stats_are_exact",
}
"""Each bug, and the law that it breaks."""


@asynccontextmanager
async def new_cache(bug: type[MemoryCache]) -> AsyncGenerator[OpenedCache]:
    """Open an empty cache with *bug* in it."""
    clock = FrozenClock()
    cache = bug(clock=clock, most_entries=2 * HOSTILE_KEYS, most_octets=OCTETS)
    yield OpenedCache(cache=cache, other=cache, wait=clock.advance, too_large="x" * OCTETS)


class TestCache(CacheContract):
    """The suite of the port, over each bug."""

    schedules = 100  # As many as share one cache: the orders that are written out find the bug first.

    @pytest.fixture(params=[MemoryCache, *CACHE_LAWS], ids=lambda bug: bug.__name__)
    def opener(self, request: pytest.FixtureRequest) -> Opener[OpenedCache]:
        """Open an empty cache with the bug in it, for the law that it breaks: they are many, and the suite is long."""
        if CACHE_LAWS.get(request.param, request.node.originalname[5:]) != request.node.originalname[5:]:
            pytest.skip("another law")
        return partial(new_cache, request.param)
