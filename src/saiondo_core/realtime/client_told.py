"""What whoever uses a client is told, and may ask it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from enum import Enum, StrEnum, auto
from typing import Final, TypeAlias

from attrs import field, frozen

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.ids import EventId, UserId
from saiondo_core.messages.events import MessageSent
from saiondo_core.messages.model import Message
from saiondo_core.realtime.client_effects import ConnectionStatus, Deliver, Ending, Missed
from saiondo_core.realtime.frames import Data
from saiondo_core.realtime.replies import Happened, Left, Presence, ReadMovedTo, Snapshot
from saiondo_core.realtime.requests import Broadcast, Typing

TokenSource: TypeAlias = str | Callable[[], Awaitable[str | None]]
"""An access token, or what gives one: a new one each time it is asked, or None where there is none to be had."""


class Since(Enum):
    """The type of `HEAD`, apart from every cursor."""

    HEAD = auto()


HEAD: Final = Since.HEAD
"""Where to begin in a channel: where its user has got to, as the cursor store knows it, or else from now on."""


EVERYTHING: Final = "*"
"""What stands for any type, where handlers are registered."""

_TYPES = frozenset(
    {
        *(EVERYTHING, "message", "gap"),
        *(kind.type for kind in (Snapshot, Left, Typing, ReadMovedTo, Broadcast, Presence)),
    }
)


def valid_type(type: str) -> str:
    """*type*, if there can be a `WebSocketMessage` of it. Actions are not all known: the server may be newer.

    Raises:
        InvalidInputError: There cannot.
    """
    if type not in _TYPES and "." not in type:
        raise InvalidInputError(field="type", expected=f"an action, or one of {', '.join(sorted(_TYPES))}")
    return type


@frozen(kw_only=True)
class WebSocketMessage:
    """Something that one is told of a channel.

    Attributes:
        type: `message` for a message that was sent; for whatever else happened its action, as
            `docs/reference/events.md` lists it, such as `message.edited`; `typing`, `read_receipt`, `broadcast` and
            `presence` for what passes by; `snapshot` on joining, `gap` where something is missing, and
            `leave_channel` where one hears no more.
        to: Who is told.
        data: What `docs/realtime-protocol.md` says stands there; of a gap, which offsets are missing, and why.
        user_id: Whom it is about, or from.
        at: When it happened; None for what is no event.
        event_id: The event's own id: the same however often one is told of it. None for what is no event.
        cursor: What is kept once it was handled; None where that changes nothing.
    """

    type: str
    to: UserId
    channel_id: ChannelId
    data: Data | Missed
    user_id: UserId | None = None
    at: datetime | None = None
    event_id: EventId | None = None
    cursor: str | None = None

    @property
    def message(self) -> Message | None:
        """The message that was sent, edited or deleted, as it is now; None where it is about something else."""
        return self.data.message if isinstance(self.data, Happened) else None


def told_of(to: UserId, channel_id: ChannelId, effect: Deliver | Missed) -> WebSocketMessage:
    """What the application of *to* is told by *effect*."""
    if isinstance(effect, Missed):
        return WebSocketMessage(type="gap", to=to, channel_id=channel_id, data=effect, cursor=effect.cursor)
    frame = effect.frame
    match frame.data:
        case Happened() as event:
            return WebSocketMessage(
                type="message" if event.action == MessageSent.action else event.action,
                to=to,
                channel_id=channel_id,
                data=event,
                user_id=event.actor_id,
                at=event.at,
                event_id=event.event_id,
                cursor=effect.cursor,
            )
        case data:
            return WebSocketMessage(
                type=frame.type, to=to, channel_id=channel_id, data=data, user_id=frame.user_id, cursor=effect.cursor
            )


class WebSocketEventType(StrEnum):
    """What can happen to a connection.

    Attributes:
        CONNECTING: It is tried for the first time.
        CONNECTED: The server has welcomed the client, for the first time or again.
        RECONNECTING: The connection was lost, and is tried again.
        CLOSE: It is over, and does not come back by itself. It is told once.
        ERROR: Something failed, and stopped nothing.
    """

    CONNECTING = "connecting"
    CONNECTED = "connected"
    RECONNECTING = "reconnecting"
    CLOSE = "close"
    ERROR = "error"


@frozen(kw_only=True)
class WebSocketEvent:
    """Something that happened to a connection.

    Attributes:
        user_id: Whose it is.
        status: How it stands from then on.
        ending: Why it does not come back by itself, on `close`.
        close_code: With which code it was closed, where that is known.
        error: What failed, on `error`: in a handler, in a store, or at the server.
    """

    type: WebSocketEventType
    user_id: UserId
    status: ConnectionStatus
    ending: Ending | None = None
    close_code: int | None = None
    error: Exception | None = None


@frozen(kw_only=True)
class WebSocketStats:
    """Counts of what went over a client's connections since it was made.

    Attributes:
        connections: How often a server has welcomed it.
        attempts: How often it has tried to connect.
        frames_sent: Frames of any kind.
        frames_received: Frames of any kind.
        acknowledged: Messages and read receipts that were done.
        refused: Those that were not.
        told: Events, and what passes by, that handlers were told of.
        gaps: How often something was missing for good.
        passed_over: What passed by and was not told, for handlers could not keep up.
        errors: Errors of handlers and stores, and complaints of the server.
        waiting: What is said and not answered, at the moment.
        untold: What was heard and not yet told, at the moment.
    """

    connections: int = 0
    attempts: int = 0
    frames_sent: int = 0
    frames_received: int = 0
    acknowledged: int = 0
    refused: int = 0
    told: int = 0
    gaps: int = 0
    passed_over: int = 0
    errors: int = 0
    waiting: int = 0
    untold: int = 0


@frozen(kw_only=True)
class ConnectionInfo:
    """A client's connection, as it is at the moment.

    Attributes:
        connection_id: What the server calls it; None while there is none.
        connected_at: Since when there is one; None while there is none.
        channels: What it follows, each with the cursor up to where it was heard; None before the first answer.
    """

    user_id: UserId
    status: ConnectionStatus
    connection_id: str | None
    connected_at: datetime | None
    channels: Mapping[ChannelId, str | None] = field(hash=False)
