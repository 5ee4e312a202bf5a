"""Stores that forget, or go on from an older state, while people talk over a network that is torn, on virtual time."""

import asyncio
from collections.abc import Callable
from random import Random

from attrs import evolve

from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.testing.virtual_client import VirtualClient
from saiondo_core.testing.virtual_seeds import on_seeds
from tests.realtime.hearing import TalkingLog
from tests.realtime.pasts import past_of, set_back
from tests.realtime.virtual_guests import by_machine
from tests.realtime.virtual_town import MESSAGES, SEEDS, TORN, Town, town

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


class LogOfManyLives(MemoryLog):
    """A log that can be another one, and say the same."""

    def begin_again(self) -> None:
        """Have another epoch."""
        self._epoch += "+"


def test_no_log_is_mixed_when_the_store_is_set_back() -> None:
    """Where a store goes on from an older state, each client is told, and knows one past only.

    It goes on under the same epoch, or under another one.
    """

    async def scenario(random: Random) -> int:
        log = LogOfManyLives()
        async with town(random, by_machine(), log=log) as there:
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
            return sum(each.voids for client in there.clients for each in client.channels.values())

    assert sum(on_seeds(scenario, seeds=SEEDS[::10])) > 0
