"""What happens to channels. Each stands in the channel's own stream."""

from attrs import frozen

from saiondo_core.channels.model import ChannelId, InvitationId
from saiondo_core.kernel.events import Event
from saiondo_core.kernel.ids import RoleId, UserId


@frozen(kw_only=True)
class ChannelEvent(Event):
    """Something that happened in one channel.

    Attributes:
        membership_revision: The channel's when it happened; for a change of the channel, the new one. Whoever was
            allowed to hear under a lower one is judged again first.
    """

    resource = "channel"
    channel_id: ChannelId
    membership_revision: int

    @property
    def resource_id(self) -> str:
        """The channel."""
        return self.channel_id

    @property
    def stream(self) -> str:
        """The channel's log."""
        return f"channel:{self.channel_id}"


@frozen(kw_only=True)
class ChannelCreated(ChannelEvent):
    """A channel was made."""

    action = "channel.created"


@frozen(kw_only=True)
class ChannelUpdated(ChannelEvent):
    """A channel's name, description or metadata was changed."""

    action = "channel.updated"


@frozen(kw_only=True)
class ChannelDeleted(ChannelEvent):
    """A channel was deleted."""

    action = "channel.deleted"


@frozen(kw_only=True)
class OwnershipTransferred(ChannelEvent):
    """A channel got another owner."""

    action = "channel.ownership_transferred"
    user_id: UserId


@frozen(kw_only=True)
class MembershipEvent(ChannelEvent):
    """Something that happened to somebody's place in a channel."""

    resource = "membership"
    user_id: UserId


@frozen(kw_only=True)
class MemberJoined(MembershipEvent):
    """Somebody became a member."""

    action = "member.joined"


@frozen(kw_only=True)
class MemberLeft(MembershipEvent):
    """Somebody left by themselves."""

    action = "member.left"


@frozen(kw_only=True)
class MemberRemoved(MembershipEvent):
    """Somebody was removed."""

    action = "member.removed"


@frozen(kw_only=True)
class MemberBanned(MembershipEvent):
    """Somebody was banned, and removed where they were a member."""

    action = "member.banned"


@frozen(kw_only=True)
class MemberUnbanned(MembershipEvent):
    """A ban was lifted."""

    action = "member.unbanned"


@frozen(kw_only=True)
class MemberMuted(MembershipEvent):
    """Somebody may not send for a while."""

    action = "member.muted"


@frozen(kw_only=True)
class MemberUnmuted(MembershipEvent):
    """Somebody may send again."""

    action = "member.unmuted"


@frozen(kw_only=True)
class MemberRoleAssigned(MembershipEvent):
    """A member was given a role in the channel; a channel role takes the place of the one they had."""

    action = "member.role_assigned"
    role_id: RoleId


@frozen(kw_only=True)
class MemberRoleRevoked(MembershipEvent):
    """A role that a member held in the channel was taken from them."""

    action = "member.role_revoked"
    role_id: RoleId


@frozen(kw_only=True)
class InvitationEvent(ChannelEvent):
    """Something that happened to an invitation."""

    resource = "invitation"
    invitation_id: InvitationId

    @property
    def resource_id(self) -> str:
        """The invitation."""
        return self.invitation_id


@frozen(kw_only=True)
class InvitationSent(InvitationEvent):
    """Somebody was invited, or a link was made."""

    action = "invitation.sent"


@frozen(kw_only=True)
class InvitationDeclined(InvitationEvent):
    """An invitee does not want to come."""

    action = "invitation.declined"


@frozen(kw_only=True)
class InvitationRevoked(InvitationEvent):
    """An invitation was taken back."""

    action = "invitation.revoked"
