"""What roles allow, with all they inherit: computed once for each state of the roles."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from typing import Final

from attrs import Factory, field, frozen

from saiondo_core.kernel.ids import RoleId
from saiondo_core.kernel.policies import (
    ADMIN,
    CHANNEL_ADMIN,
    CHANNEL_MODERATOR,
    GUEST,
    MEMBER,
    MODERATOR,
    POLICIES,
    Grant,
    MissingGrant,
    Policy,
    Where,
)
from saiondo_core.permissions.model import BUILT_IN, EVERYTHING, Role, RoleBook

_IN_A_CHANNEL: Final = frozenset({GUEST, MEMBER, CHANNEL_MODERATOR, CHANNEL_ADMIN})
"""The channel roles that can be assigned: each takes the place of the one a member has."""

_EVERYWHERE: Final = frozenset({MODERATOR, ADMIN})
"""The roles that are built in and can be assigned without a scope."""

_REMEMBERED: Final = 1_000
"""Of how many permissions it is remembered which roles allow them: a host may ask for any of its own making."""

_BUILT_IN: Final = {role.id: role for role in BUILT_IN}


def covering(permission: str) -> frozenset[str]:
    """The patterns that allow *permission*; of a pattern, those that allow all it allows."""
    resource, _, verb = ("*:*" if permission == EVERYTHING else permission).partition(":")
    return frozenset({permission, f"{resource}:*", f"*:{verb}", "*:*", EVERYTHING})


@frozen(eq=False)
class CompiledRoles:
    """The roles that are built in and those of *book*, and what each allows. An unknown role allows nothing."""

    book: RoleBook
    _roles: Mapping[RoleId, Role] = field(init=False, default=Factory(lambda self: _by_id(self.book), takes_self=True))
    _allowed: Mapping[RoleId, frozenset[str]] = field(
        init=False, default=Factory(lambda self: _by_size(self._roles), takes_self=True)
    )
    _allowing: Callable[[str], tuple[RoleId, ...]] = field(
        init=False,
        default=Factory(lambda self: lru_cache(_REMEMBERED)(partial(_that_allow, self._allowed)), takes_self=True),
    )

    @property
    def roles(self) -> tuple[Role, ...]:
        """All roles: those that are built in as they stand in the table, then the others by id."""
        return tuple(self._roles.values())

    def get(self, role_id: RoleId) -> Role | None:
        """That role, if there is one."""
        return self._roles.get(role_id)

    def allowing(self, role_ids: Iterable[RoleId], permission: str) -> RoleId | None:
        """The first of these roles that allows *permission*, if any does."""
        allowing = self._allowing(permission)
        return next((role_id for role_id in role_ids if role_id in allowing), None)

    def roles_allowing(self, permission: str) -> frozenset[RoleId]:
        """All roles that allow *permission*."""
        return frozenset(self._allowing(permission))

    def patterns(self, role_ids: Iterable[RoleId]) -> frozenset[str]:
        """All that these roles allow together, as it stands in them and in those they inherit from."""
        return frozenset[str]().union(*map(self._patterns, role_ids))

    def not_held(self, role_ids: Iterable[RoleId], patterns: Iterable[str]) -> str | None:
        """The first of *patterns*, in order, that allows something these roles do not; None if there is none.

        A pattern is held whole: no number of single permissions makes up for `message:*`, since it allows those too
        that there will be.
        """
        held = self.patterns(role_ids)
        return next((pattern for pattern in sorted(patterns) if held.isdisjoint(covering(pattern))), None)

    def nearest(
        self, held: Iterable[RoleId], policy: Policy, *, scope: str | None, is_member: bool
    ) -> MissingGrant | None:
        """The smallest role to assign to whoever may not do what *policy* says, so that they may, if one would do.

        A role in the channel comes before one that holds everywhere, then the one that allows least.

        Args:
            held: The roles they hold, which allow it at most to members, while they are none.
            policy: What they want to do.
            scope: The channel they want to do it in; None for the whole.
            is_member: Whether they are in it.
        """
        if policy.where in (Where.DOOR, Where.HOST):
            return None
        lacks_role = self.allowing(held, policy.permission) is None
        fitting = self._allowing(policy.permission) if lacks_role else self._allowed
        if scope is not None and policy.where is not Where.EVERYWHERE:
            for role_id in fitting:
                # A channel role that allows what the present one does not is above it, and takes nothing away.
                if role_id in _IN_A_CHANNEL or (is_member and role_id not in _BUILT_IN):
                    return MissingGrant(operation=Grant.ASSIGN_ROLE, role_id=role_id, scope=scope)
        if policy.where is not Where.INSIDE or is_member:
            for role_id in fitting:
                if role_id in _EVERYWHERE or role_id not in _BUILT_IN:
                    return MissingGrant(operation=Grant.ASSIGN_ROLE, role_id=role_id)
        return None

    def _patterns(self, role_id: RoleId) -> frozenset[str]:
        return self._allowed.get(role_id, frozenset())


def _by_id(book: RoleBook) -> Mapping[RoleId, Role]:
    custom = {role.id: role for role in sorted(book.roles, key=lambda role: role.id)}
    # Built-in roles never change, whatever a store says: first for the order, and last to have the last word.
    return _BUILT_IN | custom | _BUILT_IN


def _closure(roles: Mapping[RoleId, Role], role_id: RoleId) -> frozenset[str]:
    """What that role allows, and all it inherits from, whichever way round."""
    found = dict[RoleId, Role]()
    waiting = [role_id]
    while waiting:
        role = roles.get(waiting.pop())
        if role is not None and role.id not in found:
            found[role.id] = role
            waiting.extend(role.inherits)
    return frozenset[str]().union(*(role.permissions for role in found.values()))


def _by_size(roles: Mapping[RoleId, Role]) -> Mapping[RoleId, frozenset[str]]:
    """What each role allows, by how many of the patterns known here that covers; whichever allows more comes later."""
    allowed = {role_id: _closure(roles, role_id) for role_id in roles}
    covered = defaultdict[str, set[str]](set)
    for known in {row.permission for row in POLICIES}.union(*allowed.values()):
        for pattern in covering(known):
            covered[pattern].add(known)
    size = {
        role_id: len(set[str]().union(*(covered[pattern] for pattern in patterns)))
        for role_id, patterns in allowed.items()
    }
    return {role_id: allowed[role_id] for role_id in sorted(allowed, key=lambda role_id: (size[role_id], role_id))}


def _that_allow(allowed: Mapping[RoleId, frozenset[str]], permission: str) -> tuple[RoleId, ...]:
    patterns = covering(permission)
    return tuple(role_id for role_id, held in allowed.items() if not patterns.isdisjoint(held))
