"""Take it back."""

from typing import ClassVar

from attrs import evolve, frozen

from saiondo_core.channels.errors import StaleMembershipError
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import SEND_TRIES
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import MESSAGE_DELETE, Policy
from saiondo_core.kernel.retrying import rejudged
from saiondo_core.kernel.rights import UseCase
from saiondo_core.messages.errors import StaleMessageError
from saiondo_core.messages.events import MessageDeleted
from saiondo_core.messages.model import Message, MessageId
from saiondo_core.messages.ports import MessageRepository
from saiondo_core.messages.standing import permitted_message


@frozen(kw_only=True)
class DeleteMessageUseCase(UseCase):
    """Delete a message for good."""

    policy: ClassVar[Policy] = MESSAGE_DELETE
    channels: ChannelRepository
    messages: MessageRepository

    async def execute(self, *, message_id: MessageId, user_id: UserId | None = None) -> Message:
        """Delete the message *message_id*, on behalf of *user_id*: a member who said it, or one with `message:delete`.

        Its text, its revisions and its reactions are gone. Its place stays, so that no sequence is missing. Deleting
        again changes nothing.

        Returns:
            The tombstone.

        Raises:
            MessageNotFoundError: No such message, or none the user may know of.
            NotAMemberError: Its channel is public, but the user has not joined it, and may not delete there anyway.
            AccessDeniedError: Somebody else said it, and the user's roles do not allow it; or the user may do nothing.
            StaleMembershipError: Who is in the channel changed over and over while this was being judged.
            StaleRightsError: The acting user's rights were changed by others all the time.
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
        judged, message, standing = await permitted_message(
            self.messages, self.channels, self.acting, message_id, actor=actor, policy=self.policy
        )
        if message.deleted_at is not None:
            return message
        stamp = self.acting.stamp(judged)
        tombstone = evolve(message, content="", mentions=(), reply_to=None, metadata={}, deleted_at=stamp.at)
        revision = standing.channel.membership_revision
        event = MessageDeleted(
            stamp=stamp, channel_id=message.channel_id, membership_revision=revision, message_id=message_id
        )
        await self.messages.replace(before=message, after=tombstone, membership_revision=revision, events=(event,))
        return tombstone

    __call__ = execute
