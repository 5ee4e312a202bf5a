"""The way out of one connection: in order, never waited for, bounded in room and in time."""

import asyncio
import gc
from collections.abc import AsyncGenerator

import pytest
from attrs import define, frozen

from saiondo_core.gateway.writer import Writer
from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.frames import Frame
from saiondo_core.realtime.listening import Told
from saiondo_core.realtime.model import RealTimePolicy
from saiondo_core.realtime.replies import ServerHeartbeat
from saiondo_core.testing.clocks import FrozenClock, breathe
from tests.gateway.lines import Line

POLICY = RealTimePolicy(waiting_events=4, waiting_octets=10_000)


@frozen
class Desk:
    """A writer, its socket and its clock."""

    writer: Writer
    line: Line
    clock: FrozenClock

    def put(self, *numbers: int, is_owed: bool = False) -> None:
        """Write frames that are told apart by *numbers*."""
        for number in numbers:
            self.writer.put(told(number), is_owed=is_owed)

    @property
    def written(self) -> list[int]:
        """The numbers of what went out."""
        return [number_of(each) for each in self.line.written]


@define(eq=False)
class BrokenLine(Line):
    """A socket of a server that fails in a way of its own."""

    async def write(self, told: Told) -> None:
        """See `Shell.write`."""
        raise ValueError(told.frame.type)

    async def close(self, code: CloseCode) -> None:
        """See `Shell.close`."""
        raise ValueError(code)


def told(number: int, topic: str | None = None) -> Told:
    """A frame that is told apart by *number*."""
    return Told(Frame(type="heartbeat", data=ServerHeartbeat(heads={"at": number})), topic=topic)


def number_of(one: Told) -> int:
    """What tells *one* apart."""
    assert isinstance(one.frame.data, ServerHeartbeat)
    return one.frame.data.heads["at"]


@pytest.fixture
async def desk() -> AsyncGenerator[Desk]:
    """A writer on a clock that stands still; whatever happens, no task of its is left."""
    clock, line = FrozenClock(), Line()
    writer = Writer(line, POLICY, clock)
    yield Desk(writer, line, clock)
    writer.cancel()
    await breathe()
    assert {asyncio.current_task()} == asyncio.all_tasks()
    assert 0 == clock.sleepers


async def test_room_is_used_at_once(desk: Desk) -> None:
    """What can be written is written before `put` returns, and no task is made for it."""
    before = asyncio.all_tasks()
    desk.put(1, 2)
    assert [1, 2] == desk.written
    assert before == asyncio.all_tasks()


async def test_a_frame_is_encoded_once(desk: Desk) -> None:
    """All receivers of one frame write the same bytes."""
    one, other = told(1), Line()
    desk.writer.put(one, is_owed=False)
    text = one.text
    Writer(other, POLICY, desk.clock).put(one, is_owed=False)
    assert text is other.written[0].text is desk.line.written[0].text


async def test_order_is_kept(desk: Desk) -> None:
    """What comes while something waits goes out after it, though there be room by then."""
    desk.line.room = 1
    desk.put(1, 2, 3)
    await breathe()
    desk.line.read()
    desk.put(4)
    await breathe()
    desk.put(5)
    assert [1, 2, 3, 4, 5] == desk.written


async def test_the_newest_of_a_topic_goes_out(desk: Desk) -> None:
    """Of what waits of one topic, the client is told the newest only."""
    desk.line.room = 0
    for number in range(1, 20):
        desk.writer.put(told(number, topic="typing"), is_owed=False)
    desk.line.read()
    await breathe()
    assert [19] == desk.written
    assert not desk.writer.is_closing


async def test_who_reads_nothing_is_slow(desk: Desk) -> None:
    """One frame more than may wait, and the rest is dropped: the client is told 4001 if it ever reads again."""
    desk.line.room = 0
    desk.put(1)
    await breathe()
    desk.put(2, 3, 4, 5, 6)
    assert desk.writer.is_closing
    desk.line.read()
    await breathe()
    assert [1] == desk.written
    assert CloseCode.SLOW is desk.line.closed_with


async def test_what_is_owed_waits_without_bound(desk: Desk) -> None:
    """A client that has asked for much is not slow for that."""
    desk.line.room = 0
    desk.put(*range(100), is_owed=True)
    desk.put(100)
    desk.line.read()
    await breathe()
    assert list(range(101)) == desk.written


async def test_who_is_owed_much_asks_for_no_more(desk: Desk) -> None:
    """`room` returns once at most half waits."""
    desk.line.room = 0
    desk.put(0, 1, 2, 3, is_owed=True)
    await breathe()
    asking = asyncio.create_task(desk.writer.room())
    await breathe()
    assert not asking.done()
    desk.line.read(2)
    await breathe()
    assert asking.done()
    assert [0, 1] == desk.written


@pytest.mark.parametrize("how", ["abort", "deadline", "slow"])
async def test_nobody_waits_for_room_at_a_dead_line(desk: Desk, how: str) -> None:
    """Whoever waits to ask for more learns that the connection ends, however it does."""
    desk.line.room = 0
    desk.put(0, 1, 2, 3, is_owed=True)
    await breathe()
    asking = asyncio.create_task(desk.writer.room())
    await breathe()
    if how == "abort":
        desk.line.abort()
    elif how == "deadline":
        await desk.clock.advance(10.0)
    else:
        desk.put(4, 5, 6, 7, 8)
        await desk.clock.advance(10.0)
    await breathe()
    assert asking.done()


async def test_a_write_has_a_deadline(desk: Desk) -> None:
    """A frame that is not taken within 10 s ends the connection, and what waits behind it is dropped."""
    desk.line.room = 0
    desk.put(1, 2)
    await desk.clock.advance(9.9)
    assert [False] == [desk.line.is_over]
    await desk.clock.advance(0.1)
    assert desk.line.is_over
    assert [] == desk.written


async def test_each_write_has_its_own(desk: Desk) -> None:
    """A client that takes a frame now and then is not given up."""
    desk.line.room = 0
    desk.put(1, 2, 3)
    for _ in range(3):
        await desk.clock.advance(9.0)
        desk.line.read(1)
        await breathe()
    assert [1, 2, 3] == desk.written
    assert [False] == [desk.line.is_over]


async def test_stuck_lines_are_ended(desk: Desk) -> None:
    """What was written and does not go out ends the connection at the next tick."""
    over = list[bool]()
    for desk.line.is_stuck_by_now in (False, True):
        desk.writer.tick(0.0)
        over.append(desk.line.is_over)
    assert [False, True] == over


async def test_closing_comes_after_what_waits(desk: Desk) -> None:
    """The client is told all there was, then the first reason, and nothing that came later."""
    desk.line.room = 0
    desk.put(1, 2)
    desk.writer.close(CloseCode.RESTARTING)
    desk.writer.close(CloseCode.LOST)
    desk.put(3, is_owed=True)
    desk.line.read()
    await desk.writer.closed()
    assert [1, 2] == desk.written
    assert CloseCode.RESTARTING is desk.line.closed_with


async def test_closing_has_a_deadline(desk: Desk) -> None:
    """A client that does not take part in closing is let go after 10 s, however much still waits for it."""
    desk.line.is_answering = False
    desk.writer.close(CloseCode.NORMAL)
    await desk.clock.advance(9.9)
    assert [False] == [desk.line.is_over]
    await desk.clock.advance(0.1)
    assert desk.line.is_over


async def test_closing_waits_once(desk: Desk) -> None:
    """What waits and the goodbye have one deadline together: reading slowly does not put off the end of a session."""
    desk.line.room = 0
    desk.put(1, 2, 3, 4)
    desk.writer.close(CloseCode.SESSION_ENDED)
    for _ in range(2):
        await desk.clock.advance(4.9)
        desk.line.read(1)
    await desk.clock.advance(0.2)
    assert desk.line.is_over
    assert [1, 2] == desk.written


async def test_nothing_is_written_to_a_line_that_is_gone(desk: Desk) -> None:
    """A client that went away costs nothing but the attempt."""
    desk.line.hang_up()
    desk.put(1, 2)
    await breathe()
    desk.put(3)
    await breathe()
    assert [] == desk.written


@pytest.mark.parametrize("is_closing", [True, False])
async def test_whatever_goes_wrong_with_a_line_ends_it_and_is_reported(*, is_closing: bool) -> None:
    """A server may raise what it likes: nothing that waits is left out, and no connection stays that cannot close."""
    reported = list[object]()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context.get("exception")))
    line = BrokenLine(room=0)
    writer = Writer(line, POLICY, FrozenClock())
    if is_closing:
        writer.close(CloseCode.NORMAL)
    else:
        writer.put(told(1), is_owed=True)
        writer.put(told(2), is_owed=True)
    await breathe()
    line.read()
    writer.put(told(3), is_owed=True)
    await breathe()
    assert line.is_over
    assert [] == line.written
    del writer
    gc.collect()
    assert {ValueError} == {type(error) for error in reported}
