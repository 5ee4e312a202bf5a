"""Having read up to a message."""

from saiondo_core.realtime.replies import ReadMovedTo
from tests.realtime.talk import ANNA, BERT, open_talk


async def test_reading_is_told_with_the_position() -> None:
    """Whoever listens is told how far somebody has read; the position only rises, whichever message is named."""
    async with open_talk() as talk:
        anna = await talk.listen(ANNA)
        await talk.say("one", "two", "three")
        one, two, _ = await talk.use_cases.as_user(ANNA).message.history(channel_id=talk.team.id)
        marked = [await talk.of(BERT).mark_message_as_read(message_id=message.id) for message in (two, one)]

        assert [(BERT, 2), (BERT, 2)] == [(each.user_id, each.read_sequence) for each in marked]
        told = [(f.user_id, f.data) for f in anna.frames if isinstance(f.data, ReadMovedTo)]
        assert [(BERT, ReadMovedTo(message_id=message.id, sequence=2)) for message in (two, one)] == told


async def test_a_deleted_message_can_be_read_past() -> None:
    """A tombstone has its place still."""
    async with open_talk() as talk:
        await talk.say("one")
        (one,) = await talk.use_cases.as_user(ANNA).message.history(channel_id=talk.team.id)
        await talk.use_cases.as_user(ANNA).message.delete(message_id=one.id)

        assert 1 == (await talk.of(BERT).mark_message_as_read(message_id=one.id)).read_sequence


async def test_a_position_stands_though_it_cannot_be_told() -> None:
    """The bus is out of order: what was read is remembered, and nothing is raised."""
    async with open_talk() as talk:
        await talk.say("one")
        (one,) = await talk.use_cases.as_user(ANNA).message.history(channel_id=talk.team.id)
        talk.bus.is_down = True
        await talk.of(BERT).mark_message_as_read(message_id=one.id)

        (unread,) = await talk.use_cases.as_user(BERT).channel.unread()
        assert 0 == unread.unread
