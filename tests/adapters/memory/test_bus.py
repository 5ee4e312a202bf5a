"""The bus within one process."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from saiondo_core.adapters.memory.bus import MemoryEventBus
from saiondo_core.channels.model import ChannelId
from saiondo_core.realtime.notes import Advanced, Note, RightsChanged
from saiondo_core.testing.contracts.bus import Ends, EventBusContract
from saiondo_core.testing.contracts.opening import Opener


class TestMemoryEventBus(EventBusContract):
    """It keeps the laws of its port."""

    @pytest.fixture
    def opener(self) -> Opener[Ends]:
        """Open a bus, to be shared by two."""

        @asynccontextmanager
        async def opened() -> AsyncGenerator[Ends]:
            bus = MemoryEventBus()
            yield bus, bus

        return opened


async def test_a_note_was_heard_when_its_publisher_goes_on() -> None:
    """Nothing waits: publishing returns when everybody heard of the note."""
    bus, heard = MemoryEventBus(), list[Note]()
    bus.listen(heard.append)
    for offset in 1, 2, 3:
        note = Advanced(channel_id=ChannelId("team"), offset=offset)
        await bus.publish(note=note)
        assert note == heard[-1]


async def test_listeners_may_come_and_go_while_a_note_is_told() -> None:
    """Whom another listener ends does not hear the note any more, and who began meanwhile hears the next one."""
    bus, heard = MemoryEventBus(), list[str]()

    def old(_: Note) -> None:
        heard.append("old")

    def new(_: Note) -> None:
        heard.append("new")

    def change(_: Note) -> None:
        bus.unlisten(old)
        bus.listen(new)

    bus.listen(change)
    bus.listen(old)
    await bus.publish(note=RightsChanged())
    assert [] == heard

    await bus.publish(note=RightsChanged())
    assert ["new"] == heard
