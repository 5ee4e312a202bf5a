"""What the memory stores of users, sessions and credentials keep of each."""

from typing import Generic, TypeVar

from attrs import define, field

from saiondo_core.kernel.events import Event
from saiondo_core.kernel.ids import EventId

T = TypeVar("T")


def _first(events: tuple[Event, ...]) -> EventId | None:
    return events[0].stamp.id if events else None


@define(eq=False, repr=False)
class Kept(Generic[T]):
    """A thing as the change left it that caused some events: the first of them tells changes apart."""

    thing: T
    _change: EventId | None = field(converter=_first)

    def is_left_by(self, thing: T, events: tuple[Event, ...]) -> bool:
        """Whether the last change was this very one, so that it need not be made again."""
        return self.thing == thing and self._change == _first(events)
