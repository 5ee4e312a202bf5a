"""How somebody stands to a message, and whether that is enough: what every use case on a message asks first."""

from datetime import datetime

from saiondo_core.channels.errors import ChannelNotFoundError, MutedError
from saiondo_core.channels.model import Standing
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import permitted_standing
from saiondo_core.kernel.ports import Gate
from saiondo_core.kernel.rights import Actor
from saiondo_core.messages.errors import MessageNotFoundError
from saiondo_core.messages.model import Message, MessageId
from saiondo_core.messages.ports import MessageRepository


async def permitted_message(
    messages: MessageRepository,
    channels: ChannelRepository,
    gate: Gate,
    message_id: MessageId,
    *,
    actor: Actor,
    permission: str,
) -> tuple[Message, Standing]:
    """The message, tombstones too, and how *actor* stands to its channel, in which they hold *permission*.

    Raises:
        MessageNotFoundError: There is none that they may know of.
        NotAMemberError: Its channel is public, but they have not joined it.
        AccessDeniedError: They are a member, and lack the permission.
    """
    message = await messages.get(message_id=message_id)
    if message is None:
        raise MessageNotFoundError(message_id=message_id)
    try:
        return message, await permitted_standing(channels, gate, message.channel_id, actor, permission)
    except ChannelNotFoundError:
        # From nothing: a trace of the channel would tell that there is one.
        raise MessageNotFoundError(message_id=message_id) from None


def require_voice(standing: Standing, now: datetime) -> None:
    """Return if a member may speak at present; whoever is none is not muted.

    Raises:
        MutedError: They are muted.
    """
    until = None if standing.membership is None else standing.membership.muted_until
    if until is not None and now < until:
        raise MutedError(channel_id=standing.channel.id, until=until)
