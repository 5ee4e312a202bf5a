"""Handlers of messages in this process, and the connection without a wire through which they hear."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import ClassVar, Protocol, TypeAlias

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.decisions import Actor
from saiondo_core.messages.model import Message
from saiondo_core.realtime.listening import Listener
from saiondo_core.realtime.model import Cursor

MessageHandler: TypeAlias = Callable[[Message], Awaitable[None] | None]


class MessageHandlers(Protocol):
    """Each user's handlers in this process. Local.

    They hear of the channels that their user joined without a connection: of each message once, in the channel's order.
    """

    __slots__ = ()
    local: ClassVar[bool] = True

    @abstractmethod
    def joining(self, actor: Actor, channel_id: ChannelId) -> AbstractAsyncContextManager[Listener]:
        """The listener of *actor*'s handlers, which is connected from then on, as long as it hears of a channel.

        It joins a channel once at a time: so whoever comes second goes on where the first one has got to.
        """

    @abstractmethod
    def heard(self, actor: Actor, channel_id: ChannelId) -> Cursor | None:
        """The cursor up to where the handlers of *actor* have heard of a channel; None where they do not hear of it."""

    @abstractmethod
    def leave(self, actor: Actor, channel_id: ChannelId) -> None:
        """Tell the handlers of *actor* nothing more of a channel."""

    @abstractmethod
    def add(self, actor: Actor, handler: MessageHandler) -> None:
        """Tell *handler*, too, of what *actor* hears."""

    @abstractmethod
    def remove(self, actor: Actor | None, handler: MessageHandler) -> None:
        """Tell *handler* nothing more of what *actor*, or anybody where that is None, hears.

        Raises:
            HandlerNotFoundError: It is not registered.
        """
