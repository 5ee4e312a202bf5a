"""Having read up to a message."""

import pytest

from saiondo_core.adapters.memory.bus import MemoryEventBus
from saiondo_core.errors import MessageNotFoundError
from saiondo_core.realtime.mark_message_as_read import MarkMessageAsReadUseCase
from saiondo_core.realtime.replies import ReadMovedTo
from saiondo_core.testing.schedules import Interruption, at_every_moment
from tests.messages.house import TEAM, House
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


async def test_who_is_removed_meanwhile_is_answered_as_a_stranger() -> None:
    """Whoever is out of the channel by the time of the answer learns no more than if they had been all along."""

    async def scenario(moment: int) -> bool:
        house = House()
        for user_id in (ANNA, BERT):
            await house.user(user_id)
        await house.channel(ANNA, BERT)
        one = await house.of(ANNA).send(channel_id=TEAM, content="one")
        removal = Interruption(moment, lambda: house.remove(BERT))
        mark = MarkMessageAsReadUseCase(
            acting=house.acting(BERT),
            channels=removal.around(house.channels),
            messages=removal.around(house.messages),
            bus=MemoryEventBus(),
        )
        if moment < 9:  # The last judgement is the fifth call: its moments are 8 and 9.
            with pytest.raises(MessageNotFoundError):
                await mark(message_id=one.id)
        else:
            assert 1 == (await mark(message_id=one.id)).read_sequence
        return removal.happened

    assert 10 == await at_every_moment(scenario)
