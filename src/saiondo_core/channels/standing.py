"""How somebody stands to a channel, and whether that is enough: what every use case in a channel asks first."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from saiondo_core.channels.errors import ChannelNotFoundError, NotAMemberError, StaleMembershipError
from saiondo_core.channels.model import ChannelId, ChannelType, Standing
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.ports import Gate
from saiondo_core.kernel.retrying import rejudged as rejudged_on
from saiondo_core.kernel.rights import Actor, require

T = TypeVar("T")

SEND_TRIES = 3
"""How often a send is judged under a newer membership before its caller is told of the unrest."""

CHANGE_TRIES = 20
"""The same for changes of the membership itself, which contend with each other: many may join at once."""


def knows(standing: Standing, actor: Actor) -> bool:
    """Whether *actor* may know of the channel: their own, a public one, or any for the system."""
    return actor.is_system or standing.membership is not None or standing.channel.type is ChannelType.PUBLIC


async def known_standing(channels: ChannelRepository, channel_id: ChannelId, actor: Actor) -> Standing:
    """How *actor* stands to a channel that they may know of.

    Raises:
        ChannelNotFoundError: There is none.
    """
    standing = await channels.standing(channel_id=channel_id, user_id=actor.id)
    if standing is None or not knows(standing, actor):
        raise ChannelNotFoundError(channel_id=channel_id)
    return standing


async def permitted_standing(
    channels: ChannelRepository, gate: Gate, channel_id: ChannelId, actor: Actor, permission: str
) -> Standing:
    """How *actor* stands to a channel in which they hold *permission*.

    Raises:
        ChannelNotFoundError: There is none that they may know of.
        NotAMemberError: It is public, but they have not joined it.
        AccessDeniedError: They are a member, and lack the permission.
    """
    standing = await known_standing(channels, channel_id, actor)
    if standing.membership is None and not actor.is_system:
        raise NotAMemberError(channel_id=channel_id)
    role = None if standing.membership is None else standing.membership.role.value
    await require(gate, actor, permission, scope=channel_id, role=role)
    return standing


async def rejudged(attempt: Callable[[], Awaitable[T]], *, tries: int) -> T:
    """What *attempt* gives, judged again whenever the membership changed between its check and its write.

    Raises:
        StaleMembershipError: It changed *tries* times in a row.
    """
    return await rejudged_on(attempt, on=StaleMembershipError, tries=tries)
