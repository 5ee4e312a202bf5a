"""The circuit breaker."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from saiondo_core.adapters.redis.breaker import Admission, CircuitBreaker

REST = 10.0


def opened() -> CircuitBreaker:
    """A breaker that has just opened, at 0."""
    breaker = CircuitBreaker(failures=3, rest=REST)
    for _ in range(3):
        breaker.failed(breaker.admit(0.0), 0.0)
    return breaker


def test_it_opens_after_so_many_failures_in_a_row() -> None:
    """A success in between begins the row anew."""
    breaker = CircuitBreaker(failures=3, rest=REST)
    for _ in range(10):
        for _ in range(2):
            breaker.failed(breaker.admit(0.0), 0.0)
        breaker.succeeded(breaker.admit(0.0))
    assert not breaker.is_open
    assert opened().is_open


def test_a_single_probe_decides() -> None:
    """After a rest one call is made; its failure begins another rest, its success closes the breaker."""
    breaker = opened()
    assert Admission.REFUSED is breaker.admit(REST - 0.1)
    probe = breaker.admit(REST)
    assert [Admission.PROBE] + [Admission.REFUSED] * 100 == [probe] + [breaker.admit(2 * REST) for _ in range(100)]
    breaker.failed(probe, 2 * REST)
    assert Admission.REFUSED is breaker.admit(3 * REST - 0.1)

    breaker.succeeded(breaker.admit(3 * REST))
    assert [Admission.CALL] * 3 == [breaker.admit(3 * REST) for _ in range(3)]


def test_a_probe_that_was_given_up_makes_room_for_another() -> None:
    """Its caller was cancelled: nothing is known, so the next one probes."""
    breaker = opened()
    breaker.given_up(breaker.admit(REST))
    assert Admission.PROBE is breaker.admit(REST)


class Breaking(RuleBasedStateMachine):
    """Calls that begin and end in any order, against what the breaker promises."""

    def __init__(self) -> None:
        """Begin closed, with nothing under way."""
        super().__init__()
        self.breaker = CircuitBreaker(failures=3, rest=REST)
        self.now = 0.0
        self.under_way: list[Admission] = []
        self.opened_at: float | None = None

    @rule(seconds=st.floats(0.1, 20.0))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    @rule()
    def begin(self) -> None:
        """Ask for a call: an open breaker lets one through after its rest."""
        admission = self.breaker.admit(self.now)
        if self.opened_at is None:
            assert Admission.CALL is admission
        elif Admission.PROBE in self.under_way or self.now < self.opened_at + REST:
            assert Admission.REFUSED is admission
        else:
            assert Admission.PROBE is admission
        if admission is not Admission.REFUSED:
            self.under_way.append(admission)

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), outcome=st.sampled_from(("succeeded", "failed", "given_up")))
    def end(self, data: st.DataObject, outcome: str) -> None:
        """Let one of the calls end; only a probe ends what was open."""
        admission = self.under_way.pop(data.draw(st.integers(0, len(self.under_way) - 1)))
        if outcome == "succeeded":
            self.breaker.succeeded(admission)
            if admission is Admission.PROBE:
                self.opened_at = None
        elif outcome == "failed":
            was_open = self.breaker.is_open
            self.breaker.failed(admission, self.now)
            if admission is Admission.PROBE or (self.breaker.is_open and not was_open):
                self.opened_at = self.now
        else:
            self.breaker.given_up(admission)

    @invariant()
    def it_is_open_as_told(self) -> None:
        """Whether it is open is what its calls have made of it."""
        assert (self.opened_at is not None) is self.breaker.is_open


TestBreaking = Breaking.TestCase
