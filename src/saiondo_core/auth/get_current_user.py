"""Look at oneself."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.auth.ports import SessionRepository
from saiondo_core.auth.presented import holder, session_opened_by
from saiondo_core.kernel.policies import USER_READ, Policy
from saiondo_core.kernel.rights import UseCase
from saiondo_core.users.errors import UserNotFoundError
from saiondo_core.users.model import User
from saiondo_core.users.ports import UserRepository


@frozen(kw_only=True)
class GetCurrentUserUseCase(UseCase):
    """Look at oneself."""

    policy: ClassVar[Policy] = USER_READ
    users: UserRepository
    sessions: SessionRepository

    async def execute(self, access_token: str | None = None) -> User:
        """Show the user of *access_token*, or the acting user where there is none.

        Raises:
            NotOpenError: The factory is not open.
            InvalidTokenError: The token is not valid, or not any more.
            MissingActorError: There is no token, and nobody acts.
            AccessDeniedError: There is no token, and the acting user was deleted, or may not read users.
            UserNotFoundError: There is no token, and no such acting user.
        """
        self.acting.check_open()
        if access_token is not None:
            stored = await session_opened_by(access_token, self.sessions, at=self.acting.clock.now())
            return await holder(stored.session.user_id, self.users)
        who = self.acting.who(None)
        user = await self.users.get(user_id=who.id)
        await self.acting.require(who, self.policy)
        if user is None or not user.is_active:
            raise UserNotFoundError(user_id=who.id)
        return user

    __call__ = execute
