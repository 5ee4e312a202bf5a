"""What happened since, and whether that can be told."""

from attrs import frozen

from saiondo_core.channels.events import MemberBanned, MemberJoined, MemberLeft, MemberRemoved
from saiondo_core.kernel.errors import InvalidCursorError
from saiondo_core.kernel.events import Event, Head, Recorded
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import EventLog
from saiondo_core.realtime.model import Gap, GapReason, head_of


@frozen(kw_only=True)
class Recovery:
    """What can be told of what happened after a cursor.

    Attributes:
        start: From where on things are told.
        events: All that happened after the cursor, oldest first; None, where something of it is missing.
        gap: What is missing, where something is.
    """

    start: Head
    events: tuple[Recorded, ...] | None = None
    gap: Gap | None = None


def may_follow(head: Head, told: Head) -> bool:
    """Whether a log with that *head* may have got there from *told*."""
    return head.epoch == told.epoch and (head.offset > told.offset or head == told)


async def read_after(log: EventLog, stream: str, start: Head, *, limit: int) -> tuple[Recorded, ...] | GapReason:
    """The events that follow *start*, at most *limit* (1 or more); or why what is there does not follow it.

    The event at *start* is read too: another one in its place shows that the log was set back and went on otherwise.
    """
    left, reason = await _read_on(log, stream, start, limit)
    return reason or left


async def read_all_after(log: EventLog, stream: str, start: Head, *, limit: int) -> tuple[Recorded, ...] | GapReason:
    """All events that follow *start*, read *limit* at a time; or why what is there does not follow it."""
    events = tuple[Recorded, ...]()
    while True:
        found = await read_after(log, stream, start, limit=limit)
        if isinstance(found, GapReason):
            return found
        events += found
        if len(found) < limit:
            return events
        start = Head(epoch=start.epoch, offset=found[-1].offset, event_id=found[-1].event.stamp.id)


async def recover(log: EventLog, stream: str, cursor: str, *, head: Head, user_id: UserId, most: int) -> Recovery:
    """What *user_id*, who has heard everything up to *cursor*, is to be told, and from where on.

    Where anything is missing, nothing is told: the rest of a torn past would look whole.

    Args:
        log: The log.
        stream: The channel's stream.
        cursor: What they gave.
        head: The stream's head at a moment after they began to listen.
        user_id: Whom it is for.
        most: How many events can be told.
    """
    try:
        start = head_of(cursor)
    except InvalidCursorError:
        return _nothing(head, after=0, reason=GapReason.CURSOR_UNKNOWN)
    if start == head:
        return Recovery(start=start, events=())
    if not may_follow(head, start):
        return _nothing(head, after=0, reason=GapReason.EPOCH_CHANGED)
    is_too_much = head.offset - start.offset > most
    # The event at the cursor is looked at in any case: what does not follow it must not be paged through either.
    found = await read_after(log, stream, start, limit=1 if is_too_much else most)
    if isinstance(found, GapReason):
        return _nothing(head, after=0 if found is GapReason.EPOCH_CHANGED else start.offset, reason=found)
    if is_too_much or any(is_passage(recorded.event, user_id) for recorded in found):
        reason = GapReason.TOO_MANY if is_too_much else GapReason.NOT_A_MEMBER
        return _nothing(head, after=start.offset, reason=reason)
    return Recovery(start=start, events=found)


async def read_page(
    log: EventLog, stream: str, cursor: str | None, *, head: Head, limit: int
) -> tuple[tuple[Recorded, ...], Gap | None]:
    """What follows *cursor*, at most *limit* events without a hole; and what is missing before them.

    Where the past is another one, nothing is told. Where the log has forgotten some of it, what it still has is.

    Args:
        log: The log.
        stream: The channel's stream.
        cursor: What they gave; None for the log's beginning.
        head: The stream's head at a moment before.
        limit: How many events can be told: 1 or more.
    """
    try:
        start = Head(epoch=head.epoch, offset=0, event_id=None) if cursor is None else head_of(cursor)
    except InvalidCursorError:
        return (), Gap(first=1, last=head.offset, reason=GapReason.CURSOR_UNKNOWN)
    if not may_follow(head, start):
        return (), Gap(first=1, last=head.offset, reason=GapReason.EPOCH_CHANGED)
    left, reason = await _read_on(log, stream, start, limit)
    if reason is None:
        return left, None
    if reason is not GapReason.TRIMMED:
        return (), Gap(first=1, last=head.offset, reason=reason)
    last = left[0].offset - 1 if left else head.offset
    whole = tuple(recorded for place, recorded in enumerate(left, start=last + 1) if recorded.offset == place)
    return whole, Gap(first=start.offset + 1, last=last, reason=reason)


def is_passage(event: Event, user_id: UserId) -> bool:
    """Whether *event* began or ended the membership of *user_id*."""
    return isinstance(event, MemberJoined | MemberLeft | MemberRemoved | MemberBanned) and event.user_id == user_id


def _nothing(head: Head, *, after: int, reason: GapReason) -> Recovery:
    return Recovery(start=head, gap=Gap(first=after + 1, last=head.offset, reason=reason))


async def _read_on(
    log: EventLog, stream: str, start: Head, limit: int
) -> tuple[tuple[Recorded, ...], GapReason | None]:
    """What the log has of the *limit* events that follow *start*; and why that is not all of them, where it is not."""
    before = max(0, start.offset - 1)
    found = await log.stream(stream=stream, after=before, limit=limit + start.offset - before)
    if not found:
        head = await log.head(stream=stream)
        if not may_follow(head, start):
            return (), GapReason.EPOCH_CHANGED
        return (), None if head == start else GapReason.TRIMMED
    if found[0].offset == start.offset and found[0].event.stamp.id != start.event_id:
        return (), GapReason.EPOCH_CHANGED
    left = tuple(recorded for recorded in found if recorded.offset > start.offset)[:limit]
    is_whole = all(recorded.offset == before + place for place, recorded in enumerate(found, start=1))
    return left, None if is_whole else GapReason.TRIMMED
