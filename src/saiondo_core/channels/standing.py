"""How somebody stands to a channel, and whether that is enough: what every use case in a channel asks first."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from saiondo_core.channels.errors import ChannelNotFoundError, NotAMemberError, StaleMembershipError
from saiondo_core.channels.model import ChannelId, ChannelType, Standing
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.decisions import Actor, PermissionDecision
from saiondo_core.kernel.policies import CHANNEL_DISCOVER, Policy
from saiondo_core.kernel.retrying import rejudged as rejudged_on
from saiondo_core.kernel.rights import Acting, refusal

T = TypeVar("T")

SEND_TRIES = 3
"""How often a send is judged under a newer membership before its caller is told of the unrest."""

CHANGE_TRIES = 20
"""The same for changes of the membership itself, which contend with each other: many may join at once."""


async def known_standing(
    channels: ChannelRepository, acting: Acting, channel_id: ChannelId, actor: Actor
) -> tuple[Actor, Standing]:
    """*actor*, as they were judged, and how they stand to a channel that they may know of.

    Raises:
        ChannelNotFoundError: There is none.
        GateFailedError: It could not be decided.
    """
    standing = await channels.standing(channel_id=channel_id, user_id=actor.id)
    if standing is None:
        raise ChannelNotFoundError(channel_id=channel_id)
    return await _known(acting, actor, standing), standing


async def permitted_standing(
    channels: ChannelRepository,
    acting: Acting,
    channel_id: ChannelId,
    actor: Actor,
    policy: Policy,
    *,
    own: bool = False,
) -> tuple[Actor, Standing]:
    """*actor*, as they were judged, and how they stand to a channel in which they may do what *policy* says.

    Args:
        channels: Where channels are kept.
        acting: Who decides.
        channel_id: The channel.
        actor: Who wants to.
        policy: What.
        own: Whether the thing is their own, as long as they are a member.

    Raises:
        ChannelNotFoundError: There is none that they may know of.
        NotAMemberError: They may know of it, but are not in it, and may not do so from outside.
        AccessDeniedError: They may not.
        GateFailedError: It could not be decided.
    """
    standing = await channels.standing(channel_id=channel_id, user_id=actor.id)
    if standing is None:
        raise ChannelNotFoundError(channel_id=channel_id)
    is_member = standing.membership is not None
    if not is_member:
        actor = await _known(acting, actor, standing)
    decision = await acting.judge(actor, policy, roles=standing.roles, scope=channel_id, own=own and is_member)
    if decision.allowed:
        return decision.judged(actor), standing
    if is_member:
        raise refusal(policy, decision)
    raise NotAMemberError(channel_id=channel_id, permission=policy.permission, missing=decision.missing)


async def discovered(acting: Acting, actor: Actor, standing: Standing) -> PermissionDecision:
    """Whether *actor* may know of the channel to which they so stand.

    Raises:
        GateFailedError: It could not be decided.
    """
    channel = standing.channel
    is_public = channel.type is ChannelType.PUBLIC
    return await acting.judge(actor, CHANNEL_DISCOVER, roles=standing.roles, scope=channel.id, own=is_public)


async def _known(acting: Acting, actor: Actor, standing: Standing) -> Actor:
    decision = await discovered(acting, actor, standing)
    if not decision.allowed:
        raise ChannelNotFoundError(channel_id=standing.channel.id)
    return decision.judged(actor)


async def rejudged(attempt: Callable[[], Awaitable[T]], *, tries: int) -> T:
    """What *attempt* gives, judged again whenever the membership or the rights changed between its check and its write.

    Raises:
        StaleMembershipError: The membership changed, in the last of *tries*.
        StaleRightsError: The rights changed, in the last of *tries*.
    """
    return await rejudged_on(attempt, on=StaleMembershipError, tries=tries)
