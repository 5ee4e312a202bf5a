"""Who is connected: leases that are renewed as long as a connection lasts."""

from datetime import datetime, timedelta
from math import inf

from attrs import define, evolve, field, frozen

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import Clock
from saiondo_core.realtime.listening import Listener
from saiondo_core.realtime.model import Lease
from saiondo_core.realtime.ports import PresenceStore

_RENEWALS = 3
"""How often a lease is renewed before it would end."""

_LOOKS = 60
"""How often it is looked at most, in that time, who is gone: a crowd goes at as many moments as it has people."""

_BATCH = 1_000


def online_topic(user_id: UserId) -> str:
    """The topic that is held while *user_id* is connected."""
    return f"online:{user_id}"


def typing_topic(channel_id: ChannelId) -> str:
    """The topic that is held by whoever types in that channel."""
    return f"typing:{channel_id}"


@frozen(kw_only=True)
class Departure:
    """A user's connections that ended, and what they listened to, with the revisions that was judged under.

    Attributes:
        due: When to look whether the user is gone.
    """

    user_id: UserId
    due: datetime
    channels: tuple[tuple[ChannelId, int], ...]


@define(eq=False, kw_only=True)
class Attendance:
    """The leases of this process's connections. All durations are seconds."""

    store: PresenceStore
    clock: Clock
    seconds: float
    _renewed: float = field(default=-inf, init=False)
    _departures: dict[UserId, Departure] = field(factory=dict[UserId, Departure], init=False)

    async def arrive(self, listener: Listener) -> bool:
        """Hold the lease of a new connection; whether its user was offline before."""
        now, topic = self.clock.now(), online_topic(listener.user_id)
        held = await self.store.held(topics=(topic,), at=now)
        await self.store.take(leases=(self._lease(listener, now),), at=now)
        return topic not in held

    def depart(self, listener: Listener, channels: tuple[tuple[ChannelId, int], ...]) -> None:
        """Let the lease of a connection run out."""
        earlier = self._departures.get(listener.user_id)
        merged = dict(channels if earlier is None else (*earlier.channels, *channels))
        due = self.clock.now() + timedelta(seconds=self.seconds)
        departure = Departure(user_id=listener.user_id, due=due, channels=tuple(merged.items()))
        self._departures[listener.user_id] = departure

    async def renew(self, listeners: tuple[Listener, ...]) -> None:
        """Renew the leases of *listeners* if it is time to."""
        if self.next_renewal() > 0:
            return
        now = self.clock.now()
        for first in range(0, len(listeners), _BATCH):
            leases = tuple(self._lease(listener, now) for listener in listeners[first : first + _BATCH])
            await self.store.take(leases=leases, at=now)
        self._renewed = self.clock.monotonic()

    def next_renewal(self) -> float:
        """In how many seconds it is time to renew the leases."""
        return self._renewed + self.seconds / _RENEWALS - self.clock.monotonic()

    async def gone(self) -> tuple[Departure, ...]:
        """The departures that are due, of users of whom no connection is left; for the others, they are put off."""
        now = self.clock.now()
        due = [departure for departure in self._departures.values() if departure.due <= now]
        if not due:
            return ()
        held = await self.store.held(topics=tuple(online_topic(departure.user_id) for departure in due), at=now)
        gone = list[Departure]()
        for departure in due:
            if self._departures[departure.user_id] is not departure:
                continue  # Another connection of theirs has ended meanwhile.
            if online_topic(departure.user_id) in held:
                self._departures[departure.user_id] = evolve(departure, due=now + timedelta(seconds=self.seconds))
            else:
                gone.append(self._departures.pop(departure.user_id))
        return tuple(gone)

    def next_departure(self) -> float:
        """In how many seconds to look who is gone: when the next departure is due, or with those soon after it."""
        now = self.clock.now()
        due = min(((departure.due - now).total_seconds() for departure in self._departures.values()), default=inf)
        return max(due, self.seconds / _LOOKS)

    def _lease(self, listener: Listener, now: datetime) -> Lease:
        until = now + timedelta(seconds=self.seconds)
        return Lease(topic=online_topic(listener.user_id), holder=listener.user_id, id=listener.id, until=until)
