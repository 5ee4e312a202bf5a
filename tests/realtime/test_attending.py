"""Listeners that come and go, whose sessions end, and who are told of as gone."""

import asyncio
from datetime import timedelta

import pytest
from attrs import define, evolve, field

from saiondo_core.adapters.memory.bus import MemoryEventBus
from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.adapters.memory.sessions import MemorySessions
from saiondo_core.auth.model import Session, SessionId, StoredSession
from saiondo_core.channels.model import ChannelId
from saiondo_core.composition.jobs import Runner
from saiondo_core.kernel.errors import UnavailableError
from saiondo_core.realtime.attending import Attending
from saiondo_core.realtime.notes import Note, PresenceChanged
from saiondo_core.realtime.presence import Attendance, online_topic
from saiondo_core.testing.clocks import FrozenClock
from saiondo_core.testing.schedules import Failure, Interruption, at_every_moment
from tests.composition.histories import unreported
from tests.messages.house import ANNA, BERT, TEAM
from tests.realtime.hearing import Ear, Stage

OTHER = ChannelId("other")
SESSION = SessionId("session")


@define(eq=False, kw_only=True)
class Lobby:
    """A stage with an entrance.

    Attributes:
        notes: What went over the bus.
    """

    stage: Stage
    sessions: MemorySessions
    attending: Attending
    notes: list[Note]
    is_bus_away: bool = field(default=False, init=False)

    async def have_session(self, *, seconds: float = 1_000) -> None:
        """Have Anna's session, which lasts that long."""
        now = self.stage.house.clock.now()
        ends = now + timedelta(seconds=seconds)
        session = Session(id=SESSION, user_id=ANNA, created_at=now, last_used_at=now, expires_at=ends)
        stored = StoredSession(session=session, locator="locator", access=(), ends_at=ends)
        await self.sessions.add(session=stored, events=())

    async def pass_time(self, seconds: float) -> None:
        """Let that time pass, second by second, and the job do its work."""
        for _ in range(int(seconds)):
            await self.stage.house.clock.advance(1)
            assert 0 < await self.attending.step() or not self.attending.hub.listeners


class Away(MemoryEventBus):
    """A bus that cannot be reached."""

    async def publish(self, *, note: Note) -> None:
        """See `EventBus.publish`."""
        await super().publish(note=note)
        raise UnavailableError(outcome_unknown=True)


@define(eq=False, repr=False)
class Laboured(MemorySessions):
    """Sessions of which one cannot be read, or that are read slowly.

    Attributes:
        illegible: The one.
        clock: By which each read takes a tenth of a second.
    """

    illegible: SessionId | None = None
    clock: FrozenClock | None = None

    async def get(self, *, session_id: SessionId) -> StoredSession | None:
        """See `SessionRepository.get`."""
        if session_id == self.illegible:
            raise UnavailableError(outcome_unknown=False)
        if self.clock is not None:
            await self.clock.sleep(0.1)
        return await super().get(session_id=session_id)


@define(eq=False, repr=False)
class SlowBus(MemoryEventBus):
    """A bus that takes a tenth of a second for each note."""

    clock: FrozenClock

    async def publish(self, *, note: Note) -> None:
        """See `EventBus.publish`."""
        await self.clock.sleep(0.1)
        await super().publish(note=note)


@pytest.fixture(params=[MemoryEventBus, Away])
async def lobby(request: pytest.FixtureRequest) -> Lobby:
    """Build a lobby before a channel of Anna and Bert; with a bus that fails, too, after it has told."""
    stage = Stage()
    for user_id in (ANNA, BERT):
        await stage.house.user(user_id)
    await stage.house.channel(ANNA, BERT)
    kind: type[MemoryEventBus] = request.param
    bus, sessions, notes = kind(), MemorySessions(MemoryLog()), list[Note]()
    bus.listen(notes.append)
    attendance = Attendance(store=stage.presence, clock=stage.house.clock, seconds=15)
    attending = Attending(hub=stage.hub, attendance=attendance, sessions=sessions, bus=bus)
    return Lobby(stage=stage, sessions=sessions, attending=attending, notes=notes)


async def test_the_channels_are_told_who_is_gone(lobby: Lobby) -> None:
    """15 seconds after the last connection, and once; whoever was still joining was never there."""
    first, second = Ear(ANNA, id="first"), Ear(ANNA, id="second")
    for ear in (first, second):
        await lobby.attending.connect(ear)
    assert lobby.stage.hub.place_of(first).is_arrival
    assert not lobby.stage.hub.place_of(second).is_arrival
    await lobby.stage.join(first)
    lobby.stage.hub.enter(lobby.stage.subscription(second))

    lobby.attending.disconnect(first)
    await lobby.pass_time(30)
    assert [] == lobby.notes
    lobby.attending.disconnect(second)
    assert 0 == lobby.stage.hub.size
    await lobby.pass_time(14)
    assert [] == lobby.notes
    await lobby.pass_time(1)
    now = lobby.stage.house.clock.now()
    assert [
        PresenceChanged(channel_id=TEAM, user_id=ANNA, membership_revision=1, at=now, is_online=False)
    ] == lobby.notes
    await lobby.pass_time(60)
    assert 1 == len(lobby.notes)


async def test_each_channel_is_told_who_is_gone(lobby: Lobby) -> None:
    """Though it cannot be told to another one."""
    await lobby.stage.house.channel(ANNA, id=OTHER)
    anna = Ear(ANNA)
    await lobby.attending.connect(anna)
    for channel_id in (TEAM, OTHER):
        await lobby.stage.join(anna, channel_id)
    lobby.attending.disconnect(anna)
    await lobby.pass_time(15)
    assert [TEAM, OTHER] == [note.channel_id for note in lobby.notes if isinstance(note, PresenceChanged)]


async def test_a_connection_is_online_as_long_as_it_lasts(lobby: Lobby) -> None:
    """Its lease is renewed; it does not run out in between."""
    await lobby.attending.connect(Ear(ANNA))
    for _ in range(100):
        await lobby.pass_time(1)
        now = lobby.stage.house.clock.now()
        assert await lobby.stage.presence.held(topics=(online_topic(ANNA),), at=now)


@pytest.mark.parametrize("error", [UnavailableError(outcome_unknown=True), asyncio.CancelledError()])
async def test_whoever_could_not_come_in_is_not_there(lobby: Lobby, error: BaseException) -> None:
    """Wherever their coming failed or was cancelled: nothing is kept of them, and a lease they may have runs out."""
    await lobby.have_session()
    stage = lobby.stage

    async def fail() -> None:
        raise error

    async def scenario(at: int) -> bool:
        moment = Interruption(at, fail)
        attendance = evolve(lobby.attending.attendance, store=moment.around(stage.presence))
        entrance = evolve(lobby.attending, attendance=attendance, sessions=moment.around(lobby.sessions))
        try:
            await entrance.connect(Ear(ANNA, session_id=SESSION))
        except type(error):
            assert () == stage.hub.listeners
        await lobby.pass_time(20)
        held = await stage.presence.held(topics=(online_topic(ANNA),), at=stage.house.clock.now())
        assert moment.happened == (not held)
        return moment.happened

    assert 6 == await at_every_moment(scenario)


async def test_a_session_that_ran_out_ends_its_connections(lobby: Lobby) -> None:
    """At the next look, 25 seconds later at most; those that need no session stay."""
    await lobby.have_session(seconds=30)
    anna, hosted = Ear(ANNA, session_id=SESSION), Ear(ANNA, id="hosted")
    await lobby.attending.connect(anna)
    await lobby.attending.connect(hosted)
    await lobby.pass_time(29)
    assert 0 == anna.ends
    await lobby.pass_time(25)

    assert anna.ends
    assert 0 == hosted.ends


async def test_a_session_whose_end_nobody_told_of_ends_its_connections(lobby: Lobby) -> None:
    """A lost note costs 25 seconds at most."""
    await lobby.have_session()
    anna = Ear(ANNA, session_id=SESSION)
    await lobby.attending.connect(anna)
    await lobby.attending.step()
    await lobby.sessions.remove(session_id=SESSION, events=())
    assert 0 == anna.ends
    await lobby.pass_time(25)

    assert 1 == anna.ends


async def test_a_session_that_has_ended_before_connecting_ends_it_at_once(lobby: Lobby) -> None:
    """Its note came before anybody could hear of it."""
    anna = Ear(ANNA, session_id=SESSION)
    await lobby.attending.connect(anna)

    assert 1 == anna.ends


async def test_sessions_are_looked_at_while_nobody_knows_who_is_online(lobby: Lobby) -> None:
    """That leases cannot be renewed fails the step, and lets nobody stay whose session is over."""
    await lobby.have_session()
    anna = Ear(ANNA, session_id=SESSION)
    await lobby.attending.connect(anna)
    await lobby.sessions.remove(session_id=SESSION, events=())
    away = Failure(0, UnavailableError(outcome_unknown=False))
    lobby.attending.attendance = evolve(lobby.attending.attendance, store=away.around(lobby.stage.presence))
    await lobby.stage.house.clock.advance(25)

    with pytest.raises(UnavailableError):
        await lobby.attending.step()
    assert 1 == anna.ends


async def test_a_session_that_cannot_be_read_keeps_no_other_from_being_looked_at(lobby: Lobby) -> None:
    """Whoever came after it is ended in the same look, though the step fails; and it is looked at again."""
    sessions = Laboured(MemoryLog(), illegible=SessionId("first"))
    lobby.attending.sessions = lobby.sessions = sessions
    await lobby.have_session()
    first, anna = Ear(ANNA, id="first", session_id=sessions.illegible), Ear(ANNA, session_id=SESSION)
    for ear in (first, anna):
        lobby.stage.hub.connect(ear)
    await sessions.remove(session_id=SESSION, events=())

    with pytest.raises(UnavailableError):
        await lobby.attending.step()
    assert (0, 1) == (first.ends, anna.ends)
    sessions.illegible = SessionId("none")
    await lobby.attending.step()
    assert 1 == first.ends


@pytest.mark.parametrize("slow", ["sessions", "bus"])
async def test_whoever_is_connected_stays_online_while_others_take_long(lobby: Lobby, slow: str) -> None:
    """To look at 300 sessions, or to tell 300 channels who is gone, takes half a minute; leases are renewed in it."""
    clock, attending = lobby.stage.house.clock, lobby.attending
    anna = Ear(ANNA)
    await attending.connect(anna)
    if slow == "sessions":
        attending.sessions = Laboured(MemoryLog(), clock=clock)
        for number in range(300):
            lobby.stage.hub.connect(Ear(BERT, id=f"{number}", session_id=SESSION))
    else:
        attending.bus = SlowBus(clock)
        attending.attendance.depart(Ear(BERT), tuple((ChannelId(f"{number}"), 1) for number in range(300)))
    runner = Runner(attending, clock, unreported)
    runner.start()
    for _ in range(60):
        await clock.advance(1)
        assert await lobby.stage.presence.held(topics=(online_topic(ANNA),), at=clock.now())
    await runner.stop(1)


async def test_it_rests_until_there_is_something_to_do(lobby: Lobby) -> None:
    """Until the next renewal, departure or look, whichever is first."""
    assert 5 == await lobby.attending.step()
    anna = Ear(ANNA)
    await lobby.attending.connect(anna)
    lobby.attending.disconnect(anna)
    await lobby.stage.house.clock.advance(12)
    assert 3 == await lobby.attending.step()
