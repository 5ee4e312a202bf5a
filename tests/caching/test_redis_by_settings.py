"""Redis by settings alone: whose cache it is, and what becomes of it when processes, stores and tenants come and go."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count

import pytest
from attrs import evolve

from saiondo_core import Settings, UseCaseFactory, UseCases, User, UserId, memory_ports
from saiondo_core.adapters.redis.cache import RedisCache
from saiondo_core.adapters.redis.link import RedisLink
from saiondo_core.adapters.redis.settings import RedisSettings
from saiondo_core.adapters.system.clock import SystemClock
from saiondo_core.caching.incarnation import Incarnation
from saiondo_core.caching.keys import user_key
from saiondo_core.caching.model import MISSING, Lifespan
from saiondo_core.composition.invalidating import invalidating
from saiondo_core.composition.reports import log_warning
from saiondo_core.errors import InvalidInputError, UserNotFoundError
from saiondo_core.testing.contracts.user_cases import user
from saiondo_core.testing.ports import cheap_ports
from saiondo_core.testing.redis_server import RedisServer

_PREFIXES = count()
ID = UserId("1")


def on(redis: RedisServer) -> RedisSettings:
    """Settings for a namespace that nobody has, and patience for a busy machine."""
    return RedisSettings(url=redis.url, key_prefix=f"settings{next(_PREFIXES)}:", budget=30.0)


@pytest.mark.parametrize("near_cache", [False, True])
def test_settings_are_all_it_takes(redis: RedisServer, near_cache: bool) -> None:
    """The bundled ports have it, in one loop after the other; once the factory has closed, nothing of it is left."""
    factory = UseCaseFactory(Settings(redis=evolve(on(redis), near_cache=near_cache)))

    async def use() -> None:
        before = asyncio.all_tasks()
        others = await clients(redis)
        async with factory as use_cases:
            await use_cases.as_system("test").user.ensure(id=ID, username="anna")
            for _ in range(2):
                assert "anna" == (await use_cases.cache.redis.get_user_with_cache(ID)).username
            assert await use_cases.cache.redis.is_connected()
            await asyncio.gather(*(use_cases.cache.redis.get(f"{number}", as_=str) for number in range(1_000)))
            assert others < await clients(redis)
            burst = [asyncio.create_task(use_cases.cache.redis.get_ttl(f"{number}")) for number in range(100)]
            await asyncio.sleep(0)
        await asyncio.gather(*burst, return_exceptions=True)
        assert before == asyncio.all_tasks()

        async def is_left_alone() -> bool:
            return others == await clients(redis)

        await until(is_left_alone)

    for _ in range(2):
        asyncio.run(use())


async def test_a_near_cache_hears_of_others() -> None:
    """It is live while the factory is open, tells from memory what nobody has changed, and reports when it is lost."""
    reports = list[str]()
    with RedisServer() as own:
        # The bound is far away: what is seen of the other process was heard of.
        settings = Settings(redis=evolve(on(own), near_cache=True, rest=0.001, silence=3_600.0))
        factory = UseCaseFactory(
            settings, cheap_ports(clock=SystemClock()), report=lambda event, **_: reports.append(event)
        )
        async with factory as use_cases, factory_on(settings) as elsewhere:
            here, there = use_cases.cache.redis, elsewhere.cache.redis
            await there.set("motd", "old", as_=str)

            async def is_near() -> bool:
                assert "old" == await here.get("motd", as_=str)
                return (await here.get_cache_stats()).near_hits > 0

            async def is_new() -> bool:
                return "new" == await here.get("motd", as_=str)

            async def is_lost() -> bool:
                return MISSING is await here.get("motd", as_=str) and "redis_near_cache_lost" in reports

            await until(is_near)
            await there.set("motd", "new", as_=str)
            await until(is_new)
            own.kill()
            await until(is_lost)
            assert "redis_failed" in reports


async def test_tenants_share_connections_and_nothing_else(redis: RedisServer) -> None:
    """Whatever they are called, each finds and clears its own, before and after the factory is opened."""
    names = ("v", "v:{", "t", "g", "acme", "acme:", "acme:v", "%3A", "*", "[a]", "{a}", "of", "안녕")
    redis_settings = evolve(on(redis), near_cache=True, connections=3)
    factory = UseCaseFactory(Settings(redis=redis_settings), cheap_ports(clock=SystemClock()))
    early = [factory.for_tenant(name) for name in names[:6]]
    others = await clients(redis)
    async with factory as use_cases:
        tenants = dict(zip(("", *names), [use_cases, *early, *map(factory.for_tenant, names[6:])], strict=True))
        for name, tenant in tenants.items():
            await tenant.as_system("test").user.ensure(id=ID, username=f"user{len(name)}{name.encode().hex()}"[:30])
            assert await tenant.cache.redis.set("key", name, as_=str)

        async def told() -> list[object]:
            return [await tenant.cache.redis.get("key", as_=str) for tenant in tenants.values()]

        for _ in range(2):
            assert list(tenants) == await told()
            for tenant in tenants.values():
                assert await tenant.user.get(ID) == await tenant.cache.redis.get_user_with_cache(ID)
                assert ("key",) == await tenant.cache.redis.get_keys_by_pattern("*")
        # Besides those that are shared, a near cache listens on one of its own.
        assert redis_settings.connections + len(tenants) >= await clients(redis) - others
        for number, tenant in enumerate(tenants.values(), start=1):
            await tenant.cache.redis.flush_cache()
            assert [MISSING] * number + list(tenants)[number:] == await told()


async def test_what_other_stores_have_said_is_not_told(redis: RedisServer) -> None:
    """Stores that end with their process, or are another's at the same time, leave nothing for the next ones.

    What the host keeps for itself is shared by all of them.
    """
    settings = Settings(redis=on(redis))
    async with factory_on(settings) as first:
        await first.as_system("test").user.ensure(id=ID, username="anna")
        assert "anna" == (await first.cache.redis.get_user_with_cache(ID)).username
        assert 1 == await first.cache.redis.increment_counter("starts")
        async with factory_on(settings) as beside:
            with pytest.raises(UserNotFoundError):
                await beside.cache.redis.get_user_with_cache(ID)
            await beside.as_system("test").user.ensure(id=ID, username="bert")
            assert "bert" == (await beside.cache.redis.get_user_with_cache(ID)).username
        assert "anna" == (await first.cache.redis.get_user_with_cache(ID)).username
    async with factory_on(settings) as second:
        with pytest.raises(UserNotFoundError):
            await second.cache.redis.get_user_with_cache(ID)
        assert {} == await second.cache.redis.batch_get_users([ID])
        assert 2 == await second.cache.redis.increment_counter("starts")


async def test_processes_on_the_same_stores_share_what_was_read(redis: RedisServer) -> None:
    """What one of them has loaded the other finds, and what one of them invalidates the other loads anew."""
    settings, ports = Settings(redis=on(redis)), cheap_ports(clock=SystemClock())
    async with UseCaseFactory(settings, ports) as one, UseCaseFactory(settings, ports) as two:
        await one.as_system("test").user.ensure(id=ID, username="anna")
        await one.settle()
        await two.settle()
        for use_cases in one, two:
            assert "anna" == (await use_cases.cache.redis.get_user_with_cache(ID)).username
        assert [(0, 1, 1), (1, 0, 0)] == [await _asked(use_cases) for use_cases in (one, two)]
        await one.cache.redis.invalidate_user_cache(ID)
        await two.cache.redis.get_user_with_cache(ID)
        assert (1, 1, 1) == await _asked(two)


async def test_a_write_is_forgotten_before_it_returns(redis: RedisServer) -> None:
    """Also where nobody hears of its event: by whichever process on the same stores it is made."""
    cache, ports = RedisCache(on(redis), SystemClock(), log_warning), cheap_ports()
    incarnation = Incarnation((ports.users.log, ports.channels.log))
    users = invalidating(ports.replace(shared_cache=cache), incarnation).users
    key, anna = await incarnation.scope() + user_key(ID), user("anna", ID)
    assert await cache.set(key=key, value=None, as_=User, lifespan=Lifespan(ttl=300.0))
    await users.add(user=anna, events=())
    assert MISSING is await cache.get(key=key, as_=User)
    await cache.close()


async def test_the_ports_own_comes_first(redis: RedisServer) -> None:
    """Given both, the cache of the ports is used, and closed by nobody but the host."""
    cache = RedisCache(on(redis), SystemClock(), log_warning)
    nowhere = Settings(redis=RedisSettings(url="unix:///nowhere/at/all"))
    async with UseCaseFactory(nowhere, memory_ports(nowhere, shared_cache=cache)) as use_cases:
        assert await use_cases.cache.redis.is_connected()
    assert await cache.is_connected()
    await cache.close()


async def test_two_that_are_shared_hear_of_each_write(redis: RedisServer) -> None:
    """Each has its own place in the ports, and so its own name as one that hears of events."""
    caches = [RedisCache(on(redis), SystemClock(), log_warning) for _ in range(2)]
    ports = cheap_ports().replace(cache=caches[0], shared_cache=caches[1])
    async with UseCaseFactory(ports=ports) as here, UseCaseFactory(ports=ports) as there:
        for name in "anna", "bert":
            await here.as_system("test").user.ensure(id=ID, username=name)
            for use_cases in here, there:
                assert name == (await use_cases.cache.cache.get_user_with_cache(ID)).username
                assert name == (await use_cases.cache.redis.get_user_with_cache(ID)).username
    for cache in caches:
        await cache.close()


def test_a_url_that_leads_nowhere_is_refused_at_once() -> None:
    """Where the factory is made, not where Redis is first needed; what stands in it is not told."""
    with pytest.raises(InvalidInputError) as raised:
        UseCaseFactory(Settings(redis=RedisSettings(url="http://user:canary@example.org")))
    assert "url" == raised.value.field
    assert "canary" not in str(raised.value)


@asynccontextmanager
async def factory_on(settings: Settings) -> AsyncGenerator[UseCases]:
    """Use cases as another process has them, with stores of its own."""
    async with UseCaseFactory(settings, cheap_ports(clock=SystemClock())) as use_cases:
        yield use_cases


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Wait until *is_so*."""
    async with asyncio.timeout(30):
        while not await is_so():  # noqa: ASYNC110 - What is waited for happens elsewhere, and tells nobody.
            await asyncio.sleep(0.001)


async def clients(redis: RedisServer) -> int:
    """How many are connected to *redis*, whoever asks among them."""
    link = RedisLink(RedisSettings(url=redis.url, budget=30.0), SystemClock(), log_warning)
    said = await link.call("CLIENT", "LIST")
    await link.close()
    assert isinstance(said, bytes)
    return len(said.splitlines())


async def _asked(use_cases: UseCases) -> tuple[int, int, int]:
    stats = await use_cases.cache.redis.get_cache_stats()
    return stats.hits, stats.misses, stats.loads
