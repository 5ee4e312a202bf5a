"""A channel as a client follows it: once, in order, and without a silent hole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saiondo_core.errors import InvalidInputError
from saiondo_core.realtime.client import ClientMachine
from saiondo_core.realtime.client_effects import ClientPolicy, Deliver, Effects, Missed, Settled, Transmit
from saiondo_core.realtime.frames import Data, Frame
from saiondo_core.realtime.model import HISTORY_EVENTS_MOST, EndReason, Gap, GapReason, head_of
from saiondo_core.realtime.replies import Left, Presence, ServerPong
from saiondo_core.realtime.requests import Broadcast, JoinChannel, LeaveChannel, ReadHistory, Typing
from tests.realtime.client_frames import (
    HALL,
    TALK,
    ack,
    beat,
    come_back,
    cursor,
    event,
    following,
    gap_found,
    page,
    refusal,
    said,
    snapshot,
    told,
    welcomed,
)

VOID = [GapReason.EPOCH_CHANGED, GapReason.CURSOR_UNKNOWN]
PAGED = [GapReason.TOO_MANY, GapReason.TRIMMED, GapReason.NOT_A_MEMBER]
LEFT: Frame[Data] = Frame(type=Left.type, data=Left(reason=EndReason.NOT_A_MEMBER), channel_id=TALK)


def hear(client: ClientMachine, *offsets: int) -> Effects:
    """Tell *client* of events; all that it does."""
    return tuple(effect for offset in offsets for effect in client.received(event(offset), 1.0))


def rejoin(offset: int) -> list[Data]:
    """Ask to be told what happened after *offset*."""
    return [JoinChannel(since=cursor(offset))]


def page_from(offset: int, limit: int = HISTORY_EVENTS_MOST) -> list[Data]:
    """Ask for a page of what happened after *offset*."""
    return [ReadHistory(since=cursor(offset), limit=limit)]


def torn(reason: GapReason, *, policy: ClientPolicy | None = None) -> tuple[ClientMachine, Effects]:
    """Make a client that had heard up to 2, and on coming back is told that 3 to 8 are missing; what it does."""
    client = welcomed(policy)
    client.join(TALK, 0.0, cursor(2))
    gap = Gap(first=1 if reason in VOID else 3, last=8, reason=reason)
    return client, client.received(snapshot("1", 8, gap), 0.0)


def test_joining_begins_with_a_snapshot_and_goes_on_with_events() -> None:
    """The snapshot and each event are delivered with the cursor to keep."""
    client = welcomed()
    assert [JoinChannel()] == said(client.join(TALK, 0.0))

    assert (Deliver(frame=snapshot("1", 4), cursor=cursor(4)),) == client.received(snapshot("1", 4), 0.1)
    assert (Deliver(frame=event(5), cursor=cursor(5)),) == hear(client, 5)
    assert {TALK: cursor(5)} == client.cursors


def test_joining_while_away_waits() -> None:
    """A join while nobody is connected is made when the client is welcomed."""
    client = welcomed()
    client.lost(None, 0.0)

    assert () == client.join(TALK, 0.0, cursor(3))
    assert rejoin(3) == said(come_back(client, 1.0))


@pytest.mark.parametrize(
    ("offsets", "delivered", "asked"),
    [
        ((1, 2, 3), [1, 2, 3], []),
        ((1, 1, 2, 1, 2), [1, 2], []),
        ((1, 3), [1], rejoin(1)),
        ((1, 3, 2, 4), [1], rejoin(1)),
        ((2,), [], rejoin(0)),
    ],
    ids=["in order", "doubled", "a hole", "a hole and more", "a hole at once"],
)
def test_events_are_delivered_once_and_in_order(
    offsets: tuple[int, ...], delivered: list[int], asked: list[Data]
) -> None:
    """The next event is delivered, a lower one dropped, and at a higher one the channel is joined again, once."""
    effects = hear(following(), *offsets)

    assert delivered == told(effects)
    assert asked == said(effects)


def test_after_a_reconnect_each_channel_goes_on_from_its_cursor() -> None:
    """Channels are joined again with their cursors, and what is told twice is delivered once."""
    client = following()
    client.join(HALL, 0.0, cursor(7, "f"))
    hear(client, 1, 2)
    client.lost(None, 1.0)

    assert [*rejoin(2), JoinChannel(since=cursor(7, "f"))] == said(come_back(client, 2.0))
    assert ["snapshot"] == told(client.received(snapshot("3", 2), 2.0))
    assert [3, 4] == told(hear(client, 2, 3, 3, 4))


def test_joining_again_goes_on_from_where_one_has_got_to() -> None:
    """A second join loses nothing in between; one that names a cursor begins there."""
    client = following()
    hear(client, 1, 2)

    assert rejoin(2) == said(client.join(TALK, 1.0))
    assert rejoin(1) == said(client.join(TALK, 1.0, cursor(1)))
    assert () == client.received(snapshot("2", 2), 1.0)
    assert ["snapshot"] == told(client.received(snapshot("3", 1), 1.0))
    assert [2] == told(hear(client, 2))


def test_no_page_is_asked_for_that_no_server_gives() -> None:
    """As many events as a page may have are asked for, and no more can be chosen."""
    client, effects = torn(GapReason.TOO_MANY)

    assert page_from(2) == said(effects)
    assert {TALK: cursor(2)} == client.cursors
    with pytest.raises(InvalidInputError):
        ClientPolicy(page_events=HISTORY_EVENTS_MOST + 1)


@pytest.mark.parametrize("reason", PAGED)
def test_a_gap_is_paged_and_only_then_goes_on_live(reason: GapReason) -> None:
    """What is missing is paged, delivered as such, in order; what happens meanwhile follows it."""
    client, effects = torn(reason, policy=ClientPolicy(page_events=3))

    assert ["snapshot"] == told(effects)
    assert {TALK: cursor(2)} == client.cursors
    assert page_from(2, 3) == said(effects)
    assert () == hear(client, 9, 10)
    effects = client.received(page("2", (3, 4, 5)), 1.0)
    assert [3, 4, 5] == told(effects)
    assert [True] * 3 == [effect.is_paged for effect in effects if isinstance(effect, Deliver)]
    assert page_from(5, 3) == said(effects)
    assert () == client.received(page("2", (3, 4, 5)), 1.0)
    effects = client.received(page("3", (6, 7, 8)), 1.0)
    assert [6, 7, 8, 9, 10] == told(effects)
    assert [True] * 3 + [False] * 2 == [effect.is_paged for effect in effects if isinstance(effect, Deliver)]
    assert [11] == told(hear(client, 11))


@pytest.mark.parametrize(
    ("last", "offsets", "expected"),
    [
        (4, (5, 6, 7, 8), [(3, 4, GapReason.TRIMMED), 5, 6, 7, 8]),
        (2, (3, 6, 7, 8), [3, (4, 5, GapReason.TRIMMED), 6, 7, 8]),
        (8, (), [(3, 8, GapReason.TRIMMED)]),
        (10, (), [(3, 8, GapReason.TRIMMED)]),
        (8, (9, 10), [(3, 8, GapReason.TRIMMED)]),
        (2, (3, 4, 5, 6, 7, 8, 9), [3, 4, 5, 6, 7, 8]),
    ],
    ids=["the first", "some", "all", "all and unheard ones", "all and more", "none"],
)
def test_a_hole_that_the_history_has_too_is_reported(
    last: int, offsets: tuple[int, ...], expected: list[object]
) -> None:
    """What the history does not have either is told to be missed, and all else is delivered, up to the gap's end."""
    client, _ = torn(GapReason.TOO_MANY)
    gap = Gap(first=3, last=last, reason=GapReason.TRIMMED)
    effects = client.received(page("2", offsets, gap), 1.0)

    assert expected == told(effects)
    assert {TALK: cursor(8)} == client.cursors
    assert [9] == told(hear(client, 9))


@pytest.mark.parametrize("reason", VOID)
def test_another_past_is_reported_and_not_paged(reason: GapReason) -> None:
    """Where what was delivered is void, the application is told so, and goes on from the head."""
    client, effects = torn(reason)
    missed = Missed(channel_id=TALK, first=1, last=8, reason=reason, cursor=cursor(8))

    assert missed == effects[-1]
    assert [] == said(effects)
    assert [9] == told(hear(client, 9))


def test_a_history_that_is_refused_is_missed_for_the_reason_of_the_gap() -> None:
    """Where the history may not be read, what was missed is told, and the rest goes on."""
    client, _ = torn(GapReason.NOT_A_MEMBER)
    hear(client, 9)

    assert [(3, 8, GapReason.NOT_A_MEMBER), 9] == told(client.received(refusal("2"), 1.0))


@pytest.mark.parametrize("offsets", [(), (1, 2, 3)], ids=["as it is given", "with events"])
@pytest.mark.parametrize("reason", VOID)
def test_a_page_of_another_past_is_not_kept(reason: GapReason, offsets: tuple[int, ...]) -> None:
    """Where the history does not follow what was delivered, the channel is joined again, and the snapshot says why."""
    client, _ = torn(GapReason.TOO_MANY)
    hear(client, 9)
    effects = client.received(page("2", offsets, Gap(first=1, last=9, reason=reason)), 1.0)

    assert ([], rejoin(2)) == (told(effects), said(effects))
    effects = client.received(snapshot("3", 9, Gap(first=1, last=9, reason=reason), epoch="f"), 1.0)
    assert ["snapshot", (1, 9, reason)] == told(effects)
    assert {TALK: cursor(9, "f")} == client.cursors


def test_a_history_that_ends_before_the_gap_does_is_another_one() -> None:
    """Where nothing follows what was delivered, and more did, the channel is joined again: that much was set back."""
    client, _ = torn(GapReason.TOO_MANY)
    assert [3, 4, 5] == told(client.received(page("2", (3, 4, 5)), 1.0))
    effects = client.received(page("3", ()), 1.0)

    assert ([], rejoin(5)) == (told(effects), said(effects))
    assert ["snapshot", 6] == told((*client.received(snapshot("4", 5), 1.0), *hear(client, 6)))


def test_what_waits_is_not_delivered_after_another_past() -> None:
    """Where the history ends at another event than what is told live follows, the channel is joined again."""
    client, _ = torn(GapReason.TOO_MANY)
    hear(client, 9)
    effects = client.received(page("2", range(3, 9), epoch="f"), 1.0)

    assert [*range(3, 9)] == told(effects)
    assert [JoinChannel(since=cursor(8, "f"))] == said(effects)
    assert ["snapshot"] == told(client.received(snapshot("3", 8, epoch="f"), 1.0))


@given(st.data())
def test_what_is_asked_for_follows_what_was_told_last(data: st.DataObject) -> None:
    """Whatever a server says, a client asks for what follows the last event that it told of, or said to be missed."""
    client, offset, last, request = welcomed(), st.integers(1, 12), str(cursor(2)), ""
    effects = client.join(TALK, 0.0, last)
    for _ in range(data.draw(st.integers(1, 12))):
        for effect in effects:
            match effect:
                case Deliver(cursor=str(kept)) | Missed(cursor=str(kept)):
                    last = kept
                case Missed(last=until):
                    last = cursor(until)
                case Transmit(frame=Frame(data=JoinChannel(since=since) | ReadHistory(since=since)) as frame):
                    assert last == since
                    request = frame.id or ""
                case _:
                    pass
        assert {TALK: last} == client.cursors
        reason = data.draw(st.sampled_from(GapReason))
        first, head = data.draw(offset), data.draw(offset)
        gap = Gap(first=1 if reason in VOID else head_of(last).offset + 1, last=head, reason=reason)
        events = range(first, first + data.draw(offset) - 1)
        frame = data.draw(
            st.sampled_from(
                (
                    event(first),
                    gap_found(first, head, reason),
                    page(request, events, data.draw(st.sampled_from((gap, None)))),
                    refusal(request, retryable=data.draw(st.booleans())),
                    snapshot(request, head_of(last).offset),
                    snapshot(request, head, gap),
                )
            )
        )
        effects = client.received(frame, 1.0)
        if TALK not in client.cursors:
            return  # The join was refused.


def test_what_waits_is_bounded() -> None:
    """While the history is paged, so many events wait; what came after them is asked for again."""
    client, _ = torn(GapReason.TOO_MANY, policy=ClientPolicy(waiting_events=2))
    hear(client, 9, 10, 11)

    assert [*range(3, 11)] == told(client.received(page("2", range(3, 9)), 1.0))
    assert rejoin(10) == said(hear(client, 12))


@pytest.mark.parametrize("reason", VOID)
def test_a_live_gap_of_another_past_is_reported(reason: GapReason) -> None:
    """Where the server tells that the past is another one, so is the application, even while it is paged."""
    live, paging = following(2), torn(GapReason.TOO_MANY)[0]
    hear(paging, 9)
    for client in (live, paging):
        effects = client.received(gap_found(1, 5, reason, epoch="f"), 1.0)
        assert (Missed(channel_id=TALK, first=1, last=5, reason=reason, cursor=cursor(5, "f")),) == effects
        assert () == client.received(page("2", (3, 4)), 1.0)
        assert [6] == told(hear(client, 6))


def test_a_live_gap_is_paged_from_where_one_has_got_to() -> None:
    """A gap that the server tells of is paged like one that a snapshot tells of, from the last event heard."""
    effects = following(2).received(gap_found(4, 6, GapReason.TRIMMED), 1.0)

    assert page_from(2) == said(effects)


def test_a_live_gap_that_ends_before_what_was_delivered_has_the_channel_joined_again() -> None:
    """What follows it would be taken for what is known already."""
    client = following(5)

    assert rejoin(5) == said(client.received(gap_found(3, 4, GapReason.TRIMMED), 1.0))


def test_a_gap_from_before_a_join_is_passed_over() -> None:
    """Whoever joins again just then is told of it by the snapshot."""
    client = following(2)
    client.join(TALK, 1.0)

    assert () == client.received(gap_found(1, 5, GapReason.EPOCH_CHANGED, epoch="f"), 1.0)
    assert rejoin(2) == said(client.ticked(11.0))


def test_a_gap_that_grows_is_paged_to_its_new_end() -> None:
    """Another gap while one is paged moves its end; nothing that waited is delivered before."""
    client, _ = torn(GapReason.TOO_MANY)
    hear(client, 9)

    assert page_from(2) == said(client.received(gap_found(10, 12, GapReason.TRIMMED), 1.0))
    assert [*range(3, 13)] == told(client.received(page("3", range(3, 13)), 1.0))


def test_a_gap_without_events_is_passed() -> None:
    """Where the log is another one and empty, the application is told so, and goes on from its beginning."""
    client = following(2)

    assert [(1, 0, GapReason.EPOCH_CHANGED)] == told(
        client.received(gap_found(1, 0, GapReason.EPOCH_CHANGED, epoch="f"), 1.0)
    )
    assert [1] == told(hear(client, 1))


@pytest.mark.parametrize(
    ("heads", "asked"),
    [({"talk": 2}, []), ({"talk": 3}, rejoin(2)), ({"talk": 1}, rejoin(2)), ({}, rejoin(2)), ({"talk": 2, "x": 9}, [])],
    ids=["equal", "ahead", "behind", "unknown", "another's"],
)
def test_heads_show_what_was_lost_last(heads: dict[str, int], asked: list[Data]) -> None:
    """A head that is not one's own has the channel joined again, in heartbeats and pongs."""
    pong: Frame[Data] = Frame(type=ServerPong.type, data=ServerPong(heads=heads))
    for frame in (beat(**heads), pong):
        effects = following(2).received(frame, 1.0)
        assert asked == [data for data in said(effects) if isinstance(data, JoinChannel)]


def test_heads_mean_nothing_while_joining_or_paging() -> None:
    """While the channel is not live, heads are not compared."""
    joining, paging = welcomed(), torn(GapReason.TOO_MANY)[0]
    joining.join(TALK, 0.0)

    assert ["pong"] == [data.type for data in said(joining.received(beat(talk=9), 1.0))]
    assert ["pong"] == [data.type for data in said(paging.received(beat(talk=9), 1.0))]


def test_a_join_that_is_refused_is_over() -> None:
    """A refused join is reported once, and not made again after a reconnect."""
    client = welcomed()
    (asked,) = client.join(TALK, 0.0)
    assert isinstance(asked, Transmit)

    assert (Settled(request=asked.frame, answer=refusal("1").data),) == client.received(refusal("1"), 0.1)
    assert {} == client.cursors
    client.lost(None, 1.0)
    assert [] == said(come_back(client, 2.0))


def test_a_join_that_is_put_off_or_not_answered_is_made_again() -> None:
    """A join is made again when the server said so, and after 10 s without an answer; its answer counts once."""
    client = welcomed()
    asked = client.join(TALK, 0.0)

    assert () == client.received(refusal("1", retryable=True, retry_after=3.0), 0.5)
    assert 3.5 == client.due
    assert () == client.ticked(3.4)
    assert asked == client.ticked(3.5)
    assert asked == client.ticked(13.5)
    assert ["snapshot"] == told(client.received(snapshot("1", 2), 14.0))
    assert () == client.received(snapshot("1", 2), 14.0)


def test_an_answer_that_is_none_is_passed_over() -> None:
    """An ack is no answer to a join: it is asked for again."""
    client = welcomed()
    asked = client.join(TALK, 0.0)

    assert () == client.received(ack("1"), 0.5)
    assert asked == client.ticked(10.0)


def test_whoever_left_hears_no_more() -> None:
    """Leaving tells the server; nothing of the channel is delivered, and it is not joined again."""
    client = following(2)

    assert (Transmit(Frame(type="leave_channel", data=LeaveChannel(), channel_id=TALK)),) == client.leave(TALK)
    assert () == client.leave(TALK)
    assert () == hear(client, 3)
    client.lost(None, 1.0)
    assert [] == said(come_back(client, 2.0))


def test_leaving_while_joining_forgets_the_join() -> None:
    """The answer to a join that is no longer wanted is passed over."""
    client = welcomed()
    client.join(TALK, 0.0)
    client.leave(TALK)

    assert () == client.received(snapshot("1", 2), 0.5)
    assert 30.5 == client.due


def test_being_removed_ends_the_channel() -> None:
    """Where the server tells no more of a channel, the application is told, and it is not joined again."""
    client = following(2)

    assert (Deliver(frame=LEFT),) == client.received(LEFT, 1.0)
    assert () == client.received(LEFT, 1.0)
    assert {} == client.cursors


def test_a_removal_from_before_a_join_does_not_end_it() -> None:
    """Whoever joins again just then waits for the answer to that."""
    client = following(2)
    client.join(TALK, 1.0)

    assert () == client.received(LEFT, 1.0)
    assert ["snapshot"] == told(client.received(snapshot("2", 2), 1.0))


@pytest.mark.parametrize("data", [Typing(is_typing=True), Presence(is_online=True), Broadcast(data={"a": 1})])
def test_what_passes_by_is_delivered_or_not(data: Data) -> None:
    """What passes by is delivered without a cursor, for a channel that is followed."""
    frames = [Frame(type=data.type, data=data, channel_id=channel_id) for channel_id in (TALK, HALL, None)]
    client = following()

    assert [(Deliver(frame=frames[0]),), (), ()] == [client.received(frame, 1.0) for frame in frames]


@pytest.mark.parametrize("data", [Typing(is_typing=True), Broadcast(data={"a": 1})])
def test_what_is_passed_on_goes_now_or_never(data: Typing | Broadcast) -> None:
    """A sign goes out at once, and not at all while nobody is connected."""
    client = welcomed()
    assert [data] == said(client.pass_on(TALK, data))
    client.lost(None, 1.0)

    assert () == client.pass_on(TALK, data)
    assert [] == said(come_back(client, 2.0))


def test_a_channel_that_is_held_is_told_again_once_it_is_released() -> None:
    """Whose application cannot keep up hears of the channel no more, and then goes on from where it had got to."""
    client = following(2)
    assert (Transmit(Frame(type=LeaveChannel.type, data=LeaveChannel(), channel_id=TALK)),) == client.hold(TALK)
    assert () == client.hold(TALK)

    assert () == hear(client, 3, 4)
    assert () == client.received(beat(talk=4), 1.0)[1:]
    assert cursor(2) == client.cursors[TALK]
    assert rejoin(2) == said(client.release(TALK, 2.0))
    assert () == client.release(TALK, 2.0)


def test_a_channel_that_is_held_is_not_joined_by_coming_back() -> None:
    """Nor is what was asked for before answered: it waits to be released, be there a connection or not."""
    client = following(2)
    client.received(event(4), 1.0)
    client.hold(TALK)
    assert () == client.received(snapshot("2", 4), 1.0)
    client.lost(None, 2.0)
    assert [] == said(come_back(client, 3.0))

    client.lost(None, 4.0)
    assert () == client.release(TALK, 4.0)
    assert rejoin(2) == said(come_back(client, 5.0))


def test_only_a_channel_that_is_followed_is_held() -> None:
    """Of another one nothing is said, and what passes by is still heard of one that is held."""
    client = following(2)
    assert () == client.hold(HALL)
    assert () == client.release(HALL, 1.0)
    client.hold(TALK)
    typing: Frame[Data] = Frame(type=Typing.type, data=Typing(is_typing=True), channel_id=TALK)
    assert (Deliver(frame=typing),) == client.received(typing, 1.0)


def test_a_channel_that_is_held_may_be_joined_from_elsewhere() -> None:
    """To join it with a cursor is to begin anew."""
    client = following(2)
    client.hold(TALK)
    assert rejoin(1) == said(client.join(TALK, 1.0, cursor(1)))
