"""What a client says."""

from collections.abc import Mapping
from types import MappingProxyType

from attrs import field, frozen

from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.text import Json
from saiondo_core.messages.model import MessageId
from saiondo_core.realtime.frames import Data
from saiondo_core.realtime.model import HISTORY_EVENTS_MOST


@frozen(kw_only=True)
class Auth(Data):
    """Says who the client is: the first frame, where the handshake did not."""

    type = "auth"
    token: str = field(repr=False)


@frozen(kw_only=True)
class JoinChannel(Data):
    """Asks to hear of a channel, from now on or from where a cursor had got to."""

    type = "join_channel"
    since: str | None = None


@frozen(kw_only=True)
class LeaveChannel(Data):
    """Asks to hear no more of a channel; the membership stays."""

    type = "leave_channel"


@frozen(kw_only=True)
class Say(Data):
    """Sends a message.

    Attributes:
        client_message_id: The sender's own, random name for it: sent again under the same, it is one message.
        mentions: Whom it is addressed to; None reads them from the content.
    """

    type = "message"
    content: str
    client_message_id: str
    reply_to: MessageId | None = None
    mentions: tuple[UserId, ...] | None = None
    metadata: Mapping[str, Json] | None = field(default=None, hash=False)


@frozen(kw_only=True)
class Typing(Data):
    """Says that one types, or has stopped. From the server: that somebody does, or has."""

    type = "typing"
    is_typing: bool


@frozen(kw_only=True)
class ReadReceipt(Data):
    """Says that one has read up to a message."""

    type = "read_receipt"
    message_id: MessageId


@frozen(kw_only=True)
class Broadcast(Data):
    """Tells a channel's listeners something of the application's own, now or never; handed on as it is."""

    type = "broadcast"
    data: Mapping[str, Json] = field(hash=False)


@frozen(kw_only=True)
class ReadHistory(Data):
    """Asks for a page of what happened in a channel, from its beginning or from where a cursor had got to."""

    type = "history"
    since: str | None = None
    limit: int = HISTORY_EVENTS_MOST


@frozen(kw_only=True)
class Heartbeat(Data):
    """Asks the server whether it is there; it answers with a pong."""

    type = "heartbeat"


@frozen(kw_only=True)
class Pong(Data):
    """Answers the server's heartbeat."""

    type = "pong"


@frozen(kw_only=True)
class Disconnect(Data):
    """Says goodbye; the server closes with 1000."""

    type = "disconnect"


FROM_CLIENT: Mapping[str, type[Data]] = MappingProxyType(
    {
        kind.type: kind
        for kind in (
            Auth,
            JoinChannel,
            LeaveChannel,
            Say,
            Typing,
            ReadReceipt,
            Broadcast,
            ReadHistory,
            Heartbeat,
            Pong,
            Disconnect,
        )
    }
)
