"""What Redis could not be told to forget."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from attrs import evolve

from saiondo_core.adapters.redis.cache import RedisCache
from saiondo_core.adapters.system.clock import SystemClock
from saiondo_core.caching.model import Lifespan
from saiondo_core.errors import UnavailableError
from saiondo_core.testing.clocks import breathe
from saiondo_core.testing.redis_server import RedisServer
from tests.adapters.redis.opened import Reports, closing, commands, fresh, linked

LIFE = Lifespan(ttl=100_000.0)
KEYS = tuple("abcd")


async def test_a_single_failure_costs_what_it_was_about() -> None:
    """All else is still there, and so it is for the host's own counters."""
    async with owing("a") as (cache, _):
        assert dict.fromkeys("bcd", "old") == await cache.get_many(keys=KEYS, as_=str)
        assert 8 == await cache.increment(key="n", ttl=LIFE.ttl)


async def test_an_outage_costs_everything() -> None:
    """Once the debt could not be paid either, nobody knows what else has changed."""
    async with owing("a") as (cache, server):
        server.stop()
        assert {} == await cache.get_many(keys=KEYS, as_=str)
        server.start()
        assert await cache.reconnect()
        assert {} == await cache.get_many(keys=KEYS, as_=str)
        assert 1 == await cache.increment(key="n", ttl=LIFE.ttl)


async def test_all_who_ask_pay_once() -> None:
    """However many they are: one command, and then none any more."""
    async with owing("a") as (cache, server), linked(server) as link:
        await link.call("CONFIG", "RESETSTAT")
        for _ in range(2):
            await asyncio.gather(*(cache.get(key=key, as_=str) for key in KEYS * 10))
            await asyncio.gather(*(cache.get_ttl(key=key) for key in KEYS * 10))
            assert 1 == await commands(link, "unlink")


async def test_what_comes_to_be_owed_while_others_pay_is_owed() -> None:
    """Whoever is interrupted while they wait for a payment has told Redis nothing: it is told before it is asked."""
    async with owing("a") as (cache, server):
        server.freeze()
        try:
            asking = asyncio.create_task(cache.get_many(keys=KEYS, as_=str))
            await breathe()
            forgetting = asyncio.create_task(cache.invalidate(keys=("b",)))
            await breathe()
            forgetting.cancel()
            await asyncio.wait((forgetting,))
        finally:
            server.thaw()
        assert {"c": "old", "d": "old"} == await asking


@asynccontextmanager
async def owing(key: str) -> AsyncGenerator[tuple[RedisCache, RedisServer]]:
    """A cache of `KEYS`, and of a counter at 7, which owes one key to a server that was lost, and is back."""
    with RedisServer() as server:
        async with closing(RedisCache(evolve(fresh(server.url), rest=0.001), SystemClock(), Reports())) as cache:
            for each in KEYS:
                assert await cache.set(key=each, value="old", as_=str, lifespan=LIFE)
            assert 7 == await cache.increment(key="n", by=7, ttl=LIFE.ttl)
            server.stop()
            with pytest.raises(UnavailableError):
                await cache.invalidate(keys=(key,))
            server.start()
            yield cache, server
