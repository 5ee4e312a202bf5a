"""The cache in memory."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from saiondo_core.adapters.memory.cache import MemoryCache
from saiondo_core.testing.clocks import FrozenClock
from saiondo_core.testing.contracts.cache import CacheContract
from saiondo_core.testing.contracts.cache_cases import HOSTILE_KEYS, OpenedCache
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.contracts.process_cache import ProcessCacheContract

OCTETS = 10_000_000 + 400 * HOSTILE_KEYS


class TestMemoryCache(CacheContract, ProcessCacheContract):
    """It keeps the laws of its ports."""

    @pytest.fixture
    def opener(self) -> Opener[OpenedCache]:
        """Open an empty cache that holds what the laws keep at once."""

        @asynccontextmanager
        async def opened() -> AsyncGenerator[OpenedCache]:
            clock = FrozenClock()
            cache = MemoryCache(clock=clock, most_entries=2 * HOSTILE_KEYS, most_octets=OCTETS)
            yield OpenedCache(cache=cache, other=cache, wait=clock.advance, too_large="x" * OCTETS)

        return opened
