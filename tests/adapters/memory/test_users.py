"""The memory store of users."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.adapters.memory.users import MemoryUsers
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.contracts.users import UserRepositoryContract
from saiondo_core.users.ports import UserRepository


class TestMemoryUsers(UserRepositoryContract):
    """It keeps the laws of its port."""

    @pytest.fixture
    def opener(self) -> Opener[UserRepository]:
        """Open an empty store."""

        @asynccontextmanager
        async def opened() -> AsyncGenerator[UserRepository]:
            yield MemoryUsers(MemoryLog())

        return opened
