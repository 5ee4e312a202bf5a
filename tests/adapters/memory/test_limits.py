"""The memory store of attempts."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from saiondo_core.adapters.memory.limits import MemoryRateLimiter
from saiondo_core.kernel.ports import RateLimiter
from saiondo_core.testing.contracts.limits import RateLimiterContract
from saiondo_core.testing.contracts.opening import Opener


class TestMemoryRateLimiter(RateLimiterContract):
    """It keeps the laws of its port."""

    @pytest.fixture
    def opener(self) -> Opener[RateLimiter]:
        """Open an empty store."""

        @asynccontextmanager
        async def opened() -> AsyncGenerator[RateLimiter]:
            yield MemoryRateLimiter()

        return opened
