"""The cache on Redis."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from saiondo_core.adapters.redis.cache import RedisCache
from saiondo_core.testing.contracts.cache import CacheContract
from saiondo_core.testing.contracts.cache_cases import OpenedCache
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.contracts.shared_cache import OpenedSharedCache, SharedCacheContract
from saiondo_core.testing.redis_server import RedisServer
from tests.adapters.redis.opened import Reports, ShiftedClock, fresh, opened_shared


class TestRedisCache(CacheContract):
    """It keeps the laws of its port, on every server that can be started here."""

    together = 10

    @pytest.fixture
    def opener(self, any_redis: RedisServer) -> Opener[OpenedCache]:
        """Open a namespace as two processes have it."""

        @asynccontextmanager
        async def opened() -> AsyncGenerator[OpenedCache]:
            clock, settings = ShiftedClock(), fresh(any_redis.url)
            here, there = (RedisCache(settings, clock, Reports()) for _ in range(2))
            yield OpenedCache(cache=here, other=there, wait=clock.advance, too_large="x" * 2**20)
            await here.close()
            await there.close()

        return opened


class TestSharedRedisCache(SharedCacheContract):
    """And those of one that is shared."""

    @pytest.fixture
    def opener(self, any_redis: RedisServer) -> Opener[OpenedSharedCache]:
        """Open two namespaces of a server that can be lost, one as two processes have it."""
        return opened_shared(RedisCache, any_redis.program, processes=2)
