"""Real time, as one piece."""

from collections.abc import Callable
from typing import TypeVar, overload

from attrs import field, frozen

from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.rights import Acting
from saiondo_core.realtime.broadcast_to_channel import BroadcastToChannelUseCase
from saiondo_core.realtime.get_online_users import GetOnlineUsersUseCase, GetTypingUsersUseCase
from saiondo_core.realtime.handlers import MessageHandler, MessageHandlers
from saiondo_core.realtime.listen_to_channel import ListenToChannelUseCase, StopListeningUseCase
from saiondo_core.realtime.mark_message_as_read import MarkMessageAsReadUseCase
from saiondo_core.realtime.read_events import ReadEventsUseCase
from saiondo_core.realtime.send_real_time_message import SendRealTimeMessageUseCase
from saiondo_core.realtime.start_typing import StartTypingUseCase, StopTypingUseCase

H = TypeVar("H", bound=MessageHandler)


@frozen(kw_only=True)
class RealTimeChatUseCase:
    """What is said, and who is there, as it happens: for gateways, and for handlers in this process."""

    send_real_time_message: SendRealTimeMessageUseCase
    join_channel: ListenToChannelUseCase
    leave_channel: StopListeningUseCase
    start_typing: StartTypingUseCase
    stop_typing: StopTypingUseCase
    mark_message_as_read: MarkMessageAsReadUseCase
    broadcast_to_channel: BroadcastToChannelUseCase
    get_online_users: GetOnlineUsersUseCase
    get_typing_users: GetTypingUsersUseCase
    read_events: ReadEventsUseCase
    _acting: Acting = field(alias="acting")
    _handlers: MessageHandlers = field(alias="handlers")

    @property
    def chat(self) -> "RealTimeChatUseCase":
        """Itself: the longer path, `real_time.chat`, leads to the same operations."""
        return self

    @overload
    def on_message(self, *, user_id: UserId | None = None) -> Callable[[H], H]: ...

    @overload
    def on_message(self, handler: H, *, user_id: UserId | None = None) -> H: ...

    def on_message(self, handler: H | None = None, *, user_id: UserId | None = None) -> H | Callable[[H], H]:
        """Have *handler* told of each message that *user_id* hears: as a call, or as a decorator.

        They hear the channels that they join with `join_channel` and no connection, in this process, and their own
        messages too. Each message is told once, in the channel's order, as it is by then; a handler that is slow misses
        nothing. Where it raises, or takes longer than `settings.relay.time_limit`, that is reported and stops nothing.

        Args:
            handler: A function of the message, async or not. It is told until `off`, or until the factory closes.
            user_id: Who hears.

        Returns:
            The handler.

        Raises:
            MissingActorError: Nobody was named as the one who hears.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self._acting.who(user_id)

        def add(added: H) -> H:
            self._handlers.add(who, added)
            return added

        return add if handler is None else add(handler)

    def off(self, handler: MessageHandler) -> None:
        """Tell *handler* nothing more: of what the acting user hears, or of what anybody does where nobody is bound.

        Raises:
            HandlerNotFoundError: It is not registered.
            NotOpenError: The factory is not open.
        """
        self._acting.check_open()
        self._handlers.remove(self._acting.actor, handler)
