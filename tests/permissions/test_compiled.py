"""What roles allow, computed: beside a search that is as slow as it is plain."""

import tracemalloc
from collections.abc import Iterable, Iterator
from itertools import product

import pytest
from attrs import evolve, frozen
from hypothesis import assume, given
from hypothesis import strategies as st

from saiondo_core.kernel.ids import RoleId
from saiondo_core.kernel.policies import (
    ADMIN,
    AT_THE_DOOR,
    CHANNEL_ADMIN,
    CHANNEL_DELETE,
    CHANNEL_INVITE,
    CHANNEL_MANAGE_MEMBERS,
    CHANNEL_MODERATOR,
    CHANNEL_READ,
    CHANNEL_TRANSFER,
    CHANNEL_UPDATE,
    GUEST,
    MEMBER,
    MESSAGE_IMPORT,
    MODERATOR,
    OWNER,
    POLICIES,
    ROLE_MANAGE,
    USER,
    USER_MANAGE,
    Grant,
    MissingGrant,
    Policy,
    Where,
)
from saiondo_core.permissions.compiled import CompiledRoles
from saiondo_core.permissions.model import BUILT_IN, Role, RoleBook

CUSTOM = tuple(RoleId(f"role-{number}") for number in range(5))
GONE = RoleId("gone")
ASSIGNABLE_THERE = (GUEST, MEMBER, CHANNEL_MODERATOR, CHANNEL_ADMIN)

# Of each half one word stands in no pattern: it is what there will be some day.
PERMISSIONS = [
    f"{resource}:{verb}" for resource, verb in product(("page", "file", "later"), ("read", "write", "later"))
]
PATTERNS = ["*", *(f"{left}:{right}" for left, right in product(("page", "file", "*"), ("read", "write", "*")))]
BUILT_IN_PERMISSIONS = [row.permission for row in POLICIES]

patterns = st.frozensets(st.sampled_from(PATTERNS), max_size=3)
inherited = st.frozensets(st.sampled_from([*CUSTOM, GONE, MODERATOR, GUEST, CHANNEL_MODERATOR]), max_size=2)


@st.composite
def books(draw: st.DrawFn) -> RoleBook:
    """Roles that inherit from each other as they like, also in circles, and from roles that are gone."""
    made = draw(st.lists(st.sampled_from(CUSTOM), unique=True))
    named = st.frozensets(st.sampled_from([*PATTERNS, *BUILT_IN_PERMISSIONS]), max_size=3)
    roles = (Role(id=role_id, name=role_id, permissions=draw(named), inherits=draw(inherited)) for role_id in made)
    return RoleBook(revision=1, roles=tuple(roles))


def ancestry(book: RoleBook, role_id: RoleId) -> set[RoleId]:
    """That role and all it inherits from: from step to step, until there is nothing new."""
    inherits = {role.id: role.inherits for role in (*book.roles, *BUILT_IN)}
    found = {role_id} & inherits.keys()
    while more := {above for below in found for above in inherits[below] if above in inherits} - found:
        found |= more
    return found


def reference(book: RoleBook, role_id: RoleId) -> set[str]:
    """The patterns that a role has, of its own and from its ancestors."""
    lineage = ancestry(book, role_id)
    return {pattern for role in (*book.roles, *BUILT_IN) if role.id in lineage for pattern in role.permissions}


def matches(pattern: str, permission: str) -> bool:
    """Whether a pattern allows a permission, half by half."""
    if pattern == "*":
        return True
    return all(wild in ("*", word) for wild, word in zip(pattern.split(":"), permission.split(":"), strict=True))


def all_of(held: Iterable[str], permissions: Iterable[str] = (*PERMISSIONS, *BUILT_IN_PERMISSIONS)) -> set[str]:
    """Which of *permissions* those patterns allow."""
    return {permission for permission, pattern in product(permissions, held) if matches(pattern, permission)}


@given(books(), st.sampled_from([*CUSTOM, GONE, *(role.id for role in BUILT_IN)]))
def test_a_role_has_what_it_inherits(book: RoleBook, role_id: RoleId) -> None:
    """Its own and its ancestors' patterns, at any depth, in circles too; an unknown role has none."""
    assert reference(book, role_id) == CompiledRoles(book).patterns((role_id,))


@given(
    books(), st.lists(st.sampled_from([*CUSTOM, GONE, USER, CHANNEL_MODERATOR, ADMIN])), st.sampled_from(PERMISSIONS)
)
def test_the_first_role_that_allows_it_is_named(book: RoleBook, held: list[RoleId], permission: str) -> None:
    """Of the roles held, in their order; none where no pattern of any of them matches."""
    allowing = [role_id for role_id in held if all_of(reference(book, role_id), [permission])]

    assert next(iter(allowing), None) == CompiledRoles(book).allowing(tuple(held), permission)


@given(books(), st.sampled_from([*PERMISSIONS, *BUILT_IN_PERMISSIONS]))
def test_all_roles_that_allow_it_are_named(book: RoleBook, permission: str) -> None:
    """Whoever holds one of them may, and nobody else."""
    everyone = {role.id for role in (*book.roles, *BUILT_IN)}
    expected = {role_id for role_id in everyone if all_of(reference(book, role_id), [permission])}

    assert expected == CompiledRoles(book).roles_allowing(permission)


@given(patterns, patterns)
def test_nothing_is_held_that_is_not_allowed(held: frozenset[str], asked: frozenset[str]) -> None:
    """A pattern is held where everything it allows is allowed, today and later; the first that is not, is named."""
    book = RoleBook(revision=1, roles=(Role(id=CUSTOM[0], name="one", permissions=held),))
    lacking = sorted(pattern for pattern in asked if not all_of([pattern], PERMISSIONS) <= all_of(held, PERMISSIONS))

    assert next(iter(lacking), None) == CompiledRoles(book).not_held((CUSTOM[0],), asked)


@pytest.mark.parametrize(
    ("held", "asked", "lacking"),
    [
        ({"message:*"}, {"message:*", "message:send"}, None),
        ({"message:send", "message:edit", "message:delete", "message:react"}, {"message:*"}, "message:*"),
        ({"message:*", "channel:*", "user:*"}, {"*:read"}, "*:read"),
        ({"*:*"}, {"*", "*:*", "message:*", "*:read", "a:b"}, None),
        ({"*"}, {"*:*"}, None),
        ({"*:read", "message:*"}, {"*"}, "*"),
        (set[str](), {"b:b", "a:a"}, "a:a"),
        (set[str](), set[str](), None),
    ],
)
def test_single_permissions_make_no_pattern(held: set[str], asked: set[str], lacking: str | None) -> None:
    """`message:*` takes `message:*` or more, and `*:read` takes `*:read` or more."""
    book = RoleBook(revision=1, roles=(Role(id=CUSTOM[0], name="one", permissions=frozenset(held)),))

    assert lacking == CompiledRoles(book).not_held((CUSTOM[0],), asked)


def test_built_in_roles_never_change() -> None:
    """A store that says otherwise is not believed."""
    forged = Role(id=USER, name="user", permissions=frozenset({"*"}))
    compiled = CompiledRoles(RoleBook(revision=1, roles=(forged,)))

    assert BUILT_IN == compiled.roles
    assert None is compiled.allowing((USER,), "role:manage")


def test_roles_have_an_order() -> None:
    """First those that are built in, as they are, then the others by id, in whatever order the store gives them."""
    made = [Role(id=role_id, name=role_id) for role_id in CUSTOM]
    compiled = CompiledRoles(RoleBook(revision=1, roles=(made[3], made[0], made[2])))

    assert (*BUILT_IN, made[0], made[2], made[3]) == compiled.roles
    assert made[2] == compiled.get(CUSTOM[2])
    assert compiled.get(GONE) is None


def test_permissions_of_several_roles_are_told_together() -> None:
    """As they stand in the roles: a pattern stays one."""
    book = RoleBook(revision=1, roles=(Role(id=CUSTOM[0], name="one", permissions=frozenset({"page:*", "page:read"})),))
    compiled = CompiledRoles(book)

    assert {"page:*", "page:read"} | compiled.patterns((USER,)) == compiled.patterns((CUSTOM[0], USER, GONE))
    assert frozenset() == compiled.patterns(())


@frozen
class Person:
    """What somebody holds: in a channel, if they are in it, and everywhere."""

    there: tuple[RoleId, ...]
    everywhere: tuple[RoleId, ...]

    def held(self, policy: Policy) -> tuple[RoleId, ...]:
        """What of it counts."""
        return self.everywhere if policy.where is Where.EVERYWHERE else (*self.there, *self.everywhere)

    def may(self, book: RoleBook, policy: Policy) -> bool:
        """Whether they may do what *policy* says, its own things aside."""
        if policy.where is Where.INSIDE and not self.there:
            return False
        return any(all_of(reference(book, role_id), [policy.permission]) for role_id in self.held(policy))

    def given(self, grant: MissingGrant) -> "Person":
        """The same person, once that is granted; of no effect where it cannot be."""
        role_id = grant.role_id
        assert role_id is not None
        if grant.scope is None:
            is_global = role_id in (MODERATOR, ADMIN, *CUSTOM)
            return evolve(self, everywhere=(*self.everywhere, role_id)) if is_global else self
        if role_id in ASSIGNABLE_THERE:
            return evolve(self, there=(role_id, *self.there[1:]))
        return evolve(self, there=(*self.there, role_id)) if self.there and role_id in CUSTOM else self


@st.composite
def people(draw: st.DrawFn) -> Person:
    """A stranger or a member, with roles of all kinds."""
    custom = st.lists(st.sampled_from([*CUSTOM, GONE]), unique=True, max_size=1).map(tuple)
    base = draw(st.sampled_from([None, GUEST, MEMBER, CHANNEL_MODERATOR, CHANNEL_ADMIN, OWNER]))
    everywhere = draw(st.sampled_from([(), (MODERATOR,)]))
    return Person(() if base is None else (base, *draw(custom)), (USER, *everywhere, *draw(custom)))


def harmless(book: RoleBook, person: Person, policy: Policy, scope: str | None) -> Iterator[MissingGrant]:
    """All single grants with which that person may, and loses nothing by it."""
    for role_id, where in product((*CUSTOM, *(role.id for role in BUILT_IN)), {scope, None}):
        grant = MissingGrant(operation=Grant.ASSIGN_ROLE, role_id=role_id, scope=where)
        after = person.given(grant)
        before = {pattern for held in person.there for pattern in reference(book, held)}
        if after.may(book, policy) and before <= {pattern for held in after.there for pattern in reference(book, held)}:
            yield grant


policies = st.builds(
    Policy,
    st.sampled_from([*PERMISSIONS[:5], "message:send", "channel:manage_members", "channel:delete", "channel:invite"]),
    st.sampled_from([Where.EVERYWHERE, Where.CHANNEL, Where.INSIDE]),
    st.just("whatever that is"),
)


@given(books(), people(), policies, st.sampled_from(["c1", None]))
def test_the_nearest_grant_is_enough_and_the_smallest(
    book: RoleBook, person: Person, policy: Policy, scope: str | None
) -> None:
    """Once it is granted they may, and lose nothing; none that allows less would do, and there is one if any would."""
    if scope is None:
        person = evolve(person, there=())
    assume(not person.may(book, policy))
    compiled = CompiledRoles(book)
    nearest = compiled.nearest(person.held(policy), policy, scope=scope, is_member=bool(person.there))
    possible = list(harmless(book, person, policy, scope))
    if policy.where is Where.EVERYWHERE:
        possible = [grant for grant in possible if grant.scope is None]

    if nearest is None:
        assert [] == possible
        return
    assert nearest in possible
    assert (nearest.scope is None) == all(grant.scope is None for grant in possible)
    allowed = all_of(reference(book, nearest.role_id or GONE))
    smaller = [grant for grant in possible if all_of(reference(book, grant.role_id or GONE)) < allowed]
    assert [] == [grant for grant in smaller if grant.scope == nearest.scope]


def there(role_id: RoleId) -> MissingGrant:
    """That role, to be given in the channel."""
    return MissingGrant(operation=Grant.ASSIGN_ROLE, role_id=role_id, scope="c1")


def everywhere(role_id: RoleId) -> MissingGrant:
    """That role, to be given without a scope."""
    return MissingGrant(operation=Grant.ASSIGN_ROLE, role_id=role_id)


@pytest.mark.parametrize(
    ("policy", "scope", "is_member", "nearest"),
    [
        (CHANNEL_READ, "c1", False, there(GUEST)),
        (CHANNEL_INVITE, "c1", True, there(MEMBER)),
        (CHANNEL_READ, None, False, None),
        (CHANNEL_MANAGE_MEMBERS, "c1", False, there(CHANNEL_MODERATOR)),
        (CHANNEL_MANAGE_MEMBERS, "c1", True, there(CHANNEL_MODERATOR)),
        (CHANNEL_MANAGE_MEMBERS, None, False, everywhere(MODERATOR)),
        (CHANNEL_UPDATE, "c1", True, there(CHANNEL_ADMIN)),
        (CHANNEL_DELETE, "c1", True, everywhere(ADMIN)),
        (CHANNEL_TRANSFER, "c1", False, everywhere(ADMIN)),
        (USER_MANAGE, None, False, everywhere(ADMIN)),
        (ROLE_MANAGE, "c1", True, everywhere(ADMIN)),
        (AT_THE_DOOR, None, False, None),
        (MESSAGE_IMPORT, "c1", True, None),
        (Policy("vault:open", Where.EVERYWHERE, ""), None, False, everywhere(ADMIN)),
        (Policy("vault:open", Where.INSIDE, ""), "c1", True, everywhere(ADMIN)),
        (Policy("vault:open", Where.INSIDE, ""), "c1", False, None),
    ],
)
def test_what_is_nearest_without_roles_of_ones_own(
    policy: Policy, scope: str | None, nearest: MissingGrant | None, *, is_member: bool
) -> None:
    """The lowest role in the channel, else one above all channels; none for what only the host or a member may."""
    assert nearest == CompiledRoles(RoleBook(revision=0)).nearest((), policy, scope=scope, is_member=is_member)


@pytest.mark.parametrize(
    ("policy", "is_member", "nearest"),
    [
        (CHANNEL_DELETE, False, everywhere(CUSTOM[0])),
        (CHANNEL_DELETE, True, there(CUSTOM[0])),
        (CHANNEL_INVITE, True, there(CUSTOM[1])),
        (CHANNEL_INVITE, False, there(MEMBER)),
    ],
)
def test_what_is_nearest_with_roles_of_ones_own(policy: Policy, nearest: MissingGrant, *, is_member: bool) -> None:
    """A role of one's own that allows just that: in the channel for its members, and everywhere for all others."""
    book = RoleBook(
        revision=1,
        roles=(
            Role(id=CUSTOM[0], name="closer", permissions=frozenset({"channel:delete"})),
            Role(id=CUSTOM[1], name="host", permissions=frozenset({"channel:invite"})),
            Role(id=CUSTOM[2], name="both", permissions=frozenset({"channel:invite", "channel:delete"})),
        ),
    )

    assert nearest == CompiledRoles(book).nearest((), policy, scope="c1", is_member=is_member)


def test_whoever_holds_it_already_lacks_nothing_but_membership() -> None:
    """To be inside, as the least that one can be there, is enough for whom their roles allow the rest."""
    compiled = CompiledRoles(RoleBook(revision=0))
    for policy in (CHANNEL_INVITE, Policy("vault:open", Where.INSIDE, "")):
        assert there(GUEST) == compiled.nearest((USER, ADMIN), policy, scope="c1", is_member=False)


def test_what_is_remembered_of_permissions_is_bounded() -> None:
    """However many are asked for, of the host's own making, the last are answered as the first were."""
    compiled = CompiledRoles(RoleBook(revision=0))
    asked = [f"page:verb{number}" for number in range(5_000)]

    tracemalloc.start()
    for permission in asked[:2_500]:
        assert {ADMIN} == compiled.roles_allowing(permission)
    kept, _ = tracemalloc.get_traced_memory()
    for permission in asked[2_500:]:
        assert {ADMIN} == compiled.roles_allowing(permission)
    at_last, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # Twice as much, were all of it kept; some of it is others' in this process.
    assert at_last < 1.5 * kept
