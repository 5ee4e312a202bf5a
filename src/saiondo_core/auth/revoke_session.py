"""End one session from elsewhere."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.auth.ending import end_session
from saiondo_core.auth.errors import SessionNotFoundError
from saiondo_core.auth.model import SESSION_TRIES, SessionId
from saiondo_core.auth.ports import SessionRepository
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import USER_MANAGE, Policy
from saiondo_core.kernel.retrying import rejudged
from saiondo_core.kernel.rights import UseCase


@frozen(kw_only=True)
class RevokeSessionUseCase(UseCase):
    """End one session from elsewhere."""

    policy: ClassVar[Policy] = USER_MANAGE
    sessions: SessionRepository

    async def execute(
        self, session_id: SessionId, *, user_id: UserId | None = None, actor: UserId | None = None
    ) -> None:
        """End the session *session_id* of *user_id*, by default one's own; another's needs `user:manage`.

        None of its tokens works once this returns.

        Raises:
            NotOpenError: The factory is not open.
            MissingActorError: Nobody acts.
            ActorMismatchError: Another one acts than *actor*.
            AccessDeniedError: The acting user was deleted; or it is another's, and the actor may not manage users.
            SessionNotFoundError: That user has no such session.
            StaleRightsError: The acting user's rights were changed by others all the time.
        """
        who, whom = self.acting.who_and_whom(actor, user_id)
        await rejudged(lambda: self._end(who, whom, session_id), tries=SESSION_TRIES)

    async def _end(self, who: Actor, whom: UserId, session_id: SessionId) -> None:
        stored = await self.sessions.get(session_id=session_id)
        judged = await self.acting.require(who, self.policy, own=who.id == whom)
        if stored is None or stored.session.user_id != whom:
            raise SessionNotFoundError(session_id=session_id)
        await end_session(stored.session, actor=judged, acting=self.acting, sessions=self.sessions)

    __call__ = execute
