"""Say something."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from attrs import frozen

from saiondo_core.channels.errors import StaleMembershipError
from saiondo_core.channels.model import ChannelId
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import SEND_TRIES, permitted_standing
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import MESSAGE_SEND, Policy
from saiondo_core.kernel.retrying import rejudged
from saiondo_core.kernel.rights import UseCase
from saiondo_core.kernel.text import Json, clean_metadata
from saiondo_core.messages.errors import IdempotencyConflictError, MessageNotFoundError, TooManyMentionsError
from saiondo_core.messages.events import MessageSent
from saiondo_core.messages.model import (
    AUTO,
    MENTIONS_MOST,
    Appended,
    Auto,
    Message,
    MessageDraft,
    MessageId,
    MessageType,
    clean_client_message_id,
    clean_content,
    fingerprint,
)
from saiondo_core.messages.ports import MessageRepository, SendHook
from saiondo_core.messages.standing import require_voice
from saiondo_core.messages.wording import worded
from saiondo_core.users.ports import UserRepository


@frozen(kw_only=True)
class SendMessageUseCase(UseCase):
    """Say something in a channel."""

    policy: ClassVar[Policy] = MESSAGE_SEND
    channels: ChannelRepository
    messages: MessageRepository
    users: UserRepository
    hook: SendHook

    async def execute(
        self,
        *,
        channel_id: ChannelId,
        content: str,
        sender_id: UserId | None = None,
        reply_to: MessageId | None = None,
        mentions: Sequence[UserId] | Auto = AUTO,
        metadata: Mapping[str, Json] | None = None,
        client_message_id: str | None = None,
    ) -> Message:
        """Say *content* in *channel_id*, on behalf of *sender_id*.

        The message is stored before anyone hears of it, so whoever reads it back on hearing of it always finds it.
        With a *client_message_id*, sending again is safe: the same sender's same body is one message.

        Args:
            channel_id: Where.
            content: 1 to 2,000 characters.
            sender_id: Who says it. As the system, it becomes a system message.
            reply_to: A message of the same channel that this one answers.
            mentions: The members it is addressed to, at most 50; by default, each `@username` in *content*.
            metadata: The host's own: at most 4 KiB of JSON, 5 deep.
            client_message_id: The sender's own name for the message: 1 to 100 characters on one line.

        Returns:
            The message as it was stored, with its sequence; for a repeated send, as it is now.

        Raises:
            ChannelNotFoundError: No such channel, or none the sender may know of.
            NotAMemberError: The channel is public, but the sender has not joined it.
            AccessDeniedError: The sender may not.
            MutedError: The sender may read, but not send, for a while.
            MessageNotFoundError: *reply_to* names no message of the channel, or a deleted one.
            InvalidInputError: *content* is blank, over 2,000 characters, or holds NUL or a lone surrogate; *metadata*
                or *client_message_id* is not valid; or somebody in *mentions* is not a member.
            TooManyMentionsError: It mentions more than 50 members.
            IdempotencyConflictError: The *client_message_id* was used for another body.
            MessageRejectedError: The host's `before_send` hook rejected it.
            HookFailedError: The hook gave no verdict, and the settings say that nothing is sent then.
            StaleMembershipError: Who is in the channel changed over and over while this was being judged.
            StaleRightsError: The acting user's rights were changed by others all the time.
            MissingActorError: Nobody was named as the sender.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        appended = await self.once(
            channel_id=channel_id,
            content=content,
            sender_id=sender_id,
            reply_to=reply_to,
            mentions=mentions,
            metadata=metadata,
            client_message_id=client_message_id,
        )
        return appended.message

    async def once(
        self,
        *,
        channel_id: ChannelId,
        content: str,
        sender_id: UserId | None = None,
        reply_to: MessageId | None = None,
        mentions: Sequence[UserId] | Auto = AUTO,
        metadata: Mapping[str, Json] | None = None,
        client_message_id: str | None = None,
    ) -> Appended:
        """Send as `send` does, and tell whether the message was there already.

        Returns:
            The message, and whether it is a repeated send.

        Raises:
            SaiondoError: What `send` raises, for the same reasons.
        """
        sender = self.acting.who(sender_id)
        draft = MessageDraft(
            id=MessageId(self.acting.ids.new()),
            channel_id=channel_id,
            sender_id=sender.id,
            type=MessageType.SYSTEM if sender.is_system else MessageType.TEXT,
            content=clean_content(content),
            reply_to=reply_to,
            metadata=clean_metadata(metadata),
            client_message_id=None if client_message_id is None else clean_client_message_id(client_message_id),
            created_at=self.acting.clock.now(),
        )
        asked = mentions if isinstance(mentions, Auto) else tuple(dict.fromkeys(mentions))
        if not isinstance(asked, Auto) and len(asked) > MENTIONS_MOST:
            raise TooManyMentionsError
        body = fingerprint(
            type=draft.type, content=draft.content, reply_to=draft.reply_to, mentions=asked, metadata=draft.metadata
        )
        return await rejudged(
            lambda: self._attempt(sender, draft, asked, body), on=StaleMembershipError, tries=SEND_TRIES
        )

    async def _attempt(
        self, sender: Actor, draft: MessageDraft, asked: tuple[UserId, ...] | Auto, body: str
    ) -> Appended:
        judged, standing = await permitted_standing(self.channels, self.acting, draft.channel_id, sender, self.policy)
        if draft.client_message_id is not None:
            sent = await self.messages.sent(
                channel_id=draft.channel_id, sender_id=sender.id, client_message_id=draft.client_message_id
            )
            if sent is not None and sent.fingerprint != body:
                raise IdempotencyConflictError(client_message_id=draft.client_message_id)
            if sent is not None:
                return Appended(message=sent.message, is_duplicate=True)
        require_voice(standing, self.policy, draft.created_at)
        if draft.reply_to is not None:
            answered = await self.messages.get(message_id=draft.reply_to)
            if answered is None or not answered.can_be_answered_in(draft.channel_id):
                raise MessageNotFoundError(message_id=draft.reply_to)
        final = await worded(draft, asked, channels=self.channels, users=self.users, hook=self.hook)
        return await self.messages.append(
            draft=final,
            fingerprint=body,
            membership_revision=standing.channel.membership_revision,
            events=(
                MessageSent(
                    stamp=self.acting.stamp(judged, at=draft.created_at),
                    channel_id=draft.channel_id,
                    membership_revision=standing.channel.membership_revision,
                    message_id=draft.id,
                ),
            ),
        )

    __call__ = execute
