"""The memory store of sessions."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.adapters.memory.sessions import MemorySessions
from saiondo_core.auth.ports import SessionRepository
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.contracts.sessions import SessionRepositoryContract


class TestMemorySessions(SessionRepositoryContract):
    """It keeps the laws of its port."""

    @pytest.fixture
    def opener(self) -> Opener[SessionRepository]:
        """Open an empty store."""

        @asynccontextmanager
        async def opened() -> AsyncGenerator[SessionRepository]:
            yield MemorySessions(MemoryLog())

        return opened
