"""What happened since a cursor, and every reason for which it cannot be told."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from saiondo_core.kernel.events import Head
from saiondo_core.kernel.ids import EventId
from saiondo_core.realtime.feed import stream_of
from saiondo_core.realtime.model import ChannelSnapshot, Gap, GapReason, cursor_of
from saiondo_core.realtime.recovery import may_follow, read_after, read_all_after, recover
from tests.messages.house import ANNA, BERT, TEAM
from tests.realtime.cursors import (
    OTHER,
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
from tests.realtime.hearing import Ear, Stage

STREAM = stream_of(TEAM)


@pytest.fixture
async def stage() -> Stage:
    """Set a stage in which five things were said."""
    return await five_things()


@pytest.mark.parametrize(
    ("given_cursor", "reason", "first"),
    [
        *((giver, reason, 1) for giver, reason in VOID.items()),
        (trimmed, GapReason.TRIMMED, 3),
        (trimmed_beginning, GapReason.TRIMMED, 1),
        (too_far_back, GapReason.TOO_MANY, 7),
        (before_joining, GapReason.NOT_A_MEMBER, 8),
        (away_meanwhile, GapReason.NOT_A_MEMBER, 7),
    ],
)
async def test_a_wrong_cursor_gets_its_reason(stage: Stage, given_cursor: Giver, reason: GapReason, first: int) -> None:
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
