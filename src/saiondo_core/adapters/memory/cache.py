"""Values for a while, kept in memory."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from attrs import Factory, define, field

from saiondo_core.adapters.memory.weighing import octets_of
from saiondo_core.caching.counting import Counts
from saiondo_core.caching.entries import Entries, Entry
from saiondo_core.caching.errors import CounterRangeError, NotACounterError
from saiondo_core.caching.loading import Loading
from saiondo_core.caching.model import MISSING, CacheStats, Lifespan, Missing
from saiondo_core.caching.ports import Cache, ProcessCache
from saiondo_core.kernel.ports import Clock

T = TypeVar("T")

ENTRIES = 1_000
_COUNTER_END = 2**63


@define(eq=False, repr=False)
class MemoryCache(Cache, ProcessCache):
    """Values in this process's memory: what was not asked for longest makes room for others.

    It belongs to one event loop. What is expired takes up room until it is asked for, or makes room.

    Attributes:
        most_entries: How many there may be.
        most_octets: How many bytes they may take, by an estimate of `octets_of`; None for any.
    """

    clock: Clock
    most_entries: int = ENTRIES
    most_octets: int | None = None
    _counts: Counts = field(init=False, factory=Counts)
    _entries: Entries = field(
        init=False,
        default=Factory(
            lambda self: Entries(self._counts, self.most_entries, self.most_octets, octets_of), takes_self=True
        ),
    )
    _loading: Loading = field(
        init=False,
        default=Factory(lambda self: Loading(self._entries, self._counts, self.clock.monotonic), takes_self=True),
    )
    # What every hit needs, at hand.
    _now: Callable[[], float] = field(init=False, default=Factory(lambda self: self.clock.monotonic, takes_self=True))
    _found: dict[str, Entry] = field(init=False, default=Factory(lambda self: self._entries.found, takes_self=True))
    _edge: Entry = field(init=False, default=Factory(lambda self: self._entries.edge, takes_self=True))

    async def get(self, *, key: str, as_: type[T]) -> T | Missing | None:
        """See `Cache.get`."""
        entry = self._found.get(key)
        if entry is not None and self._now() < entry.end and (entry.as_ is as_ or entry.as_ == as_):
            self._counts.hits += 1
            edge = self._edge
            if (after := entry.after) is not edge:  # `Entries.touch`, without the call.
                before, newest = entry.before, edge.before
                before.after, after.before = after, before
                newest.after = edge.before = entry
                entry.before, entry.after = newest, edge
            return entry.value  # type: ignore[return-value] # pyright: ignore[reportReturnType] - Of the kind `as_`; a cast would cost each hit a call.
        self._counts.misses += 1
        self._loading.alive(key, as_)
        return MISSING

    async def get_many(self, *, keys: tuple[str, ...], as_: type[T]) -> Mapping[str, T | None]:
        """See `Cache.get_many`."""
        answers = {key: await self.get(key=key, as_=as_) for key in dict.fromkeys(keys)}
        return {key: value for key, value in answers.items() if value is not MISSING}

    async def set(
        self, *, key: str, value: T | None, as_: type[T], lifespan: Lifespan, tags: tuple[str, ...] = ()
    ) -> bool:
        """See `Cache.set`."""
        if self._loading.leases.held:
            self._loading.revoke(key)
        return self._entries.put(key, value, as_, lifespan, tags, self._now())

    async def get_or_load(
        self,
        *,
        key: str,
        as_: type[T],
        load: Callable[[], Awaitable[T | None]],
        lifespan: Lifespan,
        tags: tuple[str, ...] = (),
    ) -> T | None:
        """See `Cache.get_or_load`."""
        entry = self._found.get(key)
        if entry is not None and self._now() < entry.fresh and (entry.as_ is as_ or entry.as_ == as_):
            self._counts.hits += 1
            if entry.after is not self._edge:
                self._entries.touch(entry)
            return entry.value  # type: ignore[return-value] # pyright: ignore[reportReturnType] - Of the kind `as_`; a cast would cost each hit a call.
        return await self._loading.loaded_one(key, as_, load, lifespan, tags)

    async def get_or_load_many(
        self,
        *,
        keys: tuple[str, ...],
        as_: type[T],
        load: Callable[[tuple[str, ...]], Awaitable[Mapping[str, T]]],
        lifespan: Lifespan,
        tags: tuple[str, ...] = (),
    ) -> Mapping[str, T | None]:
        """See `Cache.get_or_load_many`."""
        return await self._loading.loaded(keys, as_, load, lifespan, tags)

    async def invalidate(self, *, keys: tuple[str, ...] = (), tags: tuple[str, ...] = ()) -> None:
        """See `Cache.invalidate`; it never fails."""
        self.drop(keys=keys, tags=tags)

    def drop(self, *, keys: tuple[str, ...] = (), tags: tuple[str, ...] = ()) -> None:
        """See `ProcessCache.drop`."""
        if not self._found and not self._loading.leases.held:
            return  # Nothing is kept, and no load may be: a host that caches nothing pays no more for its writes.
        tagged = (key for tag in tags for key in self._loading.under(tag))
        for key in (*keys, *tagged):
            self._loading.revoke(key)
            self._entries.drop(key)

    async def increment(self, *, key: str, ttl: float, by: int = 1) -> int:
        """See `Cache.increment`."""
        now, entry = self._now(), self._found.get(key)
        present = 0
        if entry is not None and now < entry.end:
            if entry.as_ is not int or not isinstance(entry.value, int):
                raise NotACounterError
            present = entry.value
        count = present + by
        if not -_COUNTER_END <= count < _COUNTER_END:
            raise CounterRangeError
        self._loading.revoke(key)
        if entry is not None and now < entry.end:
            entry.value = count
            self._entries.touch(entry)
        else:
            self._entries.put(key, count, int, Lifespan(ttl=ttl), (), now)
        return count

    async def clear(self) -> None:
        """See `Cache.clear`; it never fails."""
        self.drop(keys=(*self._loading.leases.held, *self._found))

    async def stats(self) -> CacheStats:
        """See `Cache.stats`."""
        octets = None if self.most_octets is None else self._entries.octets
        return self._counts.stats(entries=len(self._found), octets=octets)
