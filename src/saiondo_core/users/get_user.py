"""Look at one user."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import USER_READ, Policy
from saiondo_core.kernel.rights import UseCase
from saiondo_core.users.errors import UserNotFoundError
from saiondo_core.users.model import User
from saiondo_core.users.ports import UserRepository
from saiondo_core.users.profiles import as_seen_by


@frozen(kw_only=True)
class GetUserUseCase(UseCase):
    """Look at one user."""

    policy: ClassVar[Policy] = USER_READ
    users: UserRepository

    async def execute(self, user_id: UserId | None = None, *, actor: UserId | None = None) -> User:
        """Show *user_id*, by default oneself, to *actor*.

        Addresses are shown to their owner, to the system and to whoever holds `user:manage`; to others `email` is None.

        Returns:
            The user as they are now.

        Raises:
            NotOpenError: The factory is not open.
            MissingActorError: Nobody acts.
            ActorMismatchError: Another one acts than *actor*.
            AccessDeniedError: The acting user was deleted, or may not read users.
            UserNotFoundError: There is no such user, or they were deleted.
        """
        who, whom = self.acting.who_and_whom(actor, user_id)
        user = await self.users.get(user_id=whom)
        # Last, so that nothing which was written after the right was taken away is shown.
        await self.acting.require(who, self.policy)
        if user is None or not user.is_active:
            raise UserNotFoundError(user_id=whom)
        (seen,) = await as_seen_by(self.acting, who, user)
        return seen

    __call__ = execute
