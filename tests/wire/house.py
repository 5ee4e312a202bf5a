"""What the tests of the codec write and read."""

from datetime import UTC, datetime

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.events import Recorded, Stamp
from saiondo_core.kernel.ids import EventId, UserId
from saiondo_core.messages.events import MessageSent
from saiondo_core.messages.model import Message, MessageId

NOON = datetime(2026, 1, 31, 12, 0, 0, 123_000, tzinfo=UTC)
MESSAGE = Message(
    id=MessageId("message"),
    channel_id=ChannelId("channel"),
    sender_id=UserId("anna"),
    content='안녕: "hello"',
    mentions=(UserId("ben"),),
    metadata={"order": 42},
    created_at=NOON,
    sequence=1,
)
RECORDED = Recorded(
    partition=0,
    position=1,
    offset=1,
    sequence=1,
    event=MessageSent(
        stamp=Stamp(id=EventId("event"), at=NOON, actor=UserId("anna")),
        channel_id=MESSAGE.channel_id,
        membership_revision=1,
        message_id=MESSAGE.id,
    ),
)
