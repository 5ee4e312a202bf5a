"""Delete a role."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.ids import RoleId, UserId
from saiondo_core.kernel.policies import ROLE_MANAGE, Policy
from saiondo_core.kernel.retrying import rejudged
from saiondo_core.kernel.rights import UseCase
from saiondo_core.permissions.compiled import CompiledRoles
from saiondo_core.permissions.create_role import ROLE_TRIES
from saiondo_core.permissions.errors import RoleInheritedError
from saiondo_core.permissions.events import RoleDeleted
from saiondo_core.permissions.holding import check_held
from saiondo_core.permissions.ports import RoleRepository
from saiondo_core.permissions.role_form import custom_role


@frozen(kw_only=True)
class DeleteRoleUseCase(UseCase):
    """Delete a role."""

    policy: ClassVar[Policy] = ROLE_MANAGE
    roles: RoleRepository

    async def execute(self, *, role_id: RoleId, actor: UserId | None = None) -> None:
        """Delete the role *role_id*, on behalf of *actor*, who holds everywhere what it allows.

        Nobody holds it any more, anywhere. A later role of the same name is another one, and gives nothing back.

        Raises:
            AccessDeniedError: The actor may not manage roles.
            NotHeldError: The actor does not hold what it allows.
            BuiltInRoleError: It is built in.
            RoleNotFoundError: There is no such role.
            RoleInheritedError: Others inherit from it.
            StaleRightsError: The roles, or the acting user's rights, were changed by others all the time.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(actor)
        await rejudged(lambda: self._delete(who, role_id), tries=ROLE_TRIES)

    async def _delete(self, who: Actor, role_id: RoleId) -> None:
        judged = await self.acting.require(who, self.policy)
        book = await self.roles.book()
        custom_role(book, role_id)
        compiled = CompiledRoles(book)
        await check_held(self.roles, compiled, judged, compiled.patterns((role_id,)))
        heirs = tuple(role.id for role in compiled.roles if role_id in role.inherits)
        if heirs:
            raise RoleInheritedError(role_id=role_id, heirs=heirs)
        deleted = RoleDeleted(stamp=self.acting.stamp(judged), role_id=role_id)
        await self.roles.remove(role_id=role_id, book_revision=book.revision, events=(deleted,))

    __call__ = execute
