"""Leaves a server alone that fails, and finds out by single calls whether it has recovered."""

from enum import Enum, auto

from attrs import define, field


class Admission(Enum):
    """Whether a call may be made."""

    REFUSED = auto()
    CALL = auto()
    PROBE = auto()
    """It may, alone: what becomes of it decides for all others."""


@define(eq=False, kw_only=True)
class CircuitBreaker:
    """Decides whether a call may be made. It has no clock: whoever asks says what time it is.

    It opens once *failures* calls in a row have failed. After *rest* seconds one call is let through, the probe; until
    that has ended no other is. Its success closes the breaker, its failure opens it for another rest. What was begun
    before it opened, and ends later, neither closes it nor lengthens the rest.

    Attributes:
        failures: How many failures in a row open it.
        rest: For how many seconds nothing is tried then.
    """

    failures: int
    rest: float
    _failed: int = field(default=0, init=False)
    _opened_at: float | None = field(default=None, init=False)
    _is_probing: bool = field(default=False, init=False)

    @property
    def is_open(self) -> bool:
        """Whether calls are refused, but for a probe."""
        return self._opened_at is not None

    def admit(self, now: float) -> Admission:
        """Let a call be made, or not; what becomes of one that is made is to be told."""
        if self._opened_at is None:
            return Admission.CALL
        if self._is_probing or now < self._opened_at + self.rest:
            return Admission.REFUSED
        self._is_probing = True
        return Admission.PROBE

    def succeeded(self, admission: Admission) -> None:
        """Note that a call was answered."""
        if admission is Admission.PROBE or not self.is_open:
            self.reset()

    def failed(self, admission: Admission, now: float) -> None:
        """Note that a call failed."""
        self._failed += 1
        if admission is Admission.PROBE or (not self.is_open and self._failed >= self.failures):
            self._opened_at, self._is_probing = now, False

    def given_up(self, admission: Admission) -> None:
        """Note that nobody waited for a call to end: another may probe in its place."""
        if admission is Admission.PROBE:
            self._is_probing = False

    def reset(self) -> None:
        """Close it, as if nothing had ever failed."""
        self._failed, self._opened_at, self._is_probing = 0, None, False
