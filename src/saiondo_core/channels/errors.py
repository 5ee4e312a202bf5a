"""What can go wrong with channels."""

from datetime import datetime
from typing import ClassVar

from attrs import frozen

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.errors import AccessDeniedError, ConflictError, InvalidInputError, NotFoundError, Said, said
from saiondo_core.kernel.ids import UserId


@frozen(kw_only=True)
class ChannelNotFoundError(NotFoundError):
    """There is no such channel, or none that the acting user may know of: the two look the same."""

    code = "channel_not_found"
    channel_id: ChannelId
    what = "There is no channel {channel_id}, or none that the acting user may know of."
    hint = "Check the id; into a private channel one is invited (channel.invite, then channel.join)."
    user_messages: ClassVar[Said] = said(en="This channel does not exist.", ko="존재하지 않는 채널입니다.")


@frozen(kw_only=True)
class InvitationNotFoundError(NotFoundError):
    """There is no such invitation, it is not the acting user's, or it is spent, expired or withdrawn."""

    code = "invitation_not_found"
    what = "There is no such invitation, or it does not work (any more) for the acting user."
    hint = "Ask for a new one with channel.invite."
    user_messages: ClassVar[Said] = said(en="This invitation is not valid.", ko="유효하지 않은 초대입니다.")


@frozen(kw_only=True)
class NotAMemberError(AccessDeniedError):
    """The acting user may know of the channel, but is not in it."""

    code = "not_a_member"
    channel_id: ChannelId
    permission: str = "channel:read"
    what = "The acting user is not a member of the channel {channel_id}."
    hint = "Join it first, with channel.join(channel_id=...)."
    user_messages: ClassVar[Said] = said(en="Join the channel first.", ko="먼저 채널에 참여해 주세요.")


@frozen(kw_only=True)
class BannedError(AccessDeniedError):
    """The acting user is banned from the channel, which is public."""

    code = "banned"
    channel_id: ChannelId
    permission: str = "channel:join"
    what = "The acting user is banned from the channel {channel_id}."
    hint = "Somebody who manages its members can lift the ban with channel.unban."
    user_messages: ClassVar[Said] = said(en="You are banned from this channel.", ko="이 채널에서 차단되었습니다.")


@frozen(kw_only=True)
class MutedError(AccessDeniedError):
    """The acting user may read, but not send, for a while."""

    code = "muted"
    channel_id: ChannelId
    until: datetime
    permission: str = "message:send"
    what = "The acting user is muted in the channel {channel_id} until {until}."
    hint = "Wait, or ask somebody who manages its members for channel.unmute."
    user_messages: ClassVar[Said] = said(
        en="You are muted in this channel for now.",
        ko="이 채널에서 잠시 메시지를 보낼 수 없습니다.",
    )


@frozen(kw_only=True)
class MemberNotFoundError(NotFoundError):
    """The user named is not a member of the channel."""

    code = "member_not_found"
    channel_id: ChannelId
    user_id: UserId
    what = "The user {user_id} is not a member of the channel {channel_id}."
    hint = "List the members with channel.members."


@frozen(kw_only=True)
class AlreadyAMemberError(ConflictError):
    """Whoever is invited is a member already."""

    code = "already_a_member"
    channel_id: ChannelId
    user_id: UserId
    what = "The user {user_id} is a member of the channel {channel_id} already."
    hint = "Nothing needs to be done."
    user_messages: ClassVar[Said] = said(en="They are already a member.", ko="이미 채널의 멤버입니다.")


@frozen(kw_only=True)
class InviteeBannedError(ConflictError):
    """Whoever is invited is banned from the channel."""

    code = "invitee_banned"
    channel_id: ChannelId
    user_id: UserId
    what = "The user {user_id} is banned from the channel {channel_id}."
    hint = "Lift the ban first, with channel.unban."
    user_messages: ClassVar[Said] = said(
        en="They are banned from this channel.",
        ko="이 채널에서 차단된 사용자입니다.",
    )


@frozen(kw_only=True)
class OwnerMustStayError(ConflictError):
    """The owner cannot leave, be removed, be banned, be muted or be given another role."""

    code = "owner_must_stay"
    channel_id: ChannelId
    what = "The channel {channel_id} cannot be without its owner."
    hint = "Transfer the ownership with channel.transfer_ownership, or delete the channel, first."
    user_messages: ClassVar[Said] = said(
        en="Hand the channel over to somebody, or delete it, first.",
        ko="먼저 채널을 다른 사람에게 넘기거나 삭제해 주세요.",
    )


@frozen(kw_only=True)
class OwnerByTransferError(InvalidInputError):
    """To own a channel is no role that is given or taken: a channel has one owner, who hands it over."""

    code = "owner_by_transfer"
    field: str = "role_id"
    expected: str = "a role below the owner's; channel.transfer_ownership hands a channel over"


@frozen(kw_only=True)
class DirectChannelError(ConflictError):
    """A direct channel has its two members for good."""

    code = "direct_channel"
    channel_id: ChannelId
    what = "The channel {channel_id} is a direct one: its two members do not change."
    hint = "Create a private channel for more people."
    user_messages: ClassVar[Said] = said(
        en="This is not possible in a direct conversation.",
        ko="1:1 대화에서는 할 수 없습니다.",
    )


@frozen(kw_only=True)
class ChannelKeyTakenError(ConflictError):
    """Another channel has that key."""

    code = "channel_key_taken"
    key: str
    what = "The key {key} is another channel's."
    hint = "Open that one with channel.get_or_create."


@frozen(kw_only=True)
class ChannelIdTakenError(ConflictError):
    """Another channel has that id."""

    code = "channel_id_taken"
    channel_id: ChannelId
    what = "Another channel has the id {channel_id}."


@frozen(kw_only=True)
class InvitationCodeTakenError(ConflictError):
    """Another invitation has that code."""

    code = "invitation_code_taken"
    retryable = True
    what = "Another invitation has the code that was drawn."
    hint = "Draw another one."


@frozen(kw_only=True)
class StaleMembershipError(ConflictError):
    """The channel, or who is in it, was changed since it was judged."""

    code = "stale_membership"
    retryable = True
    channel_id: ChannelId
    what = "The channel {channel_id}, or who is in it, was changed in the meantime."
