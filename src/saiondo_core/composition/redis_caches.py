"""The caches of all namespaces on one Redis. Loaded when settings name one, for it loads drivers."""

from urllib.parse import quote

from attrs import define, evolve, field

from saiondo_core.adapters.redis.cache import RedisCache
from saiondo_core.adapters.redis.link import RedisLink
from saiondo_core.adapters.redis.near import NearRedisCache
from saiondo_core.adapters.redis.settings import RedisSettings
from saiondo_core.composition.reports import Report
from saiondo_core.kernel.ports import Clock


@define(eq=False, repr=False)
class RedisCaches:
    """One cache for each namespace, all over the same connections. They belong to the factory.

    Raises:
        InvalidInputError: The settings' URL is none.
    """

    _settings: RedisSettings
    _clock: Clock
    _report: Report
    _link: RedisLink = field(init=False)
    _caches: list[RedisCache] = field(factory=list[RedisCache], init=False)
    _is_open: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        """Connect to nothing yet."""
        self._link = RedisLink(self._settings, self._clock, self._report)

    def for_tenant(self, name: str) -> RedisCache:
        """A new cache for the namespace *name*, "" for the one that needs none."""
        # No other name is quoted alike, and a colon stands in none.
        prefix = self._settings.key_prefix + (f"{quote(name, safe='')}:" if name else "")
        kind = NearRedisCache if self._settings.near_cache else RedisCache
        cache = kind(evolve(self._settings, key_prefix=prefix), self._clock, self._report, self._link)
        self._caches.append(cache)
        if self._is_open:
            cache.start()
        return cache

    def open(self) -> None:
        """Begin, in the running loop."""
        self._is_open = True
        for cache in self._caches:
            cache.start()

    async def close(self) -> None:
        """End all that works for them, and close the connections."""
        self._is_open = False
        for cache in self._caches:
            await cache.close()
        await self._link.close()
