"""Look at where a user is signed in."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.auth.model import Session
from saiondo_core.auth.ports import SessionRepository
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import USER_MANAGE, Policy
from saiondo_core.kernel.rights import UseCase


@frozen(kw_only=True)
class ListSessionsUseCase(UseCase):
    """Look at where a user is signed in."""

    policy: ClassVar[Policy] = USER_MANAGE
    sessions: SessionRepository

    async def execute(self, user_id: UserId | None = None, *, actor: UserId | None = None) -> tuple[Session, ...]:
        """Show the sessions of *user_id*, by default one's own; another's needs `user:manage`.

        Returns:
            Those whose time is not up, oldest first.

        Raises:
            NotOpenError: The factory is not open.
            MissingActorError: Nobody acts.
            ActorMismatchError: Another one acts than *actor*.
            AccessDeniedError: The acting user was deleted; or they are another's, and the actor may not manage users.
        """
        who, whom = self.acting.who_and_whom(actor, user_id)
        now = self.acting.clock.now()
        found = await self.sessions.of_user(user_id=whom)
        # Last, so that nothing which began after the right was taken away is shown.
        await self.acting.require(who, self.policy, own=who.id == whom)
        return tuple(stored.session for stored in found if now < stored.session.expires_at)

    __call__ = execute
