"""What is told in passing: now, or never."""

from saiondo_core.kernel.errors import UnavailableError
from saiondo_core.realtime.notes import Passing
from saiondo_core.realtime.ports import EventBus


async def mention(bus: EventBus, note: Passing) -> None:
    """Tell of *note*, where that can be done now, as what follows from something that is done already."""
    try:
        await bus.publish(note=note)
    except UnavailableError:
        return  # What it tells of is stored. Whoever did that must not think that it failed, and do it again.
