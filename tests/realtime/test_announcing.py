"""Telling other processes what was recorded."""

import pytest
from attrs import define, field

from saiondo_core.adapters.memory.bus import MemoryEventBus
from saiondo_core.auth.events import SessionEnded, SessionRevoked, SessionStarted
from saiondo_core.auth.model import SessionId
from saiondo_core.kernel.errors import UnavailableError
from saiondo_core.kernel.events import Event, Recorded, Stamp
from saiondo_core.kernel.ids import EventId, RoleId
from saiondo_core.messages.events import MessageSent
from saiondo_core.messages.model import MessageId
from saiondo_core.permissions.events import RoleAssigned, RoleDeleted
from saiondo_core.realtime.announcing import Announce, note_of
from saiondo_core.realtime.notes import AccessEnded, Advanced, Note, RightsChanged
from saiondo_core.testing.clocks import FrozenClock
from saiondo_core.users.events import UserDeactivated, UserMirrored
from tests.messages.house import ANNA, TEAM

STAMP = Stamp(id=EventId("1"), at=FrozenClock().now(), actor=ANNA)
SESSION = SessionId("session")
SENT = MessageSent(stamp=STAMP, channel_id=TEAM, membership_revision=1, message_id=MessageId("m"))


def recorded(event: Event) -> Recorded:
    """*event* at the offset 7."""
    return Recorded(partition=0, position=9, offset=7, event=event)


@pytest.mark.parametrize(
    ("event", "note"),
    [
        (SENT, Advanced(channel_id=TEAM, offset=7)),
        (SessionEnded(stamp=STAMP, user_id=ANNA, session_id=SESSION), AccessEnded(user_id=ANNA, session_id=SESSION)),
        (SessionRevoked(stamp=STAMP, user_id=ANNA, session_id=SESSION), AccessEnded(user_id=ANNA, session_id=SESSION)),
        (UserDeactivated(stamp=STAMP, user_id=ANNA), AccessEnded(user_id=ANNA)),
        (RoleAssigned(stamp=STAMP, role_id=RoleId("r"), user_id=ANNA), RightsChanged()),
        (RoleDeleted(stamp=STAMP, role_id=RoleId("r")), RightsChanged()),
        (SessionStarted(stamp=STAMP, user_id=ANNA, session_id=SESSION), None),
        (UserMirrored(stamp=STAMP, user_id=ANNA), None),
    ],
)
async def test_each_event_is_worth_this_note(event: Event, note: Note | None) -> None:
    """What happens in a channel, an end of access, and a change of rights are told at once; all else is not."""
    bus, heard = MemoryEventBus(), list[Note]()
    bus.listen(heard.append)

    await Announce(bus=bus)(recorded(event))

    assert note == note_of(recorded(event))
    assert ([] if note is None else [note]) == heard


@define(eq=False, repr=False)
class AwayBus(MemoryEventBus):
    """A bus that cannot be reached.

    Attributes:
        tries: How often it was tried.
    """

    tries: int = field(default=0, init=False)

    async def publish(self, *, note: Note) -> None:
        """See `EventBus.publish`."""
        del note
        self.tries += 1
        raise UnavailableError(outcome_unknown=False)


async def test_a_hint_that_cannot_be_given_is_given_up() -> None:
    """The relay is not held up by a bus that is away: whoever listens compares heads."""
    bus = AwayBus()

    await Announce(bus=bus)(recorded(SENT))

    assert 1 == bus.tries
