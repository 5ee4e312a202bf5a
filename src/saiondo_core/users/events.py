"""What happens to users."""

from attrs import frozen

from saiondo_core.kernel.events import Event
from saiondo_core.kernel.ids import UserId


@frozen(kw_only=True)
class UserEvent(Event):
    """Something that happened to one user; it stands in that user's stream."""

    resource = "user"
    user_id: UserId

    @property
    def resource_id(self) -> str:
        """The user."""
        return self.user_id

    @property
    def stream(self) -> str:
        """The user's own log."""
        return f"user:{self.user_id}"


@frozen(kw_only=True)
class UserRegistered(UserEvent):
    """Somebody registered."""

    action = "user.registered"


@frozen(kw_only=True)
class UserMirrored(UserEvent):
    """The host mirrored one of its own users for the first time."""

    action = "user.mirrored"


@frozen(kw_only=True)
class UserUpdated(UserEvent):
    """A profile was changed."""

    action = "user.updated"


@frozen(kw_only=True)
class UserDeactivated(UserEvent):
    """A user was deleted: what named them is gone, what they said stays."""

    action = "user.deactivated"


@frozen(kw_only=True)
class UserReactivated(UserEvent):
    """The host brought back one of its own users who had been deleted."""

    action = "user.reactivated"
