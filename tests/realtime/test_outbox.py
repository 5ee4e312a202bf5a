"""What waits for a client: bounded in number and in bytes, the newest of each topic, and all that is owed."""

from collections import deque
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from saiondo_core.realtime.frames import Frame
from saiondo_core.realtime.listening import Told
from saiondo_core.realtime.outbox import Outbox
from saiondo_core.realtime.requests import Heartbeat

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def told(topic: str | None = None) -> Told:
    """Something to be told."""
    return Told(Frame(type="heartbeat", data=Heartbeat(), timestamp=NOW), topic=topic)


def test_first_in_first_out() -> None:
    """What waits is told in the order in which it came, and then nothing is left."""
    outbox = Outbox(events_most=3, octets_most=100)
    sent = [told() for _ in range(3)]
    assert [True] * 3 == [outbox.put(each, 10) for each in sent]
    assert (3, 30) == (len(outbox), outbox.octets)
    assert [*sent, None] == [outbox.take() for _ in range(4)]
    assert (0, 0) == (len(outbox), outbox.octets)


def test_events_are_bounded() -> None:
    """One frame more than may wait is refused, and leaves nothing behind; once one is taken, there is room again."""
    outbox = Outbox(events_most=2, octets_most=100)
    assert [True, True, False] == [outbox.put(told(), 1) for _ in range(3)]
    assert (2, 2) == (len(outbox), outbox.octets)
    outbox.take()
    assert outbox.put(told(), 1)


def test_octets_are_bounded() -> None:
    """The bound may be reached, and not passed."""
    outbox = Outbox(events_most=100, octets_most=100)
    assert [True, False, True] == [outbox.put(told(), octets) for octets in (60, 41, 40)]


def test_topics_collapse() -> None:
    """Of one topic only the newest waits, in the place of the first; it needs no room."""
    outbox = Outbox(events_most=2, octets_most=100)
    first, between, newest = told("typing"), told(), told("typing")
    outbox.put(first, 10)
    outbox.put(between, 10)
    assert outbox.put(newest, 30)
    assert (2, 40) == (len(outbox), outbox.octets)
    assert [newest, between, None] == [outbox.take() for _ in range(3)]


def test_a_topic_that_was_told_begins_anew() -> None:
    """What was taken is not replaced any more."""
    outbox = Outbox(events_most=2, octets_most=100)
    outbox.put(told("typing"), 10)
    outbox.take()
    again = told("typing")
    outbox.put(again, 10)
    assert (1, again) == (len(outbox), outbox.take())


def test_what_is_owed_always_has_room() -> None:
    """A client that was told to wait for an answer gets it, however much waits."""
    outbox = Outbox(events_most=1, octets_most=10)
    outbox.put(told(), 10)
    assert outbox.put(told(), 1_000, is_owed=True)
    assert (2, 1_010) == (len(outbox), outbox.octets)


def test_what_is_owed_takes_no_room() -> None:
    """Whoever has asked for much, and is reading it, is not taken for slow at the next thing that happens."""
    outbox = Outbox(events_most=1, octets_most=10)
    outbox.put(told(), 1_000, is_owed=True)
    assert [True, False] == [outbox.put(told(), 5) for _ in range(2)]


def test_half_full_counts_all() -> None:
    """More may be asked for only while at most half of either bound waits, owed or not."""
    outbox = Outbox(events_most=4, octets_most=100)
    outbox.put(told(), 10, is_owed=True)
    outbox.put(told(), 40)
    found = [outbox.is_half_full]
    outbox.put(told(), 0)
    found.append(outbox.is_half_full)
    outbox.clear()
    outbox.put(told(), 51, is_owed=True)
    found.append(outbox.is_half_full)
    assert [False, True, True] == found


def test_clear_leaves_nothing() -> None:
    """Nothing waits afterwards, and all the room is there."""
    outbox = Outbox(events_most=1, octets_most=10)
    outbox.put(told("typing"), 10)
    outbox.put(told(), 10, is_owed=True)
    outbox.clear()
    assert (0, 0, None) == (len(outbox), outbox.octets, outbox.take())
    newest = told("typing")
    assert outbox.put(newest, 10)
    assert newest is outbox.take()


@given(
    st.lists(
        st.one_of(st.none(), st.tuples(st.sampled_from([None, "a", "b"]), st.integers(0, 30), st.booleans())),
        max_size=60,
    )
)
def test_it_is_a_queue_by_definition(steps: list[tuple[str | None, int, bool] | None]) -> None:
    """Whatever is put and taken, it does what a list of slots with the same rules does."""
    outbox = Outbox(events_most=5, octets_most=60)
    slots = deque[tuple[Told, int, bool]]()
    for step in steps:
        if step is None:
            assert (slots.popleft()[0] if slots else None) is outbox.take()
            continue
        topic, octets, is_owed = step
        new = told(topic)
        place = next((index for index, (each, _, _) in enumerate(slots) if topic and each.topic == topic), None)
        others = [size for _, size, owed in slots if not owed]
        fits = place is not None or is_owed or (len(others) < 5 and sum(others) + octets <= 60)
        assert fits is outbox.put(new, octets, is_owed=is_owed)
        if place is not None:
            slots[place] = new, octets, slots[place][2]
        elif fits:
            slots.append((new, octets, is_owed))
        assert (len(slots), sum(size for _, size, _ in slots)) == (len(outbox), outbox.octets)
