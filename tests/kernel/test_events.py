"""Events, and the envelope in which a store keeps them."""

from datetime import UTC, datetime
from typing import ClassVar

import pytest
from attrs import frozen
from attrs.exceptions import FrozenInstanceError

from saiondo_core.kernel.events import Event, Recorded, Stamp
from saiondo_core.kernel.ids import EventId, UserId

STAMP = Stamp(id=EventId("e1"), at=datetime(2026, 1, 1, tzinfo=UTC), actor=UserId("anna"))


@frozen(kw_only=True)
class DoorOpened(Event):
    """An event of a host's own."""

    action: ClassVar[str] = "door.opened"
    resource: ClassVar[str] = "door"
    door: str

    @property
    def resource_id(self) -> str:
        """The door."""
        return self.door

    @property
    def stream(self) -> str:
        """The door's log."""
        return f"door:{self.door}"


def test_an_event_says_what_was_done_to_what() -> None:
    """Its class says the action, its fields the thing, its stamp the rest."""
    event = DoorOpened(stamp=STAMP, door="front")

    assert ("door.opened", "door", "front", "door:front") == (
        event.action,
        event.resource,
        event.resource_id,
        event.stream,
    )


def test_half_an_event_cannot_be_declared() -> None:
    """A kind of events that forgets where its events belong is found out where it is written, not in a log."""
    with pytest.raises(TypeError, match="stream"):

        class HalfAnEvent(Event):  # pyright: ignore[reportUnusedClass] - declaring it is the claim.
            """An event that does not say in which stream it stands."""

            @property
            def resource_id(self) -> str:
                """Nothing in particular."""
                return "half"


def test_events_are_values() -> None:
    """Two events are the same if all they say is, and nobody changes what has happened."""
    event = DoorOpened(stamp=STAMP, door="front")

    assert DoorOpened(stamp=STAMP, door="front") == event
    assert DoorOpened(stamp=STAMP, door="back") != event
    assert 1 == len({event, DoorOpened(stamp=STAMP, door="front")})
    with pytest.raises(FrozenInstanceError):
        event.door = "back"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue] - the claim.


def test_an_envelope_needs_no_sequence() -> None:
    """Only sent messages are numbered among messages."""
    event = DoorOpened(stamp=STAMP, door="front")

    assert Recorded(partition=0, position=1, offset=1, event=event).sequence is None
