"""What every store of leases must do."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from attrs import frozen

from saiondo_core.kernel.ids import UserId
from saiondo_core.realtime.model import Lease
from saiondo_core.realtime.ports import PresenceStore
from saiondo_core.testing.contracts.opening import Opener, missing

_NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
_TEAM = "typing:team"


@frozen
class CountedPresence:
    """A store, and how full it is.

    Attributes:
        presence: What is held to the laws.
        size: Counts the leases that take up room, whether they last or not.
    """

    presence: PresenceStore
    size: Callable[[], Awaitable[int]]

    async def take(self, *leases: Lease, second: float = 0) -> None:
        """Take *leases*, that many seconds past noon."""
        await self.presence.take(leases=leases, at=_at(second))

    async def held(self, *topics: str, second: float) -> set[str]:
        """Which of *topics* are held then."""
        return set(await self.presence.held(topics=topics, at=_at(second)))

    async def holders(self, topic: str = _TEAM, *, second: float) -> tuple[str, ...]:
        """Who holds *topic* then; the other way of asking agrees on whether anybody does."""
        found = await self.presence.holders(topic=topic, at=_at(second))
        assert ({topic} if found else set()) == await self.held(topic, second=second)
        return found


@pytest.mark.asyncio
class PresenceStoreContract:
    """The laws of `PresenceStore`. Derive it, and give the fixture `opener`."""

    @pytest.fixture
    def opener(self) -> Opener[CountedPresence]:
        """Open a store in which nothing is held."""
        return missing(self)

    async def test_a_lease_lasts_until_its_end(self, opener: Opener[CountedPresence]) -> None:
        """It holds up to the millisecond before its end and not at it, and each of several has its own end."""
        async with opener() as store:
            assert () == await store.holders(second=0)
            await store.take(lease("anna", 10.5), lease("bert", 20.5), lease("carl", 5), second=5)

            assert ("anna", "bert") == await store.holders(second=5)
            assert ("anna", "bert") == await store.holders(second=10.499)
            assert ("bert",) == await store.holders(second=10.5)
            assert ("bert",) == await store.holders(second=20.499)
            assert () == await store.holders(second=20.5)

    async def test_a_lease_only_lengthens(self, opener: Opener[CountedPresence]) -> None:
        """In whatever order three ends come, one by one, in one call or at once, the last of them is the lease's."""
        for ends in permutations((10, 20, 30)):
            leases = [lease("anna", end) for end in ends]
            async with opener() as one_by_one, opener() as in_one_call, opener() as at_once:
                for each in leases:
                    await one_by_one.take(each)
                await in_one_call.take(*leases)
                await asyncio.gather(*(at_once.take(each) for each in leases))
                for store in one_by_one, in_one_call, at_once:
                    assert ("anna",) == await store.holders(second=29.999)
                    assert () == await store.holders(second=30)

    async def test_a_dropped_lease_is_over(self, opener: Opener[CountedPresence]) -> None:
        """Dropped once or twice, it is over at once; what is unknown cannot be missed; taken again, it has its end."""
        async with opener() as store:
            await store.take(lease("anna", 30), lease("bert", 30))
            for lease_id in ("anna", "anna", "unknown"):
                await store.presence.drop(topic=_TEAM, lease_id=lease_id)
            await store.presence.drop(topic="typing:unknown", lease_id="anna")
            assert ("bert",) == await store.holders(second=0)

            await store.take(lease("anna", 20), second=1)
            assert ("anna", "bert") == await store.holders(second=19.999)
            assert ("bert",) == await store.holders(second=20)

    async def test_a_topic_is_held_by_each_of_its_leases(self, opener: Opener[CountedPresence]) -> None:
        """One holder's leases stand for each other; holders are named once, by id, not as they came."""
        async with opener() as store:
            await store.take(lease("bert", 30, "phone"), lease("anna", 20, "x"), lease("anna", 10, "y"))
            await store.take(lease("Zoe", 30, "z"), lease("bert", 30, "desk"))
            assert ("Zoe", "anna", "bert") == await store.holders(second=0)
            assert ("Zoe", "anna", "bert") == await store.holders(second=10)
            assert ("Zoe", "bert") == await store.holders(second=20)

            await store.presence.drop(topic=_TEAM, lease_id="phone")
            assert ("Zoe", "bert") == await store.holders(second=20)
            await store.presence.drop(topic=_TEAM, lease_id="desk")
            assert ("Zoe",) == await store.holders(second=20)

    async def test_topics_are_apart(self, opener: Opener[CountedPresence]) -> None:
        """A lease of the same id is another one in another topic, even in one that begins alike or differs in case."""
        topics = ("typing:team", "typing:team2", "typing:tea", "typing:Team", "online:team")
        async with opener() as store:
            assert set() == await store.held(*topics, second=0)
            assert set() == await store.held(second=0)
            await store.take(lease("anna", 30, "x"), lease("anna", 30, "x", topic="online:team"))
            assert {"typing:team", "online:team"} == await store.held(*topics, "typing:team", second=0)
            assert {"online:team"} == await store.held(*topics[1:], second=0)

            await store.take(lease("bert", 20, "x", topic="typing:team2"))
            await store.presence.drop(topic="online:team", lease_id="x")
            assert ("anna",) == await store.holders(second=29.999)
            assert ("bert",) == await store.holders("typing:team2", second=19.999)
            assert () == await store.holders("online:team", second=0)

    async def test_what_has_ended_is_forgotten(self, opener: Opener[CountedPresence]) -> None:
        """Of five hundred that came one a second, those take up room that last; a name that comes back is new."""
        async with opener() as store:
            for second in range(500):
                await store.take(lease(f"user{second}", second + 10), second=second)
            assert 10 == len(await store.holders(second=499))
            assert await store.size() <= 20

            await store.take(lease("anna", 510, "x"), second=500)
            await store.take(lease("bert", 520, "x"), second=511)
            assert ("bert",) == await store.holders(second=511)


def lease(holder: str, end: float, lease_id: str | None = None, *, topic: str = _TEAM) -> Lease:
    """Make *holder*'s lease, called like them unless it has a name of its own, which ends that long past noon."""
    return Lease(topic=topic, holder=UserId(holder), id=lease_id or holder, until=_at(end))


def _at(second: float) -> datetime:
    return _NOON + timedelta(seconds=second)
