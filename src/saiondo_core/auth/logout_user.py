"""Sign out."""

from attrs import frozen

from saiondo_core.auth.ending import end_session
from saiondo_core.auth.ports import SessionRepository
from saiondo_core.auth.presented import session_opened_by
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import Gate
from saiondo_core.kernel.rights import Acting, Actor, require


@frozen(kw_only=True)
class LogoutUserUseCase:
    """Sign out."""

    acting: Acting
    gate: Gate
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
            AccessDeniedError: They are another's, and the actor may not manage users.
        """
        who, whom = self.acting.who_and_whom(actor, user_id)
        if who.id != whom:
            await require(self.gate, who, "user:manage")
        found = await self.sessions.of_user(user_id=whom)
        for stored in found:
            await end_session(stored.session, actor=who, acting=self.acting, sessions=self.sessions)
        return len(found)

    __call__ = execute
