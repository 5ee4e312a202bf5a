"""End one session from elsewhere."""

from attrs import frozen

from saiondo_core.auth.ending import end_session
from saiondo_core.auth.errors import SessionNotFoundError
from saiondo_core.auth.model import SessionId
from saiondo_core.auth.ports import SessionRepository
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import Gate
from saiondo_core.kernel.rights import Acting, require


@frozen(kw_only=True)
class RevokeSessionUseCase:
    """End one session from elsewhere."""

    acting: Acting
    gate: Gate
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
            AccessDeniedError: It is another's, and the actor may not manage users.
            SessionNotFoundError: That user has no such session.
        """
        who, whom = self.acting.who_and_whom(actor, user_id)
        if who.id != whom:
            await require(self.gate, who, "user:manage")
        stored = await self.sessions.get(session_id=session_id)
        if stored is None or stored.session.user_id != whom:
            raise SessionNotFoundError(session_id=session_id)
        await end_session(stored.session, actor=who, acting=self.acting, sessions=self.sessions)

    __call__ = execute
