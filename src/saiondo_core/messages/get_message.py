"""Look at one message."""

from attrs import frozen

from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import Gate
from saiondo_core.kernel.rights import Acting
from saiondo_core.messages.model import Message, MessageId
from saiondo_core.messages.ports import MessageRepository
from saiondo_core.messages.standing import permitted_message


@frozen(kw_only=True)
class GetMessageUseCase:
    """Look at one message."""

    acting: Acting
    gate: Gate
    channels: ChannelRepository
    messages: MessageRepository

    async def execute(self, message_id: MessageId, *, user_id: UserId | None = None) -> Message:
        """Give the message *message_id* to *user_id*.

        Returns:
            The message as it is now; once deleted, its tombstone.

        Raises:
            MessageNotFoundError: No such message, or none the user may know of.
            NotAMemberError: Its channel is public, but the user has not joined it.
            AccessDeniedError: The user's role does not allow it.
            MissingActorError: Nobody was named as the acting user.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        actor = self.acting.who(user_id)
        message, _ = await permitted_message(
            self.messages, self.channels, self.gate, message_id, actor=actor, permission="channel:read"
        )
        return message

    __call__ = execute
