"""What every event log must do."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from attrs import define, field, frozen

from saiondo_core.kernel.events import Event, Recorded, Stamp
from saiondo_core.kernel.ids import EventId, UserId
from saiondo_core.kernel.ports import EventLog, Watchable
from saiondo_core.testing.clocks import FrozenClock
from saiondo_core.testing.contracts.opening import Opener, missing
from saiondo_core.testing.randomness import CountingIds
from saiondo_core.users.events import UserUpdated

_IDS = CountingIds()
_AT = FrozenClock().now()


@frozen
class FilledLog:
    """A log, and how its store writes into it.

    Attributes:
        log: What is held to the laws.
        record: Has the store make one write that carries these events, all of them updates of users.
    """

    log: EventLog
    record: Callable[[tuple[Event, ...]], Awaitable[None]]


@pytest.mark.asyncio
class EventLogContract:
    """The laws of `EventLog`. Derive it, and give the fixture `opener`."""

    @pytest.fixture
    def opener(self) -> Opener[FilledLog]:
        """Open an empty log."""
        return missing(self)

    async def test_a_new_log_is_empty(self, opener: Opener[FilledLog]) -> None:
        """It has a partition or more, nothing to read in any, and nobody has handled anything."""
        async with opener() as filled:
            assert await filled.log.partitions() >= 1
            for partition in range(await filled.log.partitions()):
                assert () == await filled.log.read(partition=partition, after=0, limit=10)
                assert 0 == await filled.log.position(consumer="relay", partition=partition)
            assert () == await filled.log.stream(stream="user:anna", after=0, limit=10)

    async def test_positions_become_visible_in_order(self, opener: Opener[FilledLog]) -> None:
        """Whoever reads on from the last position while others write sees every event, and positions only rise."""
        async with opener() as filled:
            reader = _Reader(filled.log)
            writes = [updates("anna", f"user{number % 7}") for number in range(30)]
            writing = asyncio.gather(*(filled.record(events) for events in writes))
            while not writing.done():
                await reader.read_on()
                await asyncio.sleep(0)
            await writing
            await reader.read_on()

            assert {event.stamp.id for events in writes for event in events} == {
                recorded.event.stamp.id for recorded in reader.seen
            }
            for partition in range(await filled.log.partitions()):
                positions = [recorded.position for recorded in reader.seen if recorded.partition == partition]
                assert sorted(set(positions)) == positions

    async def test_read_goes_on_after(self, opener: Opener[FilledLog]) -> None:
        """A page begins right after the given position, is oldest first, and holds at most its limit."""
        async with opener() as filled:
            events = updates(*["anna"] * 5)
            await filled.record(events)
            partition = (await filled.log.stream(stream="user:anna", after=0, limit=1))[0].partition
            whole = await filled.log.read(partition=partition, after=0, limit=10)

            assert events == tuple(recorded.event for recorded in whole)
            for index, recorded in enumerate(whole):
                following = await filled.log.read(partition=partition, after=recorded.position, limit=2)
                assert whole[index + 1 : index + 3] == following

    async def test_offsets_are_gap_free(self, opener: Opener[FilledLog]) -> None:
        """Each stream counts 1, 2, 3 …, whoever else writes at the same time and however the events are bundled."""
        async with opener() as filled:
            bundles = [("anna", "bert", "anna"), ("bert",), ("anna", "carl")] * 10
            await asyncio.gather(*(filled.record(updates(*names)) for names in bundles))

            for name, count in (("anna", 30), ("bert", 20), ("carl", 10)):
                stream = await filled.log.stream(stream=f"user:{name}", after=0, limit=100)
                assert list(range(1, count + 1)) == [recorded.offset for recorded in stream]

    async def test_a_stream_lies_in_one_partition(self, opener: Opener[FilledLog]) -> None:
        """Reading the partitions gives each stream whole, from one of them, in the order of its offsets."""
        async with opener() as filled:
            names = [f"user{number}" for number in range(20)]
            for _ in range(3):
                await filled.record(updates(*names))
            reader = _Reader(filled.log)
            await reader.read_on()

            for name in names:
                found = [recorded for recorded in reader.seen if recorded.event.stream == f"user:{name}"]
                assert [1, 2, 3] == [recorded.offset for recorded in found]
                assert 1 == len({recorded.partition for recorded in found})

    async def test_stream_gives_one_log(self, opener: Opener[FilledLog]) -> None:
        """`stream` gives the events of that stream and no other, oldest first, page after page."""
        async with opener() as filled:
            events = updates("anna", "bert", "anna", "bert", "anna")
            await filled.record(events)

            whole = await filled.log.stream(stream="user:anna", after=0, limit=10)
            assert events[::2] == tuple(recorded.event for recorded in whole)
            assert whole[:2] == await filled.log.stream(stream="user:anna", after=0, limit=2)
            assert whole[1:2] == await filled.log.stream(stream="user:anna", after=1, limit=1)
            assert () == await filled.log.stream(stream="user:anna", after=3, limit=10)
            assert () == await filled.log.stream(stream="user:nobody", after=0, limit=10)

    async def test_head_is_the_last(self, opener: Opener[FilledLog]) -> None:
        """A head is of its own stream's last event, offset and id of the same one, also while others write."""
        async with opener() as filled:
            events = updates("anna", "bert", "anna")
            assert (0, None) == await _reached(filled.log, "anna")
            await filled.record(events)
            assert (2, events[2].stamp.id) == await _reached(filled.log, "anna")
            assert (1, events[1].stamp.id) == await _reached(filled.log, "bert")
            assert (0, None) == await _reached(filled.log, "nobody")

            writing = asyncio.gather(*(filled.record(updates("carl", "carl")) for _ in range(10)))
            while not writing.done():
                reached = await _reached(filled.log, "carl")
                stream = await filled.log.stream(stream="user:carl", after=0, limit=20)
                assert reached in {(0, None), *((recorded.offset, recorded.event.stamp.id) for recorded in stream)}
                await asyncio.sleep(0)
            await writing
            assert 20 == (await _reached(filled.log, "carl"))[0]

    async def test_epoch_names_the_log(self, opener: Opener[FilledLog]) -> None:
        """One log gives one epoch, for each stream, before and after it was written to; the next log gives another."""
        epochs: list[set[str]] = []
        for _ in range(2):
            async with opener() as filled:
                before = await filled.log.head(stream="user:anna")
                await filled.record(updates("anna", "bert"))
                heads = [await filled.log.head(stream=f"user:{name}") for name in ("anna", "bert", "nobody")]
                epochs.append({head.epoch for head in (before, *heads)})

        assert [1, 1] == [len(found) for found in epochs]
        assert epochs[0] != epochs[1]

    async def test_advance_only_rises(self, opener: Opener[FilledLog]) -> None:
        """A consumer's position is the highest it ever came to, in whatever order it says so."""
        async with opener() as filled:
            await filled.log.advance(consumer="relay", partition=0, to=5)
            await filled.log.advance(consumer="relay", partition=0, to=3)
            assert 5 == await filled.log.position(consumer="relay", partition=0)

            await asyncio.gather(
                *(filled.log.advance(consumer="relay", partition=0, to=to) for to in (7, 9, 6, 8, 9, 1))
            )
            assert 9 == await filled.log.position(consumer="relay", partition=0)

    async def test_consumers_are_apart(self, opener: Opener[FilledLog]) -> None:
        """A position is one consumer's, in one partition; no other's moves with it."""
        async with opener() as filled:
            last = await filled.log.partitions() - 1
            await filled.log.advance(consumer="relay", partition=last, to=5)
            await filled.log.advance(consumer="crm", partition=last, to=2)

            assert 5 == await filled.log.position(consumer="relay", partition=last)
            assert 2 == await filled.log.position(consumer="crm", partition=last)
            assert 0 == await filled.log.position(consumer="mail", partition=last)
            for partition in range(last):
                assert 0 == await filled.log.position(consumer="relay", partition=partition)


@pytest.mark.asyncio
class WatchableContract:
    """The laws of `Watchable`. Derive it, and give the fixture `opener`, whose logs are watchable."""

    @pytest.fixture
    def opener(self) -> Opener[FilledLog]:
        """Open an empty log that can be watched."""
        return missing(self)

    async def test_growth_is_told(self, opener: Opener[FilledLog]) -> None:
        """After each write, each watcher was called with each partition in which its events lie."""
        async with opener() as filled:
            assert isinstance(filled.log, Watchable)
            calls: list[tuple[str, int]] = []
            filled.log.watch(lambda partition: calls.append(("first", partition)))
            filled.log.watch(lambda partition: calls.append(("second", partition)))
            for _ in range(3):
                calls.clear()
                await filled.record(updates("anna", "bert"))
                streams = [
                    await filled.log.stream(stream=f"user:{name}", after=0, limit=1) for name in ("anna", "bert")
                ]
                grown = {first.partition for (first,) in streams}
                assert {(who, partition) for who in ("first", "second") for partition in grown} <= set(calls)

    async def test_unwatched_is_silent(self, opener: Opener[FilledLog]) -> None:
        """Who was unwatched is not called again; who still watches is."""
        async with opener() as filled:
            assert isinstance(filled.log, Watchable)
            calls: list[str] = []

            def first(_: int) -> None:
                calls.append("first")

            filled.log.watch(first)
            filled.log.watch(lambda _: calls.append("second"))
            filled.log.unwatch(first)
            await filled.record(updates("anna"))

            assert {"second"} == set(calls)


def updates(*names: str) -> tuple[Event, ...]:
    """Make an event for each of *names*: the update of that user, by that user."""
    return tuple(
        UserUpdated(stamp=Stamp(id=EventId(_IDS.new()), at=_AT, actor=UserId(name)), user_id=UserId(name))
        for name in names
    )


async def _reached(log: EventLog, name: str) -> tuple[int, EventId | None]:
    head = await log.head(stream=f"user:{name}")
    return head.offset, head.event_id


@define
class _Reader:
    """Reads on from where it was, two events at a time, as a relay does."""

    log: EventLog
    seen: list[Recorded] = field(factory=list[Recorded])

    async def read_on(self) -> None:
        for partition in range(await self.log.partitions()):
            after = max((found.position for found in self.seen if found.partition == partition), default=0)
            while page := await self.log.read(partition=partition, after=after, limit=2):
                assert page[0].position > after
                self.seen += page
                after = page[-1].position
