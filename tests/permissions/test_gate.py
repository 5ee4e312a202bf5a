"""The gate of a house with roles: what it decides, how fresh that is, and what it asks the store for it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from weakref import ref

import pytest
from attrs import define, evolve, field
from hypothesis import given
from hypothesis import strategies as st

from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.adapters.memory.roles import MemoryRoles
from saiondo_core.kernel.decisions import Actor, PermissionDecision, Reason
from saiondo_core.kernel.events import RightsRevision
from saiondo_core.kernel.gates import Gate
from saiondo_core.kernel.ids import EventId, RoleId, UserId
from saiondo_core.kernel.policies import (
    ADMIN,
    CHANNEL_ADMIN,
    CHANNEL_CREATE,
    CHANNEL_DISCOVER,
    CHANNEL_MANAGE_MEMBERS,
    CHANNEL_MODERATOR,
    CHANNEL_READ,
    CHANNEL_UPDATE,
    GUEST,
    MEMBER,
    MESSAGE_DELETE,
    MESSAGE_EDIT,
    MESSAGE_IMPORT,
    MODERATOR,
    OWNER,
    PASSWORD_CHANGE,
    POLICIES,
    USER,
    USER_MANAGE,
    USER_READ,
    Grant,
    MissingGrant,
    Policy,
    Where,
)
from saiondo_core.kernel.refusals import StaleRightsError
from saiondo_core.permissions.gate import READ_TRIES, RolesGate
from saiondo_core.permissions.model import Role, RoleBook, UserRights
from saiondo_core.testing.contracts.kernel import GateContract
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.contracts.role_cases import ANNA, BERT, WRITER, events, give, put, remove, role

PAGE_WRITE = Policy("page:write", Where.EVERYWHERE, "write a page")
PAGE_WRITE_THERE = Policy("page:write", Where.CHANNEL, "write a page of a channel")


@asynccontextmanager
async def gate_without_grants() -> AsyncGenerator[Gate]:
    """Open a gate whose store is empty."""
    yield RolesGate(MemoryRoles(MemoryLog()))


class TestRolesGate(GateContract):
    """The gate of a house with roles keeps the laws of gates."""

    @pytest.fixture
    def opener(self) -> Opener[Gate]:
        """Open a gate whose store is empty."""
        return gate_without_grants


@define(eq=False, repr=False)
class CountedRoles(MemoryRoles):
    """A store that notes what it is asked for."""

    asked: list[str] = field(factory=list[str])

    async def revision(self, *, user_id: UserId) -> RightsRevision:
        """See `RoleRepository.revision`."""
        self.asked.append("revision")
        return await super().revision(user_id=user_id)

    async def book(self) -> RoleBook:
        """See `RoleRepository.book`."""
        self.asked.append("book")
        return await super().book()

    async def rights(self, *, user_id: UserId) -> UserRights:
        """See `RoleRepository.rights`."""
        self.asked.append("rights")
        return await super().rights(user_id=user_id)

    def told(self) -> list[str]:
        """What it was asked for since this was read last."""
        told, self.asked = self.asked, []
        return told


@pytest.fixture
def roles() -> CountedRoles:
    """An empty store."""
    return CountedRoles(MemoryLog())


@pytest.fixture
def gate(roles: CountedRoles) -> RolesGate:
    """A gate before that store."""
    return RolesGate(roles)


async def ask(
    gate: Gate,
    policy: Policy,
    *there: RoleId,
    user_id: UserId = ANNA,
    scope: str | None = "c1",
    own: bool = False,
) -> PermissionDecision:
    """Ask whether a user may, who is *there* in the channel."""
    return await gate.decide(actor=Actor(id=user_id), policy=policy, roles=there, scope=scope, own=own)


def missing(role_id: RoleId, scope: str | None = None) -> MissingGrant:
    """That a role is missing."""
    return MissingGrant(operation=Grant.ASSIGN_ROLE, role_id=role_id, scope=scope)


@pytest.mark.parametrize(
    ("policy", "there", "own", "expected"),
    [
        (USER_READ, (), False, (Reason.ROLE, USER, None)),
        (CHANNEL_READ, (GUEST,), False, (Reason.ROLE, GUEST, None)),
        (CHANNEL_MANAGE_MEMBERS, (GUEST, CHANNEL_MODERATOR), False, (Reason.ROLE, CHANNEL_MODERATOR, None)),
        (USER_MANAGE, (), True, (Reason.OWN, None, None)),
        (CHANNEL_DISCOVER, (), True, (Reason.OWN, None, None)),
        (PASSWORD_CHANGE, (), True, (Reason.ROLE, USER, None)),
        (MESSAGE_EDIT, (MEMBER,), True, (Reason.ROLE, MEMBER, None)),
        (USER_MANAGE, (OWNER,), False, (Reason.NOT_GRANTED, None, missing(ADMIN))),
        (CHANNEL_UPDATE, (MEMBER,), False, (Reason.NOT_GRANTED, None, missing(RoleId("channel:admin"), "c1"))),
        (CHANNEL_UPDATE, (), False, (Reason.NOT_GRANTED, None, missing(RoleId("channel:admin"), "c1"))),
        (CHANNEL_UPDATE, (RoleId("gone"),), False, (Reason.NOT_GRANTED, None, missing(RoleId("channel:admin"), "c1"))),
        (PAGE_WRITE, (OWNER,), False, (Reason.NOT_GRANTED, None, missing(ADMIN))),
        (CHANNEL_READ, (), False, (Reason.NOT_A_MEMBER, None, missing(GUEST, "c1"))),
        (MESSAGE_EDIT, (), True, (Reason.NOT_A_MEMBER, None, missing(GUEST, "c1"))),
        (PASSWORD_CHANGE, (), False, (Reason.NOT_OWN, None, None)),
        (MESSAGE_EDIT, (OWNER,), False, (Reason.NOT_OWN, None, None)),
        (MESSAGE_IMPORT, (OWNER,), True, (Reason.HOST_ONLY, None, None)),
    ],
)
async def test_why(
    gate: RolesGate,
    policy: Policy,
    there: tuple[RoleId, ...],
    own: bool,
    expected: tuple[Reason, RoleId | None, MissingGrant | None],
) -> None:
    """Each decision says why, by which role, and what is missing; and is the same when it is asked again."""
    for _ in range(3):
        decision = await ask(gate, policy, *there, own=own)
        assert expected == (decision.reason, decision.role, decision.missing)
        assert decision.allowed == (decision.reason in (Reason.ROLE, Reason.OWN))


async def test_the_system_needs_no_store(roles: CountedRoles, gate: RolesGate) -> None:
    """The host may everything, under no rights that could be past, and without a look at the store."""
    host = Actor(id=UserId("system:host"), is_system=True)
    for policy in (*POLICIES, PAGE_WRITE):
        decision = await gate.decide(actor=host, policy=policy, roles=(), scope=None, own=False)
        assert PermissionDecision(allowed=True, reason=Reason.SYSTEM) == decision
    assert [] == roles.told()


async def test_a_decision_says_under_which_rights(roles: CountedRoles, gate: RolesGate) -> None:
    """Allowed or not, warm or not, it is stamped with the revision of the user's rights it was made under."""
    await put(roles, role(), "e1")
    await give(roles, ANNA, "e2")
    for _ in range(2):
        for policy in (PAGE_WRITE, USER_READ, USER_MANAGE, CHANNEL_READ, PASSWORD_CHANGE):
            assert await roles.revision(user_id=ANNA) == (await ask(gate, policy)).rights
    assert RightsRevision(roles=1, user=0) == (await ask(gate, PAGE_WRITE, user_id=BERT)).rights


async def test_what_the_table_does_not_know_is_for_roles_to_allow(roles: CountedRoles, gate: RolesGate) -> None:
    """A permission of the host's own is allowed by a role that was made for it, and by that alone."""
    assert missing(ADMIN) == (await ask(gate, PAGE_WRITE)).missing
    await put(roles, role(), "e1")
    assert missing(WRITER) == (await ask(gate, PAGE_WRITE)).missing
    await give(roles, ANNA, "e2")

    assert WRITER == (await ask(gate, PAGE_WRITE)).role
    assert not (await ask(gate, PAGE_WRITE, user_id=BERT)).allowed


async def test_a_role_counts_where_it_is_held(roles: CountedRoles, gate: RolesGate) -> None:
    """What somebody holds in a channel counts there alone; what they hold everywhere, everywhere."""
    await put(roles, role(), "e1")
    for _ in range(2):
        assert (await ask(gate, PAGE_WRITE_THERE, MEMBER, WRITER)).allowed
        assert not (await ask(gate, PAGE_WRITE_THERE, MEMBER, scope="c2")).allowed
        assert not (await ask(gate, PAGE_WRITE, MEMBER, WRITER)).allowed
    await give(roles, ANNA, "e2")
    for there in ((MEMBER, WRITER), (MEMBER,), ()):
        assert (await ask(gate, PAGE_WRITE_THERE, *there)).allowed
        assert (await ask(gate, PAGE_WRITE, *there)).allowed


async def test_two_policies_are_two_questions(gate: RolesGate) -> None:
    """An answer about a permission is none about the same permission asked for elsewhere."""
    there = Policy("vault:open", Where.CHANNEL, "open the vault", own=USER_MANAGE.own)
    inside = Policy("vault:open", Where.INSIDE, "open the vault")

    assert (await ask(gate, there, own=True)).allowed
    assert not (await ask(gate, inside, own=True)).allowed
    assert (await ask(gate, Policy("user:read", Where.EVERYWHERE, "see"))).allowed
    assert not (await ask(gate, Policy("user:read", Where.INSIDE, "see"))).allowed


async def test_no_role_makes_up_for_membership(roles: CountedRoles, gate: RolesGate) -> None:
    """Even an admin is outside; they manage the channel all the same, and inside their role counts too."""
    await give(roles, ANNA, "e1", ADMIN)

    assert Reason.NOT_A_MEMBER == (await ask(gate, CHANNEL_READ)).reason
    assert missing(GUEST, "c1") == (await ask(gate, CHANNEL_READ)).missing
    assert ADMIN == (await ask(gate, CHANNEL_UPDATE)).role
    assert ADMIN == (await ask(gate, Policy("vault:open", Where.INSIDE, "open it"), GUEST)).role


async def test_the_deleted_may_nothing(roles: CountedRoles, gate: RolesGate) -> None:
    """Neither by a role nor because a thing is their own, from the very next question on; once back, they may."""
    for admitted, word in ((True, "e1"), (False, "e2"), (True, "e3")):
        await roles.admit(user_id=ANNA, admitted=admitted, word=EventId(word))
        for decision in (
            await ask(gate, USER_READ),
            await ask(gate, CHANNEL_READ, OWNER),
            await ask(gate, USER_MANAGE, own=True),
            await ask(gate, PASSWORD_CHANGE, own=True),
        ):
            assert admitted == decision.allowed
            assert admitted == (decision.reason is not Reason.DEACTIVATED)
            assert decision.missing is None
            assert await roles.revision(user_id=ANNA) == decision.rights
    await roles.admit(user_id=ANNA, admitted=False, word=EventId("e4"))
    assert Reason.DEACTIVATED == (await ask(gate, MESSAGE_DELETE)).reason


async def test_a_change_is_seen_by_the_very_next_check(roles: CountedRoles, gate: RolesGate) -> None:
    """Of what a role allows or inherits, of who holds it, and that it is gone: however warm the answer was."""

    async def may() -> list[bool]:
        """Whether Anna may, who holds the role everywhere, and Bert, who holds it in the channel."""
        decisions = [await ask(gate, PAGE_WRITE), await ask(gate, PAGE_WRITE_THERE, MEMBER, WRITER, user_id=BERT)]
        return [decision.allowed for decision in decisions]

    reader = Role(id=RoleId("reader"), name="reader", permissions=frozenset({"page:read"}))
    seen = [await may()]
    for change in (
        put(roles, role(), "e01"),
        give(roles, ANNA, "e02"),
        put(roles, evolve(role(), permissions=frozenset()), "e03"),
        put(roles, reader, "e04"),
        put(roles, evolve(role(), permissions=frozenset(), inherits=frozenset({reader.id})), "e05"),
        put(roles, evolve(reader, permissions=frozenset({"page:*"})), "e06"),
        roles.revoke(user_id=ANNA, role_id=WRITER, events=events("e07")),
    ):
        await change
        seen.append(await may())
    await give(roles, ANNA, "e08")
    seen.append(await may())
    await remove(roles, WRITER, "e09")
    seen.append(await may())

    no, yes = [False, False], [True, True]
    assert [no, [False, True], yes, no, no, no, yes, [False, True], yes, no] == seen


async def test_a_warm_check_asks_once(roles: CountedRoles, gate: RolesGate) -> None:
    """Whatever it is about: for the revision, and for nothing else; a change costs the user one more reading."""
    await put(roles, role(), "e1")
    await give(roles, ANNA, "e2")
    roles.told()
    assert (await ask(gate, PAGE_WRITE)).allowed
    assert ["revision", "rights", "book"] == roles.told()
    for policy in (*POLICIES, PAGE_WRITE, PAGE_WRITE_THERE):
        for there in ((), (MEMBER,), (OWNER, WRITER)):
            for own in (True, False):
                await ask(gate, policy, *there, own=own)
                assert ["revision"] == roles.told()

    await give(roles, ANNA, "e3", MODERATOR)
    roles.told()
    await ask(gate, PAGE_WRITE)
    await ask(gate, PAGE_WRITE, user_id=BERT)
    assert ["revision", "rights", "revision", "rights"] == roles.told()

    await put(roles, role(WRITER, "renamed"), "e4")
    roles.told()
    for user_id in (ANNA, BERT):
        await ask(gate, PAGE_WRITE, user_id=user_id)
    assert ["revision", "book", "revision"] == roles.told()


async def test_a_refusal_is_remembered_where_it_names_no_channel(gate: RolesGate) -> None:
    """It is given as it was; and in each channel the grant that is missing there is named, however it was asked."""
    refused = await ask(gate, CHANNEL_UPDATE, MEMBER, scope=None)
    for scope in ("c1", "c2"):
        in_scope = await ask(gate, CHANNEL_UPDATE, MEMBER, scope=scope)
        assert missing(CHANNEL_ADMIN, scope) == in_scope.missing
        assert refused is await ask(gate, CHANNEL_UPDATE, MEMBER, scope=None)
    assert missing(ADMIN) == refused.missing


async def test_who_lost_a_role_with_its_removal_lacks_it_when_it_returns(roles: CountedRoles, gate: RolesGate) -> None:
    """What somebody held is not taken from memory once a role of theirs was removed, though another takes its id."""
    await put(roles, role(), "e1")
    await give(roles, ANNA, "e2")
    assert (await ask(gate, PAGE_WRITE)).allowed
    await remove(roles, WRITER, "e3")
    await put(roles, role(), "e4")
    assert not (await ask(gate, PAGE_WRITE)).allowed


questions = st.tuples(
    st.sampled_from([*POLICIES, PAGE_WRITE, PAGE_WRITE_THERE]),
    st.sampled_from([(), (GUEST,), (OWNER,), (MEMBER, WRITER)]),
    st.sampled_from(["c1", "c2", None]),
    st.booleans(),
)


@given(st.lists(questions, min_size=2, max_size=8), st.sampled_from([MODERATOR, WRITER]))
async def test_what_is_remembered_changes_no_answer(
    asked: list[tuple[Policy, tuple[RoleId, ...], str | None, bool]], given_role: RoleId
) -> None:
    """Whatever a gate was asked before, it answers as one that was never asked."""
    roles = MemoryRoles(MemoryLog())
    await put(roles, role(), "e1")
    await give(roles, ANNA, "e2", given_role)
    gate = RolesGate(roles)
    for policy, there, scope, own in [*asked, *reversed(asked)]:
        expected = await ask(RolesGate(roles), policy, *there, scope=scope, own=own)
        assert expected == await ask(gate, policy, *there, scope=scope, own=own)


@define(eq=False, repr=False)
class CopiedRoles(CountedRoles):
    """A store that makes each revision anew, as one does that reads it from elsewhere."""

    async def revision(self, *, user_id: UserId) -> RightsRevision:
        """See `RoleRepository.revision`."""
        return evolve(await super().revision(user_id=user_id))


async def test_a_revision_need_not_be_the_same_object() -> None:
    """An equal one is as good: the answer is as warm, and as fresh."""
    roles = CopiedRoles(MemoryLog())
    gate = RolesGate(roles)
    first = await ask(gate, CHANNEL_CREATE)
    roles.told()
    assert first is await ask(gate, CHANNEL_CREATE)
    assert ["revision"] == roles.told()

    await roles.admit(user_id=ANNA, admitted=False, word=EventId("e1"))
    assert not (await ask(gate, CHANNEL_CREATE)).allowed


@define(eq=False, repr=False)
class RestlessRoles(CountedRoles):
    """A store whose role is changed whenever something was read, as long as the unrest lasts.

    The role allows to write under each odd revision, and nothing under the even ones.
    """

    unrest: int = 0

    async def book(self) -> RoleBook:
        """See `RoleRepository.book`."""
        found = await super().book()
        await self.stir()
        return found

    async def rights(self, *, user_id: UserId) -> UserRights:
        """See `RoleRepository.rights`."""
        found = await super().rights(user_id=user_id)
        await self.stir()
        return found

    async def stir(self) -> None:
        """Change the role, if there is unrest."""
        if self.unrest:
            self.unrest -= 1
            book = await super().book()
            changed = evolve(role(), permissions=frozenset() if book.revision % 2 else role().permissions)
            await self.put(role=changed, book_revision=book.revision, events=events(f"unrest {self.unrest}"))


@pytest.mark.parametrize("unrest", range(12))
async def test_rights_and_roles_are_read_as_of_one_moment(unrest: int) -> None:
    """Whatever changes in between is read again: no answer is made of new roles and old rights, or the other way."""
    roles = RestlessRoles(MemoryLog())
    await put(roles, role(), "first")
    await give(roles, ANNA, "second")
    roles.unrest = unrest
    decision = await ask(RolesGate(roles), PAGE_WRITE)

    assert decision.rights is not None
    assert (decision.rights.roles % 2 == 1) == decision.allowed


@define(eq=False, repr=False)
class LateRoles(CountedRoles):
    """A store whose answer may come so late that it is past."""

    late: RightsRevision | None = None

    async def revision(self, *, user_id: UserId) -> RightsRevision:
        """See `RoleRepository.revision`."""
        found, self.late = self.late, None
        return found or await super().revision(user_id=user_id)


async def test_a_late_answer_mixes_nothing() -> None:
    """Rights remembered from before are not read by the roles of now, that another check has read in between."""
    roles = LateRoles(MemoryLog())
    gate = RolesGate(roles)
    await put(roles, evolve(role(), permissions=frozenset()), "e1")
    await give(roles, ANNA, "e2")
    assert not (await ask(gate, PAGE_WRITE)).allowed
    past = await roles.revision(user_id=ANNA)
    await put(roles, role(), "e3")
    assert not (await ask(gate, PAGE_WRITE, user_id=BERT)).allowed

    roles.late = past
    decision = await ask(gate, PAGE_WRITE)
    assert decision.allowed == (decision.rights != past)


async def test_endless_unrest_is_a_refusal() -> None:
    """Who reads anew all the time gives up at last, and has allowed nothing."""
    roles = RestlessRoles(MemoryLog(), unrest=10 * READ_TRIES)
    with pytest.raises(StaleRightsError):
        await ask(RolesGate(roles), USER_READ)

    assert READ_TRIES == roles.told().count("rights")


async def test_what_is_remembered_is_bounded(roles: CountedRoles) -> None:
    """However many users, channels and policies there are, a gate keeps no more answers than it was told to."""
    gate = RolesGate(roles, remembered=20)
    kept: list[ref[PermissionDecision]] = []
    for number in range(200):
        policy = Policy("user:read", Where.CHANNEL, "see")
        kept.append(ref(await ask(gate, policy, RoleId(f"r{number}"), user_id=UserId(f"u{number % 50}"))))
        assert 20 >= sum(decision() is not None for decision in kept)

    roles.told()
    for _ in range(2):
        assert (await ask(gate, USER_READ, user_id=UserId("u0"))).allowed
    assert ["revision", "rights", "revision"] == roles.told()


async def test_what_is_allowed_as_ones_own_says_nothing_of_anothers() -> None:
    """The same question, first about one's own thing and then about another's, has two answers."""
    log = MemoryLog()
    gate = RolesGate(MemoryRoles(log))

    async def allowed(*, own: bool) -> bool:
        actor = Actor(id=UserId("anna"))
        return (await gate.decide(actor=actor, policy=USER_MANAGE, roles=(), scope=None, own=own)).allowed

    assert [True, False, True] == [await allowed(own=own) for own in (True, False, True)]
