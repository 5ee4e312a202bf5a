"""The gate of a house with roles."""

from functools import partial
from typing import Final

from attrs import define, field

from saiondo_core.kernel.decisions import Actor, PermissionDecision, Reason
from saiondo_core.kernel.events import RightsRevision
from saiondo_core.kernel.gates import Gate
from saiondo_core.kernel.ids import RoleId, UserId
from saiondo_core.kernel.policies import USER, Own, Policy, Where
from saiondo_core.kernel.refusals import StaleRightsError
from saiondo_core.permissions.compiled import CompiledRoles
from saiondo_core.permissions.model import UserRights
from saiondo_core.permissions.ports import RoleRepository

REMEMBERED = 100_000
"""How many answers a gate remembers, by default, before it forgets all of them."""

READ_TRIES = 20
"""How often a user's rights are read anew because the roles were changed between that and reading the roles."""

_SYSTEM: Final = PermissionDecision(allowed=True, reason=Reason.SYSTEM)
_HOST_ONLY: Final = PermissionDecision(allowed=False, reason=Reason.HOST_ONLY)


@define(eq=False, repr=False)
class RolesGate(Gate):
    """Decides by roles, under the rights that the store tells of at each decision: never under older ones.

    Answers are remembered, and hold as long as the user's `RightsRevision` does.
    """

    roles: RoleRepository
    remembered: int = REMEMBERED
    _answers: dict[Policy, dict[tuple[RoleId, ...], dict[UserId, PermissionDecision]]] = field(
        factory=dict[Policy, dict[tuple[RoleId, ...], dict[UserId, PermissionDecision]]], init=False
    )
    _rights: dict[UserId, UserRights] = field(factory=dict[UserId, UserRights], init=False)
    _compiled: CompiledRoles | None = field(default=None, init=False)
    _size: int = field(default=0, init=False)

    async def decide(
        self, *, actor: Actor, policy: Policy, roles: tuple[RoleId, ...], scope: str | None, own: bool
    ) -> PermissionDecision:
        """See `Gate.decide`.

        Raises:
            StaleRightsError: The roles were changed all the time.
        """
        if actor.is_system:
            return _SYSTEM
        user_id = actor.id
        # The fast way. Dictionaries in one another, the few keys first: to make a tuple of the keys and hash it takes
        # as long as all else here. A store that gives the same revision again is spared the comparison.
        try:
            answer = self._answers[policy][roles][user_id]
        except KeyError:
            answer = None
        revision = await self.roles.revision(user_id=user_id)
        if (
            answer is not None
            and not own
            and (answer.allowed or scope is None)
            and (answer.rights is revision or answer.rights == revision)
        ):
            return answer
        rights, compiled = await self._read(user_id, revision)
        decision = _decided(rights, compiled, policy, roles, scope, own=own)
        # The grant that a refusal names is that of one channel.
        if not own and (decision.allowed or scope is None):
            self._make_room()
            self._answers.setdefault(policy, {}).setdefault(roles, {})[user_id] = decision
        return decision

    async def _read(self, user_id: UserId, revision: RightsRevision) -> tuple[UserRights, CompiledRoles]:
        """What the user was given, as of *revision* or later, and the roles as of the same."""
        known = self._rights.get(user_id)
        if known is not None and known.revision.user == revision.user:
            compiled = await self._present_roles(revision)
            rights = UserRights(revision=revision, assignments=known.assignments, is_admitted=known.is_admitted)
            if _agree(rights, compiled):
                return rights, compiled
        for _ in range(READ_TRIES):
            rights = await self.roles.rights(user_id=user_id)
            compiled = await self._present_roles(rights.revision)
            if _agree(rights, compiled):
                self._make_room()
                self._rights[user_id] = rights
                return rights, compiled
        raise StaleRightsError

    async def _present_roles(self, revision: RightsRevision) -> CompiledRoles:
        """The roles: those that are compiled already, if they are of *revision*, or else those of now."""
        if self._compiled is None or self._compiled.book.revision != revision.roles:
            book = await self.roles.book()
            if self._compiled is None or self._compiled.book.revision != book.revision:
                self._compiled = CompiledRoles(book)
        return self._compiled

    def _make_room(self) -> None:
        self._size += 1
        if self._size > self.remembered:
            self._answers.clear()
            self._rights.clear()
            self._size = 1


def _agree(rights: UserRights, compiled: CompiledRoles) -> bool:
    return rights.revision.roles == compiled.book.revision


def _decided(
    rights: UserRights,
    compiled: CompiledRoles,
    policy: Policy,
    roles: tuple[RoleId, ...],
    scope: str | None,
    *,
    own: bool,
) -> PermissionDecision:
    if policy.where is Where.HOST:
        return _HOST_ONLY
    denied = partial(PermissionDecision, allowed=False, rights=rights.revision)
    if not rights.is_admitted:
        return denied(reason=Reason.DEACTIVATED)
    if policy.own is Own.REQUIRED and not own:
        return denied(reason=Reason.NOT_OWN)
    here = roles if policy.where in (Where.CHANNEL, Where.INSIDE) else ()
    held = (*here, USER, *(assignment.role_id for assignment in rights.assignments))
    is_outside = policy.where is Where.INSIDE and not roles
    if not is_outside:
        if policy.own is Own.SUFFICES and own:
            return PermissionDecision(allowed=True, reason=Reason.OWN, rights=rights.revision)
        if (role := compiled.allowing(held, policy.permission)) is not None:
            return PermissionDecision(allowed=True, reason=Reason.ROLE, role=role, rights=rights.revision)
    missing = compiled.nearest(held, policy, scope=scope, is_member=bool(roles))
    return denied(reason=Reason.NOT_A_MEMBER if is_outside else Reason.NOT_GRANTED, missing=missing)
