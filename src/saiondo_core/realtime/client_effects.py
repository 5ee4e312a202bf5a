"""What a client of the protocol goes by, and what its machine asks of the shell around it."""

from enum import StrEnum
from typing import TypeAlias

from attrs import field, frozen

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.numbers import not_above, not_negative, positive
from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.frames import Data, Frame
from saiondo_core.realtime.model import HISTORY_EVENTS_MOST, GapReason
from saiondo_core.realtime.replies import Ack, Failure


@frozen(kw_only=True)
class ClientPolicy:
    """How patient a client is. All durations are seconds.

    Attributes:
        reconnect_interval: The n-th attempt follows after `random(rest, min(reconnect_seconds_most, interval · 2ⁿ))`,
            where *rest* is what the wait before left of its own longest.
        reconnect_seconds_most: The longest that this can be.
        max_reconnect_attempts: How many attempts there are, until a connection has had its peace.
        peace_seconds: How long a connection lasts before the attempts are counted from 1 again.
        heartbeat_interval: After how much silence the server is asked whether it is there.
        answer_seconds: How long anything may take to be answered: a heartbeat, the token, a request.
        retry_seconds: How long to wait, at least, before a request is made again that was put off.
        page_events: How many events of a history are asked for at once: 25 at most.
        waiting_events: How many events of a channel wait while its history is paged; more are asked for again.
        is_handshake_trusted: Whether the handshake says the token, so that no frame has to.
    """

    reconnect_interval: float = field(default=5.0, validator=positive)
    reconnect_seconds_most: float = field(default=30.0, validator=positive)
    max_reconnect_attempts: int = field(default=10, validator=not_negative)
    peace_seconds: float = field(default=60.0, validator=positive)
    heartbeat_interval: float = field(default=30.0, validator=positive)
    answer_seconds: float = field(default=10.0, validator=positive)
    retry_seconds: float = field(default=1.0, validator=positive)
    page_events: int = field(default=HISTORY_EVENTS_MOST, validator=(positive, not_above(HISTORY_EVENTS_MOST)))
    waiting_events: int = field(default=1_000, validator=positive)
    is_handshake_trusted: bool = False


class ConnectionStatus(StrEnum):
    """How a client stands to its server.

    Attributes:
        DISCONNECTED: It was not told to connect, or was told to disconnect.
        CONNECTING: It tries to, for the first time.
        CONNECTED: The server has welcomed it.
        RECONNECTING: It was connected, and tries to be again.
        CLOSED: It has given up, or was sent away, and does not come back by itself.
    """

    DISCONNECTED = "disconnected"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    RECONNECTING = "reconnecting"
    CLOSED = "closed"


class Ending(StrEnum):
    """Why a client does not come back by itself.

    Attributes:
        ASKED: It was told to disconnect.
        SENT_AWAY: The server closed with a code that is obeyed.
        GAVE_UP: There were `max_reconnect_attempts`.
        NO_TOKEN: There is no token to be had.
    """

    ASKED = "asked"
    SENT_AWAY = "sent_away"
    GAVE_UP = "gave_up"
    NO_TOKEN = "no_token"  # noqa: S105 -- A reason, not a token.


@frozen
class GetToken:
    """Get a token in so many seconds, a new one where there was one, and say `authorized` or `unauthorized`."""

    after: float = 0.0


@frozen
class Connect:
    """Connect in so many seconds, and say `connected` or `lost`."""

    after: float


@frozen
class Close:
    """Let go of the connection, or of the attempt at one, and say nothing more of it, not even that it is lost."""

    code: CloseCode


@frozen
class Transmit:
    """Send a frame, in the order of the effects."""

    frame: Frame[Data]


@frozen(kw_only=True)
class Deliver:
    """Something to tell the application.

    Attributes:
        frame: A snapshot, an event, or something that passes by. What is paged has no timestamp and no user of its own.
        cursor: What to keep once the application is done with it; None where the cursor stays as it was.
        is_paged: Whether it was missed, and found in the history.
    """

    frame: Frame[Data]
    cursor: str | None = None
    is_paged: bool = False


@frozen(kw_only=True)
class Missed:
    """Events that the application is never told of.

    Attributes:
        first: The offset of the first of them.
        last: The offset of the last of them.
        reason: Why. After `EPOCH_CHANGED`, what was delivered before is void; after `CURSOR_UNKNOWN`, it is not known
            what was. With either, it is all that there is: none of it is told as if it were new.
        cursor: What to keep from now on.
    """

    channel_id: ChannelId
    first: int
    last: int
    reason: GapReason
    cursor: str | None


@frozen(kw_only=True)
class Settled:
    """What became of a message, a read receipt or a join; of the latter, only where it was refused.

    Attributes:
        request: What was asked for; None where the server complains of something that nobody waits for.
    """

    request: Frame[Data] | None
    answer: Ack | Failure


@frozen(kw_only=True)
class Report:
    """The status is another one now.

    Attributes:
        ending: Why the client does not come back by itself, where it does not.
        code: With which code the connection was closed, where that is known.
    """

    status: ConnectionStatus
    ending: Ending | None = None
    code: int | None = None


Effect: TypeAlias = GetToken | Connect | Close | Transmit | Deliver | Missed | Settled | Report
Effects: TypeAlias = tuple[Effect, ...]
