"""Look at one message."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import CHANNEL_READ, Policy
from saiondo_core.kernel.rights import UseCase
from saiondo_core.messages.model import Message, MessageId
from saiondo_core.messages.ports import MessageRepository
from saiondo_core.messages.standing import permitted_message


@frozen(kw_only=True)
class GetMessageUseCase(UseCase):
    """Look at one message."""

    policy: ClassVar[Policy] = CHANNEL_READ
    channels: ChannelRepository
    messages: MessageRepository

    async def execute(self, message_id: MessageId, *, user_id: UserId | None = None) -> Message:
        """Give the message *message_id* to *user_id*.

        Returns:
            The message as it is now; once deleted, its tombstone.

        Raises:
            MessageNotFoundError: No such message, or none the user may know of.
            NotAMemberError: Its channel is public, but the user has not joined it.
            AccessDeniedError: The user may not.
            MissingActorError: Nobody was named as the acting user.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        actor = self.acting.who(user_id)
        _, message, _ = await permitted_message(
            self.messages, self.channels, self.acting, message_id, actor=actor, policy=self.policy
        )
        return message

    __call__ = execute
