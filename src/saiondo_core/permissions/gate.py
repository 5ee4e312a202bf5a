"""The gate of a house with roles."""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Final, TypeAlias

from attrs import Factory, define, field, frozen

from saiondo_core.kernel.decisions import Actor, PermissionDecision, Reason
from saiondo_core.kernel.events import RightsRevision
from saiondo_core.kernel.gates import Gate
from saiondo_core.kernel.ids import RoleId, UserId
from saiondo_core.kernel.policies import USER, Own, Policy, Where
from saiondo_core.kernel.refusals import StaleRightsError
from saiondo_core.permissions.compiled import CompiledRoles
from saiondo_core.permissions.model import RoleBook
from saiondo_core.permissions.ports import RoleRepository

REMEMBERED = 100_000
"""How many answers a gate remembers, by default, before it forgets all of them.

As many again are kept without a name, for all who hold the same: of these the longest unused is forgotten.
"""

READ_TRIES = 20
"""How often a user's rights are read anew because the roles were changed between that and reading the roles."""

_Held: TypeAlias = tuple[RoleId, ...] | None
"""What a user holds everywhere; None of whoever may not act at all."""

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
    _held: dict[UserId, tuple[int, _Held]] = field(factory=dict[UserId, tuple[int, _Held]], init=False)
    """With the `user` of the revision that it was read under."""
    _page: "_Page | None" = field(default=None, init=False)
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
        if policy.where is Where.HOST:
            return _HOST_ONLY
        revision, held, page = await self._read(user_id, revision)
        found = page.decided(held, policy, roles, scope, own)
        decision = PermissionDecision(
            allowed=found.allowed, reason=found.reason, role=found.role, missing=found.missing, rights=revision
        )
        # What a refusal names as missing is missing in that one channel.
        if not own and (decision.allowed or scope is None):
            self._make_room()
            self._answers.setdefault(policy, {}).setdefault(roles, {})[user_id] = decision
        return decision

    async def _read(self, user_id: UserId, revision: RightsRevision) -> tuple[RightsRevision, _Held, "_Page"]:
        """What the user holds, as of *revision* or later, and the roles as of the same."""
        user, held = self._held.get(user_id, (None, None))
        if user == revision.user:  # At most roles were changed since: whatever changes what is held raises `user`.
            page = await self._turned_to(revision)
            if page.book.revision == revision.roles:
                return revision, held, page
        for _ in range(READ_TRIES):
            rights = await self.roles.rights(user_id=user_id)
            page = await self._turned_to(rights.revision)
            if page.book.revision == rights.revision.roles:
                held = (USER, *(each.role_id for each in rights.assignments)) if rights.is_admitted else None
                self._make_room()
                self._held[user_id] = rights.revision.user, held
                return rights.revision, held, page
        raise StaleRightsError

    async def _turned_to(self, revision: RightsRevision) -> "_Page":
        """The page that is open already, if it is that of *revision*, or else that of now."""
        if self._page is None or self._page.book.revision != revision.roles:
            book = await self.roles.book()
            if self._page is None or self._page.book.revision != book.revision:
                self._page = _Page(book, self.remembered)
        return self._page

    def _make_room(self) -> None:
        self._size += 1
        if self._size > self.remembered:
            self._answers.clear()
            self._held.clear()
            self._size = 1


@frozen(eq=False)
class _Page:
    """What follows from one state of the roles, for all who hold the same: so an edit is thought through once.

    Attributes:
        decided: What `_decided` gives, remembered.
    """

    book: RoleBook
    remembered: int
    decided: Callable[[_Held, Policy, tuple[RoleId, ...], str | None, bool], PermissionDecision] = field(
        init=False,
        default=Factory(
            lambda self: lru_cache(self.remembered)(partial(_decided, CompiledRoles(self.book))), takes_self=True
        ),
    )


def _decided(  # noqa: PLR0917 - see `own`
    compiled: CompiledRoles,
    held_everywhere: _Held,
    policy: Policy,
    roles: tuple[RoleId, ...],
    scope: str | None,
    own: bool,  # noqa: FBT001 - an lru_cache hashes fewer things where all is given by position
) -> PermissionDecision:
    if held_everywhere is None:
        return PermissionDecision(allowed=False, reason=Reason.DEACTIVATED)
    if policy.own is Own.REQUIRED and not own:
        return PermissionDecision(allowed=False, reason=Reason.NOT_OWN)
    here = roles if policy.where in (Where.CHANNEL, Where.INSIDE) else ()
    held = (*here, *held_everywhere)
    is_outside = policy.where is Where.INSIDE and not roles
    if not is_outside:
        if policy.own is Own.SUFFICES and own:
            return PermissionDecision(allowed=True, reason=Reason.OWN)
        if (role := compiled.allowing(held, policy.permission)) is not None:
            return PermissionDecision(allowed=True, reason=Reason.ROLE, role=role)
    missing = compiled.nearest(held, policy, scope=scope, is_member=bool(roles))
    reason = Reason.NOT_A_MEMBER if is_outside else Reason.NOT_GRANTED
    return PermissionDecision(allowed=False, reason=reason, missing=missing)
