"""Change a role."""

from collections.abc import Iterable
from typing import ClassVar

from attrs import evolve, frozen

from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.ids import RoleId, UserId
from saiondo_core.kernel.keep import KEEP, Keep
from saiondo_core.kernel.policies import ROLE_MANAGE, Policy
from saiondo_core.kernel.retrying import rejudged
from saiondo_core.kernel.rights import UseCase
from saiondo_core.permissions.compiled import CompiledRoles
from saiondo_core.permissions.create_role import ROLE_TRIES
from saiondo_core.permissions.events import RoleUpdated
from saiondo_core.permissions.holding import check_held
from saiondo_core.permissions.model import Role
from saiondo_core.permissions.ports import RoleRepository
from saiondo_core.permissions.role_form import (
    clean_inherits,
    clean_permissions,
    clean_role_name,
    custom_role,
    with_role,
)


@frozen(kw_only=True)
class _Change:
    """What a role is to be, where it is not to stay as it is."""

    name: str | Keep
    permissions: frozenset[str] | Keep
    inherits: frozenset[RoleId] | Keep

    def applied(self, role: Role) -> Role:
        """*role*, changed."""
        return evolve(
            role,
            name=role.name if isinstance(self.name, Keep) else self.name,
            permissions=role.permissions if isinstance(self.permissions, Keep) else self.permissions,
            inherits=role.inherits if isinstance(self.inherits, Keep) else self.inherits,
        )


@frozen(kw_only=True)
class UpdateRoleUseCase(UseCase):
    """Change a role."""

    policy: ClassVar[Policy] = ROLE_MANAGE
    roles: RoleRepository

    async def execute(
        self,
        *,
        role_id: RoleId,
        name: str | Keep = KEEP,
        permissions: Iterable[str] | Keep = KEEP,
        inherits: Iterable[RoleId] | Keep = KEEP,
        actor: UserId | None = None,
    ) -> Role:
        """Change the role *role_id*, on behalf of *actor*, who holds everywhere what it allows, before and after.

        What is left out stays as it is. Whoever holds the role, or one that inherits from it, may do at the next check
        what it allows by then. Where nothing would change, nothing is written.

        Args:
            role_id: A role that was made.
            name: 1 to 50 characters on one line; unique, case aside.
            permissions: At most 200, as `resource:verb`; `*` stands for all, whole or either half.
            inherits: At most 20 roles whose permissions it has too.
            actor: Who acts.

        Returns:
            The role as it is now.

        Raises:
            InvalidInputError: *name*, *permissions* or *inherits* is not as said above.
            AccessDeniedError: The actor may not manage roles.
            NotHeldError: The actor does not hold what it allows, or is to allow.
            BuiltInRoleError: It is built in.
            RoleNotFoundError: There is no such role, or none of an id from which it is to inherit.
            RoleNameTakenError: Another role has that name.
            RoleCircleError: It would inherit from itself, at some depth.
            StaleRightsError: The roles, or the acting user's rights, were changed by others all the time.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(actor)
        change = _Change(
            name=name if isinstance(name, Keep) else clean_role_name(name),
            permissions=permissions if isinstance(permissions, Keep) else clean_permissions(permissions),
            inherits=inherits if isinstance(inherits, Keep) else clean_inherits(inherits),
        )
        return await rejudged(lambda: self._update(who, role_id, change), tries=ROLE_TRIES)

    async def _update(self, who: Actor, role_id: RoleId, change: _Change) -> Role:
        judged = await self.acting.require(who, self.policy)
        book = await self.roles.book()
        before = custom_role(book, role_id)
        after = change.applied(before)
        present, changed = CompiledRoles(book), with_role(book, after)
        # By what they hold at present: nobody gains what they need by the change itself.
        await check_held(self.roles, present, judged, present.patterns((role_id,)) | changed.patterns((role_id,)))
        if after != before:
            updated = RoleUpdated(stamp=self.acting.stamp(judged), role_id=role_id)
            await self.roles.put(role=after, book_revision=book.revision, events=(updated,))
        return after

    __call__ = execute
