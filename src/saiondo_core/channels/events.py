"""What happens to channels. Each stands in the channel's own stream."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.channels.model import ChannelId, InvitationId
from saiondo_core.kernel.events import Event
from saiondo_core.kernel.ids import UserId


@frozen(kw_only=True)
class ChannelEvent(Event):
    """Something that happened in one channel.

    Attributes:
        membership_revision: The channel's when it happened; for a change of the channel, the new one. Whoever was
            allowed to hear under a lower one is judged again first.
    """

    resource: ClassVar[str] = "channel"
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

    action: ClassVar[str] = "channel.created"


@frozen(kw_only=True)
class ChannelUpdated(ChannelEvent):
    """A channel's name, description or metadata was changed."""

    action: ClassVar[str] = "channel.updated"


@frozen(kw_only=True)
class ChannelDeleted(ChannelEvent):
    """A channel was deleted."""

    action: ClassVar[str] = "channel.deleted"


@frozen(kw_only=True)
class OwnershipTransferred(ChannelEvent):
    """A channel got another owner."""

    action: ClassVar[str] = "channel.ownership_transferred"
    user_id: UserId


@frozen(kw_only=True)
class MembershipEvent(ChannelEvent):
    """Something that happened to somebody's place in a channel."""

    resource: ClassVar[str] = "membership"
    user_id: UserId


@frozen(kw_only=True)
class MemberJoined(MembershipEvent):
    """Somebody became a member."""

    action: ClassVar[str] = "member.joined"


@frozen(kw_only=True)
class MemberLeft(MembershipEvent):
    """Somebody left by themselves."""

    action: ClassVar[str] = "member.left"


@frozen(kw_only=True)
class MemberRemoved(MembershipEvent):
    """Somebody was removed."""

    action: ClassVar[str] = "member.removed"


@frozen(kw_only=True)
class MemberBanned(MembershipEvent):
    """Somebody was banned, and removed where they were a member."""

    action: ClassVar[str] = "member.banned"


@frozen(kw_only=True)
class MemberUnbanned(MembershipEvent):
    """A ban was lifted."""

    action: ClassVar[str] = "member.unbanned"


@frozen(kw_only=True)
class MemberMuted(MembershipEvent):
    """Somebody may not send for a while."""

    action: ClassVar[str] = "member.muted"


@frozen(kw_only=True)
class MemberUnmuted(MembershipEvent):
    """Somebody may send again."""

    action: ClassVar[str] = "member.unmuted"


@frozen(kw_only=True)
class InvitationEvent(ChannelEvent):
    """Something that happened to an invitation."""

    resource: ClassVar[str] = "invitation"
    invitation_id: InvitationId

    @property
    def resource_id(self) -> str:
        """The invitation."""
        return self.invitation_id


@frozen(kw_only=True)
class InvitationSent(InvitationEvent):
    """Somebody was invited, or a link was made."""

    action: ClassVar[str] = "invitation.sent"


@frozen(kw_only=True)
class InvitationDeclined(InvitationEvent):
    """An invitee does not want to come."""

    action: ClassVar[str] = "invitation.declined"


@frozen(kw_only=True)
class InvitationRevoked(InvitationEvent):
    """An invitation was taken back."""

    action: ClassVar[str] = "invitation.revoked"
