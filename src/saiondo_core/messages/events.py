"""What happens to messages. Each stands in its channel's stream."""

from attrs import frozen

from saiondo_core.channels.events import ChannelEvent
from saiondo_core.messages.model import MessageId


@frozen(kw_only=True)
class MessageEvent(ChannelEvent):
    """Something that happened to one message."""

    resource = "message"
    message_id: MessageId

    @property
    def resource_id(self) -> str:
        """The message."""
        return self.message_id


@frozen(kw_only=True)
class MessageSent(MessageEvent):
    """Something was said.

    Attributes:
        is_imported: Whether the host brought it from elsewhere: an old message, of which nobody needs to be told.
    """

    action = "message.sent"
    is_imported: bool = False


@frozen(kw_only=True)
class MessageEdited(MessageEvent):
    """A message says something else now."""

    action = "message.edited"


@frozen(kw_only=True)
class MessageDeleted(MessageEvent):
    """A message, with its history, is gone but for its place."""

    action = "message.deleted"


@frozen(kw_only=True)
class ReactionAdded(MessageEvent):
    """Somebody put an emoji to a message."""

    action = "reaction.added"
    emoji: str


@frozen(kw_only=True)
class ReactionRemoved(MessageEvent):
    """Somebody took an emoji back."""

    action = "reaction.removed"
    emoji: str
