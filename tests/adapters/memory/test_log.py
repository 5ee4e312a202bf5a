"""The event log of the memory stores."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.kernel.events import Event
from saiondo_core.testing.contracts.log import EventLogContract, FilledLog, WatchableContract, updates
from saiondo_core.testing.contracts.opening import Opener


@asynccontextmanager
async def memory_log() -> AsyncGenerator[FilledLog]:
    """Open an empty log."""
    log = MemoryLog()

    async def record(events: tuple[Event, ...]) -> None:
        log.record(events)

    yield FilledLog(log, record)


class TestMemoryLog(EventLogContract):
    """The memory log keeps the laws of logs."""

    @pytest.fixture
    def opener(self) -> Opener[FilledLog]:
        """Open an empty log."""
        return memory_log


class TestMemoryLogWatched(WatchableContract):
    """The memory log keeps the laws of logs that are watched."""

    @pytest.fixture
    def opener(self) -> Opener[FilledLog]:
        """Open an empty log."""
        return memory_log


async def test_a_sequence_goes_to_the_first_event() -> None:
    """What a message's write numbers is the message sent, not the events that come with it."""
    log = MemoryLog()
    log.record(updates("anna", "anna"), sequence=7)

    assert [7, None] == [recorded.sequence for recorded in await log.stream(stream="user:anna", after=0, limit=10)]


async def test_streams_are_spread_over_the_partitions() -> None:
    """A thousand streams leave no partition empty, so that a slow one holds up few others."""
    log = MemoryLog()
    log.record(updates(*(f"user{number}" for number in range(1000))))

    for partition in range(await log.partitions()):
        assert await log.read(partition=partition, after=0, limit=1)
