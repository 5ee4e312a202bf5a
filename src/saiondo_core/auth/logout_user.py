"""Sign out."""

from functools import partial
from typing import ClassVar

from attrs import frozen

from saiondo_core.auth.ending import end_session
from saiondo_core.auth.model import SESSION_TRIES, Session
from saiondo_core.auth.ports import SessionRepository
from saiondo_core.auth.presented import session_opened_by
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import AT_THE_DOOR, USER_MANAGE, Policy
from saiondo_core.kernel.retrying import rejudged
from saiondo_core.kernel.rights import UseCase


@frozen(kw_only=True)
class LogoutUserUseCase(UseCase):
    """Sign out."""

    policy: ClassVar[Policy] = AT_THE_DOOR
    everywhere_policy: ClassVar[Policy] = USER_MANAGE
    sessions: SessionRepository

    async def execute(self, access_token: str) -> None:
        """End the session of *access_token*: none of its tokens works once this returns.

        Raises:
            NotOpenError: The factory is not open.
            InvalidTokenError: The token is not valid, or not any more.
        """
        self.acting.check_open()
        stored = await session_opened_by(access_token, self.sessions, at=self.acting.clock.now())
        actor = Actor(id=stored.session.user_id)
        await end_session(stored.session, actor=actor, acting=self.acting, sessions=self.sessions)

    async def everywhere(self, user_id: UserId | None = None, *, actor: UserId | None = None) -> int:
        """End all sessions of *user_id*, by default one's own; another's needs `user:manage`.

        Returns:
            How many there were.

        Raises:
            NotOpenError: The factory is not open.
            MissingActorError: Nobody acts.
            ActorMismatchError: Another one acts than *actor*.
            AccessDeniedError: The acting user was deleted; or they are another's, and the actor may not manage users.
            StaleRightsError: The acting user's rights were changed by others all the time.
        """
        who, whom = self.acting.who_and_whom(actor, user_id)
        found = await self.sessions.of_user(user_id=whom)
        await self._judged(who, whom)
        for stored in found:
            await rejudged(partial(self._end, who, stored.session), tries=SESSION_TRIES)
        return len(found)

    async def _end(self, who: Actor, session: Session) -> None:
        judged = await self._judged(who, session.user_id)
        await end_session(session, actor=judged, acting=self.acting, sessions=self.sessions)

    async def _judged(self, who: Actor, whom: UserId) -> Actor:
        return await self.acting.require(who, self.everywhere_policy, own=who.id == whom)

    __call__ = execute
