"""The memory store of credentials."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from saiondo_core.adapters.memory.credentials import MemoryCredentials
from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.auth.ports import CredentialRepository
from saiondo_core.testing.contracts.credentials import CredentialRepositoryContract
from saiondo_core.testing.contracts.opening import Opener


class TestMemoryCredentials(CredentialRepositoryContract):
    """It keeps the laws of its port."""

    @pytest.fixture
    def opener(self) -> Opener[CredentialRepository]:
        """Open an empty store."""

        @asynccontextmanager
        async def opened() -> AsyncGenerator[CredentialRepository]:
            yield MemoryCredentials(MemoryLog())

        return opened
