"""What happened since a cursor, and every reason for which it cannot be told."""

from collections.abc import Awaitable, Callable

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.events import Head
from saiondo_core.kernel.ids import EventId
from saiondo_core.kernel.paging import encode_cursor
from saiondo_core.realtime.feed import stream_of
from saiondo_core.realtime.model import ChannelSnapshot, Gap, GapReason, cursor_of
from saiondo_core.realtime.recovery import may_follow, read_after, read_all_after, recover
from tests.messages.house import ANNA, BERT, CARL, EVE, TEAM
from tests.realtime.hearing import Ear, Stage

OTHER = ChannelId("other")
STREAM = stream_of(TEAM)


@pytest.fixture
async def stage() -> Stage:
    """Set a stage: Anna, Bert and Carl have said five things, at the offsets 2 to 6; Anna alone nine elsewhere."""
    stage = Stage()
    for user_id in (ANNA, BERT, CARL, EVE):
        await stage.house.user(user_id)
    await stage.house.channel(ANNA, BERT, CARL)
    await stage.say(ANNA, "one", "two", "three", "four", "five")
    await stage.house.channel(ANNA, id=OTHER)
    await stage.say(ANNA, *"abcdefghi", channel_id=OTHER)
    return stage


async def at(stage: Stage, offset: int, channel_id: ChannelId = TEAM) -> Head:
    """The head that the channel once had."""
    head = await stage.log.head(stream=stream_of(channel_id))
    if offset == 0:
        return evolve(head, offset=0, event_id=None)
    return evolve(head, offset=offset, event_id=(await stage.log_of(channel_id))[offset - 1].event.stamp.id)


async def garbage(stage: Stage) -> str:
    """No cursor at all."""
    del stage
    return "%%%"


async def another_kind(stage: Stage) -> str:
    """The cursor of a list."""
    head = await at(stage, 3)
    return encode_cursor("history", head.epoch, "3", head.event_id or "")


async def no_event(stage: Stage) -> str:
    """An offset without the event at it."""
    return cursor_of(evolve(await at(stage, 3), event_id=None))


async def no_number(stage: Stage) -> str:
    """A cursor whose offset is none."""
    return encode_cursor("live", (await at(stage, 3)).epoch, "-3", "x")


async def endless_number(stage: Stage) -> str:
    """An offset of 5,000 digits."""
    return encode_cursor("live", (await at(stage, 3)).epoch, "9" * 5_000, "x")


async def other_epoch(stage: Stage) -> str:
    """A place in a log that was begun anew since."""
    return cursor_of(evolve(await at(stage, 3), epoch="before"))


async def past_the_head(stage: Stage) -> str:
    """A place that this log has not got to."""
    return cursor_of(evolve(await at(stage, 6), offset=7, event_id=EventId("x")))


async def set_back(stage: Stage) -> str:
    """A place in what was forgotten when the log was set back to an older state; it has grown since."""
    backup = stage.backup()
    await stage.say(BERT, "forgotten", "too")
    cursor = cursor_of(await at(stage, 7))
    stage.set_back(backup)
    await stage.say(CARL, "instead", "of", "it")
    return cursor


async def set_back_at_the_head(stage: Stage) -> str:
    """The same, where the log has grown to just that offset."""
    backup = stage.backup()
    await stage.say(BERT, "forgotten")
    cursor = cursor_of(await at(stage, 7))
    stage.set_back(backup)
    await stage.say(CARL, "instead")
    return cursor


async def another_channel(stage: Stage) -> str:
    """A place in another channel's log."""
    return cursor_of(await at(stage, 3, OTHER))


async def another_longer_channel(stage: Stage) -> str:
    """A place in another channel's log, past the end of this one's."""
    return cursor_of(await at(stage, 9, OTHER))


async def trimmed(stage: Stage) -> str:
    """A place whose event the log has forgotten."""
    stage.log.trimmed = 3
    return cursor_of(await at(stage, 2))


async def trimmed_beginning(stage: Stage) -> str:
    """The beginning, which the log has forgotten."""
    stage.log.trimmed = 3
    return cursor_of(await at(stage, 0))


async def too_far_back(stage: Stage) -> str:
    """A place with 301 events after it."""
    cursor = cursor_of(await at(stage, 6))
    await stage.say(ANNA, *(str(number) for number in range(301)))
    return cursor


async def too_far_back_elsewhere(stage: Stage) -> str:
    """A place in another channel's log, with more than 300 events after it in this one's."""
    await too_far_back(stage)
    return cursor_of(await at(stage, 3, OTHER))


async def before_joining(stage: Stage) -> str:
    """A place before one's membership began."""
    await stage.house.remove(BERT)
    cursor = cursor_of(await at(stage, 7))
    await stage.say(ANNA, "without Bert")
    await stage.house.join(BERT)
    return cursor


async def away_meanwhile(stage: Stage) -> str:
    """A place in an earlier membership."""
    cursor = cursor_of(await at(stage, 6))
    await stage.house.remove(BERT)
    await stage.say(ANNA, "without Bert")
    await stage.house.join(BERT)
    return cursor


@pytest.mark.parametrize(
    ("given_cursor", "reason", "first"),
    [
        (garbage, GapReason.CURSOR_UNKNOWN, 1),
        (another_kind, GapReason.CURSOR_UNKNOWN, 1),
        (no_event, GapReason.CURSOR_UNKNOWN, 1),
        (no_number, GapReason.CURSOR_UNKNOWN, 1),
        (endless_number, GapReason.CURSOR_UNKNOWN, 1),
        (other_epoch, GapReason.EPOCH_CHANGED, 1),
        (past_the_head, GapReason.EPOCH_CHANGED, 1),
        (set_back, GapReason.EPOCH_CHANGED, 1),
        (set_back_at_the_head, GapReason.EPOCH_CHANGED, 1),
        (another_channel, GapReason.EPOCH_CHANGED, 1),
        (another_longer_channel, GapReason.EPOCH_CHANGED, 1),
        (too_far_back_elsewhere, GapReason.EPOCH_CHANGED, 1),
        (trimmed, GapReason.TRIMMED, 3),
        (trimmed_beginning, GapReason.TRIMMED, 1),
        (too_far_back, GapReason.TOO_MANY, 7),
        (before_joining, GapReason.NOT_A_MEMBER, 8),
        (away_meanwhile, GapReason.NOT_A_MEMBER, 7),
    ],
)
async def test_a_wrong_cursor_gets_its_reason(
    stage: Stage, given_cursor: Callable[[Stage], Awaitable[str]], reason: GapReason, first: int
) -> None:
    """A cursor from which not everything can be told is never recovered: its reason is told, and nothing of the past.

    The snapshot shows the newest messages instead, and tells go on after the head.
    """
    ear, cursor = Ear(BERT), await given_cursor(stage)
    head = await stage.log.head(stream=STREAM)

    snapshot = await stage.join(ear, since=cursor)

    assert not snapshot.recovered
    assert Gap(first=first, last=head.offset, reason=reason) == snapshot.gap
    assert cursor_of(head) == snapshot.cursor
    assert snapshot.recent_messages
    assert [snapshot] == ear.story()
    await stage.say(ANNA, "go on")
    await stage.settle()
    assert ["go on"] == ear.texts()


@pytest.mark.parametrize("offset", range(7))
async def test_a_right_cursor_is_recovered(stage: Stage, offset: int) -> None:
    """Whoever gives a place in this log is told all that followed, and no message is shown besides."""
    ear = Ear(BERT)

    snapshot = await stage.join(ear, since=cursor_of(await at(stage, offset)))

    assert snapshot.recovered
    assert None is snapshot.gap
    assert () == snapshot.recent_messages
    assert offset == snapshot.head
    assert list(range(offset + 1, 7)) == ear.offsets()


async def test_300_events_are_recovered(stage: Stage) -> None:
    """The most that are told are told; one more would be a gap, as the table above says."""
    await stage.say(ANNA, *(str(number) for number in range(300)))
    ear = Ear(BERT)

    snapshot = await stage.join(ear, since=cursor_of(await at(stage, 6)))

    assert snapshot.recovered
    assert list(range(7, 307)) == ear.offsets()


async def test_a_trimmed_log_recovers_whoever_missed_nothing(stage: Stage) -> None:
    """Where the log has forgotten everything, a cursor at its head is recovered, with nothing."""
    stage.log.trimmed = 6
    ear = Ear(BERT)

    snapshot = await stage.join(ear, since=cursor_of(await at(stage, 6)))

    assert snapshot.recovered
    assert [snapshot] == ear.story()


@pytest.mark.parametrize("offset", range(6))
async def test_a_log_that_forgot_everything_recovers_nobody_else(stage: Stage, offset: int) -> None:
    """A log of which only the head is known looks empty; whoever missed something of it is told so."""
    cursor = cursor_of(await at(stage, offset))
    stage.log.trimmed = 6

    snapshot = await stage.join(Ear(BERT), since=cursor)

    assert Gap(first=offset + 1, last=6, reason=GapReason.TRIMMED) == snapshot.gap
    assert not snapshot.recovered


async def test_without_a_cursor_nothing_is_recovered_or_missing(stage: Stage) -> None:
    """Whoever comes for the first time is shown the newest messages."""
    snapshot: ChannelSnapshot = await stage.join(Ear(BERT))

    assert (False, None) == (snapshot.recovered, snapshot.gap)
    assert ["one", "two", "three", "four", "five"] == [message.content for message in snapshot.recent_messages]


@given(st.text())
async def test_no_text_is_a_cursor_by_chance(cursor: str) -> None:
    """Whatever is given for a cursor is unknown, and raises nothing."""
    stage = Stage()
    head = Head(epoch="epoch", offset=0, event_id=None)

    recovery = await recover(stage.log, STREAM, cursor, head=head, user_id=BERT, most=300)

    assert Gap(first=1, last=0, reason=GapReason.CURSOR_UNKNOWN) == recovery.gap
    assert None is recovery.events


async def test_all_that_follows_is_read_in_turns(stage: Stage) -> None:
    """However few are read at a time, all are read; and where the log was set back, it shows."""
    for limit in range(1, 8):
        found = await read_all_after(stage.log, STREAM, await at(stage, 1), limit=limit)
        assert tuple((await stage.log_of())[1:]) == found

    assert GapReason.EPOCH_CHANGED is await read_all_after(stage.log, STREAM, await at(stage, 5, OTHER), limit=2)


async def test_nothing_after_the_head(stage: Stage) -> None:
    """After the head there is nothing; after what never was, neither, and it shows."""
    assert () == await read_after(stage.log, STREAM, await at(stage, 6), limit=10)
    assert GapReason.EPOCH_CHANGED is await read_after(stage.log, STREAM, await at(stage, 9, OTHER), limit=10)


def test_which_heads_may_follow_each_other() -> None:
    """A head follows itself and all below it, in its epoch."""
    here = Head(epoch="e", offset=3, event_id=EventId("3"))

    assert may_follow(here, here)
    assert may_follow(here, evolve(here, offset=2, event_id=EventId("2")))
    assert not may_follow(here, evolve(here, offset=4, event_id=EventId("4")))
    assert not may_follow(here, evolve(here, event_id=EventId("other")))
    assert not may_follow(here, evolve(here, offset=2, epoch="other"))
