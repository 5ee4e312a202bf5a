"""A client's connection: made, watched, made again, and ended."""

from collections.abc import Callable
from enum import Enum, auto

from attrs import define, field

from saiondo_core.realtime.client_effects import (
    ClientPolicy,
    Close,
    Connect,
    ConnectionStatus,
    Effects,
    Ending,
    GetToken,
    Report,
    Transmit,
)
from saiondo_core.realtime.closing import CloseCode, is_retried
from saiondo_core.realtime.frames import Frame
from saiondo_core.realtime.requests import Auth, Disconnect, Heartbeat

_DOUBLINGS_MOST = 32
_TOKEN_REFUSED = frozenset(code for code in CloseCode if code.asks_for_token)


class _Phase(Enum):
    IDLE = auto()
    AWAITING_TOKEN = auto()
    CONNECTING = auto()
    AWAITING_WELCOME = auto()
    OPEN = auto()


@define(eq=False, kw_only=True)
class ClientLink:
    """One client's way to its server, over as many connections as it takes.

    Attributes:
        random: Gives numbers from 0 up to 1, by chance.
        status: How it stands, at any moment.
        due: When `ticked` has something to do, where nothing happens before.
    """

    policy: ClientPolicy
    random: Callable[[], float]
    status: ConnectionStatus = field(default=ConnectionStatus.DISCONNECTED, init=False)
    due: float | None = field(default=None, init=False)
    _phase: _Phase = field(default=_Phase.IDLE, init=False)
    _token: str | None = field(default=None, init=False, repr=False)
    _attempts: int = field(default=0, init=False)
    _unwaited: float = field(default=0.0, init=False)
    _opened_at: float = field(default=0.0, init=False)
    _is_token_new: bool = field(default=False, init=False)
    _is_asked: bool = field(default=False, init=False)

    @property
    def is_open(self) -> bool:
        """Whether the server has welcomed the client, and is there as far as is known."""
        return self._phase is _Phase.OPEN

    @property
    def is_opening(self) -> bool:
        """Whether the server is to welcome the client next."""
        return self._phase is _Phase.AWAITING_WELCOME

    def connect(self) -> Effects:
        """Begin, unless it has begun."""
        if self._phase is not _Phase.IDLE:
            return ()
        self._be_at_peace()
        return (*self._become(ConnectionStatus.CONNECTING), *self._approach(0.0))

    def authorized(self, token: str | None) -> Effects:
        """Go on with *token*, or end where there is none."""
        if self._phase is not _Phase.AWAITING_TOKEN:
            return ()
        if token is None:
            return self._end(ConnectionStatus.CLOSED, Ending.NO_TOKEN)
        self._token = token
        return self._approach(0.0)

    def unauthorized(self) -> Effects:
        """Ask for the token again after a while: it could not be had."""
        return self._try_again(None) if self._phase is _Phase.AWAITING_TOKEN else ()

    def connected(self, now: float) -> Effects:
        """Say who one is, and wait to be welcomed."""
        if self._phase is not _Phase.CONNECTING or self._token is None:
            return (Close(CloseCode.NORMAL),)
        self._phase, self.due = _Phase.AWAITING_WELCOME, now + self.policy.answer_seconds
        if self.policy.is_handshake_trusted:
            return ()
        return (Transmit(Frame(type=Auth.type, data=Auth(token=self._token))),)

    def welcomed(self, now: float) -> Effects:
        """Be connected."""
        self._phase, self._opened_at = _Phase.OPEN, now
        self.heard(now)
        return self._become(ConnectionStatus.CONNECTED)

    def heard(self, now: float) -> None:
        """Take note that the server is there."""
        if self.is_open:
            self._is_asked, self.due = False, now + self.policy.heartbeat_interval

    def ticked(self, now: float) -> Effects:
        """Ask the server whether it is there, or let go of one that is not."""
        if self.due is None or now < self.due:
            return ()
        if self.is_open and not self._is_asked:
            self._is_asked, self.due = True, now + self.policy.answer_seconds
            return (Transmit(Frame(type=Heartbeat.type, data=Heartbeat())),)
        return (Close(CloseCode.LOST), *self.lost(CloseCode.LOST, now))

    def lost(self, code: int | None, now: float) -> Effects:
        """Try again after a while, or end, as the *code* says that the connection was closed with, or refused."""
        if self._phase in {_Phase.IDLE, _Phase.AWAITING_TOKEN}:
            return ()
        if self.is_open and now - self._opened_at >= self.policy.peace_seconds:
            self._be_at_peace()
        if code in _TOKEN_REFUSED and not self._is_token_new:
            self._token, self._is_token_new = None, True
            return (*self._become_away(code), *self._approach(0.0))
        if self.is_open and code not in _TOKEN_REFUSED:
            self._is_token_new = False  # It was accepted, and may run out by and by.
        if not is_retried(code):
            return self._end(ConnectionStatus.CLOSED, Ending.SENT_AWAY, code)
        return self._try_again(code)

    def disconnect(self) -> Effects:
        """Say goodbye, and stay away."""
        if self._phase is _Phase.IDLE:
            return ()
        goodbye = (Transmit(Frame(type=Disconnect.type, data=Disconnect())),) if self.is_open else ()
        return (*goodbye, Close(CloseCode.NORMAL), *self._end(ConnectionStatus.DISCONNECTED, Ending.ASKED))

    def _try_again(self, code: int | None) -> Effects:
        if self._attempts >= self.policy.max_reconnect_attempts:
            return self._end(ConnectionStatus.CLOSED, Ending.GAVE_UP, code)
        self._attempts += 1
        doubled = self.policy.reconnect_interval * 2 ** min(self._attempts, _DOUBLINGS_MOST)
        longest = min(self.policy.reconnect_seconds_most, doubled)
        # What was left of the last wait is waited for first, so that one attempt of a crowd never meets the next.
        after = self._unwaited + self.random() * (longest - self._unwaited)
        self._unwaited = longest - after
        return (*self._become_away(code), *self._approach(after))

    def _be_at_peace(self) -> None:
        self._attempts, self._unwaited, self._is_token_new = 0, 0.0, False

    def _approach(self, after: float) -> Effects:
        self.due = None
        if self._token is None:
            self._phase = _Phase.AWAITING_TOKEN
            return (GetToken(after),)
        self._phase = _Phase.CONNECTING
        return (Connect(after),)

    def _end(self, status: ConnectionStatus, ending: Ending, code: int | None = None) -> Effects:
        self._phase, self._token, self.due = _Phase.IDLE, None, None
        return self._become(status, ending, code)

    def _become_away(self, code: int | None) -> Effects:
        is_first = self.status is ConnectionStatus.CONNECTING
        return self._become(ConnectionStatus.CONNECTING if is_first else ConnectionStatus.RECONNECTING, code=code)

    def _become(self, status: ConnectionStatus, ending: Ending | None = None, code: int | None = None) -> Effects:
        if status is self.status:
            return ()
        self.status = status
        return (Report(status=status, ending=ending, code=code),)
