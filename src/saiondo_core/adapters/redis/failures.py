"""What the driver raises, in one table: how it is counted, and whether the server had answered."""

from abc import abstractmethod
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from attrs import define, field, frozen
from redis import exceptions

from saiondo_core.kernel.errors import DeadlineExceededError

QUIET_SECONDS = 60.0
"""For how long a mode must not have occurred, to be told of as something new."""


class Report(Protocol):
    """How an adapter tells of what went wrong."""

    @abstractmethod
    def __call__(self, event: str, **fields: str | float) -> None:
        """Report *event*, a fixed name, with *fields* that identify what it was about."""


@frozen
class Failure:
    """A way to fail.

    Attributes:
        mode: Its name, one of a fixed few.
        is_answered: Whether the server has answered, or was never asked: then nothing was done.
    """

    mode: str
    is_answered: bool


FAILURES: Mapping[type[BaseException], Failure] = MappingProxyType(
    {
        exceptions.ResponseError: Failure("refused", is_answered=True),
        exceptions.AuthenticationError: Failure("refused", is_answered=True),
        exceptions.AuthorizationError: Failure("refused", is_answered=True),
        exceptions.ExternalAuthProviderError: Failure("refused", is_answered=True),
        exceptions.BusyLoadingError: Failure("refused", is_answered=True),
        exceptions.DataError: Failure("unsendable", is_answered=True),
        exceptions.MaxConnectionsError: Failure("connection", is_answered=True),
        exceptions.ConnectionError: Failure("connection", is_answered=False),
        OSError: Failure("connection", is_answered=False),
        exceptions.TimeoutError: Failure("timeout", is_answered=False),
        TimeoutError: Failure("timeout", is_answered=False),
        DeadlineExceededError: Failure("timeout", is_answered=False),
        exceptions.RedisError: Failure("driver", is_answered=False),
        exceptions.RedisClusterException: Failure("driver", is_answered=False),
        exceptions.ChildDeadlockedError: Failure("driver", is_answered=False),
        exceptions.IncorrectPolicyType: Failure("driver", is_answered=False),
        # The driver lets pass what its parser stumbles on, of whatever class, where a reply is none.
        exceptions.InvalidResponse: Failure("garbage", is_answered=False),
        Exception: Failure("garbage", is_answered=False),
    }
)
"""The nearest base of a class counts."""

_CODES = frozenset(
    {
        "ASK",
        "BUSY",
        "CLUSTERDOWN",
        "CROSSSLOT",
        "EXECABORT",
        "LOADING",
        "MASTERDOWN",
        "MISCONF",
        "MOVED",
        "NOAUTH",
        "NOPERM",
        "NOREPLICAS",
        "NOSCRIPT",
        "OOM",
        "READONLY",
        "TRYAGAIN",
        "WRONGPASS",
        "WRONGTYPE",
    }
)
"""What a server may begin a refusal with; its mode is called after it. A stranger's word names no mode."""


def failure_of(error: Exception) -> Failure:
    """How *error* is counted, and whether the server had answered."""
    found = next(FAILURES[base] for base in type(error).__mro__ if base in FAILURES)
    code = getattr(error, "status_code", None) or str(error).partition(" ")[0]
    if found.mode == "refused" and code in _CODES:
        return Failure(code.lower(), is_answered=True)
    return found


@define(eq=False)
class Failures:
    """Counts failures by mode, and reports the first of each outage: those that follow within a minute are of the same.

    Attributes:
        report: Who is told.
        event: As what.
        counts: How often each mode has occurred.
    """

    report: Report
    event: str = "redis_failed"
    counts: Counter[str] = field(factory=Counter[str], init=False)
    _last: dict[str, float] = field(factory=dict[str, float], init=False)

    def note(self, mode: str, now: float) -> None:
        """Note that *mode* has occurred at *now*."""
        is_new = now - self._last.get(mode, -QUIET_SECONDS) >= QUIET_SECONDS
        self.counts[mode] += 1
        self._last[mode] = now
        if is_new:
            self.report(self.event, mode=mode)
