"""See which roles there are."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import ROLE_LIST, Policy
from saiondo_core.kernel.rights import UseCase
from saiondo_core.permissions.compiled import CompiledRoles
from saiondo_core.permissions.model import Role
from saiondo_core.permissions.ports import RoleRepository


@frozen(kw_only=True)
class ListRolesUseCase(UseCase):
    """See which roles there are."""

    policy: ClassVar[Policy] = ROLE_LIST
    roles: RoleRepository

    async def execute(self, *, actor: UserId | None = None) -> tuple[Role, ...]:
        """Show *actor* all roles: those that are built in, from the least to the greatest, then the others by id.

        Raises:
            AccessDeniedError: The actor may not see them, or was deleted.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(actor)
        book = await self.roles.book()
        # Judged last: what was made after their rights ended is not shown.
        await self.acting.require(who, self.policy)
        return CompiledRoles(book).roles

    __call__ = execute
