"""Under which keys and tags things are cached, and what makes them stale."""

from attrs import frozen

from saiondo_core.channels.events import ChannelDeleted, ChannelEvent
from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.events import Event
from saiondo_core.kernel.ids import UserId
from saiondo_core.messages.events import MessageEvent, ReactionAdded, ReactionRemoved
from saiondo_core.users.events import UserEvent

HOST_PREFIX = "host:"
"""What the keys and tags begin with that are the host's own."""


@frozen
class Stale:
    """What is not to be told any more."""

    keys: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    def within(self, scope: str) -> "Stale":
        """The same, where everything begins with *scope*."""
        return Stale(tuple(scope + key for key in self.keys), tuple(scope + tag for tag in self.tags))


def user_key(user_id: UserId) -> str:
    """Where a user is cached."""
    return f"user:{user_id}"


def channel_key(channel_id: ChannelId) -> str:
    """Where a channel is cached."""
    return f"channel:{channel_id}"


def messages_key(channel_id: ChannelId, limit: int, before: int | None) -> str:
    """Where a page of messages is cached. The numbers come first: an id may hold anything."""
    return f"messages:{limit}:{'' if before is None else before}:{channel_id}"


def messages_tag(channel_id: ChannelId) -> str:
    """What all pages of a channel bear."""
    return f"messages:{channel_id}"


def host_key(key: str) -> str:
    """Where something of the host's own is cached, apart from everything of the library's."""
    return HOST_PREFIX + key


def stale_by(event: Event) -> Stale:
    """What is stale once *event* has happened."""
    match event:
        case UserEvent():  # A sign-in among them, which moves `last_seen`.
            return Stale(keys=(user_key(event.user_id),))
        case ReactionAdded() | ReactionRemoved():
            return Stale()  # They stand beside the messages.
        case MessageEvent() | ChannelDeleted():
            return Stale(keys=(channel_key(event.channel_id),), tags=(messages_tag(event.channel_id),))
        case ChannelEvent():  # Each of them raises the channel's revision.
            return Stale(keys=(channel_key(event.channel_id),))
        case _:
            return Stale()
