"""Leases of connections: taken, renewed in batches, and left to run out."""

from datetime import datetime

import pytest
from attrs import define, field

from saiondo_core.adapters.memory.presence import MemoryPresence
from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.ids import UserId
from saiondo_core.realtime.model import Lease
from saiondo_core.realtime.presence import Attendance, online_topic
from saiondo_core.testing.clocks import FrozenClock
from saiondo_core.testing.schedules import Interruption
from tests.messages.house import ANNA, BERT, TEAM
from tests.realtime.hearing import Ear

OTHER = ChannelId("other")


@define(eq=False, repr=False)
class CountedPresence(MemoryPresence):
    """A store that notes how many leases were taken at once."""

    taken: list[int] = field(factory=list[int], init=False)

    async def take(self, *, leases: tuple[Lease, ...], at: datetime) -> None:
        """See `PresenceStore.take`."""
        self.taken.append(len(leases))
        await super().take(leases=leases, at=at)


@pytest.fixture
def clock() -> FrozenClock:
    """Give a clock."""
    return FrozenClock()


@pytest.fixture
def store() -> CountedPresence:
    """Give a store of leases."""
    return CountedPresence()


@pytest.fixture
def attendance(store: CountedPresence, clock: FrozenClock) -> Attendance:
    """Give the leases of a process, of 15 seconds each."""
    return Attendance(store=store, clock=clock, seconds=15)


async def is_online(attendance: Attendance) -> bool:
    """Whether Anna is online."""
    topic = online_topic(ANNA)
    return topic in await attendance.store.held(topics=(topic,), at=attendance.clock.now())


async def test_only_the_first_connection_is_an_arrival(attendance: Attendance) -> None:
    """A user who is online already does not come again with another connection, of whichever process."""
    elsewhere = Attendance(store=attendance.store, clock=attendance.clock, seconds=15)

    assert await attendance.arrive(Ear(ANNA, id="one"))
    assert not await attendance.arrive(Ear(ANNA, id="two"))
    assert not await elsewhere.arrive(Ear(ANNA, id="three"))
    assert await elsewhere.arrive(Ear(BERT))


async def test_renewing_keeps_one_online(attendance: Attendance, clock: FrozenClock, store: CountedPresence) -> None:
    """Renewed every 5 seconds, a lease of 15 lasts as long as its connection; asked sooner, nothing is done."""
    ear = Ear(ANNA)
    await attendance.arrive(ear)
    for _ in range(10):
        await attendance.renew((ear,))
        assert 5 == attendance.next_renewal()
        await clock.advance(2)
        await attendance.renew((ear,))
        assert 3 == attendance.next_renewal()
        await clock.advance(3)
        assert await is_online(attendance)
    assert [1] * 11 == store.taken
    await clock.advance(9.999)
    assert await is_online(attendance)
    await clock.advance(0.001)
    assert not await is_online(attendance)


async def test_leases_are_renewed_in_batches(attendance: Attendance, store: CountedPresence) -> None:
    """2,500 connections are three calls."""
    await attendance.renew(tuple(Ear(ANNA, id=f"{number}") for number in range(2_500)))

    assert [1_000, 1_000, 500] == store.taken


async def test_one_is_gone_15_seconds_after_the_last_connection(attendance: Attendance, clock: FrozenClock) -> None:
    """Not before, and not while another connection lasts; then once, in all channels that any of them listened to."""
    first, second = Ear(ANNA, id="first"), Ear(ANNA, id="second")
    await attendance.arrive(first)
    await attendance.arrive(second)
    attendance.depart(first, ((TEAM, 1), (OTHER, 1)))
    for _ in range(8):
        await clock.advance(5)
        await attendance.renew((second,))
        assert () == await attendance.gone()

    attendance.depart(second, ((TEAM, 2),))
    assert 15 == attendance.next_departure()
    await clock.advance(14.999)
    assert () == await attendance.gone()
    await clock.advance(0.001)
    [gone] = await attendance.gone()
    assert (ANNA, {TEAM: 2, OTHER: 1}) == (gone.user_id, dict(gone.channels))
    assert () == await attendance.gone()
    assert float("inf") == attendance.next_departure()


async def test_whoever_comes_back_in_time_was_never_gone(attendance: Attendance, clock: FrozenClock) -> None:
    """A reconnect within 15 seconds, to whichever process, is no departure."""
    ear, elsewhere = Ear(ANNA), Attendance(store=attendance.store, clock=clock, seconds=15)
    await attendance.arrive(ear)
    attendance.depart(ear, ((TEAM, 1),))
    await clock.advance(14)
    assert not await elsewhere.arrive(Ear(ANNA, id="elsewhere"))
    await clock.advance(1)

    assert () == await attendance.gone()
    assert 15 == attendance.next_departure()
    await clock.advance(15)
    assert 1 == len(await attendance.gone())


async def test_an_end_while_it_is_asked_who_is_gone_is_a_new_departure(clock: FrozenClock) -> None:
    """Another connection that ends while the store is asked waits its own 15 seconds."""
    ear = Ear(ANNA)

    async def end() -> None:
        slow.depart(ear, ((OTHER, 1),))

    slow = Attendance(store=Interruption(0, end).around(MemoryPresence()), clock=clock, seconds=15)
    slow.depart(ear, ((TEAM, 1),))
    await clock.advance(15)

    assert () == await slow.gone()
    assert 15 == slow.next_departure()


async def test_5_000_departures_at_once_take_a_moment(attendance: Attendance, clock: FrozenClock) -> None:
    """Each user is told of once, however many connections ended in the same moment."""
    for number in range(5_000):
        attendance.depart(Ear(ANNA if number % 2 else BERT, id=f"{number}"), ((TEAM, 1),))
    await clock.advance(15)

    assert {ANNA, BERT} == {departure.user_id for departure in await attendance.gone()}


async def test_departures_at_many_moments_are_looked_at_together(attendance: Attendance, clock: FrozenClock) -> None:
    """Of 500 who came back, each at a moment of their own, nobody costs a look of their own; none is long overdue."""
    ears = [Ear(UserId(f"{number}")) for number in range(500)]
    for ear in ears:
        await attendance.arrive(ear)
        attendance.depart(ear, ((TEAM, 1),))
        await clock.advance(0.02)
    looks, began = 0, clock.monotonic()
    while clock.monotonic() < began + 30:
        await attendance.renew(tuple(ears))
        assert () == await attendance.gone()
        rest = attendance.next_departure()
        assert 0 < rest <= 15
        await clock.advance(min(5, rest))
        looks += 1
    assert looks < 150

    await clock.advance(15.25)
    assert 500 == len(await attendance.gone())
