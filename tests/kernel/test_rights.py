"""Who acts, and whether they may."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from attrs import define, evolve

from saiondo_core.kernel.errors import (
    AccessDeniedError,
    ActorMismatchError,
    InvalidInputError,
    MissingActorError,
    NotOpenError,
    SaiondoError,
    SystemOnlyError,
)
from saiondo_core.kernel.events import Stamp
from saiondo_core.kernel.ids import EventId, UserId
from saiondo_core.kernel.ports import Gate
from saiondo_core.kernel.rights import Acting, Actor, Lifetime, OwnersAndMembers, require, valid_user_id
from saiondo_core.testing.clocks import FrozenClock
from saiondo_core.testing.contracts.kernel import GateContract
from saiondo_core.testing.contracts.opening import Opener
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


def acting(actor: Actor | None = None, *, is_open: bool = True) -> Acting:
    """Stand where a use case stands, bound to *actor* or to nobody."""
    return Acting(clock=FrozenClock(), ids=CountingIds(), lifetime=Switch(is_open), actor=actor)


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
    assert HOST == acting(HOST).system("user:mirror")
    for bound in (UNBOUND, BOUND, Actor(id=HOST.id)):
        with pytest.raises(SystemOnlyError) as caught:
            acting(bound).system("user:mirror")
        assert "user:mirror" == caught.value.permission


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
        closed.system("user:mirror")

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


@asynccontextmanager
async def owners_and_members() -> AsyncGenerator[Gate]:
    """Open the gate of a house without roles."""
    yield OwnersAndMembers()


class TestOwnersAndMembers(GateContract):
    """The gate of a house without roles keeps the laws of gates."""

    @pytest.fixture
    def opener(self) -> Opener[Gate]:
        """Open the gate of a house without roles."""
        return owners_and_members


MEMBER = {"channel:read", "channel:invite", "message:send", "message:react"}
OWNER = MEMBER | {"channel:update", "channel:delete", "channel:manage_members", "message:delete"}
EVERYBODY = {"user:read", "channel:create"}


@pytest.mark.parametrize(
    ("scope", "role", "permitted"),
    [
        (None, None, EVERYBODY),
        (None, "owner", EVERYBODY),
        ("c1", None, set[str]()),
        ("c1", "", set[str]()),
        ("c1", "stranger", set[str]()),
        ("c1", "member", MEMBER),
        ("c1", "owner", OWNER),
    ],
)
async def test_the_house_without_roles(scope: str | None, role: str | None, permitted: set[str]) -> None:
    """Members talk and invite, owners do everything in their channel, and strangers nothing but begin."""
    gate = OwnersAndMembers()
    asked = OWNER | EVERYBODY | {"user:manage", "message:*", "*", ""}

    assert permitted == {
        permission
        for permission in asked
        if await gate.permits(user_id=ANNA, is_system=False, permission=permission, scope=scope, role=role)
    }


async def test_require_raises_where_the_gate_is_shut() -> None:
    """`require` returns for who may, and names what is lacking for who may not."""
    await require(OwnersAndMembers(), BOUND, "message:delete", scope="c1", role="owner")
    await require(OwnersAndMembers(), HOST, "anything:at_all")
    with pytest.raises(AccessDeniedError) as caught:
        await require(OwnersAndMembers(), BOUND, "message:delete", scope="c1", role="member")

    assert "message:delete" == caught.value.permission
