"""Reading what happened."""

from collections.abc import Awaitable, Callable

import pytest
from attrs import define, field

from saiondo_core.errors import InvalidInputError, UnsteadyLogError
from saiondo_core.kernel.events import Head, Recorded
from saiondo_core.realtime.feed import stream_of
from saiondo_core.realtime.model import Gap, GapReason, cursor_of, head_of
from saiondo_core.realtime.read_events import EventPage, ReadEventsUseCase
from tests.messages.house import CARL, TEAM
from tests.realtime.cursors import (
    VOID,
    Giver,
    at,
    away_meanwhile,
    before_joining,
    five_things,
    too_far_back,
    trimmed,
    trimmed_beginning,
)
from tests.realtime.hearing import Stage, TalkingLog
from tests.realtime.talk import ANNA, BERT, open_talk


@define(eq=False)
class TornLog(TalkingLog):
    """A log that can have holes in the middle, and be changed by somebody while it is read.

    Attributes:
        lost: The offsets that no stream has any more.
        meanwhile: Called after each read.
    """

    lost: frozenset[int] = field(default=frozenset(), kw_only=True)
    meanwhile: Callable[[], None] = field(default=lambda: None, kw_only=True)

    async def stream(self, *, stream: str, after: int, limit: int) -> tuple[Recorded, ...]:
        """See `EventLog.stream`."""
        whole = await super().stream(stream=stream, after=after, limit=1_000)
        self.meanwhile()
        return tuple(recorded for recorded in whole if recorded.offset not in self.lost)[:limit]


@pytest.fixture
async def stage() -> Stage:
    """Set a stage in which five things were said."""
    return await five_things()


async def read(stage: Stage, since: str | None, limit: int = 25) -> EventPage:
    """Read a page, as Bert does."""
    house = stage.house
    reading = ReadEventsUseCase(acting=house.acting(BERT), channels=house.channels, messages=house.messages)
    return await reading(channel_id=TEAM, since=since, limit=limit)


def offsets(page: EventPage) -> list[int]:
    """What the page tells of."""
    return [happened.offset for happened in page.events]


async def test_pages_follow_each_other_without_a_hole() -> None:
    """Page after page gives every event once, in order, up to the head, each with the cursor to go on from."""
    async with open_talk() as talk:
        await talk.say("one", "two", "three")
        log = await talk.ports.channels.log.stream(stream=f"channel:{talk.team.id}", after=0, limit=100)
        since, read = None, list[str]()
        while (page := await talk.of(BERT).read_events(channel_id=talk.team.id, since=since, limit=2)).events:
            read += [happened.event_id for happened in page.events]
            since = page.events[-1].cursor
            assert Head(epoch=page.epoch, offset=page.events[-1].offset, event_id=page.events[-1].event_id) == head_of(
                since
            )

        assert [recorded.event.stamp.id for recorded in log] == read
        assert (len(log), None) == (page.head, page.gap)


async def test_messages_are_as_they_are_now() -> None:
    """An old event tells of its message as it was edited since, and of a deleted one no word."""
    async with open_talk() as talk:
        since = (await talk.of(BERT).join_channel(channel_id=talk.team.id)).cursor
        await talk.say("one", "two")
        one, two = await talk.use_cases.as_user(ANNA).message.history(channel_id=talk.team.id)
        await talk.use_cases.as_user(ANNA).message.edit(message_id=one.id, content="first")
        await talk.use_cases.as_user(ANNA).message.delete(message_id=two.id)

        page = await talk.of(BERT).read_events(channel_id=talk.team.id, since=since, limit=2)
        assert ["message.sent"] * 2 == [happened.action for happened in page.events]
        assert ["first", ""] == [happened.message.content for happened in page.events if happened.message is not None]


@pytest.mark.parametrize("limit", [0, 26])
async def test_a_page_has_its_limits(stage: Stage, limit: int) -> None:
    """A page holds 1 to 25 events."""
    with pytest.raises(InvalidInputError):
        await read(stage, None, limit)


@pytest.mark.parametrize(("giver", "reason"), VOID.items())
async def test_a_page_of_another_past_tells_nothing(stage: Stage, giver: Giver, reason: GapReason) -> None:
    """Where the log does not follow the cursor, all there is is missing, for its reason, and nothing is told."""
    page = await read(stage, await giver(stage))

    head = await stage.log.head(stream=stream_of(TEAM))
    gap = Gap(first=1, last=head.offset, reason=reason)
    assert EventPage(epoch=head.epoch, head=head.offset, events=(), gap=gap) == page


@pytest.mark.parametrize(
    ("giver", "told"),
    [(too_far_back, range(7, 32)), (before_joining, range(8, 10)), (away_meanwhile, range(7, 10))],
)
async def test_a_page_tells_what_is_not_told_at_once(stage: Stage, giver: Giver, told: range) -> None:
    """What is too much for a join, or was said while one was no member, is in pages all the same."""
    page = await read(stage, await giver(stage))

    assert (None, [*told]) == (page.gap, offsets(page))


@pytest.mark.parametrize("offset", range(7))
async def test_a_page_goes_on_from_its_cursor(stage: Stage, offset: int) -> None:
    """Every place in the log can be gone on from, its beginning and its head too."""
    page = await read(stage, cursor_of(await at(stage, offset)), 2)

    assert (6, None) == (page.head, page.gap)
    assert [*range(offset + 1, min(offset + 3, 7))] == offsets(page)


async def test_the_default_is_the_whole_log(stage: Stage) -> None:
    """Without a cursor, pages begin with the first event."""
    assert [1, 2, 3] == offsets(await read(stage, None, 3))


async def nothing(stage: Stage) -> None:
    """No cursor, of a log that has forgotten its beginning."""
    stage.log.trimmed = 3


async def just_trimmed(stage: Stage) -> str:
    """A place whose event the log has forgotten, and nothing after it."""
    stage.log.trimmed = 3
    return cursor_of(await at(stage, 3))


async def all_trimmed(stage: Stage) -> str:
    """A place in a log that has forgotten everything."""
    stage.log.trimmed = 6
    return cursor_of(await at(stage, 2))


@pytest.mark.parametrize(
    ("giver", "first", "last", "told"),
    [
        (trimmed, 3, 3, [4, 5]),
        (trimmed_beginning, 1, 3, [4, 5]),
        (nothing, 1, 3, [4, 5]),
        (just_trimmed, 4, 3, [4, 5]),
        (all_trimmed, 3, 6, []),
    ],
)
async def test_a_page_says_what_was_forgotten(
    stage: Stage, giver: Callable[[Stage], Awaitable[str | None]], first: int, last: int, told: list[int]
) -> None:
    """What the log has forgotten is said to be missing, and what it still has is told."""
    page = await read(stage, await giver(stage), 2)

    assert Gap(first=first, last=last, reason=GapReason.TRIMMED) == page.gap
    assert told == offsets(page)


async def test_a_page_ends_at_a_hole() -> None:
    """What is missing in the middle is said by the page that follows it."""
    log = TornLog()
    stage = await five_things(log)
    log.lost = frozenset({3, 4})

    first = await read(stage, cursor_of(await at(stage, 1)))
    second = await read(stage, first.events[-1].cursor)

    assert [[2], [5, 6]] == [offsets(first), offsets(second)]
    assert [
        Gap(first=2, last=1, reason=GapReason.TRIMMED),
        Gap(first=3, last=4, reason=GapReason.TRIMMED),
    ] == [first.gap, second.gap]


async def test_a_hole_hides_no_other_past() -> None:
    """The event at the cursor is looked at, if it is there, also where something after it is not."""
    log = TornLog()
    stage = await five_things(log)
    backup = stage.backup()
    await stage.say(BERT, "forgotten")
    cursor = cursor_of(await at(stage, 7))
    stage.set_back(backup)
    await stage.say(CARL, "instead", "of", "it")
    log.lost = frozenset({8})

    page = await read(stage, cursor)

    assert ([], Gap(first=1, last=9, reason=GapReason.EPOCH_CHANGED)) == (offsets(page), page.gap)


async def test_a_log_that_is_set_back_meanwhile_is_read_anew() -> None:
    """Under the same epoch too: the page tells of nothing beyond the head that it names."""
    log = TornLog()
    stage = await five_things(log)
    backup = stage.backup()
    await stage.say(BERT, "forgotten")
    log.meanwhile = lambda: stage.set_back(backup)

    page = await read(stage, cursor_of(await at(stage, 5)))

    assert (6, [6]) == (page.head, offsets(page))


async def test_no_page_mixes_two_logs() -> None:
    """Where the log is replaced meanwhile it is read anew, and where that goes on and on, the reader is told."""
    async with open_talk() as talk:
        talk.log.shifts = 2
        page = await talk.of(BERT).read_events(channel_id=talk.team.id)
        assert {page.epoch} == {head_of(happened.cursor).epoch for happened in page.events} == {"life 3"}

        talk.log.shifts = 6
        with pytest.raises(UnsteadyLogError):
            await talk.of(BERT).read_events(channel_id=talk.team.id)
