"""A bus under the weather of a network in memory."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from random import Random

import pytest

from saiondo_core.channels.model import ChannelId
from saiondo_core.realtime.notes import Advanced, Note
from saiondo_core.testing.contracts.bus import Ends, EventBusContract
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.virtual_bus import VirtualBus
from saiondo_core.testing.virtual_faults import Faults, Mishaps, Weather
from saiondo_core.testing.virtual_lanes import LATE_SECONDS
from saiondo_core.testing.virtual_time import run_virtually

NOTES = [Advanced(channel_id=ChannelId("team"), offset=offset) for offset in range(1_000)]


class TestVirtualBus(EventBusContract):
    """In fair weather it keeps the laws of its port, on any loop."""

    @pytest.fixture
    def opener(self) -> Opener[Ends]:
        """Open a bus, to be shared by two."""

        @asynccontextmanager
        async def opened() -> AsyncGenerator[Ends]:
            bus = VirtualBus(Random(1), Weather())
            yield bus, bus

        return opened


@pytest.mark.parametrize(
    ("mishap", "fewest", "most"), [("dropped", 620, 710), ("doubled", 1_290, 1_380), ("reordered", 1_000, 1_000)]
)
def test_mishaps_befall_notes(mishap: str, fewest: int, most: int) -> None:
    """Of all notes a third is dropped, or doubled, or overtaken by others; each is counted."""

    async def main() -> None:
        weather, heard = Weather(), list[Note]()
        weather.change(Faults(notes=Mishaps(**{mishap: 1 / 3})))
        bus = VirtualBus(Random(1), weather)
        bus.listen(heard.append)
        for note in NOTES:
            await bus.publish(note=note)
        await asyncio.sleep(LATE_SECONDS)
        known = [note for note in NOTES if note in heard]
        assert fewest <= len(heard) <= most
        assert abs(len(heard) - 1_000) in {0, weather.struck[f"notes.{mishap}"]}
        assert ("dropped" == mishap) == (known == heard)

    run_virtually(main())
