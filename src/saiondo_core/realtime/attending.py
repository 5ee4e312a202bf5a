"""Whether those who are connected may still be, and who is gone."""

from attrs import define, field

from saiondo_core.auth.ports import SessionRepository
from saiondo_core.kernel.errors import UnavailableError
from saiondo_core.realtime.hub import Hub
from saiondo_core.realtime.listening import Listener
from saiondo_core.realtime.notes import PresenceChanged
from saiondo_core.realtime.ports import EventBus
from saiondo_core.realtime.presence import Attendance, Departure


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
        ended = self.hub.disconnect(listener)
        self.attendance.depart(
            listener, tuple((each.channel_id, each.revision) for each in ended if not each.is_joining)
        )

    async def step(self) -> float:
        """See `Job.step`."""
        try:
            rest = await self.attendance.renew(self.hub.listeners)
            for gone in await self.attendance.gone():
                await self._tell_gone(gone)
        finally:
            # Whoever lost their session is not let in because nobody knows who is online.
            await self._look()
        return max(0.0, min(rest, self.attendance.next_departure(), self._next_look - self.hub.clock.monotonic()))

    async def _tell_gone(self, gone: Departure) -> None:
        for channel_id, revision in gone.channels:
            note = PresenceChanged(
                channel_id=channel_id,
                user_id=gone.user_id,
                membership_revision=revision,
                at=self.hub.clock.now(),
                is_online=False,
            )
            try:
                await self.bus.publish(note=note)
            except UnavailableError:
                continue  # It is told now or never, and whoever asks is told the truth.

    async def _look(self) -> None:
        if self.hub.clock.monotonic() < self._next_look:
            return
        for listener in self.hub.listeners:
            await self._look_at(listener)
        self._next_look = self.hub.clock.monotonic() + self.hub.policy.heartbeat_seconds

    async def _look_at(self, listener: Listener) -> None:
        if listener.session_id is None:
            return
        stored = await self.sessions.get(session_id=listener.session_id)
        if stored is None or stored.session.expires_at <= self.hub.clock.now():
            listener.end()
