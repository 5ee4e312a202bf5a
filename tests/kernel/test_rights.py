"""Who acts, and whether they may."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import ClassVar, cast

import pytest
from attrs import define, evolve, field, frozen

from saiondo_core.kernel.decisions import Actor, PermissionDecision, Reason
from saiondo_core.kernel.errors import (
    AccessDeniedError,
    DeadlineExceededError,
    InvalidInputError,
    NotFoundError,
    NotOpenError,
    SaiondoError,
)
from saiondo_core.kernel.events import RightsRevision, Stamp
from saiondo_core.kernel.gates import Gate
from saiondo_core.kernel.ids import EventId, RoleId, UserId
from saiondo_core.kernel.policies import (
    CHANNEL_LEAVE,
    CHANNEL_READ,
    GUEST,
    MEMBER,
    USER_ENSURE,
    Grant,
    MissingGrant,
    Policy,
)
from saiondo_core.kernel.refusals import (
    ActorMismatchError,
    DeactivatedError,
    GateFailedError,
    MissingActorError,
    SystemOnlyError,
)
from saiondo_core.kernel.rights import GATE_SECONDS, Acting, Lifetime, UseCase, refusal, valid_user_id
from saiondo_core.testing.clocks import FrozenClock, breathe
from saiondo_core.testing.randomness import CountingIds

ANNA, BERT = UserId("anna"), UserId("bert")
HOST = Actor(id=UserId("system:host"), is_system=True)


@define
class Switch(Lifetime):
    """A lifetime that a test begins and ends."""

    is_open: bool = True

    def check(self) -> None:
        """See `Lifetime.check`."""
        if not self.is_open:
            raise NotOpenError


EARLIER, LATER = RightsRevision(roles=1, user=1), RightsRevision(roles=1, user=2)
MISSING = MissingGrant(operation=Grant.ASSIGN_ROLE, role_id=GUEST, scope="c1")
YES = PermissionDecision(allowed=True, reason=Reason.ROLE, role=MEMBER, rights=LATER)
NO = PermissionDecision(allowed=False, reason=Reason.NOT_A_MEMBER, missing=MISSING, rights=LATER)
DELETED = PermissionDecision(allowed=False, reason=Reason.DEACTIVATED, rights=LATER)


async def yes() -> PermissionDecision:
    """Allow it."""
    return YES


@define
class Answering(Gate):
    """A gate that answers whatever a test has it answer, and notes what it was asked."""

    answer: Callable[[], Awaitable[object]] = yes
    asked: list[tuple[Actor, Policy, tuple[RoleId, ...], str | None, bool]] = field(factory=list)

    async def decide(
        self, *, actor: Actor, policy: Policy, roles: tuple[RoleId, ...], scope: str | None, own: bool
    ) -> PermissionDecision:
        """See `Gate.decide`; it is not checked to be what it should be."""
        self.asked.append((actor, policy, roles, scope, own))
        return cast(PermissionDecision, await self.answer())


def acting(actor: Actor | None = None, *, is_open: bool = True, gate: Gate | None = None) -> Acting:
    """Stand where a use case stands, bound to *actor* or to nobody."""
    return Acting(
        clock=FrozenClock(), ids=CountingIds(), lifetime=Switch(is_open), gate=gate or Answering(), actor=actor
    )


UNBOUND, BOUND, SYSTEM = None, Actor(id=ANNA), HOST


@pytest.mark.parametrize(
    ("bound", "named", "expected"),
    [
        (UNBOUND, ANNA, BOUND),
        (UNBOUND, None, MissingActorError),
        (UNBOUND, UserId(""), InvalidInputError),
        (UNBOUND, HOST.id, InvalidInputError),
        (BOUND, None, BOUND),
        (BOUND, ANNA, BOUND),
        (BOUND, BERT, ActorMismatchError),
        (BOUND, HOST.id, ActorMismatchError),
        (SYSTEM, None, SYSTEM),
        (SYSTEM, HOST.id, SYSTEM),
        (SYSTEM, ANNA, ActorMismatchError),
    ],
)
def test_who_acts(bound: Actor | None, named: UserId | None, expected: Actor | type[SaiondoError]) -> None:
    """Whoever is filled in acts, or else the one named; nobody is named in another's place, nor the system at all."""
    if isinstance(expected, Actor):
        assert expected == acting(bound).who(named)
    else:
        with pytest.raises(expected):
            acting(bound).who(named)


@pytest.mark.parametrize(
    ("bound", "actor", "target", "expected"),
    [
        (UNBOUND, ANNA, BERT, (BOUND, BERT)),
        (UNBOUND, ANNA, None, (BOUND, ANNA)),
        (UNBOUND, None, ANNA, (BOUND, ANNA)),
        (UNBOUND, None, None, MissingActorError),
        (BOUND, None, None, (BOUND, ANNA)),
        (BOUND, None, ANNA, (BOUND, ANNA)),
        (BOUND, None, BERT, (BOUND, BERT)),
        (BOUND, ANNA, BERT, (BOUND, BERT)),
        (BOUND, BERT, ANNA, ActorMismatchError),
        (BOUND, BERT, None, ActorMismatchError),
        (SYSTEM, None, ANNA, (SYSTEM, ANNA)),
        (SYSTEM, HOST.id, ANNA, (SYSTEM, ANNA)),
        (SYSTEM, ANNA, BERT, ActorMismatchError),
    ],
)
def test_who_acts_on_whom(
    bound: Actor | None,
    actor: UserId | None,
    target: UserId | None,
    expected: tuple[Actor, UserId] | type[SaiondoError],
) -> None:
    """Actor and target default to each other; who is filled in acts, and is the target only where none is named."""
    if isinstance(expected, tuple):
        assert expected == acting(bound).who_and_whom(actor, target)
    else:
        with pytest.raises(expected):
            acting(bound).who_and_whom(actor, target)


def test_only_the_host_is_the_system() -> None:
    """What only the host may do is refused to users and to nobody, and the refusal names what it was."""
    assert HOST == acting(HOST).system(USER_ENSURE)
    for bound in (UNBOUND, BOUND, Actor(id=HOST.id)):
        with pytest.raises(SystemOnlyError) as caught:
            acting(bound).system(USER_ENSURE)
        assert "user:ensure" == caught.value.permission


def test_nobody_acts_while_closed() -> None:
    """Outside the factory's lifetime each way in is shut first, whatever else is wrong with the call."""
    closed = acting(BOUND, is_open=False)
    with pytest.raises(NotOpenError):
        closed.check_open()
    with pytest.raises(NotOpenError):
        closed.who(BERT)
    with pytest.raises(NotOpenError):
        closed.who_and_whom(BERT, ANNA)
    with pytest.raises(NotOpenError):
        closed.system(USER_ENSURE)

    acting(BOUND).check_open()


async def test_a_stamp_says_which_event_when_and_by_whom() -> None:
    """Each stamp is a new event's, made at the moment it is asked for, by the one who acts."""
    clock = FrozenClock()
    here = evolve(acting(), clock=clock)
    first = here.stamp(HOST)
    await clock.advance(1.5)
    second = here.stamp(BOUND)

    numbers = CountingIds()
    assert Stamp(id=EventId(numbers.new()), at=FrozenClock().now(), actor=HOST.id) == first
    assert Stamp(id=EventId(numbers.new()), at=first.at + timedelta(seconds=1.5), actor=ANNA) == second


def test_a_stamp_says_under_which_rights() -> None:
    """Whoever was judged stamps with that; whoever was not, with nothing that could be past."""
    assert LATER == acting().stamp(evolve(BOUND, rights=LATER)).rights
    assert acting().stamp(BOUND).rights is None


@pytest.mark.parametrize("user_id", ["a", "x" * 64, "안나", "anna@example.org", "auth0|123", "systematic", "a b"])
def test_hosts_choose_their_ids(user_id: str) -> None:
    """Any printable text of 1 to 64 characters can name a user."""
    assert user_id == valid_user_id(user_id)


@pytest.mark.parametrize("user_id", ["", "x" * 65, "a\nb", "a\x00", "\ud800", "\u202eanna", "system:", "system:host"])
def test_some_ids_name_nobody(user_id: str) -> None:
    """What is empty, too long, hidden or the system's own cannot name a user."""
    with pytest.raises(InvalidInputError) as caught:
        valid_user_id(user_id)

    assert "user_id" == caught.value.field


@pytest.mark.parametrize("decision", [YES, NO, DELETED], ids=["yes", "no", "deleted"])
async def test_judge_gives_what_the_gate_decides(decision: PermissionDecision) -> None:
    """Whatever it is, it comes back as it is; the gate is told all that there is to know, as it is known."""

    async def decide() -> PermissionDecision:
        return decision

    gate = Answering(decide)
    here = acting(gate=gate)

    assert decision is await here.judge(BOUND, CHANNEL_READ, roles=(GUEST,), scope="c1", own=True)
    assert decision is await here.judge(HOST, USER_ENSURE)
    assert [(BOUND, CHANNEL_READ, (GUEST,), "c1", True), (HOST, USER_ENSURE, (), None, False)] == gate.asked


async def test_require_gives_the_one_who_acts_as_they_were_judged() -> None:
    """Judged once more they stay as they were judged first: what was read since then may depend on it."""
    gate = Answering()
    here = acting(gate=gate)

    assert Actor(id=ANNA, rights=LATER) == await here.require(BOUND, CHANNEL_READ, roles=(GUEST,), scope="c1", own=True)
    assert [(BOUND, CHANNEL_READ, (GUEST,), "c1", True)] == gate.asked
    assert Actor(id=ANNA, rights=EARLIER) == await here.require(evolve(BOUND, rights=EARLIER), CHANNEL_READ)
    assert Actor(id=HOST.id, is_system=True, rights=LATER) == await here.require(HOST, CHANNEL_READ)


@pytest.mark.parametrize(
    ("decision", "expected"), [(NO, AccessDeniedError), (DELETED, DeactivatedError)], ids=["no", "deleted"]
)
async def test_require_raises_where_the_gate_is_shut(
    decision: PermissionDecision, expected: type[AccessDeniedError]
) -> None:
    """It names what is lacking, and the grant that would change it; the deleted are told that they are."""

    async def decide() -> PermissionDecision:
        return decision

    with pytest.raises(AccessDeniedError) as caught:
        await acting(gate=Answering(decide)).require(BOUND, CHANNEL_READ)

    for error in (caught.value, refusal(CHANNEL_READ, decision)):
        assert expected is type(error)
        assert ("channel:read", decision.missing) == (error.permission, error.missing)


@pytest.mark.parametrize(
    "error", [ValueError("boom"), NotFoundError(), AccessDeniedError(permission="x"), TimeoutError()], ids=repr
)
async def test_a_gate_that_raises_is_shut(error: Exception) -> None:
    """Whatever it raises, nobody passes; the refusal was raised from it."""

    async def fail() -> PermissionDecision:
        raise error

    here = acting(gate=Answering(fail))
    for asking in (here.judge(BOUND, CHANNEL_READ), here.require(BOUND, CHANNEL_READ)):
        with pytest.raises(GateFailedError) as caught:
            await asking
        assert error is caught.value.__cause__
        assert "channel:read" == caught.value.permission


class Brittle(Gate):
    """A gate whose author forgot the `async`."""

    def decide(  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride] - that is what is wrong with it
        self, *, actor: Actor, policy: Policy, roles: tuple[RoleId, ...], scope: str | None, own: bool
    ) -> PermissionDecision:
        """Decide at once, or raise at once."""
        if scope is None:
            raise ValueError(actor, policy, roles, own)
        return YES


@pytest.mark.parametrize(("scope", "cause"), [(None, ValueError), ("c1", TypeError)])
async def test_a_gate_that_cannot_be_awaited_is_shut(scope: str | None, cause: type[Exception]) -> None:
    """Whether it raises before it can be awaited, or never can be: that is no yes."""
    with pytest.raises(GateFailedError) as caught:
        await acting(gate=Brittle()).require(BOUND, CHANNEL_READ, scope=scope)

    assert cause is type(caught.value.__cause__)


@pytest.mark.parametrize("answer", [True, None, "yes", YES.reason, (YES,), PermissionDecision], ids=type)
async def test_an_answer_that_is_no_decision_is_a_refusal(answer: object) -> None:
    """However much it looks like a yes."""

    async def decide() -> object:
        return answer

    here = acting(gate=Answering(decide))
    for asking in (here.judge(BOUND, CHANNEL_READ), here.require(BOUND, CHANNEL_READ)):
        with pytest.raises(GateFailedError) as caught:
            await asking
        assert "channel:read" == caught.value.permission


async def test_a_gate_that_hangs_is_shut() -> None:
    """It has its seconds, and not one more: then it is cancelled, and nobody has passed."""
    clock = FrozenClock()

    async def hang() -> PermissionDecision:
        await clock.sleep(3_600.0)
        return YES

    here = evolve(acting(gate=Answering(hang)), clock=clock)
    asking = asyncio.ensure_future(here.require(BOUND, CHANNEL_READ))
    await clock.advance(GATE_SECONDS - 0.001)
    assert not asking.done()
    await clock.advance(0.001)
    await breathe()

    assert asking.done()
    error = asking.exception()
    assert isinstance(error, GateFailedError)
    assert isinstance(error.__cause__, DeadlineExceededError)
    assert 0 == clock.sleepers


async def test_a_slow_gate_may_still_say_yes() -> None:
    """What it decides within its seconds counts; a factory may give it fewer."""
    clock = FrozenClock()

    async def hesitate() -> PermissionDecision:
        await clock.sleep(2.0)
        return YES

    for seconds, passes in ((3.0, True), (1.0, False)):
        here = evolve(acting(gate=Answering(hesitate)), clock=clock, gate_seconds=seconds)
        asking = asyncio.ensure_future(here.require(BOUND, CHANNEL_READ))
        await clock.advance(2.5)
        assert passes == (asking.exception() is None)


async def test_whoever_stops_waiting_at_the_gate_is_not_refused() -> None:
    """A cancelled call stays cancelled: it is no failure of the gate's."""
    clock = FrozenClock()

    async def hang() -> PermissionDecision:
        await clock.sleep(1.0)
        return YES

    asking = asyncio.ensure_future(evolve(acting(gate=Answering(hang)), clock=clock).require(BOUND, CHANNEL_READ))
    await breathe()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


@frozen(kw_only=True)
class LeaveUseCase(UseCase):
    """A use case under a policy, as they all are."""

    policy: ClassVar[Policy] = CHANNEL_LEAVE


def test_a_use_case_declares_its_policy() -> None:
    """With a row of the table it can be made, and holds who acts; without one there is no such kind."""
    here = acting()
    assert here is LeaveUseCase(acting=here).acting

    with pytest.raises(TypeError, match="ForgetfulUseCase declares no policy"):

        @frozen(kw_only=True)
        class ForgetfulUseCase(UseCase):
            """A use case without a policy."""


def test_a_policy_is_not_inherited() -> None:
    """What was asked of the one kind is not silently asked of another that grew out of it."""
    with pytest.raises(TypeError, match="HeirUseCase declares no policy"):

        @frozen(kw_only=True)
        class HeirUseCase(LeaveUseCase):
            """A use case whose parent has a policy."""


@pytest.mark.parametrize("policy", [None, "channel:leave", True])
def test_a_policy_is_a_row_of_the_table(policy: object) -> None:
    """Its name is not enough."""
    with pytest.raises(TypeError, match="NamedUseCase declares no policy"):
        type("NamedUseCase", (UseCase,), {"policy": policy})
