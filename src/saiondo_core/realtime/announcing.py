"""Telling the processes that serve connections what was recorded."""

from attrs import frozen

from saiondo_core.auth.events import SessionEnded, SessionRevoked
from saiondo_core.channels.events import ChannelEvent
from saiondo_core.kernel.errors import UnavailableError
from saiondo_core.kernel.events import Recorded
from saiondo_core.permissions.events import RoleEvent
from saiondo_core.realtime.notes import AccessEnded, Advanced, Note, RightsChanged
from saiondo_core.realtime.ports import EventBus
from saiondo_core.users.events import UserDeactivated


@frozen(kw_only=True)
class Announce:
    """Tells of each recorded event, as a hint. A handler of the relay: at least once, in the order of each stream."""

    bus: EventBus

    async def __call__(self, recorded: Recorded) -> None:
        """Publish the note that *recorded* is worth; where that cannot be done now, it need not be done later."""
        note = note_of(recorded)
        if note is None:
            return
        try:
            await self.bus.publish(note=note)
        except UnavailableError:
            return  # Whoever listens compares heads; a hint that comes late is worth nothing.


def note_of(recorded: Recorded) -> Note | None:
    """What whoever serves connections may want to know of *recorded* at once."""
    match recorded.event:
        case ChannelEvent() as event:
            return Advanced(channel_id=event.channel_id, offset=recorded.offset)
        case SessionEnded() | SessionRevoked() as event:
            return AccessEnded(user_id=event.user_id, session_id=event.session_id)
        case UserDeactivated() as event:
            return AccessEnded(user_id=event.user_id)
        case RoleEvent():
            return RightsChanged()
        case _:
            return None
