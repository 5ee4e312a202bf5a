"""Tell whom an access token stands for."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.auth.model import Principal
from saiondo_core.auth.ports import SessionRepository
from saiondo_core.auth.presented import holder, session_opened_by
from saiondo_core.kernel.policies import AT_THE_DOOR, Policy
from saiondo_core.kernel.rights import UseCase
from saiondo_core.users.ports import UserRepository


@frozen(kw_only=True)
class VerifyTokenUseCase(UseCase):
    """Tell whom an access token stands for."""

    policy: ClassVar[Policy] = AT_THE_DOOR
    users: UserRepository
    sessions: SessionRepository

    async def execute(self, access_token: str) -> Principal:
        """Tell whom *access_token* stands for.

        Signing out, a changed password and a deleted user count from the moment that their call has returned.

        Raises:
            NotOpenError: The factory is not open.
            InvalidTokenError: The token is not valid, or not any more.
        """
        self.acting.check_open()
        stored = await session_opened_by(access_token, self.sessions, at=self.acting.clock.now())
        user = await holder(stored.session.user_id, self.users)
        return Principal(user_id=user.id, session_id=stored.session.id)

    __call__ = execute
