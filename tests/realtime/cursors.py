"""A channel in which a few things were said, and every wrong cursor that somebody may give."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from attrs import evolve

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.events import Head
from saiondo_core.kernel.ids import EventId
from saiondo_core.kernel.paging import encode_cursor
from saiondo_core.realtime.feed import stream_of
from saiondo_core.realtime.model import GapReason, cursor_of
from tests.messages.house import ANNA, BERT, CARL, EVE, TEAM
from tests.realtime.hearing import Stage, TalkingLog

OTHER = ChannelId("other")
Giver: TypeAlias = Callable[[Stage], Awaitable[str]]
"""Gives a cursor to whoever comes to a stage, and does to that what makes it wrong."""


async def five_things(log: TalkingLog | None = None) -> Stage:
    """Set a stage: Anna, Bert and Carl have said five things, at the offsets 2 to 6; Anna alone nine elsewhere."""
    stage = Stage(log=log or TalkingLog())
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


VOID: Mapping[Giver, GapReason] = MappingProxyType(
    {
        garbage: GapReason.CURSOR_UNKNOWN,
        another_kind: GapReason.CURSOR_UNKNOWN,
        no_event: GapReason.CURSOR_UNKNOWN,
        no_number: GapReason.CURSOR_UNKNOWN,
        endless_number: GapReason.CURSOR_UNKNOWN,
        other_epoch: GapReason.EPOCH_CHANGED,
        past_the_head: GapReason.EPOCH_CHANGED,
        set_back: GapReason.EPOCH_CHANGED,
        set_back_at_the_head: GapReason.EPOCH_CHANGED,
        another_channel: GapReason.EPOCH_CHANGED,
        another_longer_channel: GapReason.EPOCH_CHANGED,
        too_far_back_elsewhere: GapReason.EPOCH_CHANGED,
    }
)
"""Those that lead to no place in the channel's past, and why."""
