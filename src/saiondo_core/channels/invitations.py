"""Reading an invitation together with how somebody stands to its channel, and using those that name them."""

from datetime import datetime

from saiondo_core.channels.errors import InvitationNotFoundError
from saiondo_core.channels.model import ChannelId, Invitation, InvitationState, Standing
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.ids import UserId


async def standing_of_invited(
    channels: ChannelRepository, found: Invitation | None, user_id: UserId
) -> tuple[Standing, Invitation]:
    """How the user stands to the channel that *found* leads to, and what became of the invitation by then.

    The invitation is read after the standing: once it changes, a write that was judged under that standing is refused.

    Raises:
        InvitationNotFoundError: There is none, or its channel is gone.
    """
    if found is None:
        raise InvitationNotFoundError
    standing = await channels.standing(channel_id=found.channel_id, user_id=user_id)
    present = await channels.invitation(invitation_id=found.id)
    if standing is None or present is None:
        raise InvitationNotFoundError
    return standing, present


async def pending_invitations(
    channels: ChannelRepository, channel_id: ChannelId, user_id: UserId, now: datetime
) -> tuple[Invitation, ...]:
    """The invitations to that channel which name the user and work: joining it uses them all."""
    found = await channels.invitations_for(channel_id=channel_id, user_id=user_id)
    return tuple(invitation for invitation in found if invitation.state_at(now) is InvitationState.PENDING)
