"""The memory store of leases."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saiondo_core.adapters.memory.presence import MemoryPresence
from saiondo_core.kernel.ids import UserId
from saiondo_core.realtime.model import Lease
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.contracts.presence import CountedPresence, PresenceStoreContract

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
TOPICS, NAMES = ("online:anna", "typing:team"), ("anna", "bert", "carl")

names = st.tuples(st.sampled_from(TOPICS), st.sampled_from("xy"))
takes = st.lists(st.tuples(names, st.sampled_from(NAMES), st.integers(0, 9)), max_size=3)
pauses = st.integers(1, 5)


def counted() -> CountedPresence:
    """Make an empty store."""
    presence = MemoryPresence()

    async def size() -> int:
        return presence.size

    return CountedPresence(presence, size)


class TestMemoryPresence(PresenceStoreContract):
    """It keeps the laws of its port."""

    @pytest.fixture
    def opener(self) -> Opener[CountedPresence]:
        """Open an empty store."""

        @asynccontextmanager
        async def opened() -> AsyncGenerator[CountedPresence]:
            yield counted()

        return opened


@given(st.lists(takes | names | pauses, max_size=30))
async def test_it_agrees_with_a_plain_list_of_ends(
    steps: list[list[tuple[tuple[str, str], str, int]] | tuple[str, str] | int],
) -> None:
    """Whatever is taken, lengthened, dropped or left to end, those hold whose end is to come; at last none is left."""
    presence, at = MemoryPresence(), NOON
    ends: dict[tuple[str, str], tuple[datetime, str]] = {}
    for step in steps:
        if isinstance(step, int):
            at += timedelta(seconds=step)
        elif isinstance(step, tuple):
            topic, lease_id = step
            await presence.drop(topic=topic, lease_id=lease_id)
            ends.pop(step, None)
        else:
            taken = [
                Lease(topic=topic, holder=UserId(holder), id=lease_id, until=at + timedelta(seconds=seconds))
                for (topic, lease_id), holder, seconds in step
            ]
            await presence.take(leases=tuple(taken), at=at)
            for each in taken:
                end = each.until, each.holder
                if (each.topic, each.id) not in ends or ends[each.topic, each.id][0] < each.until:
                    ends[each.topic, each.id] = end
        lasting = {(topic, holder) for (topic, _), (until, holder) in ends.items() if at < until}
        for topic in TOPICS:
            assert sorted(holder for where, holder in lasting if where == topic) == list(
                await presence.holders(topic=topic, at=at)
            )
        assert {topic for topic, _ in lasting} == await presence.held(topics=TOPICS, at=at)

    await presence.take(leases=(), at=at + timedelta(seconds=9))
    assert 0 == presence.size


async def test_a_lease_takes_up_the_room_of_one_however_often_it_is_lengthened() -> None:
    """Taken, dropped and taken again a thousand times, one lease is one; and taking any forgets what ended anywhere."""
    presence = MemoryPresence()
    for second in range(1_000):
        at = NOON + timedelta(seconds=second)
        held = Lease(topic="typing:team", holder=UserId("anna"), id="x", until=at + timedelta(seconds=5))
        await presence.take(leases=(held,), at=at)
        if second % 2:
            await presence.drop(topic=held.topic, lease_id=held.id)
    assert 1 == presence.size

    await presence.take(leases=(), at=NOON + timedelta(hours=1))
    assert 0 == presence.size
