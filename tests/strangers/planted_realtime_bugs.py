"""Presence and bus with a bug in one of them, held to their suites. Most of this fails: see test_planted_bugs.py."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import pytest
from attrs import evolve

from saiondo_core.adapters.memory.bus import MemoryEventBus
from saiondo_core.adapters.memory.presence import MemoryPresence
from saiondo_core.kernel.ids import UserId
from saiondo_core.realtime.model import Lease
from saiondo_core.realtime.notes import Note
from saiondo_core.testing.contracts.bus import Ends, EventBusContract
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.contracts.presence import CountedPresence, PresenceStoreContract

Leases = tuple[Lease, ...]
Hear = Callable[[Note], None]
T = TypeVar("T")


class WholeSeconds(MemoryPresence):
    """A lease lasts for whole seconds."""

    async def take(self, *, leases: Leases, at: datetime) -> None:
        """Cut off the rest."""
        await super().take(
            leases=tuple(evolve(each, until=each.until.replace(microsecond=0)) for each in leases), at=at
        )


class OneMomentMore(MemoryPresence):
    """A lease still holds at its end."""

    async def holders(self, *, topic: str, at: datetime) -> tuple[UserId, ...]:
        """Ask about the moment before."""
        return await super().holders(topic=topic, at=at - timedelta(milliseconds=1))


class TheLastWordCounts(MemoryPresence):
    """A lease ends when it was last said to end, be it earlier than was said before."""

    async def take(self, *, leases: Leases, at: datetime) -> None:
        """Take it anew."""
        for each in leases:
            await self.drop(topic=each.topic, lease_id=each.id)
            await super().take(leases=(each,), at=at)


class LooksThenLeaps(MemoryPresence):
    """A lease is taken after others were let in."""

    async def take(self, *, leases: Leases, at: datetime) -> None:
        """Wait between the look and the write, which looks no more."""
        known = [self._topics.get(each.topic, {}).get(each.id, each) for each in leases]
        await asyncio.sleep(0)
        for present, each in zip(known, leases, strict=True):
            if present.until <= each.until:
                await self.drop(topic=each.topic, lease_id=each.id)
                await super().take(leases=(each,), at=at)


class DroppedForGood(MemoryPresence):
    """A lease that was dropped cannot be taken again."""

    dropped: frozenset[tuple[str, str]] = frozenset()

    async def drop(self, *, topic: str, lease_id: str) -> None:
        """Remember it."""
        self.dropped |= {(topic, lease_id)}
        await super().drop(topic=topic, lease_id=lease_id)

    async def take(self, *, leases: Leases, at: datetime) -> None:
        """Leave out what was dropped."""
        await super().take(leases=tuple(each for each in leases if (each.topic, each.id) not in self.dropped), at=at)


class DropsOnce(MemoryPresence):
    """A drop whose reply was lost cannot be repeated."""

    async def drop(self, *, topic: str, lease_id: str) -> None:
        """Insist on something to drop."""
        del self._topics[topic][lease_id]


class OneForEachHolder(MemoryPresence):
    """Somebody's leases of a topic are one."""

    async def take(self, *, leases: Leases, at: datetime) -> None:
        """Call it after them."""
        await super().take(leases=tuple(evolve(each, id=each.holder) for each in leases), at=at)

    async def drop(self, *, topic: str, lease_id: str) -> None:
        """End all, whichever was meant."""
        for each in tuple(self._leases(topic)):
            await super().drop(topic=topic, lease_id=each.id if lease_id else "")


class NamesEachLease(MemoryPresence):
    """Whoever holds a topic by two leases is named twice, and all as they came."""

    async def holders(self, *, topic: str, at: datetime) -> tuple[UserId, ...]:
        """Go through the leases."""
        return tuple(lease.holder for lease in self._leases(topic) if at < lease.until)


class FoldsTopics(MemoryPresence):
    """Topics that differ in case are one."""

    async def take(self, *, leases: Leases, at: datetime) -> None:
        """Fold what is held."""
        await super().take(leases=tuple(evolve(each, topic=each.topic.casefold()) for each in leases), at=at)

    async def held(self, *, topics: tuple[str, ...], at: datetime) -> frozenset[str]:
        """Fold what is asked for."""
        held = await super().held(topics=tuple(topic.casefold() for topic in topics), at=at)
        return frozenset(topic for topic in topics if topic.casefold() in held)


class DropsEverywhere(MemoryPresence):
    """A lease is known by its id alone."""

    async def drop(self, *, topic: str, lease_id: str) -> None:  # noqa: ARG002 - the bug
        """End it in whatever topic."""
        for each in tuple(self._topics):
            await super().drop(topic=each, lease_id=lease_id)


class Hoards(MemoryPresence):
    """What has ended is kept."""

    def _forget(self, at: datetime) -> None:
        pass


class KeepsTheName(MemoryPresence):
    """A lease belongs for good to whoever took it first."""

    names: dict[tuple[str, str], UserId] | None = None

    async def take(self, *, leases: Leases, at: datetime) -> None:
        """Give it to them."""
        names = self.names = self.names or {}
        named = (evolve(each, holder=names.setdefault((each.topic, each.id), each.holder)) for each in leases)
        await super().take(leases=tuple(named), at=at)


class TellsOne(MemoryEventBus):
    """Listeners take turns, as workers at a queue do."""

    async def publish(self, *, note: Note) -> None:
        """Tell the first, and put it last."""
        hear, *others = self._listeners
        self._listeners = {hear: None}
        await super().publish(note=note)
        self._listeners = dict.fromkeys((*others, hear))


class TellsTwice(MemoryEventBus):
    """A note is told until somebody confirms it, which nobody does in time."""

    async def publish(self, *, note: Note) -> None:
        """Repeat it."""
        for _ in range(2):
            await super().publish(note=note)


class Overtakes(MemoryEventBus):
    """Every second note is told by a task of its own, which the next note overtakes."""

    telling: asyncio.Task[None] | None = None

    async def publish(self, *, note: Note) -> None:
        """Go on before it is told."""
        if self.telling is None:
            self.telling = asyncio.create_task(super().publish(note=note))
        else:
            self.telling = None
            await super().publish(note=note)


class Retains(MemoryEventBus):
    """Whoever comes is told the last note."""

    last: Note | None = None

    async def publish(self, *, note: Note) -> None:
        """Keep it."""
        self.last = note
        await super().publish(note=note)

    def listen(self, hear: Hear) -> None:
        """Repeat it."""
        super().listen(hear)
        if self.last:
            hear(self.last)


class ComparesIdentities(MemoryEventBus):
    """A listener is known by its identity, of which a bound method has a new one each time it is named."""

    def unlisten(self, hear: Hear) -> None:
        """Look for the very same object."""
        self._listeners = {each: None for each in self._listeners if each is not hear}


class CountsListeners(MemoryEventBus):
    """Whoever listens twice must end it twice."""

    again: tuple[Hear, ...] = ()

    def listen(self, hear: Hear) -> None:
        """Remember each time."""
        self.again += (hear,) if hear in self._listeners else ()
        super().listen(hear)

    async def publish(self, *, note: Note) -> None:
        """Tell it for each time."""
        await super().publish(note=note)
        for hear in self.again:
            hear(note)


class InsistsOnAListener(MemoryEventBus):
    """To end what never began is an error."""

    def unlisten(self, hear: Hear) -> None:
        """Insist on something to end."""
        del self._listeners[hear]


class StopsAtTheFirst(MemoryEventBus):
    """A listener's error is the publisher's."""

    async def publish(self, *, note: Note) -> None:
        """Tell one after the other, and no more once one has failed."""
        for hear in tuple(self._listeners):
            hear(note)


class Swallows(MemoryEventBus):
    """Nobody learns of a listener's error."""

    async def publish(self, *, note: Note) -> None:
        """Suppress it."""
        for hear in tuple(self._listeners):
            with suppress(Exception):
                hear(note)


REALTIME_LAWS: dict[type[object], str] = {
    WholeSeconds: "a_lease_lasts_until_its_end",
    OneMomentMore: "a_lease_lasts_until_its_end",
    TheLastWordCounts: "a_lease_only_lengthens",
    LooksThenLeaps: "a_lease_only_lengthens",
    DroppedForGood: "a_dropped_lease_is_over",
    DropsOnce: "a_dropped_lease_is_over",
    OneForEachHolder: "a_topic_is_held_by_each_of_its_leases",
    NamesEachLease: "a_topic_is_held_by_each_of_its_leases",
    FoldsTopics: "topics_are_apart",
    DropsEverywhere: "topics_are_apart",
    Hoards: "what_has_ended_is_forgotten",
    KeepsTheName: "what_has_ended_is_forgotten",
    TellsOne: "who_listens_hears",
    TellsTwice: "who_listens_hears",
    Overtakes: "who_listens_hears",
    Retains: "who_does_not_listen_hears_nothing",
    ComparesIdentities: "who_does_not_listen_hears_nothing",
    CountsListeners: "who_does_not_listen_hears_nothing",
    InsistsOnAListener: "who_does_not_listen_hears_nothing",
    StopsAtTheFirst: "a_failing_listener_stops_nobody",
    Swallows: "a_failing_listener_stops_nobody",
}
"""Each bug, and the law that it breaks."""


def with_bugs(sound: type[T]) -> list[type[T]]:
    """List the adapter as it should be, and with each of its bugs."""
    return [sound, *(bug for bug in REALTIME_LAWS if issubclass(bug, sound))]


@asynccontextmanager
async def new_presence(bug: type[MemoryPresence]) -> AsyncGenerator[CountedPresence]:
    """Open an empty store with *bug*."""
    presence = bug()

    async def size() -> int:
        return presence.size

    yield CountedPresence(presence, size)


@asynccontextmanager
async def new_bus(bug: type[MemoryEventBus]) -> AsyncGenerator[Ends]:
    """Open a bus with *bug*."""
    bus = bug()
    yield bus, bus


class TestPresence(PresenceStoreContract):
    """The suite of the port, over each bug."""

    @pytest.fixture(params=with_bugs(MemoryPresence), ids=lambda bug: bug.__name__)
    def opener(self, request: pytest.FixtureRequest) -> Opener[CountedPresence]:
        """Open an empty store with the bug."""
        return partial(new_presence, request.param)


class TestBus(EventBusContract):
    """The suite of the port, over each bug."""

    patience = 0.2

    @pytest.fixture(params=with_bugs(MemoryEventBus), ids=lambda bug: bug.__name__)
    def opener(self, request: pytest.FixtureRequest) -> Opener[Ends]:
        """Open a bus with the bug."""
        return partial(new_bus, request.param)
