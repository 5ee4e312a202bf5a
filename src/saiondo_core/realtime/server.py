"""The server's side of one connection: frames and moments in, effects out."""

from collections import deque
from enum import Enum
from typing import TypeAlias

from attrs import define, field, frozen

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.errors import (
    AuthenticationError,
    InvalidInputError,
    RateLimitedError,
    SaiondoError,
)
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.refusals import ActorMismatchError
from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.errors import AlreadyAuthenticatedError
from saiondo_core.realtime.frames import Data, Frame
from saiondo_core.realtime.model import RealTimePolicy
from saiondo_core.realtime.replies import Failure, Welcome
from saiondo_core.realtime.requests import (
    Auth,
    Broadcast,
    Disconnect,
    Heartbeat,
    JoinChannel,
    LeaveChannel,
    Pong,
    ReadHistory,
    ReadReceipt,
    Say,
    Typing,
)

_MINUTE = 60.0


@frozen(kw_only=True)
class Reply:
    """Send a frame with *data*; *id* and *channel_id* are the request's, where it answers one."""

    data: Data
    id: str | None = None
    channel_id: ChannelId | None = None


@frozen(kw_only=True)
class Beat:
    """Send the heads of all channels: as an answer to the heartbeat *id*, or, with none, asking for an answer."""

    is_answer: bool
    id: str | None = None


@frozen(kw_only=True)
class Authenticate:
    """Find out whom *token* stands for, and say `welcomed` or `refused`."""

    token: str = field(repr=False)
    id: str | None = None


@frozen(kw_only=True)
class Do:
    """Do what *request* asks for, on the user's behalf, and answer it."""

    request: Frame[Data]


@frozen(kw_only=True)
class Close:
    """Close the connection, once everything is sent."""

    code: CloseCode


Effect: TypeAlias = Reply | Beat | Authenticate | Do | Close


class Phase(Enum):
    """How far a connection has got."""

    NEW = "new"
    OPEN = "open"
    CLOSED = "closed"


@define(eq=False)
class Budget:
    """At most *most* of something in any minute."""

    most: int
    _spent: deque[float] = field(factory=deque[float], init=False)

    def spend(self, now: float) -> float:
        """Count one *now*, and give 0; or count nothing, and give after how many seconds there is room."""
        while self._spent and self._spent[0] + _MINUTE <= now:
            self._spent.popleft()
        if len(self._spent) >= self.most:
            return self._spent[0] + _MINUTE - now
        self._spent.append(now)
        return 0.0


def failure_of(error: SaiondoError) -> Failure:
    """What a client is told of *error*."""
    return Failure(
        code=error.code,
        message=str(error),
        retryable=error.retryable,
        retry_after=error.retry_after if isinstance(error, RateLimitedError) else None,
        field=error.field if isinstance(error, InvalidInputError) else None,
    )


@define(eq=False, kw_only=True)
class ServerSession:
    """The rules of one connection: who may say what when, and how much. Moments are seconds of one monotonic clock.

    Attributes:
        opened_at: When the connection was made.
        user_id: Whose it is, once it is known.
    """

    id: str
    policy: RealTimePolicy
    opened_at: float
    user_id: UserId | None = field(default=None, init=False)
    phase: Phase = field(default=Phase.NEW, init=False)
    _heard_at: float = field(init=False)
    _asked_at: float | None = field(default=None, init=False)
    _malformed: Budget = field(init=False)
    _events: Budget = field(init=False)
    _requests: Budget = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Fill the budgets."""
        self._heard_at = self.opened_at
        self._malformed = Budget(self.policy.malformed_most)
        self._events = Budget(self.policy.events_per_minute)
        self._requests = Budget(self.policy.requests_per_minute)

    def received(self, frame: Frame[Data], now: float) -> tuple[Effect, ...]:
        """What is to be done about *frame*."""
        if self.phase is Phase.CLOSED:
            return ()
        self._hear(now)
        match frame.data:
            case Auth(token=token) if self.phase is Phase.NEW:
                return (Authenticate(token=token, id=frame.id),)
            case Auth():
                return self._refuse(AlreadyAuthenticatedError(), CloseCode.PROTOCOL_ERROR, frame.id)
            case _ if self.phase is Phase.NEW:
                return self._refuse(AuthenticationError(), CloseCode.PROTOCOL_ERROR, frame.id)
            case _:
                return self._requested(frame, now)

    def malformed(self, error: SaiondoError, now: float, id: str | None = None) -> tuple[Effect, ...]:
        """What is to be done about a text that is no frame, as *error* says; *id* is what it gave for its own."""
        if self.phase is Phase.CLOSED:
            return ()
        self._hear(now)
        if self.phase is Phase.NEW or self._malformed.spend(now):
            return self._refuse(error, CloseCode.PROTOCOL_ERROR, id)
        return (Reply(data=failure_of(error), id=id),)

    def welcomed(self, user_id: UserId, id: str | None = None) -> tuple[Effect, ...]:
        """It is known whose the connection is."""
        if self.phase is Phase.CLOSED:
            return ()
        self.user_id, self.phase = user_id, Phase.OPEN
        policy = self.policy
        welcome = Welcome(
            connection_id=self.id,
            heartbeat_seconds=policy.heartbeat_seconds,
            answer_seconds=policy.answer_seconds,
            frame_octets=policy.frame_octets,
            events_per_minute=policy.events_per_minute,
            requests_per_minute=policy.requests_per_minute,
            channels_most=policy.channels_most,
        )
        return (Reply(data=welcome, id=id),)

    def refused(self, error: SaiondoError, id: str | None = None) -> tuple[Effect, ...]:
        """It is not known whose the connection is, or it cannot be served, and for a reason."""
        unknown = isinstance(error, AuthenticationError)
        return self._refuse(error, CloseCode.NOT_AUTHENTICATED if unknown else CloseCode.INTERNAL, id)

    def ended(self) -> tuple[Effect, ...]:
        """The session is over."""
        return self._close(CloseCode.SESSION_ENDED)

    def ticked(self, now: float) -> tuple[Effect, ...]:
        """What is to be done because it is *now*."""
        match self.phase:
            case Phase.NEW if now - self.opened_at >= self.policy.auth_seconds:
                return self._refuse(AuthenticationError(), CloseCode.AUTH_TIMEOUT, None)
            case Phase.OPEN if self._asked_at is not None:
                return self._close(CloseCode.LOST) if now - self._asked_at >= self.policy.answer_seconds else ()
            case Phase.OPEN if now - self._heard_at >= self.policy.heartbeat_seconds:
                self._asked_at = now
                return (Beat(is_answer=False),)
            case _:
                return ()

    def _requested(self, frame: Frame[Data], now: float) -> tuple[Effect, ...]:
        if isinstance(frame.data, Pong):
            return ()
        if isinstance(frame.data, Disconnect):
            return self._close(CloseCode.NORMAL)
        objection = self._objection(frame, now)
        if objection is not None:
            return (Reply(data=failure_of(objection), id=frame.id, channel_id=frame.channel_id),)
        return (Beat(is_answer=True, id=frame.id) if isinstance(frame.data, Heartbeat) else Do(request=frame),)

    def _hear(self, now: float) -> None:
        self._heard_at, self._asked_at = now, None

    def _objection(self, frame: Frame[Data], now: float) -> SaiondoError | None:
        """Why the request cannot be looked at, if so."""
        wait = self._requests.spend(now)
        if not wait and isinstance(frame.data, Say | Typing | ReadReceipt | Broadcast):
            wait = self._events.spend(now)
        if wait:
            return RateLimitedError(retry_after=wait)
        if frame.user_id not in {None, self.user_id}:
            return ActorMismatchError()
        about_channel = isinstance(frame.data, JoinChannel | LeaveChannel | Say | Typing | Broadcast | ReadHistory)
        if about_channel and frame.channel_id is None:
            return InvalidInputError(field="channel_id", expected="the channel that it is about")
        return None

    def _refuse(self, error: SaiondoError, code: CloseCode, id: str | None) -> tuple[Effect, ...]:
        return () if self.phase is Phase.CLOSED else (Reply(data=failure_of(error), id=id), *self._close(code))

    def _close(self, code: CloseCode) -> tuple[Effect, ...]:
        if self.phase is Phase.CLOSED:
            return ()
        self.phase = Phase.CLOSED
        return (Close(code=code),)
