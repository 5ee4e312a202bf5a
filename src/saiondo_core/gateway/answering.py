"""What a client asks for, to the use case that does it, to what the client is answered."""

from collections.abc import Iterable

from saiondo_core.channels.model import ChannelId
from saiondo_core.messages.model import AUTO
from saiondo_core.realtime.frames import Data, Frame
from saiondo_core.realtime.listening import Listener
from saiondo_core.realtime.model import ChannelSnapshot, head_of
from saiondo_core.realtime.real_time_chat import RealTimeChatUseCase
from saiondo_core.realtime.replies import Ack, HistoryPage, ServerHeartbeat, ServerPong, Snapshot
from saiondo_core.realtime.requests import (
    Broadcast,
    JoinChannel,
    LeaveChannel,
    ReadHistory,
    ReadReceipt,
    Say,
    Typing,
)
from saiondo_core.realtime.server import Beat
from saiondo_core.realtime.subscriptions import Subscription


async def answer(chat: RealTimeChatUseCase, listener: Listener, request: Frame[Data]) -> Data | None:
    """Do what *request* asks for; the answer, where it was not given already.

    Raises:
        SaiondoError: Whatever the use case raises.
    """
    # Where a channel is needed, the machine has let nothing pass that names none.
    channel_id = request.channel_id or ChannelId("")
    match request.data:
        case JoinChannel(since=since):
            await chat.join_channel(channel_id=channel_id, since=since, listener=listener)
            return None  # The snapshot told it, before anything that follows it could.
        case LeaveChannel():
            await chat.leave_channel(channel_id=channel_id, listener=listener)
        case Say() as said:
            sent = await chat.send_real_time_message(
                content=said.content,
                channel_id=channel_id,
                reply_to=said.reply_to,
                mentions=AUTO if said.mentions is None else said.mentions,
                metadata=said.metadata,
                client_message_id=said.client_message_id,
            )
            return Ack(message=sent.message, duplicate=not sent.broadcast)
        case Typing(is_typing=True):
            await chat.start_typing(channel_id=channel_id)
        case Typing():
            await chat.stop_typing(channel_id=channel_id)
        case ReadReceipt(message_id=message_id):
            await chat.mark_message_as_read(message_id=message_id)
        case Broadcast(data=data):
            await chat.broadcast_to_channel(channel_id=channel_id, data=data)
        case ReadHistory(since=since, limit=limit):
            page = await chat.read_events(channel_id=channel_id, since=since, limit=limit)
            return HistoryPage(epoch=page.epoch, head=page.head, events=page.events, gap=page.gap)
        case other:
            raise TypeError(f"nobody does {type(other).__name__}")
    return Ack()


def snapshot_of(snapshot: ChannelSnapshot) -> Snapshot:
    """What whoever joins a channel is told first."""
    return Snapshot(
        channel=snapshot.channel,
        members=snapshot.members,
        messages=snapshot.recent_messages,
        online=snapshot.online,
        typing=snapshot.typing,
        epoch=head_of(snapshot.cursor).epoch,
        head=snapshot.head,
        cursor=snapshot.cursor,
        recovered=snapshot.recovered,
        gap=snapshot.gap,
    )


def beating(beat: Beat, subscriptions: Iterable[Subscription]) -> ServerHeartbeat | ServerPong:
    """What whoever has *subscriptions* is told at *beat*."""
    heads: dict[str, int] = {each.channel_id: each.head.offset for each in subscriptions}
    return ServerPong(heads=heads) if beat.is_answer else ServerHeartbeat(heads=heads)
