"""What every use case asks first that manages who is in a channel."""

from saiondo_core.channels.errors import (
    ChannelNotFoundError,
    DirectChannelError,
    MemberNotFoundError,
    OwnerMustStayError,
)
from saiondo_core.channels.model import ChannelId, ChannelRole, ChannelType, Membership, Standing
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import permitted_standing
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import CHANNEL_MANAGE_ADMINS, CHANNEL_MANAGE_MEMBERS, CHANNEL_MANAGE_MODERATORS
from saiondo_core.kernel.rights import Acting

_MANAGED_UNDER = {
    ChannelRole.GUEST: CHANNEL_MANAGE_MEMBERS,
    ChannelRole.MEMBER: CHANNEL_MANAGE_MEMBERS,
    ChannelRole.MODERATOR: CHANNEL_MANAGE_MODERATORS,
    ChannelRole.ADMIN: CHANNEL_MANAGE_ADMINS,
}
_BY_WEIGHT = (CHANNEL_MANAGE_MEMBERS, CHANNEL_MANAGE_MODERATORS, CHANNEL_MANAGE_ADMINS)


async def managed_standing(
    channels: ChannelRepository,
    acting: Acting,
    channel_id: ChannelId,
    actor: Actor,
    user_id: UserId,
    *roles: ChannelRole,
) -> tuple[Actor, Standing, Standing]:
    """*actor*, as they were judged, how they stand to a channel where they manage such as *user_id*, and how those do.

    What that takes depends on the role that *user_id* has there, and on each of *roles* that they are given or lose. A
    change is judged under the channel in which *actor* stands: theirs may be a later one.

    Raises:
        ChannelNotFoundError: There is none that the actor may know of.
        NotAMemberError: The actor may know of it, but is not in it, and may not manage members from outside.
        AccessDeniedError: The actor may not manage such members.
        DirectChannelError: It is a direct channel.
        OwnerMustStayError: *user_id* owns it.
        GateFailedError: It could not be decided.
    """
    asked = {CHANNEL_MANAGE_MEMBERS, *(_MANAGED_UNDER[role] for role in roles)}
    # The heaviest first: a refusal names the grant that is enough for all of them. What *user_id* is comes later, for
    # it is not for outsiders to know.
    heaviest = max(asked, key=_BY_WEIGHT.index)
    judged, own = await permitted_standing(channels, acting, channel_id, actor, heaviest)
    if own.channel.type is ChannelType.DIRECT:
        raise DirectChannelError(channel_id=channel_id)
    theirs = await channels.standing(channel_id=channel_id, user_id=user_id)
    if theirs is None:
        raise ChannelNotFoundError(channel_id=channel_id)
    if theirs.channel.owner_id == user_id:
        raise OwnerMustStayError(channel_id=channel_id)
    if theirs.membership is not None:
        asked.add(_MANAGED_UNDER[theirs.membership.role])
    for policy in sorted(asked - {heaviest}, key=_BY_WEIGHT.index, reverse=True):
        judged = await acting.require(judged, policy, roles=own.roles, scope=channel_id)
    return judged, own, theirs


async def managed_member(
    channels: ChannelRepository,
    acting: Acting,
    channel_id: ChannelId,
    actor: Actor,
    user_id: UserId,
    *roles: ChannelRole,
) -> tuple[Actor, Standing, Membership]:
    """What `managed_standing` gives, with the membership of *user_id* in the place of how they stand.

    Raises:
        ChannelNotFoundError: There is none that the actor may know of.
        NotAMemberError: The actor may know of it, but is not in it, and may not manage members from outside.
        AccessDeniedError: The actor may not manage such members.
        DirectChannelError: It is a direct channel.
        OwnerMustStayError: *user_id* owns it.
        MemberNotFoundError: *user_id* is not a member of it.
        GateFailedError: It could not be decided.
    """
    judged, own, theirs = await managed_standing(channels, acting, channel_id, actor, user_id, *roles)
    if theirs.membership is None:
        raise MemberNotFoundError(channel_id=channel_id, user_id=user_id)
    return judged, own, theirs.membership
