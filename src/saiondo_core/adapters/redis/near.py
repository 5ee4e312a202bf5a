"""A cache on Redis that keeps what is hot as objects in this process, for as long as Redis tells what has changed."""

from collections.abc import Awaitable, Callable
from typing import TypeVar, cast

from attrs import define, evolve, field

from saiondo_core.adapters.redis.cache import RedisCache
from saiondo_core.adapters.redis.freshness import Freshness
from saiondo_core.adapters.redis.keys import Keys
from saiondo_core.adapters.redis.link import RedisLink
from saiondo_core.adapters.redis.loading import Loading
from saiondo_core.adapters.redis.near_loading import Kept, NearLoading, NearStore
from saiondo_core.adapters.redis.store import Store
from saiondo_core.adapters.redis.tracking import Tracking
from saiondo_core.caching.entries import Entry
from saiondo_core.caching.model import CacheStats, Lifespan, Missing

T = TypeVar("T")


@define(eq=False, repr=False)
class NearRedisCache(RedisCache):
    """A `RedisCache` that answers what was read lately from this process's memory, as the very objects.

    What this process changes, it sees at once. What another changes it sees as soon as Redis says so: in less than a
    millisecond as a rule, and after twice `RedisSettings.silence` at the latest, whatever happens to the network, the
    server or this process. So it is not for what must be seen at once everywhere, such as roles and memberships: no
    cache keeps those. Where that is not certain it keeps nothing: on a cluster it never does, and reports so.
    """

    _kept: Kept = field(init=False)
    _near: NearLoading = field(init=False)
    _tracking: Tracking = field(init=False)
    # What every hit needs, at hand.
    _found: dict[str, Entry] = field(init=False)
    _edge: Entry = field(init=False)
    _freshness: Freshness = field(init=False)
    _now: Callable[[], float] = field(init=False)

    def _stored(self, keys: Keys, link: RedisLink) -> Store:
        settings = self._settings
        self._freshness = Freshness(2 * settings.silence)
        self._kept = Kept(keys, self._clock, self._freshness, settings.near_entries)
        self._found, self._edge, self._now = self._kept.entries.found, self._kept.entries.edge, self._clock.monotonic
        self._tracking = Tracking(link, self._kept, settings.silence, self._report)
        return NearStore(keys, link, self._clock, settings.lease, self._kept)

    def _loaded(self) -> Loading:
        self._near = NearLoading(self._loads, self._kept)
        return self._near

    def start(self) -> None:
        """See `RedisCache.start`; and listen for changes, in the running loop. Until then nothing is kept here."""
        super().start()
        self._tracking.start()

    @property
    def is_live(self) -> bool:
        """Whether anything may be answered from this process at the moment."""
        return self._clock.monotonic() < self._freshness.told_until

    async def get(self, *, key: str, as_: type[T]) -> T | Missing | None:
        """See `Cache.get`."""
        entry = self._kept.told(key, as_)
        if entry is None:
            return await super().get(key=key, as_=as_)
        self._near.near_hits += 1
        return cast("T | None", entry.value)

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
        # Each call would cost a hit as much again as it costs.
        if entry is not None and (entry.as_ is as_ or entry.as_ == as_):
            now = self._now()
            if now < entry.end and now < self._freshness.told_until:
                self._near.near_hits += 1
                if entry.after is not self._edge:
                    self._kept.entries.touch(entry)
                return entry.value  # type: ignore[return-value] # pyright: ignore[reportReturnType] - Of the kind `as_`.
        return await super().get_or_load(key=key, as_=as_, load=load, lifespan=lifespan, tags=tags)

    async def stats(self) -> CacheStats:
        """See `Cache.stats`."""
        far, near = await super().stats(), self._near.near_hits
        return evolve(far, hits=far.hits + near, near_hits=near)

    async def close(self) -> None:
        """See `RedisCache.close`."""
        await self._tracking.close()
        await super().close()
