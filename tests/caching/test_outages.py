"""A Redis that is away for longer than any handler is given: what was written meanwhile is what is read afterwards."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from attrs import define, field

from saiondo_core import Ports, Settings, UseCaseFactory, UseCases, UserId
from saiondo_core.adapters.redis.settings import RedisSettings
from saiondo_core.caching.model import CachePolicy
from saiondo_core.testing.clocks import FrozenClock
from saiondo_core.testing.ports import cheap_ports
from saiondo_core.testing.redis_server import RedisServer

IDS = tuple(UserId(f"{number}") for number in range(24))
"""More than a log has partitions: in some of them an event waits for another."""


@define(eq=False)
class Outage:
    """A server, the stores of all its processes, and time.

    Attributes:
        tries: How often the event was tried, that was tried most often, since the server was lost.
    """

    server: RedisServer
    clock: FrozenClock = field(factory=FrozenClock)
    tries: int = field(default=0, init=False)
    ports: Ports = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Make empty stores."""
        self.ports = cheap_ports(clock=self.clock)

    def process(self) -> UseCaseFactory:
        """Another process on these stores and this server."""
        # Nothing ends by itself before the outage does.
        settings = Settings(redis=RedisSettings(url=self.server.url), caching=CachePolicy(ttl=1e6))
        return UseCaseFactory(settings, self.ports, report=self._note)

    async def last(self) -> None:
        """Let time pass until handlers have had all the tries that they are given."""
        async with asyncio.timeout(60):
            while self.tries < Settings().relay.attempts:
                await self.clock.advance(60)

    def _note(self, event: str, **fields: str | float) -> None:
        if event == "handler_failed":
            self.tries = max(self.tries, int(fields["failures"]))


@pytest.fixture
async def outage() -> AsyncGenerator[Outage]:
    """A server that is there, and knows everybody by their old name."""
    with RedisServer() as server:
        outage = Outage(server)
        async with outage.process() as use_cases:
            await rename(use_cases, "old")
            await use_cases.settle()
            for _ in range(2):
                assert {"old"} == await names(use_cases)
            stats = await use_cases.cache.redis.get_cache_stats()
            assert (1, len(IDS)) == (stats.loads, stats.hits)
        yield outage


async def rename(use_cases: UseCases, name: str) -> None:
    """Give everybody a name that begins with *name*."""
    for number in IDS:
        await use_cases.as_system("test").user.ensure(id=number, username=f"{name}.{number}")


async def names(use_cases: UseCases) -> set[str]:
    """With what the names of all begin that are told through Redis."""
    found = await use_cases.cache.redis.batch_get_users(IDS)
    assert len(IDS) == len(found)
    return {user.username.partition(".")[0] for user in found.values()}


@asynccontextmanager
async def lost(outage: Outage) -> AsyncGenerator[None]:
    """Stop the server, and let it come back with what it had once handlers were tried as often as any is."""
    outage.server.stop()
    yield
    await outage.last()
    outage.server.start()


@pytest.mark.parametrize("first", [0, 1], ids=["writer", "other"])
async def test_whoever_asks_first_afterwards_is_told_what_was_written(outage: Outage, first: int) -> None:
    """Be it in the process that wrote, or in another, which has heard of some of it only; and whoever asks then."""
    async with outage.process() as writer, outage.process() as other:
        processes = writer, other
        async with lost(outage):
            await rename(writer, "new")
            assert [{"new"}] * 2 == [await names(use_cases) for use_cases in processes]
        assert await processes[first].cache.redis.reconnect()
        assert {"new"} == await names(processes[first])
        assert await processes[1 - first].cache.redis.reconnect()
        assert {"new"} == await names(processes[1 - first])
        assert () == (await writer.dead_letters.list()).items


async def test_a_process_that_ends_in_an_outage_takes_nothing_along(outage: Outage) -> None:
    """What it could not tell Redis is told by the next one, as soon as it has read what was left to it."""
    async with lost(outage), outage.process() as writer:
        await rename(writer, "new")
        await outage.last()
    async with outage.process() as later:
        await later.settle()
        assert {"new"} == await names(later)
