"""Notes, carried within one process."""

import asyncio
from collections.abc import Callable

from attrs import define, field

from saiondo_core.realtime.notes import Note
from saiondo_core.realtime.ports import EventBus


@define(eq=False, repr=False)
class MemoryEventBus(EventBus):
    """A bus within one event loop. Factories that share it are to each other as processes on one bus.

    Whoever publishes a note goes on when all have heard it.
    """

    _listeners: dict[Callable[[Note], None], None] = field(factory=dict[Callable[[Note], None], None], init=False)

    async def publish(self, *, note: Note) -> None:
        """See `EventBus.publish`; it never fails."""
        for hear in tuple(self._listeners):
            if hear not in self._listeners:  # Another listener has just ended it.
                continue
            try:
                hear(note)
            except Exception as error:  # noqa: BLE001 - A listener's own, whatever it is, and reported as such.
                asyncio.get_running_loop().call_exception_handler(
                    {"message": f"A listener failed on hearing of {type(note).__name__}.", "exception": error}
                )

    def listen(self, hear: Callable[[Note], None]) -> None:
        """See `EventBus.listen`."""
        self._listeners[hear] = None

    def unlisten(self, hear: Callable[[Note], None]) -> None:
        """See `EventBus.unlisten`."""
        self._listeners.pop(hear, None)
