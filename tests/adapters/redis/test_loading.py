"""Loads in one process over what all processes share."""

import asyncio

import pytest

from saiondo_core.adapters.redis.cache import RedisCache
from saiondo_core.adapters.system.clock import SystemClock
from saiondo_core.caching.model import Lifespan
from saiondo_core.testing.contracts.cache_cases import Source
from saiondo_core.testing.redis_server import RedisServer
from tests.adapters.redis.opened import Reports, closing, fresh

LIFE = Lifespan(ttl=300.0)


@pytest.mark.parametrize("by", ["key", "tag", "clear"])
async def test_who_joins_after_an_invalidation_is_given_nothing_older(shared_redis: RedisServer, by: str) -> None:
    """The load they find under way began before: they wait for it, and ask again."""
    settings = fresh(shared_redis.url)
    async with (
        closing(RedisCache(settings, SystemClock(), Reports())) as cache,
        closing(RedisCache(settings, SystemClock(), Reports())) as other,
    ):
        source = Source("old")
        source.hold()

        async def ask() -> str | None:
            return await cache.get_or_load(key="a", as_=str, load=source.load, lifespan=LIFE, tags=("t",))

        first = asyncio.create_task(ask())
        await source.begun()
        source.text = "new"
        if by == "clear":
            await other.clear()
        else:
            await other.invalidate(keys=("a",) if by == "key" else (), tags=("t",) if by == "tag" else ())
        joining = asyncio.create_task(ask())
        while (await cache.stats()).misses < 2:
            pass
        source.release()
        assert ("old", "new") == (await first, await joining)
        assert "new" == await other.get(key="a", as_=str)
