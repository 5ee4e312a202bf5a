"""What every use case asks first that manages who is in a channel."""

from attrs import evolve

from saiondo_core.channels.errors import ChannelNotFoundError, DirectChannelError, MemberNotFoundError
from saiondo_core.channels.model import ChannelId, ChannelType, Membership, Standing
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import permitted_standing
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import Gate
from saiondo_core.kernel.rights import Actor


async def managed_standing(
    channels: ChannelRepository, gate: Gate, channel_id: ChannelId, actor: Actor, user_id: UserId
) -> Standing:
    """How *user_id* stands to a channel whose members *actor* manages, with the channel as *actor* was judged in it.

    Raises:
        ChannelNotFoundError: There is none that the actor may know of.
        NotAMemberError: It is public, but the actor has not joined it.
        AccessDeniedError: The actor may not manage its members.
        DirectChannelError: It is a direct channel.
    """
    own = await permitted_standing(channels, gate, channel_id, actor, "channel:manage_members")
    if own.channel.type is ChannelType.DIRECT:
        raise DirectChannelError(channel_id=channel_id)
    theirs = await channels.standing(channel_id=channel_id, user_id=user_id)
    if theirs is None:
        raise ChannelNotFoundError(channel_id=channel_id)
    return evolve(theirs, channel=own.channel)


async def managed_member(
    channels: ChannelRepository, gate: Gate, channel_id: ChannelId, actor: Actor, user_id: UserId
) -> tuple[Standing, Membership]:
    """What `managed_standing` gives, and the membership of *user_id*.

    Raises:
        ChannelNotFoundError: There is none that the actor may know of.
        NotAMemberError: It is public, but the actor has not joined it.
        AccessDeniedError: The actor may not manage its members.
        DirectChannelError: It is a direct channel.
        MemberNotFoundError: *user_id* is not a member of it.
    """
    standing = await managed_standing(channels, gate, channel_id, actor, user_id)
    if standing.membership is None:
        raise MemberNotFoundError(channel_id=channel_id, user_id=user_id)
    return standing, standing.membership
