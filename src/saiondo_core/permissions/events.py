"""What happens to roles, and to who holds them everywhere. What happens in a channel, the channel's log tells."""

from attrs import frozen

from saiondo_core.kernel.events import Event
from saiondo_core.kernel.ids import RoleId, UserId

ROLES = "roles"
"""The stream of all that happens to roles."""


@frozen(kw_only=True)
class RoleEvent(Event):
    """Something that happened to a role; all of them stand in one stream."""

    resource = "role"
    role_id: RoleId

    @property
    def resource_id(self) -> str:
        """The role."""
        return self.role_id

    @property
    def stream(self) -> str:
        """The log of all roles."""
        return ROLES


@frozen(kw_only=True)
class RoleCreated(RoleEvent):
    """A role was made."""

    action = "role.created"


@frozen(kw_only=True)
class RoleUpdated(RoleEvent):
    """A role was changed: what its holders may do, or what it is called."""

    action = "role.updated"


@frozen(kw_only=True)
class RoleDeleted(RoleEvent):
    """A role was deleted, and nobody holds it any more."""

    action = "role.deleted"


@frozen(kw_only=True)
class RoleAssigned(RoleEvent):
    """Somebody was given a role everywhere."""

    action = "role.assigned"
    user_id: UserId


@frozen(kw_only=True)
class RoleRevoked(RoleEvent):
    """A role that somebody held everywhere was taken from them."""

    action = "role.revoked"
    user_id: UserId
