"""What a host can choose."""

from typing import TYPE_CHECKING

from attrs import field, frozen

from saiondo_core.adapters.redis.settings import RedisSettings
from saiondo_core.auth.model import AuthPolicy
from saiondo_core.auth.ports import PasswordVerifier
from saiondo_core.caching.model import CachePolicy
from saiondo_core.kernel.numbers import not_negative, positive
from saiondo_core.kernel.retrying import backoff
from saiondo_core.kernel.rights import GATE_SECONDS
from saiondo_core.realtime.model import RealTimePolicy
from saiondo_core.realtime.ports import ClientConnector, CursorStore

if TYPE_CHECKING:
    from saiondo_core.realtime.client_effects import ClientPolicy


@frozen(kw_only=True)
class RelayPolicy:
    """How the relay treats handlers. All durations are seconds.

    Attributes:
        attempts: How often a handler is given an event before it becomes a dead letter.
        first_backoff: How long to wait after the first failure; four times as long after each further one.
        longest_backoff: How long to wait at most.
        time_limit: How long a handler may take; more is a failure.
        batch: How many events are read at once.
        poll: How often a log is looked at that cannot tell that it has grown.
    """

    attempts: int = field(default=8, validator=positive)
    first_backoff: float = field(default=0.1, validator=positive)
    longest_backoff: float = field(default=60.0, validator=positive)
    time_limit: float = field(default=30.0, validator=positive)
    batch: int = field(default=200, validator=positive)
    poll: float = field(default=0.25, validator=positive)

    def backoff(self, failures: int) -> float:
        """How long to wait after so many *failures* in a row."""
        return backoff(failures, first=self.first_backoff, most=self.longest_backoff, factor=4)


@frozen(kw_only=True)
class WebSocketSettings:
    """Where clients connect, and how patient they are. All durations are seconds.

    Attributes:
        url: The server, as `wss://chat.example.org`; no secret stands in it, for URLs are written into logs.
        protocols: The subprotocols to offer; this library's gateway takes none.
        connector: Another way to a server, in the place of *url*.
        cursor_store: Where it is kept how far handlers have got; by default in memory, until the process ends.
        connect_seconds: How long `connect` waits before it says that the server cannot be reached.
        reconnect_interval: The n-th attempt follows after `random(rest, min(reconnect_seconds_most, interval · 2ⁿ))`,
            where *rest* is what the wait before left of its own longest.
        reconnect_seconds_most: The longest that this can be.
        max_reconnect_attempts: How many attempts there are, until a connection has lasted for a minute.
        heartbeat_interval: After how much silence the server is asked whether it is there.
        answer_seconds: How long anything may take to be answered: a connection, a heartbeat, a token, a request.
        waiting_events: How much of one channel may wait for handlers, before it is left for a while.
        unsent_most: How much may be said and not be answered.
    """

    url: str | None = None
    protocols: tuple[str, ...] = ()
    connector: ClientConnector | None = None
    cursor_store: CursorStore | None = None
    connect_seconds: float = field(default=10.0, validator=positive)
    reconnect_interval: float = field(default=5.0, validator=positive)
    reconnect_seconds_most: float = field(default=30.0, validator=positive)
    max_reconnect_attempts: int = field(default=10, validator=not_negative)
    heartbeat_interval: float = field(default=30.0, validator=positive)
    answer_seconds: float = field(default=10.0, validator=positive)
    waiting_events: int = field(default=1_000, validator=positive)
    unsent_most: int = field(default=1_000, validator=positive)

    @property
    def policy(self) -> "ClientPolicy":
        """How a client goes by it."""
        from saiondo_core.realtime.client_effects import ClientPolicy  # noqa: PLC0415 - Only clients need one.

        return ClientPolicy(
            reconnect_interval=self.reconnect_interval,
            reconnect_seconds_most=self.reconnect_seconds_most,
            max_reconnect_attempts=self.max_reconnect_attempts,
            heartbeat_interval=self.heartbeat_interval,
            answer_seconds=self.answer_seconds,
        )


@frozen(kw_only=True)
class Settings:
    """All that can be chosen, each with a default that is safe to keep.

    Attributes:
        auth: How long sessions last, and how often one may guess.
        password_workers: How many passwords are hashed at once, each in a thread and with 64 MiB.
        password_waiting: How many may wait for that before further ones are refused.
        password_verifiers: Who knows the hashes that an older system left behind; they are replaced at sign-in.
        relay: How handlers of events are treated.
        real_time: The limits of connections.
        websocket: Where clients of this process connect.
        caching: How long what is read through the cache is told, and how much room it has in memory.
        redis: Where the cache is that all processes share, unless the ports bring one; by default there is none.
        gate_seconds: How long it may take to decide whether somebody may do something; then they may not.
        before_send_seconds: How long the host's `before_send` hook may take.
        before_send_fails_open: Whether a message is sent where the hook fails or is late; otherwise it is refused.
        stop_seconds: How long background jobs have to come to an end when the factory closes.
    """

    auth: AuthPolicy = AuthPolicy()
    password_workers: int = field(default=2, validator=positive)
    password_waiting: int = field(default=1_000, validator=not_negative)
    password_verifiers: tuple[PasswordVerifier, ...] = ()
    relay: RelayPolicy = RelayPolicy()
    real_time: RealTimePolicy = RealTimePolicy()
    websocket: WebSocketSettings = WebSocketSettings()
    caching: CachePolicy = CachePolicy()
    redis: RedisSettings | None = None
    gate_seconds: float = field(default=GATE_SECONDS, validator=positive)
    before_send_seconds: float = field(default=1.0, validator=positive)
    before_send_fails_open: bool = False
    stop_seconds: float = field(default=5.0, validator=not_negative)
