"""Where each message was said, for those who decide about rights."""

from attrs import frozen

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.ids import UserId
from saiondo_core.messages.model import MessageId
from saiondo_core.messages.ports import MessageRepository
from saiondo_core.permissions.ports import Speech


@frozen(kw_only=True)
class MessageSpeech(Speech):
    """The messages, as what was said somewhere by somebody."""

    messages: MessageRepository

    async def said(self, *, message_id: str) -> tuple[ChannelId, UserId] | None:
        """See `Speech.said`."""
        message = await self.messages.get(message_id=MessageId(message_id))
        return None if message is None else (message.channel_id, message.sender_id)
