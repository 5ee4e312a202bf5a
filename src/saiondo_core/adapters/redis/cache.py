"""A cache that all processes share: values in Redis, never older than what was invalidated, and never needed."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from attrs import define, field

from saiondo_core.adapters.redis.failures import Report
from saiondo_core.adapters.redis.keys import Keys
from saiondo_core.adapters.redis.leasing import Ask, LeasedLoads
from saiondo_core.adapters.redis.link import RedisLink
from saiondo_core.adapters.redis.loading import Loading
from saiondo_core.adapters.redis.settings import RedisSettings
from saiondo_core.adapters.redis.sharing import SharedOperations
from saiondo_core.adapters.redis.store import Store
from saiondo_core.caching.model import MISSING, CacheStats, Lifespan, Missing
from saiondo_core.kernel.errors import UnavailableError
from saiondo_core.kernel.ports import Clock

T = TypeVar("T")


@define(eq=False, repr=False)
class RedisCache(SharedOperations):
    """Values in Redis, or Valkey, as JSON.

    Where Redis is down, slow or full, reads are misses and loads are not kept: the application goes on as if nothing
    were cached. It is not for Redis Cluster, whose keys lie apart. Given a *link*, it goes over those connections, and
    leaves it to their owner to close them.
    """

    _settings: RedisSettings
    _clock: Clock
    _report: Report
    _lent: RedisLink | None = field(default=None, alias="link")
    _store: Store = field(init=False)
    _loading: Loading = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Open no connection before it is needed."""
        settings = self._settings
        link = self._lent or RedisLink(settings, self._clock, self._report)
        self._store = self._stored(Keys(settings.key_prefix), link)
        self._loads = LeasedLoads(store=self._store, patience=settings.patience, value_octets=settings.value_octets)
        self._loading = self._loaded()

    def _stored(self, keys: Keys, link: RedisLink) -> Store:
        return Store(keys, link, self._clock, self._settings.lease)

    def _loaded(self) -> Loading:
        return Loading(self._loads)

    async def get(self, *, key: str, as_: type[T]) -> T | Missing | None:
        """See `Cache.get`."""
        return (await self._loading.recall((key,), as_)).get(key, MISSING)

    async def get_many(self, *, keys: tuple[str, ...], as_: type[T]) -> Mapping[str, T | None]:
        """See `Cache.get_many`."""
        return await self._loading.recall(keys, as_)

    async def set(
        self, *, key: str, value: T | None, as_: type[T], lifespan: Lifespan, tags: tuple[str, ...] = ()
    ) -> bool:
        """See `Cache.set`."""
        written = self._loads.written(value, as_)
        try:
            if written.body is None:
                await self._store.forget((key,))
            else:
                await self._store.put(key, written, lifespan, tags)
        except UnavailableError:
            return False
        return written.body is not None

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

        async def one(_: tuple[str, ...]) -> Mapping[str, T | None]:
            return {key: await load()}

        return (await self._loading.give((key,), Ask(as_, one, lifespan, tags)))[key]

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
        return await self._loading.give(keys, Ask(as_, load, lifespan, tags))

    async def invalidate(self, *, keys: tuple[str, ...] = (), tags: tuple[str, ...] = ()) -> None:
        """See `Cache.invalidate`."""
        await self._store.forget(keys, tags)

    async def increment(self, *, key: str, ttl: float, by: int = 1) -> int:
        """See `Cache.increment`."""
        return await self._store.count(key, by, ttl)

    async def clear(self) -> None:
        """See `Cache.clear`."""
        await self._store.forget_all()

    async def stats(self) -> CacheStats:
        """See `Cache.stats`."""
        counts = self._loads.counts
        counts.failures = self._store.link.failures.counts.total()
        try:
            entries, octets, clients = await self._store.measured()
        except UnavailableError:
            return counts.stats()
        return counts.stats(entries=entries, octets=octets, clients=clients)

    def start(self) -> None:
        """Ask Redis again after `close`; a new one asks by itself."""
        self._store.link.open()

    async def close(self) -> None:
        """Let go of Redis: until `start`, this goes on as if it were down."""
        await self._store.gathering.close()
        if self._lent is None:
            await self._store.link.close()
