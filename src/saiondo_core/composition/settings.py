"""What a host can choose."""

from attrs import field, frozen

from saiondo_core.auth.model import AuthPolicy
from saiondo_core.auth.ports import PasswordVerifier
from saiondo_core.caching.model import CachePolicy
from saiondo_core.kernel.numbers import not_negative, positive
from saiondo_core.kernel.rights import GATE_SECONDS
from saiondo_core.realtime.model import RealTimePolicy


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
        return min(self.longest_backoff, self.first_backoff * 4.0 ** (failures - 1))


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
        caching: How long what is read through the cache is told, and how much room it has in memory.
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
    caching: CachePolicy = CachePolicy()
    gate_seconds: float = field(default=GATE_SECONDS, validator=positive)
    before_send_seconds: float = field(default=1.0, validator=positive)
    before_send_fails_open: bool = False
    stop_seconds: float = field(default=5.0, validator=not_negative)
