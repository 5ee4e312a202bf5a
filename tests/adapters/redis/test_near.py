"""The near cache on Redis."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

import pytest
from attrs import evolve

from saiondo_core.adapters.redis.cache import RedisCache
from saiondo_core.adapters.redis.link import RedisLink
from saiondo_core.adapters.redis.near import NearRedisCache
from saiondo_core.adapters.system.clock import SystemClock
from saiondo_core.caching.errors import NotACounterError
from saiondo_core.caching.model import MISSING, Lifespan
from saiondo_core.testing.contracts.cache import CacheContract
from saiondo_core.testing.contracts.cache_cases import OpenedCache
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.contracts.shared_cache import OpenedSharedCache, SharedCacheContract
from saiondo_core.testing.contracts.user_cases import user
from saiondo_core.testing.fault_proxy import FaultProxy
from saiondo_core.testing.faults import Direction
from saiondo_core.testing.redis_server import RedisServer
from saiondo_core.users.model import User
from tests.adapters.redis.opened import (
    LONG,
    Reports,
    ShiftedClock,
    closing,
    commands,
    free_port,
    fresh,
    linked,
    opened_shared,
    until,
)

T = TypeVar("T")
KILLED = 600 if LONG else 60
LIFE, LONG_LIFE = Lifespan(ttl=300.0), Lifespan(ttl=100_000.0)


class TestNearRedisCache(CacheContract):
    """It keeps the laws of its port in the process that has it; of others it hears within its bound."""

    schedules = 10_000 if LONG else 1_000  # What lies beneath it is tried in its own class.
    together = 10

    @pytest.fixture
    def opener(self, any_redis: RedisServer) -> Opener[OpenedCache]:
        """Open a namespace as one process has it."""

        @asynccontextmanager
        async def opened() -> AsyncGenerator[OpenedCache]:
            clock = ShiftedClock()
            cache = NearRedisCache(fresh(any_redis.url), clock, Reports())
            await live(cache)
            yield OpenedCache(cache=cache, other=cache, wait=clock.advance, too_large="x" * 2**20)
            await cache.close()

        return opened


class TestSharedNearRedisCache(SharedCacheContract):
    """And those of one that is shared."""

    @pytest.fixture
    def opener(self, any_redis: RedisServer) -> Opener[OpenedSharedCache]:
        """Open two namespaces of a server that can be lost."""
        return opened_shared(NearRedisCache, any_redis.program, processes=1)


async def live(cache: NearRedisCache) -> None:
    """Wait until *cache* hears of changes."""
    cache.start()
    await until(lambda: cache.is_live)


async def test_what_was_read_is_told_again_without_a_command(shared_redis: RedisServer) -> None:
    """The very object, for as long as its time lasts, whoever asks for it, and counted; one that was loaded is not."""
    async with near(shared_redis) as (cache, _, clock), linked(shared_redis) as link:
        asked = 0

        async def load() -> User | None:
            nonlocal asked
            asked += 1
            return user("anna")

        async def get() -> User | None:
            return await cache.get_or_load(key="a", as_=User, load=load, lifespan=LIFE)

        await get()
        assert 0 == (await cache.stats()).near_hits
        first = await kept(cache, get)
        await link.call("CONFIG", "RESETSTAT")
        assert all([await get() is first for _ in range(100)])
        assert first is await cache.get(key="a", as_=User)
        assert {"a": first} == await cache.get_many(keys=("a",), as_=User)
        assert MISSING is await cache.get(key="a", as_=str)
        assert 1 == await commands(link, "mget")
        assert 1 == asked
        await clock.advance(LIFE.ttl)
        assert MISSING is await cache.get(key="a", as_=User)


async def test_what_bears_tags_not_asked_for_is_not_kept(shared_redis: RedisServer) -> None:
    """Its versions were read before anybody could say that they change: each `get` of it asks Redis."""
    async with near(shared_redis) as (cache, other, _):
        await other.set(key="a", value="old", as_=str, lifespan=LIFE, tags=("t",))
        assert ["old"] * 3 == [await cache.get(key="a", as_=str) for _ in range(3)]
        assert (3, 0) == ((stats := await cache.stats()).hits, stats.near_hits)


async def test_changes_of_others_are_seen(shared_redis: RedisServer) -> None:
    """Whatever another process does to a value, by key, tag or all, it is told no more once Redis has said so."""
    async with near(shared_redis) as (cache, other, _):
        for change in (
            lambda: other.set(key="a", value="new", as_=str, lifespan=LIFE, tags=("t",)),
            lambda: other.invalidate(keys=("a",)),
            lambda: other.invalidate(tags=("t",)),
            lambda: other.increment(key="a", ttl=300.0),
            other.clear,
        ):
            await other.clear()
            await other.set(key="a", value="old", as_=str, lifespan=LIFE, tags=("t",))

            async def get() -> str | None:
                return await cache.get_or_load(key="a", as_=str, load=_nothing, lifespan=LIFE, tags=("t",))

            assert "old" == await kept(cache, get)
            with suppress(NotACounterError):
                await change()
                await until_not("old", get)


async def test_sixty_killed_connections_let_nothing_old_be_told(shared_redis: RedisServer) -> None:
    """Whatever is changed while nobody can say so, the first value told after it is the new one; each time anew."""
    async with near(shared_redis) as (cache, other, _), linked(shared_redis) as link:
        number = 0

        async def get() -> int | None:
            return await cache.get_or_load(key="a", as_=int, load=_nothing, lifespan=LIFE)

        await other.set(key="a", value=number, as_=int, lifespan=LIFE)
        for _ in range(KILLED):
            assert number == await kept(cache, get)
            await link.call("CLIENT", "KILL", "TYPE", "pubsub")
            await until(lambda: not cache.is_live)
            number += 1
            assert await other.set(key="a", value=number, as_=int, lifespan=LIFE)
            await live(cache)
            assert number == await get()


async def test_a_silent_link_is_believed_until_its_bound() -> None:
    """Where the network swallows what Redis says, what another has changed is told for the bound, and not after it."""
    with RedisServer(port=free_port()) as server:
        clock, settings = ShiftedClock(), evolve(fresh(server.url), silence=3_600.0)
        async with (
            FaultProxy("127.0.0.1", server.port) as network,
            closing(RedisCache(settings, clock, Reports())) as other,
            closing(
                NearRedisCache(evolve(settings, url=f"redis://127.0.0.1:{network.port}"), clock, Reports())
            ) as cache,
        ):

            async def get() -> str | None:
                return await cache.get_or_load(key="a", as_=str, load=_nothing, lifespan=LONG_LIFE)

            await live(cache)
            tracking = network.connections[0]
            await other.set(key="a", value="old", as_=str, lifespan=LONG_LIFE)
            assert "old" == await kept(cache, get)
            tracking.black_hole(Direction.TO_CLIENT)
            await other.set(key="a", value="new", as_=str, lifespan=LONG_LIFE)
            assert "old" == await get()
            await clock.advance(2 * settings.silence)
            assert ["new"] * 10 == [await get() for _ in range(10)]


async def test_a_frozen_server_is_believed_until_the_bound() -> None:
    """What was read before it froze is told for the bound; then every read is a miss, until it goes on."""
    with RedisServer() as server:
        clock, settings = ShiftedClock(), evolve(fresh(server.url), silence=3_600.0, budget=0.05)
        async with closing(NearRedisCache(settings, clock, Reports())) as cache:

            async def get() -> str | None:
                return await cache.get_or_load(key="a", as_=str, load=_nothing, lifespan=LONG_LIFE)

            await live(cache)
            await until_not(value=False, get=lambda: cache.set(key="a", value="old", as_=str, lifespan=LONG_LIFE))
            assert "old" == await kept(cache, get)
            server.freeze()
            try:
                assert ["old"] * 10 == [await get() for _ in range(10)]
                await clock.advance(2 * settings.silence)
                assert [None] * 10 == [await get() for _ in range(10)]
            finally:
                server.thaw()
            await until_not(value=False, get=cache.reconnect)
            assert "old" == await get()


async def test_nothing_is_kept_after_a_flush(shared_redis: RedisServer) -> None:
    """A server that forgets everything says so without a name: nothing is told that was kept before."""
    async with near(shared_redis) as (cache, other, _), linked(shared_redis) as link:
        await other.set(key="a", value="old", as_=str, lifespan=LIFE)
        assert "old" == await kept(cache, lambda: cache.get(key="a", as_=str))
        await link.call("FLUSHALL")
        await until_not("old", lambda: cache.get(key="a", as_=str))


async def test_a_link_that_is_opened_again_is_live_again(shared_redis: RedisServer) -> None:
    """Whoever lent it may close it while the near cache lives: that hears of nothing until it is open."""
    settings, clock, reports = evolve(fresh(shared_redis.url), rest=0.001), SystemClock(), Reports()
    async with (
        closing(RedisLink(settings, clock, reports)) as link,
        closing(NearRedisCache(settings, clock, reports, link)) as cache,
    ):
        cache.start()
        await link.close()  # Before it has had a turn.
        await asyncio.sleep(0)
        assert not cache.is_live
        link.open()
        await until(lambda: cache.is_live)
        assert [] == reports.told


async def test_it_is_off_on_a_cluster() -> None:
    """It says so once, keeps nothing, and is as good as no near cache."""
    with RedisServer(options=("--cluster-enabled", "yes")) as server:
        reports = Reports()
        cache = NearRedisCache(evolve(fresh(server.url), rest=0.001), SystemClock(), reports)
        cache.start()
        await until(lambda: ("redis_near_cache_off", {"reason": "cluster"}) in reports.told)
        assert "true" == await cache.get_or_load(key="a", as_=str, load=_true, lifespan=LIFE)
        assert not cache.is_live
        assert 1 == [event for event, _ in reports.told].count("redis_near_cache_off")
        await cache.close()


@asynccontextmanager
async def near(server: RedisServer) -> AsyncGenerator[tuple[NearRedisCache, RedisCache, ShiftedClock]]:
    """A near cache that is live, and another process on its namespace."""
    # Whatever is seen of others within a test is seen because it was heard of: the bound is far away.
    clock, settings = ShiftedClock(), evolve(fresh(server.url), rest=0.001, silence=3_600.0)
    async with (
        closing(NearRedisCache(settings, clock, Reports())) as cache,
        closing(RedisCache(settings, clock, Reports())) as other,
    ):
        await live(cache)
        yield cache, other, clock


async def until_not(value: object, get: Callable[[], Awaitable[object]]) -> None:
    """Ask until something else is told."""
    async with asyncio.timeout(30):
        while await get() == value:  # noqa: ASYNC110 - What is waited for happens elsewhere, and tells nobody.
            await asyncio.sleep(0)  # A value from memory gives nobody else a turn.


async def kept(cache: NearRedisCache, get: Callable[[], Awaitable[T]]) -> T:
    """What *get* gives, once it is told without asking Redis."""
    async with asyncio.timeout(30):
        while True:
            before = (await cache.stats()).near_hits
            value = await get()
            if (await cache.stats()).near_hits > before:
                return value


async def _nothing() -> None:
    return None


async def _true() -> str:
    return "true"
