"""Remember that somebody has read up to a message, and tell of it."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.channels.errors import NotAMemberError
from saiondo_core.channels.model import Membership, Standing
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import CHANNEL_READ, Policy
from saiondo_core.kernel.rights import UseCase
from saiondo_core.messages.model import Message, MessageId
from saiondo_core.messages.ports import MessageRepository
from saiondo_core.messages.standing import permitted_message
from saiondo_core.realtime.notes import ReadMoved
from saiondo_core.realtime.passing import mention
from saiondo_core.realtime.ports import EventBus


@frozen(kw_only=True)
class MarkMessageAsReadUseCase(UseCase):
    """Remember that somebody has read up to a message, and tell of it."""

    policy: ClassVar[Policy] = CHANNEL_READ
    channels: ChannelRepository
    messages: MessageRepository
    bus: EventBus

    async def execute(self, *, message_id: MessageId, user_id: UserId | None = None) -> Membership:
        """Remember that *user_id* has read everything up to *message_id*, and tell those who listen to its channel.

        The position only rises. A deleted message has its place still, and counts as well.

        Returns:
            The membership as it is now.

        Raises:
            MessageNotFoundError: No such message, or none the user may know of.
            NotAMemberError: Its channel is public, but the user has not joined it.
            AccessDeniedError: The user may not read there.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(user_id)
        _, message, _ = await self._permitted(message_id, who)
        membership = await self.channels.mark_read(
            channel_id=message.channel_id, user_id=who.id, sequence=message.sequence
        )
        # A position that rose too late harms nobody; what it tells of the channel is judged like any read, last.
        _, _, standing = await self._permitted(message_id, who)
        if membership is None:
            raise NotAMemberError(channel_id=message.channel_id)
        note = ReadMoved(
            channel_id=message.channel_id,
            user_id=who.id,
            membership_revision=standing.channel.membership_revision,
            at=self.acting.clock.now(),
            message_id=message_id,
            sequence=membership.read_sequence,
        )
        await mention(self.bus, note)
        return membership

    async def _permitted(self, message_id: MessageId, who: Actor) -> tuple[Actor, Message, Standing]:
        return await permitted_message(
            self.messages, self.channels, self.acting, message_id, actor=who, policy=self.policy
        )

    __call__ = execute
