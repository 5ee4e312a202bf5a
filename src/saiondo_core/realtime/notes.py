"""What the processes that serve one namespace tell each other: hints, of which any may be lost, doubled or late."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from attrs import field, frozen

from saiondo_core.auth.model import SessionId
from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.text import Json
from saiondo_core.messages.model import MessageId


@frozen(kw_only=True)
class Note:
    """Something that whoever serves connections may want to know at once.

    Attributes:
        kind: Tells what sort of note it is, also where it travels as text.
    """

    kind: ClassVar[str]


@frozen(kw_only=True)
class Advanced(Note):
    """A channel's log has got to *offset*; the log itself tells what happened."""

    kind = "advanced"
    channel_id: ChannelId
    offset: int


@frozen(kw_only=True)
class AccessEnded(Note):
    """A session is over, or all of a user's, where none is named."""

    kind = "access_ended"
    user_id: UserId
    session_id: SessionId | None = None


@frozen(kw_only=True)
class RightsChanged(Note):
    """What some role allows was changed, or who holds one: whoever listens is judged again."""

    kind = "rights_changed"


@frozen(kw_only=True)
class Passing(Note):
    """Something that is told to a channel's listeners once, now or never.

    Attributes:
        user_id: Whom it is about.
        membership_revision: The channel's when it was judged. Whoever was allowed to hear under a lower one misses it.
    """

    channel_id: ChannelId
    user_id: UserId
    membership_revision: int
    at: datetime


@frozen(kw_only=True)
class TypingChanged(Passing):
    """Somebody began or stopped typing."""

    kind = "typing"
    is_typing: bool


@frozen(kw_only=True)
class ReadMoved(Passing):
    """Somebody has read up to a message.

    Attributes:
        sequence: How far they have read, which may be further than that message.
    """

    kind = "read_moved"
    message_id: MessageId
    sequence: int


@frozen(kw_only=True)
class Broadcasted(Passing):
    """Somebody told the channel's listeners something of their own application's."""

    kind = "broadcast"
    data: Mapping[str, Json] = field(hash=False)


@frozen(kw_only=True)
class PresenceChanged(Passing):
    """Somebody came, or is gone."""

    kind = "presence"
    is_online: bool
