"""Say something to those who listen."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from attrs import frozen

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import MESSAGE_SEND, Policy
from saiondo_core.kernel.rights import UseCase
from saiondo_core.kernel.text import Json
from saiondo_core.messages.model import AUTO, Auto, MessageId
from saiondo_core.messages.send_message import SendMessageUseCase
from saiondo_core.realtime.model import RealTimeMessage
from saiondo_core.realtime.typing_signs import TypingSigns


@frozen(kw_only=True)
class SendRealTimeMessageUseCase(UseCase):
    """Say something in a channel, and learn whether it is told now."""

    policy: ClassVar[Policy] = MESSAGE_SEND
    send: SendMessageUseCase
    signs: TypingSigns

    async def execute(
        self,
        *,
        content: str,
        channel_id: ChannelId,
        sender_id: UserId | None = None,
        reply_to: MessageId | None = None,
        mentions: Sequence[UserId] | Auto = AUTO,
        metadata: Mapping[str, Json] | None = None,
        client_message_id: str | None = None,
    ) -> RealTimeMessage:
        """Say *content* in *channel_id*, on behalf of *sender_id*, who types no more.

        It is `message.send`: whoever listens hears of a message the same way, however it was sent, and only once it is
        stored.

        Args:
            content: 1 to 2,000 characters.
            channel_id: Where.
            sender_id: Who says it. As the system, it becomes a system message.
            reply_to: A message of the same channel that this one answers.
            mentions: The members it is addressed to, at most 50; by default, each `@username` in *content*.
            metadata: The host's own: at most 4 KiB of JSON, 5 deep.
            client_message_id: The sender's own name for the message: sent again under the same, it is one message.

        Returns:
            The message as it was stored, and whether the channel is told of it now. For a repeated send: the message as
            it is now, of which nobody is told again.

        Raises:
            ChannelNotFoundError: No such channel, or none the sender may know of.
            NotAMemberError: The channel is public, but the sender has not joined it.
            AccessDeniedError: The sender may not.
            MutedError: The sender may read, but not send, for a while.
            MessageNotFoundError: *reply_to* names no message of the channel, or a deleted one.
            InvalidInputError: *content*, *metadata* or *client_message_id* is not valid; or somebody in *mentions* is
                not a member.
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
        appended = await self.send.once(
            channel_id=channel_id,
            content=content,
            sender_id=sender_id,
            reply_to=reply_to,
            mentions=mentions,
            metadata=metadata,
            client_message_id=client_message_id,
        )
        await self.signs.end_with(appended.message)
        return RealTimeMessage(message=appended.message, broadcast=not appended.is_duplicate)

    __call__ = execute
