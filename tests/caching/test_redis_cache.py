"""`cache.redis`: the same reads over a real server, what only a server can do, and what is left of it without one."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count

import pytest

from saiondo_core import UseCaseFactory, UseCases, UserId
from saiondo_core.adapters.redis.cache import RedisCache
from saiondo_core.adapters.redis.settings import RedisSettings
from saiondo_core.adapters.system.clock import SystemClock
from saiondo_core.caching.model import MISSING
from saiondo_core.caching.redis_cache_use_case import RedisCacheUseCase
from saiondo_core.composition.reports import log_warning
from saiondo_core.errors import AccessDeniedError, InvalidInputError, NotAHashError, UnavailableError
from saiondo_core.testing.people import sign_up
from saiondo_core.testing.ports import cheap_ports
from saiondo_core.testing.redis_server import RedisServer

_PREFIXES = count()


@asynccontextmanager
async def opened(redis: RedisServer, *, budget: float = 10.0, rest: float = 0.05) -> AsyncGenerator[UseCases]:
    """Open use cases that have nothing but *redis* to cache in, in a namespace of their own."""
    settings = RedisSettings(url=redis.url, key_prefix=f"redis{next(_PREFIXES)}:", budget=budget, rest=rest)
    ports = cheap_ports(clock=SystemClock())
    cache = RedisCache(settings, ports.clock, log_warning)
    factory = UseCaseFactory(ports=ports.replace(cache=cache, shared_cache=cache, close=cache.close))
    async with factory as use_cases:
        yield use_cases


async def test_the_same_reads_from_another_place(redis: RedisServer) -> None:
    """Users, many users, channels and pages come from the server as they come from the store, and follow each write."""
    async with opened(redis) as use_cases:
        anna = (await sign_up(use_cases, "anna")).user.id
        mine = use_cases.as_user(anna)
        channel = await mine.channel.create(name="team")
        await mine.message.send(channel_id=channel.id, content="one")
        await use_cases.settle()
        cached = mine.cache.redis
        for _ in range(2):
            assert await mine.user.get(anna) == await cached.get_user_with_cache(anna)
            assert {anna: await mine.user.get(anna)} == await cached.batch_get_users([anna, UserId("never")])
            assert await mine.channel.get(channel.id) == await cached.get_channel_with_cache(channel.id)
            page = await mine.message.history(channel_id=channel.id)
            assert page == await cached.get_messages_with_cache(channel.id)
        stats = await use_cases.cache.redis.get_cache_stats()
        assert (4, 0) == (stats.loads, stats.failures)
        assert stats.entries
        assert stats.octets
        assert stats.clients

        await mine.user.update(display_name="Anna")
        sent = await mine.message.send(channel_id=channel.id, content="two")
        assert "Anna" == (await cached.get_user_with_cache(anna)).display_name
        assert sent == (await cached.get_messages_with_cache(channel.id))[-1]
        assert 2 == (await cached.get_channel_with_cache(channel.id)).last_sequence


async def test_what_only_a_server_can_do(redis: RedisServer) -> None:
    """Hashes, times, patterns and counters, under keys of the host's own; and it can all be flushed."""
    async with opened(redis) as use_cases:
        cache = use_cases.cache.redis
        assert await cache.is_connected()
        await cache.set_hash("h", {"a": "1", "": "안녕\x00"}, ttl=100)
        assert {"a": "1", "": "안녕\x00"} == await cache.get_hash("h")
        assert {} == await cache.get_hash("none")
        await cache.set_with_expiry("order:1", "kept", as_=str, ttl=100)
        await cache.set_with_expiry("order:2", "kept", as_=str, ttl=100)
        with pytest.raises(NotAHashError):
            await cache.get_hash("order:1")
        assert 90 < (await cache.get_ttl("order:1") or 0) <= 100
        assert await cache.get_ttl("none") is None
        assert [1, 4] == [await cache.increment_counter("n"), await cache.increment_counter("n", 3)]
        anna = (await sign_up(use_cases, "anna")).user.id
        await cache.get_user_with_cache(anna)
        assert ("order:1", "order:2") == await cache.get_keys_by_pattern("order:*")
        assert ("h", "n", "order:1") == await cache.get_keys_by_pattern("*", limit=3)
        assert () == await cache.get_keys_by_pattern("user:*")
        for limit in 0, 10_001:
            with pytest.raises(InvalidInputError):
                await cache.get_keys_by_pattern("*", limit=limit)
        longest = "".join(f"\\{character}" for character in "x" * 512)
        assert () == await cache.get_keys_by_pattern(longest)
        with pytest.raises(InvalidInputError) as raised:
            await cache.get_keys_by_pattern(longest + "*")
        assert "pattern" == raised.value.field
        await cache.flush_cache()
        assert () == await cache.get_keys_by_pattern("*")
        assert MISSING is await cache.get("order:1", as_=str)


async def test_what_only_a_manager_may(redis: RedisServer) -> None:
    """Whoever may not manage the cache can read users, and do none of what a server can do."""
    async with opened(redis) as use_cases:
        anna = (await sign_up(use_cases, "anna")).user.id
        mine = use_cases.as_user(anna).cache.redis
        assert anna == (await mine.get_user_with_cache(anna)).id
        for refused in _operations(mine):
            with pytest.raises(AccessDeniedError):
                await refused()


async def test_a_server_that_answers_nothing_is_missed_by_no_read(redis: RedisServer) -> None:
    """While it is frozen reads ask the store and writes are made; what has an outcome says that it is not known.

    Once it answers again, nothing is told from before the writes that it did not hear of at the time.
    """
    async with opened(redis, budget=0.1) as use_cases:
        anna = (await sign_up(use_cases, "anna")).user.id
        mine = use_cases.as_user(anna)
        assert (await mine.cache.redis.get_user_with_cache(anna)).display_name is None
        redis.freeze()
        try:
            assert (await mine.cache.redis.get_user_with_cache(anna)).display_name is None
            await mine.user.update(display_name="Anna")
            assert "Anna" == (await mine.cache.redis.get_user_with_cache(anna)).display_name
            assert not await use_cases.cache.redis.is_connected()
            for unknown in _operations(use_cases.cache.redis):
                with pytest.raises(UnavailableError):
                    await unknown()
        finally:
            redis.thaw()
        assert await use_cases.cache.redis.reconnect()
        assert "Anna" == (await mine.cache.redis.get_user_with_cache(anna)).display_name


def _operations(cache: RedisCacheUseCase) -> list[Callable[[], Awaitable[object]]]:
    """Make each call that has an outcome of its own."""
    return [
        lambda: cache.set_hash("h", {"a": "1"}),
        lambda: cache.get_hash("h"),
        lambda: cache.set_with_expiry("k", "v", as_=str, ttl=10),
        lambda: cache.get_ttl("k"),
        lambda: cache.increment_counter("n"),
        lambda: cache.get_keys_by_pattern("*"),
        cache.flush_cache,
        lambda: cache.delete("k"),
        lambda: cache.invalidate_user_cache(UserId("anna")),
    ]
