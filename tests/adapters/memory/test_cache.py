"""The cache in memory."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from saiondo_core.adapters.memory.cache import MemoryCache
from saiondo_core.testing.clocks import FrozenClock
from saiondo_core.testing.contracts.cache import CacheContract
from saiondo_core.testing.contracts.cache_cases import OpenedCache
from saiondo_core.testing.contracts.opening import Opener


class TestMemoryCache(CacheContract):
    """It keeps the laws of its port."""

    @pytest.fixture
    def opener(self) -> Opener[OpenedCache]:
        """Open an empty cache with a budget of 10 MB."""

        @asynccontextmanager
        async def opened() -> AsyncGenerator[OpenedCache]:
            clock = FrozenClock()
            cache = MemoryCache(clock=clock, most_octets=10_000_000)
            yield OpenedCache(cache=cache, other=cache, wait=clock.advance, too_large="x" * 10_000_000)

        return opened
