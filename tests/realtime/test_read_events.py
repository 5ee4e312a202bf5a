"""Reading what happened."""

import pytest

from saiondo_core.errors import InvalidInputError, UnsteadyLogError
from saiondo_core.realtime.model import head_of
from tests.realtime.talk import ANNA, BERT, open_talk


async def test_pages_follow_each_other_without_a_hole() -> None:
    """Page after page gives every event once, in order, up to the head, each with the cursor to go on from."""
    async with open_talk() as talk:
        await talk.say("one", "two", "three")
        log = await talk.ports.channels.log.stream(stream=f"channel:{talk.team.id}", after=0, limit=100)
        after, read = 0, list[str]()
        while (page := await talk.of(BERT).read_events(channel_id=talk.team.id, after=after, limit=2)).events:
            read += [happened.event_id for happened in page.events]
            after = page.events[-1].offset
            assert (page.epoch, after) == (
                head_of(page.events[-1].cursor).epoch,
                head_of(page.events[-1].cursor).offset,
            )

        assert [recorded.event.stamp.id for recorded in log] == read
        assert len(log) == page.head


async def test_messages_are_as_they_are_now() -> None:
    """An old event tells of its message as it was edited since, and of a deleted one no word."""
    async with open_talk() as talk:
        await talk.say("one", "two")
        head = (await talk.of(ANNA).read_events(channel_id=talk.team.id)).head
        one, two = await talk.use_cases.as_user(ANNA).message.history(channel_id=talk.team.id)
        await talk.use_cases.as_user(ANNA).message.edit(message_id=one.id, content="first")
        await talk.use_cases.as_user(ANNA).message.delete(message_id=two.id)

        page = await talk.of(BERT).read_events(channel_id=talk.team.id, after=head - 2, limit=2)
        assert ["message.sent"] * 2 == [happened.action for happened in page.events]
        assert ["first", ""] == [happened.message.content for happened in page.events if happened.message is not None]


@pytest.mark.parametrize(("after", "limit"), [(0, 0), (0, 26), (-1, 25), (2**63, 25)])
async def test_a_page_has_its_limits(after: int, limit: int) -> None:
    """A page holds 1 to 25 events, after an offset there could be."""
    async with open_talk() as talk:
        with pytest.raises(InvalidInputError):
            await talk.of(BERT).read_events(channel_id=talk.team.id, after=after, limit=limit)


async def test_no_page_mixes_two_logs() -> None:
    """Where the log is replaced meanwhile it is read anew, and where that goes on and on, the reader is told."""
    async with open_talk() as talk:
        talk.log.shifts = 2
        page = await talk.of(BERT).read_events(channel_id=talk.team.id)
        assert {page.epoch} == {head_of(happened.cursor).epoch for happened in page.events} == {"life 3"}

        talk.log.shifts = 6
        with pytest.raises(UnsteadyLogError):
            await talk.of(BERT).read_events(channel_id=talk.team.id)
