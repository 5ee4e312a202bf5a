"""How somebody stands to a message, and whether that is enough: what every use case on a message asks."""

from datetime import datetime

from saiondo_core.channels.errors import ChannelNotFoundError, MutedError
from saiondo_core.channels.model import Standing
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import permitted_standing
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.policies import Grant, MissingGrant, Own, Policy
from saiondo_core.kernel.rights import Acting
from saiondo_core.messages.errors import MessageNotFoundError, NotTheSenderError
from saiondo_core.messages.model import Message, MessageId
from saiondo_core.messages.ports import MessageRepository


async def permitted_message(
    messages: MessageRepository,
    channels: ChannelRepository,
    acting: Acting,
    message_id: MessageId,
    *,
    actor: Actor,
    policy: Policy,
) -> tuple[Actor, Message, Standing]:
    """*actor*, as they were judged, the message, and how they stand to its channel; tombstones too.

    The message is read before it is judged whether they may do to it what *policy* says.

    Raises:
        MessageNotFoundError: There is none that they may know of.
        NotAMemberError: Its channel is public, but they have not joined it.
        AccessDeniedError: They may not.
        NotTheSenderError: They might if it were theirs, and only then.
        GateFailedError: It could not be decided.
    """
    message = await messages.get(message_id=message_id)
    if message is None:
        raise MessageNotFoundError(message_id=message_id)
    is_own = message.sender_id == actor.id
    must_be_own = policy.own is Own.REQUIRED
    try:
        judged, standing = await permitted_standing(
            channels, acting, message.channel_id, actor, policy, own=is_own or must_be_own
        )
    except ChannelNotFoundError:
        # From nothing: a trace of the channel would tell that there is one.
        raise MessageNotFoundError(message_id=message_id) from None
    if must_be_own and not is_own:
        raise NotTheSenderError(message_id=message_id)
    return judged, message, standing


def require_voice(standing: Standing, policy: Policy, now: datetime) -> None:
    """Return if a member may speak at present; whoever is none is not muted.

    Raises:
        MutedError: They are muted, and so may not do what *policy* says.
    """
    until = None if standing.membership is None else standing.membership.muted_until
    if until is not None and now < until:
        unmute = MissingGrant(operation=Grant.UNMUTE, scope=standing.channel.id)
        raise MutedError(channel_id=standing.channel.id, until=until, permission=policy.permission, missing=unmute)
