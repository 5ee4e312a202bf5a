"""No frame of the server's is larger than what clients take by default, whatever people have put into their channel."""

from datetime import UTC, datetime

from saiondo_core.channels.model import Channel, ChannelId, ChannelType, Membership
from saiondo_core.kernel.events import Head
from saiondo_core.kernel.ids import EventId, RoleId, UserId
from saiondo_core.kernel.text import METADATA_OCTETS
from saiondo_core.messages.model import CONTENT_MOST, MENTIONS_MOST, Message, MessageId
from saiondo_core.realtime.frames import Data, Frame
from saiondo_core.realtime.joining import MEMBERS_MOST, MESSAGES_MOST
from saiondo_core.realtime.model import HISTORY_EVENTS_MOST, cursor_of
from saiondo_core.realtime.replies import Happened, HistoryPage, Snapshot
from saiondo_core.wire.frames import encode_frame

MOST = 2**20
"""What `websockets` takes, and most others: 1 MiB."""

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ID = "0" * 36
SOMEBODY = UserId("🌳" * 64)
CURSOR = cursor_of(Head(epoch="f" * 16, offset=2**53, event_id=EventId(ID)))
METADATA = {"k": "x" * (METADATA_OCTETS - len('{"k":""}'))}
MESSAGE = Message(
    id=MessageId(ID),
    channel_id=ChannelId(ID),
    sender_id=SOMEBODY,
    content="\x01" * CONTENT_MOST,
    mentions=(SOMEBODY,) * MENTIONS_MOST,
    metadata=METADATA,
    client_message_id="🌳" * 100,
    created_at=NOW,
    edited_at=NOW,
    sequence=2**53,
)


def size_of(data: Data) -> int:
    """How many bytes the frame with *data* has."""
    frame: Frame[Data] = Frame(type=data.type, id="🌳" * 64, data=data, timestamp=NOW, user_id=SOMEBODY)
    return len(encode_frame(frame))


def test_a_snapshot_is_bounded() -> None:
    """The longest messages of the longest names, full metadata, and all the members and roles that it tells of."""
    channel = Channel(
        id=ChannelId(ID),
        name="🌳" * 50,
        description="🌳" * 200,
        type=ChannelType.PRIVATE,
        owner_id=SOMEBODY,
        metadata=METADATA,
        created_at=NOW,
        updated_at=NOW,
    )
    member = Membership(
        channel_id=channel.id, user_id=SOMEBODY, extra_roles=(RoleId(ID),) * 20, joined_at=NOW, muted_until=NOW
    )
    snapshot = Snapshot(
        channel=channel,
        members=(member,) * MEMBERS_MOST,
        messages=(MESSAGE,) * MESSAGES_MOST,
        online=(SOMEBODY,) * MEMBERS_MOST,
        typing=(SOMEBODY,) * MEMBERS_MOST,
        epoch="f" * 16,
        head=2**53,
        cursor=CURSOR,
        recovered=False,
    )
    assert MOST // 2 < size_of(snapshot) < MOST


def test_a_page_of_history_is_bounded() -> None:
    """The same for the longest page."""
    happened = Happened(
        offset=2**53,
        event_id=EventId(ID),
        cursor=CURSOR,
        at=NOW,
        actor_id=SOMEBODY,
        action="message.edited",
        message=MESSAGE,
        message_id=MESSAGE.id,
    )
    page = HistoryPage(epoch="f" * 16, head=2**53, events=(happened,) * HISTORY_EVENTS_MOST)
    assert MOST // 2 < size_of(page) < MOST
