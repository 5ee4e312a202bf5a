"""What handlers are told: in order, apart from each other, and kept once they are done."""

import asyncio
from collections.abc import Mapping
from functools import partial

import pytest
from attrs import evolve

from saiondo_core.adapters.memory.cursors import MemoryCursors
from saiondo_core.channels.model import ChannelId
from saiondo_core.composition.errors import HandlerNotFoundError
from saiondo_core.composition.settings import WebSocketSettings
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.ids import UserId
from saiondo_core.realtime.client_told import WebSocketEvent, WebSocketMessage
from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.errors import CursorsUnavailableError, RequestRefusedError
from saiondo_core.realtime.frames import Data, Frame
from saiondo_core.realtime.model import Cursor, EndReason
from saiondo_core.realtime.replies import Left
from saiondo_core.realtime.requests import JoinChannel, LeaveChannel, Pong, Typing
from saiondo_core.testing.clocks import breathe
from tests.composition.websocket.peers import BOT, TEAM, Bench, open_bench
from tests.realtime.client_frames import beat, cursor, event, happened, refusal, snapshot

HALL = ChannelId("hall")


class FullCursors(MemoryCursors):
    """A store on a disk that is full."""

    def __init__(self, error: Exception) -> None:
        """Say so by *error*."""
        super().__init__()
        self.error = error

    async def keep(self, *, user_id: UserId, channel_id: ChannelId, cursor: Cursor) -> None:
        """See `CursorStore.keep`."""
        raise self.error from OSError(user_id, channel_id, cursor)


def offset_of(told: WebSocketMessage) -> int:
    """At which offset it is that *told* tells of; the events of these tests are named after theirs."""
    assert told.event_id is not None
    return int(told.event_id.split("-")[1])


def typing(channel_id: ChannelId = TEAM) -> Frame[Data]:
    """Tell that somebody types."""
    return Frame(type=Typing.type, data=Typing(is_typing=True), user_id=UserId("anna"), channel_id=channel_id)


async def wait_for(event: asyncio.Event, _: WebSocketMessage) -> None:
    """Be at something until *event*."""
    await event.wait()


async def follow(bench: Bench, head: int = 0) -> list[int]:
    """Connect, join the channel, and list the offsets that a handler is told of."""
    heard = list[int]()

    @bench.client.on_message("message")
    def hear(told: WebSocketMessage) -> None:
        heard.append(offset_of(told))

    await bench.connect()
    await bench.join(head)
    return heard


async def test_each_kind_goes_to_who_wants_it() -> None:
    """A message is one, whatever else happens bears its action's name; a star hears all, until it is taken off."""
    async with open_bench() as bench:
        told, types = list[WebSocketMessage](), list[str]()

        @bench.client.on_message()
        async def everything(one: WebSocketMessage) -> None:
            types.append(one.type)

        bench.client.on_message("message", told.append)
        await bench.connect()
        await bench.join()
        edited = Frame(type="event", data=evolve(happened(2), action="message.edited"), channel_id=TEAM)
        bench.peer.wire.tell(event(1, TEAM), edited, typing())
        await breathe()

        assert ["snapshot", "message", "message.edited", "typing"] == types
        assert [(BOT, TEAM, "e-1-", cursor(1))] == [(one.to, one.channel_id, one.event_id, one.cursor) for one in told]
        bench.client.off(everything)
        bench.peer.wire.tell(event(3, TEAM))
        await breathe()
        assert 4 == len(types)
        assert 2 == len(told)
        with pytest.raises(HandlerNotFoundError):
            bench.client.off(everything)


async def test_a_type_that_is_none_is_refused() -> None:
    """Whoever mistypes it is told so, and not left to wait for ever; a newer server's actions are welcome."""
    async with open_bench() as bench:
        bench.client.on_message("message.pinned", print)
        with pytest.raises(InvalidInputError):
            bench.client.on_message("mesage", print)
        with pytest.raises(InvalidInputError):
            bench.client.messages("mesage")
        with pytest.raises(InvalidInputError):
            bench.client.on_event("conected", print)


async def test_a_failing_handler_stops_nothing() -> None:
    """Its error is told, sync or async, with the cursor kept all the same; the others and the next are told."""
    cursors = MemoryCursors()
    async with open_bench(cursors=cursors) as bench:
        errors = list[WebSocketEvent]()
        bench.client.on_event("error", errors.append)

        @bench.client.on_message("message")
        def fails(told: WebSocketMessage) -> None:
            raise RuntimeError(f"at {offset_of(told)}")

        @bench.client.on_message("message")
        async def cancels_itself(_: WebSocketMessage) -> None:
            raise asyncio.CancelledError

        @bench.client.on_event("error")
        def fails_on_errors(_: WebSocketEvent) -> None:
            raise RuntimeError("again")

        heard = await follow(bench)
        bench.peer.wire.tell(event(1, TEAM), event(2, TEAM))
        await breathe()

        assert [1, 2] == heard
        assert ["at 1", "the handler was cancelled", "at 2", "the handler was cancelled"] == [
            str(each.error) for each in errors
        ]
        assert {TEAM: cursor(2)} == dict(await cursors.cursors(user_id=BOT))
        assert bench.client.is_connected()
        # What fails on being told of an error is told to nobody, but counted, and reported.
        assert 8 == bench.client.get_web_socket_stats().errors == len(bench.reports)


async def test_the_cursor_is_kept_once_the_handler_is_done() -> None:
    """While a handler is at something, the cursor stands before it: whoever is killed then is told again."""
    cursors = MemoryCursors()
    async with open_bench(cursors=cursors) as bench:
        done = asyncio.Event()
        bench.client.on_message("message", partial(wait_for, done))
        await bench.connect()
        await bench.join(4)
        bench.peer.wire.tell(event(5, TEAM), event(6, TEAM))
        await breathe()
        assert {TEAM: cursor(4)} == dict(await cursors.cursors(user_id=BOT))

        done.set()
        await breathe()
        assert {TEAM: cursor(6)} == dict(await cursors.cursors(user_id=BOT))


async def test_it_goes_on_where_the_store_says() -> None:
    """To join is to go on from the cursor that is kept; a cursor that is named counts more; to leave forgets it."""
    cursors = MemoryCursors()
    await cursors.keep(user_id=BOT, channel_id=TEAM, cursor=cursor(7))
    async with open_bench(cursors=cursors) as bench:
        await bench.connect()
        joining = [
            asyncio.create_task(bench.client.join_channel(channel_id=TEAM)),
            asyncio.create_task(bench.client.join_channel(channel_id=HALL, since=cursor(3))),
        ]
        await breathe()
        asked = {frame.channel_id: frame.data for frame in bench.peer.wire.of(JoinChannel)}
        assert {TEAM: JoinChannel(since=cursor(7)), HALL: JoinChannel(since=cursor(3))} == asked
        bench.peer.wire.tell(snapshot("1", 7, channel_id=HALL), snapshot("2", 7, channel_id=TEAM))
        await breathe()
        await bench.client.leave_channel(channel_id=HALL)
        await asyncio.gather(*joining, return_exceptions=True)
        await breathe()
        assert {TEAM} == set(await cursors.cursors(user_id=BOT))
        assert 1 == len(bench.peer.wire.of(LeaveChannel))


async def test_a_slow_handler_holds_up_nothing_else() -> None:
    """Heartbeats are answered, other channels told; its own is left when too much waits, and nothing is lost."""
    async with open_bench(WebSocketSettings(waiting_events=4)) as bench:
        gate, heard, others = asyncio.Semaphore(0), list[int](), list[ChannelId]()

        @bench.client.on_message("message")
        async def slow(told: WebSocketMessage) -> None:
            if told.channel_id == TEAM:
                await gate.acquire()
                heard.append(offset_of(told))
            else:
                others.append(told.channel_id)

        await bench.connect()
        await bench.join()
        await bench.join(channel_id=HALL)
        wire = bench.peer.wire
        wire.tell(*(event(offset, TEAM) for offset in range(1, 9)), typing(), event(1, HALL), beat(team=8, hall=1))
        await breathe(100)
        assert [] == heard
        assert [HALL] == others
        assert 1 == len(wire.of(Pong))
        assert [TEAM] == [frame.channel_id for frame in wire.of(LeaveChannel)]
        stats = bench.client.get_web_socket_stats()
        assert (1, 5) == (stats.passed_over, stats.untold)

        for _ in range(5):
            gate.release()
        await breathe(100)
        assert JoinChannel(since=cursor(5)) == wire.of(JoinChannel)[-1].data
        await wire.answer_join(5)
        wire.tell(*(event(offset, TEAM) for offset in range(6, 9)))
        for _ in range(9):
            gate.release()
        await breathe(100)
        assert [1, 2, 3, 4, 5, 6, 7, 8] == heard


@pytest.mark.parametrize("error", [CursorsUnavailableError(), OSError("no space left")], ids=["its own", "another"])
async def test_a_store_that_cannot_keep_is_told_of(error: Exception) -> None:
    """Handlers are told on; each failure is said, whatever a host's own store raises."""
    async with open_bench(cursors=FullCursors(error)) as bench:
        errors = list[WebSocketEvent]()
        bench.client.on_event("error", errors.append)
        heard = await follow(bench)
        bench.peer.wire.tell(event(1, TEAM), event(2, TEAM))
        await breathe()

        assert [1, 2] == heard
        assert 3 * [error] == [each.error for each in errors]


async def test_what_is_gone_through_counts_once_the_next_is_asked_for() -> None:
    """An iteration is a handler; it ends with the connection, and what it was at then is told again."""
    cursors = MemoryCursors()
    async with open_bench(cursors=cursors) as bench:
        seen, kept = list[int](), list[Mapping[str, str]]()
        stream = bench.client.messages()
        await bench.connect()
        await bench.join()

        async def go_through() -> None:
            async for told in stream:
                seen.append(offset_of(told))
                await breathe()
                kept.append(dict(await cursors.cursors(user_id=BOT)))
                if len(seen) == 3:
                    await bench.client.disconnect()

        going = asyncio.create_task(go_through())
        bench.peer.wire.tell(event(1, TEAM), event(2, TEAM), event(3, TEAM), event(4, TEAM))
        await going

        assert [1, 2, 3] == seen
        assert [{TEAM: cursor(offset)} for offset in (0, 1, 2)] == kept
        assert {TEAM: cursor(2)} == dict(await cursors.cursors(user_id=BOT))


async def test_an_iteration_that_is_left_is_no_handler_any_more() -> None:
    """Its channel goes on without it, and keeps no cursor, so that what it was at is told again; even by joining."""
    cursors = MemoryCursors()
    async with open_bench(cursors=cursors) as bench:
        stream = bench.client.messages()
        heard = await follow(bench)
        bench.peer.wire.tell(event(1, TEAM))
        async for _ in stream:
            break
        await stream.aclose()
        bench.peer.wire.tell(event(2, TEAM))
        await breathe()
        assert [1, 2] == heard
        assert [] == [told async for told in stream]
        assert {TEAM: cursor(0)} == dict(await cursors.cursors(user_id=BOT))

        await bench.join()
        bench.peer.wire.tell(event(1, TEAM))
        await breathe()
        assert [1, 2, 1] == heard
        assert {TEAM: cursor(1)} == dict(await cursors.cursors(user_id=BOT))


async def test_what_waits_is_told_by_joining_elsewhere_only() -> None:
    """Who joins with a cursor is told from there: what waits is dropped, and no cursor of it is kept beyond."""
    cursors = MemoryCursors()
    async with open_bench(cursors=cursors) as bench:
        gate, heard = asyncio.Semaphore(0), list[int]()

        @bench.client.on_message("message")
        async def slow(told: WebSocketMessage) -> None:
            heard.append(offset_of(told))
            await gate.acquire()

        await bench.connect()
        await bench.join()
        bench.peer.wire.tell(event(1, TEAM), event(2, TEAM))
        await breathe()
        joining = asyncio.create_task(bench.client.join_channel(channel_id=TEAM, since=cursor(0)))
        await breathe()
        gate.release()
        await breathe()
        await bench.peer.wire.answer_join()
        await joining
        bench.peer.wire.tell(event(1, TEAM))
        await breathe()

        assert [1, 1] == heard
        assert {TEAM: cursor(0)} == dict(await cursors.cursors(user_id=BOT))
        gate.release()


async def test_an_iteration_that_nobody_begins_holds_nobody_up() -> None:
    """Thrown away, it is no handler any more: the others are told."""
    async with open_bench() as bench:
        bench.client.messages("*")
        heard = await follow(bench)
        bench.peer.wire.tell(event(1, TEAM))
        await breathe()

        assert [1] == heard


async def test_an_event_handler_that_does_not_end_holds_up_no_other() -> None:
    """The others are told at once, and iterations end; once it was cancelled, it is told the last thing, too."""
    async with open_bench() as bench:
        told = list[str]()

        @bench.client.on_event("*")
        async def hangs(event: WebSocketEvent) -> None:
            told.append(event.type)
            await asyncio.Event().wait()

        async def go_through() -> list[WebSocketMessage]:
            return [each async for each in bench.client.messages()]

        going = asyncio.create_task(go_through())
        await bench.connect()
        leaving = asyncio.create_task(bench.client.disconnect())
        await breathe()
        assert ["connecting", "connected", "close"] == bench.events
        assert going.done()
        assert ["connecting"] == told

        await bench.clock.advance(10.1)
        assert ["connecting", "close"] == told
        await bench.clock.advance(10.1)
        await leaving


async def test_a_handler_may_disconnect() -> None:
    """It is finished first; what else waits is told the next time."""
    cursors = MemoryCursors()
    async with open_bench(cursors=cursors) as bench:
        heard = list[int]()

        @bench.client.on_message("message")
        async def last(told: WebSocketMessage) -> None:
            heard.append(offset_of(told))
            await bench.client.disconnect()

        await bench.connect()
        await bench.join()
        bench.peer.wire.tell(event(1, TEAM), event(2, TEAM))
        await breathe(100)

        assert [1] == heard
        assert "close" == bench.events[-1]
        assert {TEAM: cursor(1)} == dict(await cursors.cursors(user_id=BOT))


async def test_a_channel_may_be_left_by_its_handler() -> None:
    """What waits of it is not told, and no cursor of it is kept, not even that of what the handler is at."""
    cursors = MemoryCursors()
    async with open_bench(cursors=cursors) as bench:
        heard = list[int]()

        @bench.client.on_message("message")
        async def last(told: WebSocketMessage) -> None:
            heard.append(offset_of(told))
            await breathe()
            await bench.client.leave_channel(channel_id=TEAM)

        await bench.connect()
        await bench.join()
        bench.peer.wire.tell(event(1, TEAM), event(2, TEAM))
        await breathe(100)

        assert [1] == heard
        assert {} == dict(await cursors.cursors(user_id=BOT))


async def test_a_handler_that_does_not_end_is_ended() -> None:
    """Disconnecting waits for it as long as anything may take, then cancels it; its cursor is not kept."""
    cursors = MemoryCursors()
    async with open_bench(cursors=cursors) as bench:
        bench.client.on_message("message", partial(wait_for, asyncio.Event()))
        await bench.connect()
        await bench.join()
        bench.peer.wire.tell(event(1, TEAM))
        await breathe()
        leaving = asyncio.create_task(bench.client.disconnect())
        await bench.clock.advance(9.9)
        assert not leaving.done()
        await bench.clock.advance(0.2)
        await leaving

        assert {TEAM: cursor(0)} == dict(await cursors.cursors(user_id=BOT))


async def test_an_event_handler_that_was_taken_off_is_told_nothing_more() -> None:
    """Not even what has waited for it to be done with something else."""
    async with open_bench() as bench:
        gate, told = asyncio.Event(), list[str]()

        @bench.client.on_event("*")
        async def slow(event: WebSocketEvent) -> None:
            told.append(event.type)
            await gate.wait()

        await bench.connect()
        bench.client.off(slow)
        gate.set()
        await breathe()

        assert ["connecting"] == told


async def test_whoever_does_not_wait_for_the_end_gets_it() -> None:
    """A `disconnect` that is cancelled ends a handler that does not end, all the same."""
    async with open_bench() as bench:
        is_ended = asyncio.Event()

        @bench.client.on_message("message")
        async def hangs(_: WebSocketMessage) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                is_ended.set()

        await bench.connect()
        await bench.join()
        bench.peer.wire.tell(event(1, TEAM))
        await breathe()
        leaving = asyncio.create_task(bench.client.disconnect())
        await breathe()
        leaving.cancel()
        await bench.clock.advance(10.1)

        assert is_ended.is_set()


async def test_a_channel_that_one_is_removed_from() -> None:
    """It is told in its place, after what came before."""
    async with open_bench() as bench:
        told = list[WebSocketMessage]()
        bench.client.on_message("*", told.append)
        await bench.connect()
        await bench.join()
        gone: Frame[Data] = Frame(type=Left.type, data=Left(reason=EndReason.NOT_A_MEMBER), channel_id=TEAM)
        bench.peer.wire.tell(event(1, TEAM), gone, event(2, TEAM))
        await breathe()

        assert ["snapshot", "message", "leave_channel"] == [one.type for one in told]


async def test_a_channel_that_may_not_be_joined_any_more() -> None:
    """Whoever joins is told why not; where that happens on coming back, it is told as an error."""
    async with open_bench() as bench:
        errors = list[WebSocketEvent]()
        bench.client.on_event("error", errors.append)
        await follow(bench)
        refused = asyncio.create_task(bench.client.join_channel(channel_id=HALL))
        await breathe()
        bench.peer.wire.tell(refusal("2"))
        with pytest.raises(RequestRefusedError):
            await refused
        bench.peer.wire.end(CloseCode.RESTARTING)
        await bench.clock.advance(10)
        assert bench.client.is_connected()
        bench.peer.wire.tell(refusal(bench.peer.wire.of(JoinChannel)[-1].id))
        await breathe()

        assert ["request_refused"] == [getattr(each.error, "code", None) for each in errors]
