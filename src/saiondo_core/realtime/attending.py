"""Whether those who are connected may still be, and who is gone."""

from collections.abc import Iterator

from attrs import define, field

from saiondo_core.auth.ports import SessionRepository
from saiondo_core.realtime.hub import Hub
from saiondo_core.realtime.listening import Listener
from saiondo_core.realtime.notes import PresenceChanged
from saiondo_core.realtime.passing import mention
from saiondo_core.realtime.ports import EventBus
from saiondo_core.realtime.presence import Attendance, Departure
from saiondo_core.realtime.turns import take_turns


@define(eq=False, kw_only=True)
class Attending:
    """Lets listeners come and go. A job: `step` renews their leases, tells who is gone, and ends what lost its session.

    The end of a session is told by a note, at once; looking is for notes that were lost, and for sessions that ran out.
    """

    hub: Hub
    attendance: Attendance
    sessions: SessionRepository
    bus: EventBus
    _next_look: float = field(default=0.0, init=False)
    _unseen: dict[Listener, None] = field(factory=dict[Listener, None], init=False)
    _farewells: dict[PresenceChanged, None] = field(factory=dict[PresenceChanged, None], init=False)

    async def connect(self, listener: Listener) -> None:
        """Let *listener* hear of the end of its session, and its user be online; where that fails, neither."""
        place = self.hub.connect(listener)
        try:
            place.is_arrival = await self.attendance.arrive(listener)
            # It may have ended before its end could be heard of.
            await self._look_at(listener)
        except BaseException:
            self.disconnect(listener)
            raise

    def disconnect(self, listener: Listener) -> None:
        """Tell *listener* nothing more; its user is online for a while yet."""
        self._unseen.pop(listener, None)
        ended = self.hub.disconnect(listener)
        self.attendance.depart(
            listener, tuple((each.channel_id, each.revision) for each in ended if not each.is_joining)
        )

    async def step(self) -> float:
        """Do all that in turns, so that leases are renewed in time; see `Job.step`."""
        clock = self.hub.clock
        if clock.monotonic() >= self._next_look:
            self._unseen.update(dict.fromkeys(self.hub.listeners))
            self._next_look = clock.monotonic() + self.hub.policy.heartbeat_seconds
        # Whoever lost their session is not let in because nobody knows who is online.
        unread = await take_turns(self._unseen, self._look_at)
        await self.attendance.renew(self.hub.listeners)
        for gone in await self.attendance.gone():
            self._farewells.update(dict.fromkeys(self._farewells_of(gone)))
        untold = await take_turns(self._farewells, self._say_farewell)
        for failure in (unread, untold):
            if failure is not None:
                raise failure
        if self._unseen or self._farewells:
            return 0.0
        rest = min(self.attendance.next_renewal(), self.attendance.next_departure())
        return max(0.0, min(rest, self._next_look - clock.monotonic()))

    def _farewells_of(self, gone: Departure) -> Iterator[PresenceChanged]:
        for channel_id, revision in gone.channels:
            yield PresenceChanged(
                channel_id=channel_id,
                user_id=gone.user_id,
                membership_revision=revision,
                at=self.hub.clock.now(),
                is_online=False,
            )

    async def _say_farewell(self, note: PresenceChanged) -> None:
        await mention(self.bus, note)

    async def _look_at(self, listener: Listener) -> None:
        if listener.session_id is None:
            return
        stored = await self.sessions.get(session_id=listener.session_id)
        if stored is None or stored.session.expires_at <= self.hub.clock.now():
            listener.end()
