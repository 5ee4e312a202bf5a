"""What the server says."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from attrs import field, frozen

from saiondo_core.channels.model import Channel, Membership
from saiondo_core.kernel.ids import EventId, RoleId, UserId
from saiondo_core.messages.model import Message, MessageId
from saiondo_core.realtime.frames import Data
from saiondo_core.realtime.model import Cursor, EndReason, Gap, GapReason
from saiondo_core.realtime.requests import Broadcast, Typing


@frozen(kw_only=True)
class Welcome(Data):
    """The client is known now.

    Attributes:
        heartbeat_seconds: After how much silence the server asks whether the client is there.
        answer_seconds: How long it waits for the answer.
    """

    type = "welcome"
    connection_id: str
    heartbeat_seconds: float
    answer_seconds: float
    frame_octets: int
    events_per_minute: int
    requests_per_minute: int
    channels_most: int


@frozen(kw_only=True)
class Ack(Data):
    """What was asked for is done, and for a message: stored.

    Attributes:
        message: The message, where one was sent; for a repeated send, as it is now.
        duplicate: Whether it was there already.
    """

    type = "ack"
    message: Message | None = None
    duplicate: bool = False


@frozen(kw_only=True)
class Failure(Data):
    """What was asked for was not done.

    Attributes:
        code: Stable, for programs; `docs/reference/errors.md` lists them.
        message: For the developer who reads the log.
        retryable: Whether the same request may succeed later.
        retry_after: In how many seconds, where that is known.
        field: Which part of the frame is wrong, where one is.
    """

    type = "error"
    code: str
    message: str
    retryable: bool
    retry_after: float | None = None
    field: str | None = None


@frozen(kw_only=True)
class Happened(Data):
    """Something happened in a channel, and will stay so: the next event of its log.

    Attributes:
        offset: Its place among all that happened in the channel: gap-free from 1.
        event_id: The event's own id.
        cursor: Up to here, inclusive: what to give when joining again.
        at: When it happened.
        actor_id: Who did it.
        action: What happened, as `docs/reference/events.md` lists it.
        message: For a message that was sent, edited or deleted: the message as it is now, not as it was then.
        member_id: Whose membership it is about, where it is about one; the new owner, where there is one.
        is_imported: Whether the message was brought from elsewhere, so that nobody need be told that it is new.
    """

    type = "event"
    offset: int
    event_id: EventId
    cursor: Cursor
    at: datetime
    actor_id: UserId
    action: str
    message: Message | None = None
    message_id: MessageId | None = None
    member_id: UserId | None = None
    role_id: RoleId | None = None
    emoji: str | None = None
    is_imported: bool = False


@frozen(kw_only=True)
class Snapshot(Data):
    """Answers `join_channel`, as `ChannelSnapshot` says; what was missed follows as events, before anything live."""

    type = "snapshot"
    channel: Channel
    members: tuple[Membership, ...]
    messages: tuple[Message, ...]
    online: tuple[UserId, ...]
    typing: tuple[UserId, ...]
    epoch: str
    head: int
    cursor: Cursor
    recovered: bool
    gap: Gap | None = None


@frozen(kw_only=True)
class GapFound(Data):
    """Events are missing from what one hears: the next one follows `cursor`."""

    type = "gap"
    first: int
    last: int
    reason: GapReason
    epoch: str
    head: int
    cursor: Cursor


@frozen(kw_only=True)
class HistoryPage(Data):
    """Answers `history`, as `EventPage` says."""

    type = "history"
    epoch: str
    head: int
    events: tuple[Happened, ...]
    gap: Gap | None = None


@frozen(kw_only=True)
class ServerHeartbeat(Data):
    """Asks the client whether it is there; any frame is an answer.

    Attributes:
        heads: The offset up to which each channel that the client listens to has been told, by channel.
    """

    type = "heartbeat"
    heads: Mapping[str, int] = field(hash=False)


@frozen(kw_only=True)
class ServerPong(Data):
    """Answers the client's heartbeat.

    Attributes:
        heads: As in the server's heartbeat.
    """

    type = "pong"
    heads: Mapping[str, int] = field(hash=False)


@frozen(kw_only=True)
class ReadMovedTo(Data):
    """Somebody has read up to a message."""

    type = "read_receipt"
    message_id: MessageId
    sequence: int


@frozen(kw_only=True)
class Presence(Data):
    """Somebody came, or is gone."""

    type = "presence"
    is_online: bool


@frozen(kw_only=True)
class Left(Data):
    """The server tells nothing more of a channel."""

    type = "leave_channel"
    reason: EndReason


FROM_SERVER: Mapping[str, type[Data]] = MappingProxyType(
    {
        kind.type: kind
        for kind in (
            Welcome,
            Ack,
            Failure,
            Happened,
            Snapshot,
            GapFound,
            HistoryPage,
            ServerHeartbeat,
            ServerPong,
            Typing,
            ReadMovedTo,
            Broadcast,
            Presence,
            Left,
        )
    }
)
