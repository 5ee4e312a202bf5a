"""The group `real_time`: what is said, and who is there, as it happens. Its one use case is the group."""

from saiondo_core.composition.ports import Ports
from saiondo_core.kernel.rights import Acting
from saiondo_core.messages.send_message import SendMessageUseCase
from saiondo_core.realtime.broadcast_to_channel import BroadcastToChannelUseCase
from saiondo_core.realtime.get_online_users import GetOnlineUsersUseCase, GetTypingUsersUseCase
from saiondo_core.realtime.handlers import MessageHandlers
from saiondo_core.realtime.hub import Hub
from saiondo_core.realtime.joining import Joining
from saiondo_core.realtime.listen_to_channel import ListenToChannelUseCase, StopListeningUseCase
from saiondo_core.realtime.mark_message_as_read import MarkMessageAsReadUseCase
from saiondo_core.realtime.read_events import ReadEventsUseCase
from saiondo_core.realtime.real_time_chat import RealTimeChatUseCase
from saiondo_core.realtime.send_real_time_message import SendRealTimeMessageUseCase
from saiondo_core.realtime.start_typing import StartTypingUseCase, StopTypingUseCase
from saiondo_core.realtime.typing_signs import TypingSigns


def make_real_time_group(
    ports: Ports, acting: Acting, *, send: SendMessageUseCase, hub: Hub, handlers: MessageHandlers
) -> RealTimeChatUseCase:
    """The group over *ports*, for whoever *acting* says."""
    joining = Joining(hub=hub, presence=ports.presence)
    channels, messages, presence, bus = ports.channels, ports.messages, ports.presence, ports.bus
    signs = TypingSigns(
        presence=presence, bus=bus, channels=channels, clock=ports.clock, seconds=hub.policy.typing_seconds
    )
    return RealTimeChatUseCase(
        send_real_time_message=SendRealTimeMessageUseCase(acting=acting, send=send, signs=signs),
        join_channel=ListenToChannelUseCase(acting=acting, joining=joining, handlers=handlers, bus=bus),
        leave_channel=StopListeningUseCase(acting=acting, channels=channels, hub=hub, handlers=handlers),
        start_typing=StartTypingUseCase(acting=acting, channels=channels, signs=signs),
        stop_typing=StopTypingUseCase(acting=acting, channels=channels, signs=signs),
        mark_message_as_read=MarkMessageAsReadUseCase(acting=acting, channels=channels, messages=messages, bus=bus),
        broadcast_to_channel=BroadcastToChannelUseCase(acting=acting, channels=channels, bus=bus),
        get_online_users=GetOnlineUsersUseCase(acting=acting, channels=channels, presence=presence),
        get_typing_users=GetTypingUsersUseCase(acting=acting, channels=channels, presence=presence),
        read_events=ReadEventsUseCase(acting=acting, channels=channels, messages=messages),
        acting=acting,
        handlers=handlers,
    )
