"""What happens to sessions and passwords. They stand in the user's stream of the store that keeps them."""

from attrs import frozen

from saiondo_core.auth.model import SessionId
from saiondo_core.users.events import UserEvent


@frozen(kw_only=True)
class SessionEvent(UserEvent):
    """Something that happened to one session."""

    resource = "session"
    session_id: SessionId

    @property
    def resource_id(self) -> str:
        """The session."""
        return self.session_id


@frozen(kw_only=True)
class SessionStarted(SessionEvent):
    """Somebody signed in."""

    action = "session.started"


@frozen(kw_only=True)
class SessionRefreshed(SessionEvent):
    """A session got its next pair of tokens."""

    action = "session.refreshed"


@frozen(kw_only=True)
class SessionEnded(SessionEvent):
    """A session ended: signed out, or ended from elsewhere."""

    action = "session.ended"


@frozen(kw_only=True)
class SessionRevoked(SessionEvent):
    """A spent refresh token came back: the session was ended, for it may have been stolen."""

    action = "session.revoked"


@frozen(kw_only=True)
class PasswordChanged(UserEvent):
    """A password was changed."""

    action = "password.changed"
