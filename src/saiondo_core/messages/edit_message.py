"""Say it differently."""

from typing import ClassVar

from attrs import evolve, frozen

from saiondo_core.channels.errors import StaleMembershipError
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import SEND_TRIES
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import MESSAGE_EDIT, Policy
from saiondo_core.kernel.retrying import rejudged
from saiondo_core.kernel.rights import UseCase
from saiondo_core.messages.errors import MessageDeletedError, NotTheSenderError, StaleMessageError
from saiondo_core.messages.events import MessageEdited
from saiondo_core.messages.model import AUTO, Message, MessageId, MessageType, clean_content
from saiondo_core.messages.ports import MessageRepository, SendHook
from saiondo_core.messages.standing import permitted_message, require_voice
from saiondo_core.messages.wording import worded
from saiondo_core.users.ports import UserRepository


@frozen(kw_only=True)
class EditMessageUseCase(UseCase):
    """Say differently what one has said."""

    policy: ClassVar[Policy] = MESSAGE_EDIT
    channels: ChannelRepository
    messages: MessageRepository
    users: UserRepository
    hook: SendHook

    async def execute(self, *, message_id: MessageId, content: str, user_id: UserId | None = None) -> Message:
        """Let the message *message_id* of *user_id* say *content*.

        What it said before is kept as a revision, and its mentions are read anew from the text. A text that it has
        already changes nothing, so editing again is safe.

        Returns:
            The message as it is now.

        Raises:
            MessageNotFoundError: No such message, or none the user may know of.
            NotAMemberError: Its channel is public, but the user has not joined it.
            AccessDeniedError: The user may not.
            NotTheSenderError: Somebody else said it, or it is no text message.
            MessageDeletedError: It was deleted.
            MutedError: The user may read, but not send, for a while.
            InvalidInputError: *content* is blank, over 2,000 characters, or holds NUL or a lone surrogate.
            TooManyMentionsError: It mentions more than 50 members.
            MessageRejectedError: The host's `before_send` hook rejected it.
            HookFailedError: The hook gave no verdict, and the settings say that nothing is sent then.
            StaleMembershipError: Who is in the channel changed over and over while this was being judged.
            StaleRightsError: The acting user's rights were changed by others all the time.
            StaleMessageError: So did the message.
            MissingActorError: Nobody was named as the acting user.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        actor = self.acting.who(user_id)
        text = clean_content(content)
        return await rejudged(
            lambda: self._attempt(actor, message_id, text),
            on=(StaleMembershipError, StaleMessageError),
            tries=SEND_TRIES,
        )

    async def _attempt(self, actor: Actor, message_id: MessageId, text: str) -> Message:
        judged, message, standing = await permitted_message(
            self.messages, self.channels, self.acting, message_id, actor=actor, policy=self.policy
        )
        if message.type is not MessageType.TEXT:
            raise NotTheSenderError(message_id=message_id)
        if message.deleted_at is not None:
            raise MessageDeletedError(message_id=message_id)
        require_voice(standing, self.policy, self.acting.clock.now())
        edited = await worded(
            evolve(message, content=text), AUTO, channels=self.channels, users=self.users, hook=self.hook
        )
        # Compared as the hook left it: the message was stored that way too.
        if edited.content == message.content:
            return message
        stamp = self.acting.stamp(judged)
        edited = evolve(edited, edited_at=stamp.at)
        revision = standing.channel.membership_revision
        event = MessageEdited(
            stamp=stamp, channel_id=message.channel_id, membership_revision=revision, message_id=message_id
        )
        await self.messages.replace(before=message, after=edited, membership_revision=revision, events=(event,))
        return edited

    __call__ = execute
