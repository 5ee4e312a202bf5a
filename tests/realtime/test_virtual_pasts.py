"""Stores that forget, or go on from an older state, while people talk over a network that is torn, on virtual time."""

import asyncio
from collections.abc import Callable
from functools import partial
from random import Random

from attrs import define, evolve, field

from saiondo_core import ChannelId, UserId
from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.adapters.memory.messages import MemoryMessages
from saiondo_core.adapters.memory.rooms import Rooms
from saiondo_core.kernel.events import Event
from saiondo_core.kernel.ids import EventId
from saiondo_core.realtime.client import ClientMachine
from saiondo_core.realtime.client_effects import Deliver, Effects, Missed
from saiondo_core.realtime.frames import Data, Frame
from saiondo_core.realtime.model import Cursor, head_of
from saiondo_core.realtime.replies import Happened
from saiondo_core.testing.virtual_client import VirtualClient
from saiondo_core.testing.virtual_seeds import on_seeds
from tests.realtime.hearing import TalkingLog
from tests.realtime.pasts import Past, past_of, set_back
from tests.realtime.virtual_guests import by_machine
from tests.realtime.virtual_town import MESSAGES, PEOPLE, SEEDS, TORN, Town, town

CUT = evolve(TORN, restart=0.0)
"""Faults of the network only: a store is set back under servers that live on, and notice."""


BEFORE = 4
"""How many events a channel has before anybody says anything: it was made, and three people are in it."""


async def talk_while(there: Town[VirtualClient], strike: Callable[[], None], every: float) -> None:
    """Let people talk under faults, and something be done to the store *every* so many seconds, by chance."""

    async def go_on() -> None:
        while True:
            await asyncio.sleep(there.random.expovariate(1 / every))
            strike()

    striking = asyncio.create_task(go_on())
    there.network.storm(CUT)
    await there.talk(MESSAGES)
    striking.cancel()
    await there.settle()


async def holes_in(there: Town[VirtualClient]) -> list[int]:
    """Check that each client has heard what is stored, but for what it was told to miss: the offsets of that."""
    holes = list[int]()
    for channel_id in there.channels:
        stored = await there.stored(channel_id)
        for client in there.clients:
            following = client.channels[channel_id]
            kept = stored[following.first or 0 :]
            for recorded, event in zip(kept, following.heard, strict=True):
                if event is None:
                    holes.append(recorded.offset)
                else:
                    assert (recorded.offset, recorded.event.stamp.id) == (event.offset, event.event_id)
    return holes


def test_a_log_that_forgets_leaves_holes_that_are_told() -> None:
    """What the log has forgotten is told as a hole; all that it still had is heard, once and in order."""

    async def scenario(random: Random) -> int:
        log = TalkingLog()
        async with town(random, by_machine(), log=log) as there:

            def forget() -> None:
                shortest = min(len(there.rooms.by_id[channel_id].said) for channel_id in there.channels)
                log.trimmed = max(log.trimmed, BEFORE + shortest)

            await talk_while(there, forget, every=3.0)
            floor, log.trimmed = log.trimmed, 0
            holes = await holes_in(there)
            assert max(holes, default=0) <= floor
            return len(holes)

    assert sum(on_seeds(scenario, seeds=SEEDS[::10])) > 0


@define(eq=False)
class LogOfManyLives(MemoryLog):
    """A log that can be another one, and say the same.

    Attributes:
        before: What each event that ever happened has followed.
    """

    before: dict[EventId, EventId | None] = field(factory=dict[EventId, EventId | None], init=False)

    def record(self, events: tuple[Event, ...], *, sequence: int | None = None) -> None:
        """See `MemoryLog.record`."""
        for event in events:
            past = self._streams[event.stream]
            self.before[event.stamp.id] = past[-1].event.stamp.id if past else None
            super().record((event,), sequence=sequence)
            sequence = None

    def begin_again(self) -> None:
        """Have another epoch."""
        self._epoch += "+"


@define(eq=False)
class Watched(ClientMachine):
    """A client that is watched: of what it tells, each event must follow the one before, in one past.

    Attributes:
        log: Where all that happens is.
        forks: The events that did not.
    """

    log: LogOfManyLives = field(kw_only=True)
    forks: list[Happened] = field(factory=list[Happened], init=False)
    _last: dict[ChannelId, EventId | None] = field(factory=dict[ChannelId, EventId | None], init=False)

    def join(self, channel_id: ChannelId, now: float, since: str | None = None) -> Effects:
        """See `ClientMachine.join`."""
        if since is not None:
            self._last[channel_id] = head_of(since).event_id
        return super().join(channel_id, now, since)

    def received(self, frame: Frame[Data] | None, now: float) -> Effects:
        """See `ClientMachine.received`."""
        effects = super().received(frame, now)
        for effect in effects:
            if isinstance(effect, Deliver | Missed) and effect.cursor is not None:
                self._hear(effect, head_of(effect.cursor).event_id)
        return effects

    def _hear(self, told: Deliver | Missed, last: EventId | None) -> None:
        channel_id = told.channel_id if isinstance(told, Missed) else told.frame.channel_id
        assert channel_id is not None
        if isinstance(told, Deliver) and isinstance(told.frame.data, Happened):
            is_next = self._last[channel_id] == self.log.before[told.frame.data.event_id]
            self.forks += [] if is_next else [told.frame.data]
        self._last[channel_id] = last


def forks_in(there: Town[VirtualClient]) -> list[Happened]:
    """What clients were told as if it had followed what they were told before."""
    machines = (client.machine for client in there.clients)
    return [fork for machine in machines if isinstance(machine, Watched) for fork in machine.forks]


def test_no_log_is_mixed_when_the_store_is_set_back() -> None:
    """Where a store goes on from an older state, each client is told, and knows one past only, at any moment.

    It goes on under the same epoch, or under another one.
    """

    async def scenario(random: Random) -> int:
        log = LogOfManyLives()
        async with town(random, by_machine(partial(Watched, log=log)), log=log) as there:
            pasts = [past_of(there.rooms)]

            def go_back() -> None:
                set_back(there.rooms, random.choice(pasts[-3:]))
                random.choice((log.begin_again, keep))()

            def keep() -> None:
                pasts.append(past_of(there.rooms))

            def strike() -> None:
                random.choice((keep, go_back))()

            await talk_while(there, strike, every=4.0)
            await holes_in(there)
            assert [] == forks_in(there)
            return sum(each.voids for client in there.clients for each in client.channels.values())

    assert sum(on_seeds(scenario, seeds=SEEDS[::10])) > 0


def steady(rooms: Rooms, random: Random) -> MemoryMessages:
    """A store that never fails."""
    del random
    return MemoryMessages(rooms)


def test_no_log_is_mixed_when_its_past_grows_anew_while_it_is_paged() -> None:
    """Under one epoch, and beyond where it had got to, before any server notices: no page goes on from another past."""

    async def scenario(random: Random) -> int:
        log = LogOfManyLives()
        async with town(random, by_machine(partial(Watched, log=log)), messages=steady, log=log) as there:
            channel_id, pasts = there.channels[0], list[Past]()
            said = there.servers[0].use_cases.as_user(UserId(PEOPLE[0])).message

            async def grow(most: int) -> None:
                for _ in range(random.randint(1, most)):
                    await said.send(channel_id=channel_id, content="What happens.")
                    pasts.append(past_of(there.rooms))

            since = Cursor(there.clients[0].machine.cursors[channel_id] or "")
            await grow(30)
            for client in there.clients:
                client.join(channel_id, since)
            await asyncio.sleep(random.uniform(0, 0.5))
            await grow(3)
            await asyncio.sleep(random.uniform(0, 0.5))
            set_back(there.rooms, random.choice(pasts))
            await grow(30)
            await there.settle()
            await holes_in(there)
            assert [] == forks_in(there)
            return sum(each.voids for client in there.clients for each in client.channels.values())

    assert sum(on_seeds(scenario, seeds=SEEDS[::4])) > 0
