"""Make a role."""

from collections.abc import Iterable
from typing import ClassVar, Final

from attrs import frozen

from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.ids import RoleId, UserId
from saiondo_core.kernel.policies import ROLE_MANAGE, Policy
from saiondo_core.kernel.retrying import rejudged
from saiondo_core.kernel.rights import UseCase
from saiondo_core.permissions.events import RoleCreated
from saiondo_core.permissions.holding import check_held
from saiondo_core.permissions.model import Role
from saiondo_core.permissions.ports import RoleRepository
from saiondo_core.permissions.role_form import clean_inherits, clean_permissions, clean_role_name, with_role

ROLE_TRIES: Final = 20
"""How often a change of the roles is judged again under a newer book before its caller is told of the unrest."""


@frozen(kw_only=True)
class CreateRoleUseCase(UseCase):
    """Make a role."""

    policy: ClassVar[Policy] = ROLE_MANAGE
    roles: RoleRepository

    async def execute(
        self,
        *,
        name: str,
        permissions: Iterable[str] = (),
        inherits: Iterable[RoleId] = (),
        actor: UserId | None = None,
    ) -> Role:
        """Make a role *name*, on behalf of *actor*, who holds everywhere what it is to allow.

        Args:
            name: 1 to 50 characters on one line; unique, case aside.
            permissions: At most 200, as `resource:verb`; `*` stands for all, whole or either half.
            inherits: At most 20 roles whose permissions it has too.
            actor: Who acts.

        Returns:
            The role, which nobody holds yet.

        Raises:
            InvalidInputError: *name*, *permissions* or *inherits* is not as said above, or there are 1,000 roles.
            AccessDeniedError: The actor may not manage roles.
            NotHeldError: The actor does not hold what it is to allow.
            RoleNameTakenError: Another role has that name.
            RoleNotFoundError: It is to inherit from a role that there is not.
            StaleRightsError: The roles, or the acting user's rights, were changed by others all the time.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(actor)
        role = Role(
            id=RoleId(self.acting.ids.new()),
            name=clean_role_name(name),
            permissions=clean_permissions(permissions),
            inherits=clean_inherits(inherits),
        )
        return await rejudged(lambda: self._create(who, role), tries=ROLE_TRIES)

    async def _create(self, who: Actor, role: Role) -> Role:
        judged = await self.acting.require(who, self.policy)
        book = await self.roles.book()
        compiled = with_role(book, role)
        await check_held(self.roles, compiled, judged, compiled.patterns((role.id,)))
        created = RoleCreated(stamp=self.acting.stamp(judged), role_id=role.id)
        await self.roles.put(role=role, book_revision=book.revision, events=(created,))
        return role

    __call__ = execute
