"""Redis fails in every way it can, and no read through the cache is any the worse for it."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeAlias

import pytest

from saiondo_core import Message, Ports, UseCaseFactory, User
from saiondo_core.adapters.redis.cache import RedisCache
from saiondo_core.adapters.redis.link import RedisLink
from saiondo_core.adapters.redis.near import NearRedisCache
from saiondo_core.adapters.redis.settings import RedisSettings
from saiondo_core.caching.model import MISSING
from saiondo_core.caching.redis_cache_use_case import RedisCacheUseCase
from saiondo_core.caching.warm_up_cache import WarmUp
from saiondo_core.channels.model import Channel
from saiondo_core.testing.clocks import FrozenClock
from saiondo_core.testing.ports import cheap_ports
from tests.adapters.redis.opened import Reports
from tests.adapters.redis.scripted_server import Mode, ScriptedServer, patiently
from tests.adapters.redis.test_failures import COUNTED_AS


async def _load() -> str:
    return "true"


Read: TypeAlias = tuple[Callable[[RedisCacheUseCase], Awaitable[object]], object, int]
"""A call, what it gives, and for how many things it asks the cache: for each of them Redis may take its budget."""


def reads(user: User, channel: Channel, page: tuple[Message, ...]) -> tuple[Read, ...]:
    """All that is read through the cache, of what is there."""
    return (
        (lambda cache: cache.get_user_with_cache(user.id), user, 1),
        (lambda cache: cache.batch_get_users([user.id]), {user.id: user}, 1),
        (lambda cache: cache.get_channel_with_cache(channel.id), channel, 1),
        (lambda cache: cache.get_messages_with_cache(channel.id), page, 2),
        (lambda cache: cache.warmup_cache([user.id], [channel.id]), WarmUp(done=2, total=2, found=2), 3),
        (lambda cache: cache.get("a", as_=str), MISSING, 1),
        (lambda cache: cache.get_or_load("a", _load, as_=str), "true", 1),
        (lambda cache: cache.cached(as_=str, name="load")(_load)(), "true", 1),
        (lambda cache: cache.set("a", "A", as_=str), False, 1),
    )


@pytest.mark.parametrize("kind", [RedisCache, NearRedisCache])
@pytest.mark.parametrize("mode", Mode)
async def test_no_failure_escapes_a_use_case(mode: Mode, kind: type[RedisCache]) -> None:
    """With default settings each call is right, within its budget, and tries Redis three times; then not at all.

    So it is each time that Redis has been found again, and lost; the outage is counted, and reported once.
    """
    clock, reports = FrozenClock(), Reports()
    async with ScriptedServer(mode, clock) as server:
        if mode is Mode.REFUSED:
            await server.refuse()
        link = RedisLink(RedisSettings(url=server.url), clock, reports)
        cache = kind(link.settings, clock, reports, link)
        cache.start()
        ports, all_reads = await _town(clock)
        async with UseCaseFactory(ports=ports.replace(cache=cache, shared_cache=cache)) as use_cases:
            for call, expected, asks in all_reads:
                link.breaker.reset()
                while not link.breaker.is_open:
                    began = clock.monotonic()
                    told = await patiently(
                        call(use_cases.cache.redis), server, partial(clock.advance, link.settings.budget)
                    )
                    assert expected == told
                    assert asks * link.settings.budget >= clock.monotonic() - began
                tried = server.commands
                for _ in range(10):
                    assert expected == await call(use_cases.cache.redis)
                assert tried == server.commands
        assert {COUNTED_AS[mode]: link.settings.failures * len(all_reads)} == link.failures.counts
        assert [{"mode": COUNTED_AS[mode]}] == [fields for event, fields in reports.told if event == "redis_failed"]
        await cache.close()
        await link.close()


async def _town(clock: FrozenClock) -> tuple[Ports, tuple[Read, ...]]:
    """Anna, her channel and what she said there: all caches have heard of it."""
    ports = cheap_ports(clock=clock)
    async with UseCaseFactory(ports=ports) as use_cases:
        anna = await use_cases.as_system("test").user.ensure(id="1", username="anna")
        mine = use_cases.as_user(anna.id)
        channel = await mine.channel.create(name="team")
        await mine.message.send(channel_id=channel.id, content="hello")
        await use_cases.settle()
        page = await mine.message.history(channel_id=channel.id)
        return ports, reads(await mine.user.get(anna.id), await mine.channel.get(channel.id), page)
