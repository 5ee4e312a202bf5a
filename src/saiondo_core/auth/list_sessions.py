"""Look at where a user is signed in."""

from attrs import frozen

from saiondo_core.auth.model import Session
from saiondo_core.auth.ports import SessionRepository
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import Gate
from saiondo_core.kernel.rights import Acting, require


@frozen(kw_only=True)
class ListSessionsUseCase:
    """Look at where a user is signed in."""

    acting: Acting
    gate: Gate
    sessions: SessionRepository

    async def execute(self, user_id: UserId | None = None, *, actor: UserId | None = None) -> tuple[Session, ...]:
        """Show the sessions of *user_id*, by default one's own; another's needs `user:manage`.

        Returns:
            Those whose time is not up, oldest first.

        Raises:
            NotOpenError: The factory is not open.
            MissingActorError: Nobody acts.
            ActorMismatchError: Another one acts than *actor*.
            AccessDeniedError: They are another's, and the actor may not manage users.
        """
        who, whom = self.acting.who_and_whom(actor, user_id)
        if who.id != whom:
            await require(self.gate, who, "user:manage")
        now = self.acting.clock.now()
        found = await self.sessions.of_user(user_id=whom)
        return tuple(stored.session for stored in found if now < stored.session.expires_at)

    __call__ = execute
