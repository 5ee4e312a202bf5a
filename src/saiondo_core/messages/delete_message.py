"""Take it back."""

from attrs import evolve, frozen

from saiondo_core.channels.errors import StaleMembershipError
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import SEND_TRIES
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import Gate
from saiondo_core.kernel.retrying import rejudged
from saiondo_core.kernel.rights import Acting, Actor
from saiondo_core.messages.errors import StaleMessageError
from saiondo_core.messages.events import MessageDeleted
from saiondo_core.messages.model import Message, MessageId
from saiondo_core.messages.ports import MessageRepository
from saiondo_core.messages.standing import permitted_message


@frozen(kw_only=True)
class DeleteMessageUseCase:
    """Delete a message for good."""

    acting: Acting
    gate: Gate
    channels: ChannelRepository
    messages: MessageRepository

    async def execute(self, *, message_id: MessageId, user_id: UserId | None = None) -> Message:
        """Delete the message *message_id*, on behalf of *user_id*: its sender, or one with `message:delete`.

        Its text, its revisions and its reactions are gone. Its place stays, so that no sequence is missing. Deleting
        again changes nothing.

        Returns:
            The tombstone.

        Raises:
            MessageNotFoundError: No such message, or none the user may know of.
            NotAMemberError: Its channel is public, but the user has not joined it.
            AccessDeniedError: Somebody else said it, and the user's role does not allow it.
            StaleMembershipError: Who is in the channel changed over and over while this was being judged.
            StaleMessageError: So did the message.
            MissingActorError: Nobody was named as the acting user.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        actor = self.acting.who(user_id)
        return await rejudged(
            lambda: self._attempt(actor, message_id), on=(StaleMembershipError, StaleMessageError), tries=SEND_TRIES
        )

    async def _attempt(self, actor: Actor, message_id: MessageId) -> Message:
        message, standing = await permitted_message(
            self.messages, self.channels, self.gate, message_id, actor=actor, permission="channel:read"
        )
        if message.sender_id != actor.id:
            await permitted_message(
                self.messages, self.channels, self.gate, message_id, actor=actor, permission="message:delete"
            )
        if message.deleted_at is not None:
            return message
        stamp = self.acting.stamp(actor)
        tombstone = evolve(message, content="", mentions=(), reply_to=None, metadata={}, deleted_at=stamp.at)
        revision = standing.channel.membership_revision
        event = MessageDeleted(
            stamp=stamp, channel_id=message.channel_id, membership_revision=revision, message_id=message_id
        )
        await self.messages.replace(before=message, after=tombstone, membership_revision=revision, events=(event,))
        return tombstone

    __call__ = execute
