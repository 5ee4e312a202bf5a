"""What was written is what is read: in the process that wrote at once, in others once its event has told of it."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from random import Random
from typing import TypeVar, cast

import pytest
from attrs import define, evolve, frozen

from saiondo_core import ChannelId, Message, Ports, UseCaseFactory, UseCases, User, UserId
from saiondo_core.adapters.memory.cache import MemoryCache
from saiondo_core.channels.model import Channel
from saiondo_core.errors import NotFoundError
from saiondo_core.kernel.ports import EventLog
from saiondo_core.testing.people import sign_up
from saiondo_core.testing.ports import cheap_ports
from saiondo_core.testing.schedules import Interruption, at_every_moment, interleaved, on_schedules
from tests.composition.cases import CASES
from tests.composition.holdings import Case, House, open_house
from tests.composition.surface import operations

T = TypeVar("T")
NEVER = -1
LONG = bool(os.environ.get("SAIONDO_LONG"))
SCHEDULES = 1_000 if LONG else 20
SOME_WRITES = ("user.update", "message.send", "channel.update", "message.delete", "channel.join")
WRITES = [
    pytest.param(path, case, id=f"{number}-{path}")
    for number, (path, case) in enumerate((path, case) for path, cases in CASES.items() for case in cases)
    if not case.reads
]


@frozen
class Seen:
    """All that can be cached of a house, one by one."""

    users: tuple[User | None, ...]
    channels: tuple[Channel | None, ...]
    pages: tuple[tuple[Message, ...] | None, ...]

    def apart_from(self, before: "Seen", after: "Seen") -> list[object]:
        """What was seen that was there neither at one moment nor at the other."""
        three = [(*seen.users, *seen.channels, *seen.pages) for seen in (self, before, after)]
        return [here for here, *there in zip(*three, strict=True) if here not in there]


async def seen_with_cache(use_cases: UseCases, users: tuple[UserId, ...], channels: tuple[ChannelId, ...]) -> Seen:
    """Read them all through the cache, for the host."""
    cached = use_cases.cache.cache

    async def user(user_id: UserId) -> User | None:
        try:
            return await cached.get_user_with_cache(user_id)
        except NotFoundError:
            return None

    async def channel(channel_id: ChannelId) -> Channel | None:
        try:
            return await cached.get_channel_with_cache(channel_id)
        except NotFoundError:
            return None

    async def page(channel_id: ChannelId, before: int | None) -> tuple[Message, ...] | None:
        try:
            return await cached.get_messages_with_cache(channel_id, before=before)
        except NotFoundError:
            return None

    return Seen(
        tuple([await user(user_id) for user_id in users]),
        tuple([await channel(channel_id) for channel_id in channels]),
        tuple([await page(channel_id, before) for channel_id in channels for before in (None, 2)]),
    )


async def seen_without(house: House) -> Seen:
    """Read them all where they truly stand, without letting anything else run."""
    ports = house.ports
    users, channels = people_and_places(house)
    standings = [await ports.channels.standing(channel_id=each, user_id=UserId("")) for each in channels]
    found = [await ports.users.get(user_id=user_id) for user_id in users]
    pages = [
        await ports.messages.history(channel_id=each, before=before, after=None, limit=50)
        for each in channels
        for before in (None, 2)
    ]
    there = [standing for standing in standings for _ in (None, 2)]
    return Seen(
        tuple(user if user is not None and user.is_active else None for user in found),
        tuple(None if standing is None else standing.channel for standing in standings),
        tuple(None if standing is None else page for standing, page in zip(there, pages, strict=True)),
    )


def people_and_places(house: House) -> tuple[tuple[UserId, ...], tuple[ChannelId, ...]]:
    """All who are, or may come to be, in *house*, and its channels."""
    users = *(UserId(name) for name in ("anna", "dora", "eve", "finn", "new")), house.me, house.carl.user.id
    return users, (house.team.id, house.hall.id, house.den.id)


async def seen_in(house: House, use_cases: UseCases) -> Seen:
    """Read all people and channels of *house* through the cache of *use_cases*."""
    return await seen_with_cache(use_cases, *people_and_places(house))


async def call(house: House, path: str, case: Case) -> None:
    """Make the call of *case*."""
    (entry,) = (entry for entry in operations(house.acting) if entry.path == path)
    await entry.call(**entry.arguments(**case.given(house)))


@pytest.mark.parametrize(("path", "case"), WRITES)
async def test_whatever_a_use_case_writes_it_invalidates(path: str, case: Case) -> None:
    """All was read and cached, then something is written: it is what is read next here, and elsewhere once all heard.

    "Elsewhere" is another factory over the same stores with a cache of its own: another process.
    """
    async with open_house(case, case.by[0], Interruption(NEVER, asyncio.Event().wait)) as house:
        other = evolve(house.ports, cache=MemoryCache(clock=house.ports.clock))
        async with UseCaseFactory(ports=other) as elsewhere:
            await seen_in(house, house.use_cases)
            await seen_in(house, elsewhere)
            await call(house, path, case)
            before = await seen_without(house)  # Nothing else runs until a read waits, and only misses do.
            here = await seen_in(house, house.use_cases)
            await house.use_cases.settle()
            await elsewhere.settle()
            truth = await seen_without(house)
            assert [] == here.apart_from(before, truth)
            assert truth == await seen_in(house, house.use_cases) == await seen_in(house, elsewhere)


@pytest.mark.parametrize("path", SOME_WRITES)
async def test_a_read_at_any_moment_of_a_write_leaves_nothing_old(path: str) -> None:
    """At every moment of a write somebody reads all through the cache: once the write returned, all is as it is."""
    case = CASES[path][0]

    async def scenario(at: int) -> bool:
        reading = Interruption(at, lambda: seen_in(house, house.use_cases))
        async with open_house(case, case.by[0], reading) as house:
            with reading:
                await call(house, path, case)
            assert await seen_without(house) == await seen_in(house, house.use_cases)
        return reading.happened

    assert await at_every_moment(scenario) >= 4


@pytest.mark.parametrize("path", SOME_WRITES[: None if LONG else 2])
async def test_a_write_at_any_moment_of_a_read_is_what_is_read_next(path: str) -> None:
    """At every moment of reads that fill the cache something is written: whatever they read, it is not what stays."""
    case = CASES[path][0]

    async def scenario(at: int) -> bool:
        writing = Interruption(at, lambda: call(house, path, case))
        async with open_house(case, case.by[0], writing) as house:
            with writing:
                await seen_in(house, house.use_cases)
            assert await seen_without(house) == await seen_in(house, house.use_cases)
        return writing.happened

    assert await at_every_moment(scenario) >= 4


@asynccontextmanager
async def two_processes(random: Random) -> AsyncGenerator[tuple[UseCases, UseCases]]:
    """Open two factories over the same stores, which wait wherever they can, each with a cache of its own."""
    ports = cheap_ports()
    waiting: Ports = evolve(
        ports,
        users=interleaved(ports.users, random),
        channels=interleaved(ports.channels, random),
        messages=interleaved(ports.messages, random),
    )
    caches = [MemoryCache(clock=ports.clock) for _ in range(2)]
    here, there = [UseCaseFactory(ports=evolve(waiting, cache=cache)) for cache in caches]
    async with here as one, there as two:
        yield one, two


async def test_nobody_reads_less_than_they_wrote() -> None:
    """In every schedule of two processes: whoever wrote reads that, or later; in the end both read what there is."""

    async def schedule(random: Random) -> None:
        async with two_processes(random) as processes:
            anna = (await sign_up(processes[0], "anna")).user.id
            channel = await processes[0].as_user(anna).channel.create(name="team")

            async def work(use_cases: UseCases) -> None:
                mine = use_cases.as_user(anna)
                for _ in range(3):
                    if random.random() < 0.5:
                        name = str(random.random())
                        after = await mine.user.update(display_name=name, metadata={"at": name})
                        read = await mine.cache.cache.get_user_with_cache(anna)
                        assert read == after or read.display_name != name
                    sent = await mine.message.send(channel_id=channel.id, content="hello")
                    page = await mine.cache.cache.get_messages_with_cache(channel.id)
                    assert sent in page
                    assert sent.sequence <= (await mine.cache.cache.get_channel_with_cache(channel.id)).last_sequence

            await asyncio.gather(*(work(use_cases) for use_cases in (*processes, *processes)))
            for use_cases in processes:
                await use_cases.settle()
                mine = use_cases.as_user(anna)
                assert await mine.user.get(anna) == await mine.cache.cache.get_user_with_cache(anna)
                assert await mine.channel.get(channel.id) == await mine.cache.cache.get_channel_with_cache(channel.id)
                page = await mine.cache.cache.get_messages_with_cache(channel.id)
                assert await mine.message.history(channel_id=channel.id) == page

    await on_schedules(schedule, seeds=range(SCHEDULES))


@define(eq=False)
class Slow:
    """Stands in for a store, or for its log, which tells of no position until it may."""

    _port: object
    _may: asyncio.Event
    _log: object = None

    def __getattr__(self, name: str) -> object:
        """The port's own, or its slow log."""
        if name == "log" and self._log is not None:
            return self._log
        return getattr(self._port, name)

    async def position(self, *, consumer: str, partition: int) -> int:
        """Wait, then ask."""
        await self._may.wait()
        return await cast("EventLog", self._port).position(consumer=consumer, partition=partition)


def slowed(store: T, log: Slow) -> T:
    """Give *store* that log."""
    return cast("T", Slow(store, asyncio.Event(), log))


async def test_what_was_cached_before_the_first_event_could_be_heard_of_is_forgotten() -> None:
    """A process that has read, while it did not know yet from where on it will hear, tells nothing older once it does.

    In the meantime another process wrote, and handled the event, which this one will never be told of.
    """
    ports, may = cheap_ports(), asyncio.Event()
    log, talk = Slow(ports.users.log, may), Slow(ports.channels.log, may)
    late = evolve(
        ports,
        cache=MemoryCache(clock=ports.clock),
        users=slowed(ports.users, log),
        credentials=slowed(ports.credentials, log),
        sessions=slowed(ports.sessions, log),
        channels=slowed(ports.channels, talk),
        messages=slowed(ports.messages, talk),
        roles=slowed(ports.roles, talk),
    )
    async with UseCaseFactory(ports=ports) as here, UseCaseFactory(ports=late) as there:
        await here.as_system("test").user.ensure(id="1", username="old")
        mine, cached = here.as_user(UserId("1")), there.cache.cache
        channel = (await mine.channel.create(name="old")).id
        await here.settle()
        await cached.set("mine", "kept", as_=str)

        async def told() -> tuple[str, str | None, int]:
            page = await cached.get_messages_with_cache(channel)
            user = await cached.get_user_with_cache(UserId("1"))
            return user.username, (await cached.get_channel_with_cache(channel)).name, len(page)

        assert ("old", "old", 0) == await told()
        await here.as_system("test").user.ensure(id="1", username="new")
        await mine.channel.update(channel_id=channel, name="new")
        await mine.message.send(channel_id=channel, content="hello")
        await here.settle()
        may.set()
        await there.settle()
        assert ("new", "new", 1) == await told()
        assert "kept" == await cached.get("mine", as_=str)
