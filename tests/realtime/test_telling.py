"""What clients are told of what is in the log, and of what passes by."""

import pytest
from attrs import define, field

from saiondo_core.adapters.memory.messages import MemoryMessages
from saiondo_core.channels.events import MemberRoleAssigned
from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.events import Recorded, Stamp
from saiondo_core.kernel.ids import EventId, RoleId
from saiondo_core.messages.model import Message, MessageId
from saiondo_core.realtime.feed import stream_of
from saiondo_core.realtime.model import head_of
from saiondo_core.realtime.notes import (
    Advanced,
    Broadcasted,
    Passing,
    PresenceChanged,
    ReadMoved,
    TypingChanged,
)
from saiondo_core.realtime.replies import Happened, Presence, ReadMovedTo
from saiondo_core.realtime.requests import Broadcast, Typing
from saiondo_core.realtime.telling import Entry, entries_of, passing
from saiondo_core.testing.clocks import FrozenClock
from tests.messages.house import ANNA, BERT, CARL, TEAM, House

NOW = FrozenClock().now()


@define(eq=False, repr=False)
class Counted(MemoryMessages):
    """Messages whose reads are counted."""

    reads: int = field(default=0, init=False)

    async def get(self, *, message_id: MessageId) -> Message | None:
        """See `MessageRepository.get`."""
        self.reads += 1
        return await super().get(message_id=message_id)

    async def history(
        self, *, channel_id: ChannelId, before: int | None, after: int | None, limit: int
    ) -> tuple[Message, ...]:
        """See `MessageRepository.history`."""
        self.reads += 1
        return await super().history(channel_id=channel_id, before=before, after=after, limit=limit)


@pytest.fixture
async def house() -> House:
    """Build a house with a channel of Anna, Bert and Carl."""
    house = House()
    for user_id in (ANNA, BERT, CARL):
        await house.user(user_id)
    await house.channel(ANNA, BERT, CARL)
    return house


async def entries(house: House) -> tuple[Entry, ...]:
    """All that happened, as it is told."""
    return await entries_of(await house.log(), house.messages, epoch="epoch")


async def test_each_event_is_told_with_its_place_and_what_it_is_about(house: House) -> None:
    """Offset, id, cursor, action, who did it and when; and whom or which message, emoji or role it is about."""
    anna = house.of(ANNA)
    message = await anna.send(channel_id=TEAM, content="hello")
    await anna.react(message_id=message.id, emoji="🦊")
    await house.remove(CARL)
    recorded = await house.log()
    told = await entries(house)

    assert [each.offset for each in recorded] == [each.happened.offset for each in told]
    assert [each.event.stamp.id for each in recorded] == [each.happened.event_id for each in told]
    assert [each.head for each in told] == [head_of(each.happened.cursor) for each in told]
    assert ["channel.created", "message.sent", "reaction.added", "member.removed"] == [
        each.happened.action for each in told
    ]
    created, sent, reacted, removed = (each.happened for each in told)
    assert (message, message.id) == (sent.message, sent.message_id)
    assert (None, message.id, "🦊") == (reacted.message, reacted.message_id, reacted.emoji)
    assert (CARL, None) == (removed.member_id, created.member_id)
    assert [None, None, None, CARL] == [each.leaver for each in told]
    assert [1, 1, 1, 2] == [each.revision for each in told]
    frame = told[1].told.frame
    assert (Happened.type, ANNA, TEAM, NOW) == (frame.type, frame.user_id, frame.channel_id, frame.timestamp)


async def test_a_message_is_told_as_it_is_now(house: House) -> None:
    """Sent, then edited: both events tell the new text. Then deleted: none of the three tells any text."""
    anna = house.of(ANNA)
    message = await anna.send(channel_id=TEAM, content="hello")
    edited = await anna.edit(message_id=message.id, content="hello again")
    assert [edited, edited] == [each.happened.message for each in (await entries(house))[1:]]

    await anna.delete(message_id=message.id)
    told = (await entries(house))[1:]
    assert ["", "", ""] == [each.happened.message.content for each in told if each.happened.message]
    assert 3 == len(told)


async def test_each_follows_the_one_before(house: House) -> None:
    """Each knows the event before it; the first follows what it is said to, or nothing that was told."""
    await house.of(ANNA).send(channel_id=TEAM, content="hello")
    await house.of(ANNA).send(channel_id=TEAM, content="hello")
    log = await house.log()
    first, second, third = await entries(house)

    assert second.follows(first.head)
    assert third.follows(second.head)
    assert not third.follows(first.head)
    assert not first.follows(second.head)
    [alone] = await entries_of(log[2:], house.messages, epoch="epoch")
    assert not alone.follows(second.head)
    [after] = await entries_of(log[2:], house.messages, epoch="epoch", after=log[1].event.stamp.id)
    assert after.follows(second.head)


async def test_messages_that_were_sent_in_a_row_are_read_at_once(house: House) -> None:
    """200 messages are one read; one message is one."""
    for number in range(200):
        await house.of(ANNA).send(channel_id=TEAM, content=f"{number}")
    messages = Counted(house.rooms)
    log = (await house.log())[1:]

    told = await entries_of(log, messages, epoch="epoch")
    assert [f"{number}" for number in range(200)] == [
        each.happened.message.content for each in told if each.happened.message
    ]
    assert 1 == messages.reads
    await entries_of(log[:1], messages, epoch="epoch")
    assert 2 == messages.reads


async def test_a_message_of_another_past_is_not_told(house: House) -> None:
    """An event whose message is gone with an older state is told without one."""
    await house.of(ANNA).send(channel_id=TEAM, content="hello")
    log = await house.log()
    house.rooms.messages.clear()

    assert None is (await entries_of(log[1:], house.messages, epoch="epoch"))[0].happened.message


async def test_a_role_in_a_channel_is_named() -> None:
    """Who was given a role is told with it."""
    stamp = Stamp(id=EventId("1"), at=NOW, actor=ANNA)
    event = MemberRoleAssigned(stamp=stamp, channel_id=TEAM, membership_revision=2, user_id=BERT, role_id=RoleId("r"))
    recorded = Recorded(partition=0, position=1, offset=1, event=event)

    [told] = await entries_of((recorded,), House().messages, epoch="epoch")
    assert ("r", BERT, stream_of(TEAM)) == (told.happened.role_id, told.happened.member_id, event.stream)


@pytest.mark.parametrize(
    ("note", "data", "topic"),
    [
        (
            TypingChanged(channel_id=TEAM, user_id=ANNA, membership_revision=1, at=NOW, is_typing=True),
            Typing(is_typing=True),
            ("typing", TEAM, ANNA),
        ),
        (
            PresenceChanged(channel_id=TEAM, user_id=ANNA, membership_revision=1, at=NOW, is_online=False),
            Presence(is_online=False),
            ("presence", TEAM, ANNA),
        ),
        (
            ReadMoved(
                channel_id=TEAM, user_id=ANNA, membership_revision=1, at=NOW, message_id=MessageId("m"), sequence=3
            ),
            ReadMovedTo(message_id=MessageId("m"), sequence=3),
            ("read_receipt", TEAM, ANNA),
        ),
        (
            Broadcasted(channel_id=TEAM, user_id=ANNA, membership_revision=1, at=NOW, data={"a": [1, None]}),
            Broadcast(data={"a": [1, None]}),
            None,
        ),
    ],
)
def test_what_passes_by_is_told_as_it_is(note: Passing, data: object, topic: object) -> None:
    """Each note is told of its user and moment; of all but broadcasts, only the newest of one user counts."""
    told = passing(note)

    assert (data, topic) == (told.frame.data, told.topic)
    assert (ANNA, TEAM, NOW) == (told.frame.user_id, told.frame.channel_id, told.frame.timestamp)
    assert data == told.frame.data
    assert told.frame.data.type == told.frame.type


def test_a_note_that_nobody_tells_of_is_a_mistake() -> None:
    """A kind of notes that clients have no frame for is refused, not told as something else."""
    note = Passing(channel_id=TEAM, user_id=ANNA, membership_revision=1, at=NOW)

    with pytest.raises(TypeError, match="Passing"):
        passing(note)
    assert "advanced" == Advanced.kind
