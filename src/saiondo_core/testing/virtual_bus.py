"""A bus on which notes take their time, and may be lost, doubled or late."""

import asyncio
from collections.abc import Callable
from random import Random

from attrs import define, field

from saiondo_core.adapters.memory.bus import MemoryEventBus
from saiondo_core.realtime.notes import Note
from saiondo_core.realtime.ports import EventBus
from saiondo_core.testing.virtual_faults import Weather
from saiondo_core.testing.virtual_lanes import Way


@define(eq=False)
class VirtualBus(EventBus):
    """A bus between processes, under some weather: on it, servers hear of what the others did.

    While the weather is calm it keeps the laws of buses. It needs no virtual time.
    """

    random: Random
    weather: Weather
    _bus: MemoryEventBus = field(factory=MemoryEventBus, init=False)
    _way: Way[Note] = field(init=False)
    _telling: "set[asyncio.Task[None]]" = field(factory=set["asyncio.Task[None]"], init=False)

    def __attrs_post_init__(self) -> None:
        self._way = Way[Note](self.random, self._tell)

    async def publish(self, *, note: Note) -> None:
        """See `EventBus.publish`."""
        self._way.send(note, self.weather.befalls(self.random, "notes", self.weather.faults.notes))

    def listen(self, hear: Callable[[Note], None]) -> None:
        """See `EventBus.listen`."""
        self._bus.listen(hear)

    def unlisten(self, hear: Callable[[Note], None]) -> None:
        """See `EventBus.unlisten`."""
        self._bus.unlisten(hear)

    def _tell(self, note: Note) -> None:
        telling = asyncio.create_task(self._bus.publish(note=note))
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)
