"""What the use cases of channels must come to, said plainly: dictionaries, and rules without stores or races."""

from datetime import datetime

from attrs import define, field

from saiondo_core.channels.errors import (
    AlreadyAMemberError,
    BannedError,
    ChannelNotFoundError,
    DirectChannelError,
    InvitationNotFoundError,
    InviteeBannedError,
    MemberNotFoundError,
    NotAMemberError,
    OwnerMustStayError,
)
from saiondo_core.channels.model import ChannelId, InvitationId
from saiondo_core.errors import AccessDeniedError, InvalidInputError, SaiondoError
from saiondo_core.kernel.ids import UserId

Refusal = type[SaiondoError] | None
"""The error that an operation must end in, or None where it must succeed."""

RANKS = ("guest", "member", "moderator", "admin", "owner")
"""What one can be in a channel, from below."""


def above(rank: str) -> str:
    """What one has to be at least to decide of somebody's being *rank*."""
    return RANKS[max(RANKS.index(rank) + 1, RANKS.index("moderator"))]


@define
class PlainChannel:
    """A channel: its owner, how far each member has read, who is more or less than one, muted until when, or banned."""

    type: str
    owner: UserId
    read: dict[UserId, int]
    active_at: datetime
    last: int = 0
    ranks: dict[UserId, str] = field(factory=dict[UserId, str])
    muted: dict[UserId, datetime] = field(factory=dict[UserId, datetime])
    banned: set[UserId] = field(factory=set[UserId])

    def rank(self, user: UserId) -> str:
        """What a member is."""
        return "owner" if user == self.owner else self.ranks.get(user, "member")


@define
class PlainInvitation:
    """A way into a channel that may be used some more times until some moment."""

    channel_id: ChannelId
    code: str
    invitee: UserId | None
    left: int
    until: datetime


@define
class PlainHouse:
    """All channels that were not deleted, and all invitations."""

    channels: dict[ChannelId, PlainChannel] = field(factory=dict[ChannelId, PlainChannel])
    invitations: dict[InvitationId, PlainInvitation] = field(factory=dict[InvitationId, PlainInvitation])

    def named(self, channel_id: ChannelId, user: UserId, now: datetime) -> list[PlainInvitation]:
        """The invitations to a channel that name *user* and work."""
        return [
            found
            for found in self.invitations.values()
            if (found.channel_id, found.invitee) == (channel_id, user) and found.left and now < found.until
        ]

    def admit(self, channel_id: ChannelId, user: UserId, now: datetime) -> None:
        """Have *user* in a channel."""
        channel = self.channels[channel_id]
        channel.read[user] = channel.last
        for invitation in self.named(channel_id, user, now):
            invitation.left = 0

    def dismiss(self, channel_id: ChannelId, user: UserId) -> None:
        """Have *user* out of a channel."""
        self.channels[channel_id].read.pop(user, None)
        self.channels[channel_id].muted.pop(user, None)
        self.channels[channel_id].ranks.pop(user, None)

    def delete(self, channel_id: ChannelId) -> None:
        """Have a channel and its invitations no more."""
        del self.channels[channel_id]
        for invitation in self.invitations.values():
            if invitation.channel_id == channel_id:
                invitation.left = 0

    def entering(self, channel_id: ChannelId, user: UserId) -> Refusal:
        """What it takes to act in a channel at all."""
        channel = self.channels.get(channel_id)
        if channel is not None and user in channel.read:
            return None
        return NotAMemberError if channel is not None and channel.type == "public" else ChannelNotFoundError

    def ranking(self, channel_id: ChannelId, user: UserId, *ranks: str) -> Refusal:
        """What it takes to do what such as are of at least each of *ranks* do."""
        refusal = self.entering(channel_id, user)
        if refusal:
            return refusal
        own = RANKS.index(self.channels[channel_id].rank(user))
        return AccessDeniedError if any(own < RANKS.index(rank) for rank in ranks) else None

    def transferring(self, channel_id: ChannelId, user: UserId, whom: UserId) -> Refusal:
        """What it takes to hand a channel over."""
        refusal = self.ranking(channel_id, user, "owner")
        if refusal or self.channels[channel_id].type == "direct":
            return refusal or DirectChannelError
        return None if whom in self.channels[channel_id].read else MemberNotFoundError

    def managing(self, channel_id: ChannelId, user: UserId, whom: UserId, rank: str = "guest") -> Refusal:
        """What it takes to decide of somebody's place in a channel, which is to be of *rank*: to stand above both."""
        refusal = self.ranking(channel_id, user, above(rank))
        if refusal or self.channels[channel_id].type == "direct":
            return refusal or DirectChannelError
        channel = self.channels[channel_id]
        if whom == channel.owner:
            return OwnerMustStayError
        return self.ranking(channel_id, user, above(channel.rank(whom) if whom in channel.read else "guest"))

    def managing_member(self, channel_id: ChannelId, user: UserId, whom: UserId) -> Refusal:
        """What it takes to do something to a member."""
        refusal = self.managing(channel_id, user, whom)
        return refusal or (None if whom in self.channels[channel_id].read else MemberNotFoundError)

    def leaving(self, channel_id: ChannelId, user: UserId) -> Refusal:
        """What it takes to leave."""
        refusal = self.entering(channel_id, user)
        if refusal or self.channels[channel_id].type == "direct":
            return refusal or DirectChannelError
        return OwnerMustStayError if self.channels[channel_id].owner == user else None

    def inviting(self, channel_id: ChannelId, user: UserId, whom: UserId | None) -> Refusal:
        """What it takes to invite."""
        if user == whom:
            return InvalidInputError
        refusal = self.ranking(channel_id, user, "member")
        if refusal or self.channels[channel_id].type == "direct":
            return refusal or DirectChannelError
        if whom in self.channels[channel_id].read:
            return AlreadyAMemberError
        return InviteeBannedError if whom in self.channels[channel_id].banned else None

    def joining(self, channel_id: ChannelId, user: UserId, now: datetime) -> Refusal:
        """What it takes to join a channel by its id."""
        channel = self.channels.get(channel_id)
        if channel is not None and user in channel.read:
            return None
        if channel is not None and channel.type == "public":
            return BannedError if user in channel.banned else None
        is_open = channel is not None and user not in channel.banned and self.named(channel_id, user, now)
        return None if is_open else ChannelNotFoundError

    def redeeming(self, invitation: PlainInvitation, user: UserId, now: datetime) -> Refusal:
        """What it takes to join by an invitation."""
        channel = self.channels.get(invitation.channel_id)
        if channel is not None and user in channel.read:
            return None
        is_theirs = invitation.invitee in (None, user) and invitation.left and now < invitation.until
        is_open = channel is not None and user not in channel.banned
        return None if is_theirs and is_open else InvitationNotFoundError
