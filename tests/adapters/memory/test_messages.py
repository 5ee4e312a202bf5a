"""The memory store of messages keeps the laws of its port."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from saiondo_core.adapters.memory.channels import MemoryChannels
from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.adapters.memory.messages import MemoryMessages
from saiondo_core.adapters.memory.rooms import Rooms
from saiondo_core.testing.contracts.messages import MessageRepositoryContract, Stores
from saiondo_core.testing.contracts.opening import Opener


@asynccontextmanager
async def fresh() -> AsyncGenerator[Stores, None]:
    """Open a new pair of memory stores."""
    rooms = Rooms(log=MemoryLog())
    yield MemoryChannels(rooms), MemoryMessages(rooms)


class TestMemoryMessages(MessageRepositoryContract):
    """`MemoryMessages` is a `MessageRepository`."""

    @pytest.fixture
    def opener(self) -> Opener[Stores]:
        """Open a new pair of memory stores."""
        return fresh
