"""What is decided about rights."""

from enum import StrEnum

from attrs import frozen

from saiondo_core.kernel.events import RightsRevision
from saiondo_core.kernel.ids import RoleId, UserId
from saiondo_core.kernel.policies import MissingGrant


class Reason(StrEnum):
    """Why somebody may do something, or may not.

    Attributes:
        SYSTEM: It is the host itself.
        ROLE: A role of theirs allows it.
        OWN: The thing is their own.
        NOT_GRANTED: None of their roles allows it.
        NOT_A_MEMBER: They are not in the channel.
        NOT_INVITED: The channel is not public, and no invitation names them.
        NOT_OWN: The thing is somebody else's, and nobody may but them.
        BANNED: They are banned from the channel.
        MUTED: They are muted in the channel.
        DEACTIVATED: They were deleted.
        UNKNOWN: There is no such thing, or none that they may know of.
        HOST_ONLY: Only the host itself may.
    """

    SYSTEM = "system"
    ROLE = "role"
    OWN = "own"
    NOT_GRANTED = "not_granted"
    NOT_A_MEMBER = "not_a_member"
    NOT_INVITED = "not_invited"
    NOT_OWN = "not_own"
    BANNED = "banned"
    MUTED = "muted"
    DEACTIVATED = "deactivated"
    UNKNOWN = "unknown"
    HOST_ONLY = "host_only"


@frozen(kw_only=True)
class Actor:
    """Whoever a use case acts for: a user, or the host itself under a name.

    Attributes:
        rights: Which state of their rights they were judged under, once they were.
    """

    id: UserId
    is_system: bool = False
    rights: RightsRevision | None = None


@frozen(kw_only=True)
class PermissionDecision:
    """Whether somebody may do something, and why.

    Attributes:
        role: The role that allows it, where one does.
        missing: The smallest grant that would allow it; None where it is allowed, or nobody can grant it.
        rights: Which state of the rights it was decided under; None where it does not depend on them.
    """

    allowed: bool
    reason: Reason
    role: RoleId | None = None
    missing: MissingGrant | None = None
    rights: RightsRevision | None = None

    def judged(self, actor: Actor) -> Actor:
        """*actor*, judged by this; whoever was judged before, stays as they were judged first."""
        return Actor(id=actor.id, is_system=actor.is_system, rights=actor.rights or self.rights)
