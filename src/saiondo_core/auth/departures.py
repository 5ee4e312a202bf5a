"""What follows for sessions and passwords when a user was deleted."""

from attrs import frozen

from saiondo_core.auth.ending import end_session
from saiondo_core.auth.ports import CredentialRepository, SessionRepository
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.events import Recorded
from saiondo_core.kernel.rights import Acting
from saiondo_core.users.events import UserDeactivated


@frozen(kw_only=True)
class EndSessionsOfDeleted:
    """Ends the sessions of deleted users, and forgets their passwords: a handler of the relay.

    What began after the deletion stays, for the host may have brought the user back.
    """

    acting: Acting
    credentials: CredentialRepository
    sessions: SessionRepository

    async def __call__(self, recorded: Recorded) -> None:
        """Handle a `UserDeactivated`; again is the same as once, and other events are let pass."""
        event = recorded.event
        if not isinstance(event, UserDeactivated):
            return
        actor = Actor(id=event.stamp.actor)
        for stored in await self.sessions.of_user(user_id=event.user_id):
            if stored.session.created_at <= event.stamp.at:
                await end_session(stored.session, actor=actor, acting=self.acting, sessions=self.sessions)
        credential = await self.credentials.get(user_id=event.user_id)
        if credential is not None and credential.changed_at <= event.stamp.at:
            await self.credentials.remove(user_id=event.user_id)
