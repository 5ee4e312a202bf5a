"""What holds for a while, how far somebody has heard, and what one is told on joining."""

from datetime import datetime
from enum import StrEnum
from typing import NewType

from attrs import field, frozen

from saiondo_core.channels.model import Channel, Membership
from saiondo_core.kernel.errors import InvalidCursorError
from saiondo_core.kernel.events import Head
from saiondo_core.kernel.ids import EventId, UserId
from saiondo_core.kernel.numbers import positive
from saiondo_core.kernel.paging import decode_cursor, encode_cursor, number_of
from saiondo_core.messages.model import Message

Cursor = NewType("Cursor", str)
"""How far somebody has heard of one channel: opaque, and worth keeping."""

HISTORY_EVENTS_MOST = 25
"""How many events a page of history has at most: of the longest, as many as fit into the frames that clients take."""

_KIND = "live"


def cursor_of(head: Head) -> Cursor:
    """The cursor of whoever has heard everything up to *head*."""
    return Cursor(encode_cursor(_KIND, head.epoch, str(head.offset), head.event_id or ""))


def head_of(cursor: str) -> Head:
    """Up to where whoever holds *cursor* has heard everything.

    Raises:
        InvalidCursorError: It is no such cursor.
    """
    epoch, offset, event_id = decode_cursor(cursor, _KIND, 3)
    number = number_of(offset)
    if bool(number) != bool(event_id):
        raise InvalidCursorError
    return Head(epoch=epoch, offset=number, event_id=EventId(event_id) if event_id else None)


class GapReason(StrEnum):
    """Why events are missing.

    Attributes:
        EPOCH_CHANGED: The log is another one, or was set back: what was heard before is void.
        TRIMMED: The log has forgotten them.
        TOO_MANY: They are too many to be told at once: page through the history.
        CURSOR_UNKNOWN: The cursor is none.
        NOT_A_MEMBER: One was not a member all the while.
    """

    EPOCH_CHANGED = "epoch_changed"
    TRIMMED = "trimmed"
    TOO_MANY = "too_many"
    CURSOR_UNKNOWN = "cursor_unknown"
    NOT_A_MEMBER = "not_a_member"


@frozen(kw_only=True)
class Gap:
    """Events that one is not told of by themselves.

    Attributes:
        first: The offset of the first of them.
        last: The offset of the last of them; below `first` where there are none.
    """

    first: int
    last: int
    reason: GapReason


class EndReason(StrEnum):
    """Why one does not hear of a channel any more.

    Attributes:
        NOT_A_MEMBER: One left the channel, was removed or banned, or may not read there any more.
        CHANNEL_DELETED: The channel is gone.
    """

    NOT_A_MEMBER = "not_a_member"
    CHANNEL_DELETED = "channel_deleted"


@frozen(kw_only=True)
class Lease:
    """Somebody's hold on a topic, which ends by itself.

    Attributes:
        topic: What is held, such as `online:` and a user's id, or `typing:` and a channel's.
        holder: Who holds it.
        id: Tells the leases of one holder apart: one for each connection.
        until: The first moment at which it holds no more.
    """

    topic: str
    holder: UserId
    id: str
    until: datetime


@frozen(kw_only=True)
class RealTimeMessage:
    """A message that was sent.

    Attributes:
        message: As it was stored; for a repeated send, as it is now.
        broadcast: Whether the channel is told of it now; False where it was there already.
    """

    message: Message
    broadcast: bool


@frozen(kw_only=True)
class ChannelSnapshot:
    """A channel at the moment at which one joins it.

    Attributes:
        members: The first 100 by user id, with how far each has read.
        recent_messages: The last 25, oldest first; none where what was missed is told instead.
        online: Which of those members are connected, by id.
        typing: Who is typing, by id: the first 100.
        cursor: Up to where the snapshot tells: what happens after it is told live, or stands in what was recovered.
        head: The offset in that cursor.
        recovered: Whether everything since the cursor that was given is told now, and nothing is missing.
        gap: What is missing, where something is.
        since: The cursor that was given, or gone on from.
    """

    channel: Channel
    members: tuple[Membership, ...]
    recent_messages: tuple[Message, ...]
    online: tuple[UserId, ...]
    typing: tuple[UserId, ...]
    cursor: Cursor
    head: int
    recovered: bool
    gap: Gap | None = None
    since: str | None = None


@frozen(kw_only=True)
class RealTimePolicy:
    """The limits of real time. All durations are seconds.

    Attributes:
        auth_seconds: How long a connection may take to say who it is.
        heartbeat_seconds: After how much silence a connection is asked whether it is there; and how often it is
            checked whether its session is over, where no hint said so.
        answer_seconds: How long it may take to answer.
        write_seconds: How long a write may take before its connection is given up.
        drain_seconds: How long connections have at shutdown to be done with what they are at.
        frame_octets: How large a frame from a client may be.
        events_per_minute: How many messages, read receipts, typing signs and broadcasts a connection may send.
        requests_per_minute: How many frames of any kind but `auth`, `pong` and `disconnect`.
        channels_most: How many channels a connection may listen to.
        waiting_events: How many frames may wait for a client that does not read, before it is closed as slow.
        waiting_octets: How many bytes of them.
        malformed_most: How many texts that are no frame a connection may send in a minute.
        recover_most: How many events are told to whoever comes back, before there is a gap.
        head_check_seconds: How often it is checked that no hint was lost.
        online_seconds: How long somebody is online after their last connection was seen.
        presence_most: In channels with more listeners than that, nobody is told who comes and goes; they can ask.
        typing_seconds: How long somebody types who does not say so again.
    """

    auth_seconds: float = field(default=10.0, validator=positive)
    heartbeat_seconds: float = field(default=25.0, validator=positive)
    answer_seconds: float = field(default=10.0, validator=positive)
    write_seconds: float = field(default=10.0, validator=positive)
    drain_seconds: float = field(default=5.0, validator=positive)
    frame_octets: int = field(default=65_536, validator=positive)
    events_per_minute: int = field(default=120, validator=positive)
    requests_per_minute: int = field(default=2_400, validator=positive)
    channels_most: int = field(default=1_000, validator=positive)
    waiting_events: int = field(default=1_000, validator=positive)
    waiting_octets: int = field(default=1_048_576, validator=positive)
    malformed_most: int = field(default=10, validator=positive)
    recover_most: int = field(default=300, validator=positive)
    head_check_seconds: float = field(default=10.0, validator=positive)
    online_seconds: float = field(default=15.0, validator=positive)
    presence_most: int = field(default=200, validator=positive)
    typing_seconds: float = field(default=5.0, validator=positive)
