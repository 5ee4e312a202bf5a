"""The dead letters kept in memory."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from saiondo_core.adapters.memory.letters import MemoryDeadLetters
from saiondo_core.kernel.ports import DeadLetters
from saiondo_core.testing.contracts.kernel import DeadLettersContract
from saiondo_core.testing.contracts.opening import Opener


@asynccontextmanager
async def memory_letters() -> AsyncGenerator[DeadLetters]:
    """Open an empty store."""
    yield MemoryDeadLetters()


class TestMemoryDeadLetters(DeadLettersContract):
    """The memory store keeps the laws of dead letters."""

    @pytest.fixture
    def opener(self) -> Opener[DeadLetters]:
        """Open an empty store."""
        return memory_letters
