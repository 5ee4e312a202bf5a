"""The channels kept in memory."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from saiondo_core.adapters.memory.channels import MemoryChannels
from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.adapters.memory.rooms import Rooms
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.testing.contracts.channels import ChannelRepositoryContract
from saiondo_core.testing.contracts.opening import Opener


@asynccontextmanager
async def memory_channels() -> AsyncGenerator[ChannelRepository]:
    """Open an empty store."""
    yield MemoryChannels(Rooms(log=MemoryLog()))


class TestMemoryChannels(ChannelRepositoryContract):
    """The memory store keeps the laws of channels."""

    @pytest.fixture
    def opener(self) -> Opener[ChannelRepository]:
        """Open an empty store."""
        return memory_channels
