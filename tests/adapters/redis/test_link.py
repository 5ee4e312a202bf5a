"""Commands and their replies: sent once, given to who asked, or to nobody."""

import asyncio
from random import Random

import pytest
from attrs import evolve

from saiondo_core.adapters.redis.cache import RedisCache
from saiondo_core.adapters.redis.link import RedisLink
from saiondo_core.adapters.redis.replies import page
from saiondo_core.adapters.redis.settings import RedisSettings
from saiondo_core.adapters.system.clock import SystemClock
from saiondo_core.caching.model import Lifespan
from saiondo_core.kernel.errors import UnavailableError
from saiondo_core.testing.clocks import FrozenClock
from saiondo_core.testing.redis_server import RedisServer
from tests.adapters.redis.opened import Reports, commands, fresh, linked
from tests.adapters.redis.scripted_server import LossyRelay, Mode, ScriptedServer

READS, CANCELLATIONS = 20_000, 1_000
WRITES, LOST = 2_000, 200
LIFE = Lifespan(ttl=300.0)


async def test_no_reply_reaches_another_caller(shared_redis: RedisServer) -> None:
    """One of 20 reads is cancelled, anywhere on its way; all others are given what they asked for."""
    random = Random(7)
    link = RedisLink(fresh(shared_redis.url), SystemClock(), Reports())
    names = [f"{link.settings.key_prefix}{number}" for number in range(100)]
    await link.call("MSET", *(word for name in names for word in (name, f"value of {name}")))
    ended, cancelled = 0, 0

    async def ask(name: str, turns: int | None) -> None:
        nonlocal ended, cancelled
        asking = asyncio.create_task(link.call("GET", name))
        if turns is not None:
            for _ in range(turns):
                await asyncio.sleep(0)
            asking.cancel()
        try:
            assert f"value of {name}".encode() == await asking
            ended += 1
        except asyncio.CancelledError:
            cancelled += 1

    # As many as may be made of those that are cancelled end all the same, because their reply has come before.
    doomed = set(random.sample(range(READS), CANCELLATIONS))
    for start in range(0, READS, 200):
        batch = range(start, start + 200)
        await asyncio.gather(
            *(ask(random.choice(names), random.randint(0, 12) if number in doomed else None) for number in batch)
        )
    assert READS == ended + cancelled
    assert CANCELLATIONS // 2 < cancelled
    assert {} == link.failures.counts
    await link.close()


async def test_lost_replies_lose_and_double_nothing(shared_redis: RedisServer) -> None:
    """Of 2,000 writes 200 lose their reply: each has one effect, and tells that its outcome is unknown."""
    lost = set(Random(7).sample(range(1, WRITES + 1), LOST))
    settings = evolve(fresh(shared_redis.url), failures=LOST)
    async with LossyRelay(str(shared_redis.path), lost.__contains__) as relay:
        lossy = RedisCache(evolve(settings, url=relay.url), SystemClock(), Reports())

        async def write() -> bool:
            try:
                await lossy.increment(key="writes", ttl=300.0)
            except UnavailableError as error:
                return error.outcome_unknown
            return False

        unknown = 0
        for _ in range(0, WRITES, 50):
            unknown += sum(await asyncio.gather(*(write() for _ in range(50))))
        await lossy.close()
        assert (LOST, LOST, WRITES) == (unknown, relay.lost, relay.commands)
    cache = RedisCache(settings, SystemClock(), Reports())
    assert WRITES == await cache.get(key="writes", as_=int)
    await cache.close()


async def test_gets_of_one_turn_are_one_command(shared_redis: RedisServer) -> None:
    """Fifty gets at once are one MGET, however many of them are cancelled; what is asked for later is another."""
    cache = RedisCache(fresh(shared_redis.url), SystemClock(), Reports())
    link = RedisLink(fresh(shared_redis.url), SystemClock(), Reports())
    keys = [f"key {number}" for number in range(50)]
    for key in keys:
        assert await cache.set(key=key, value=key, as_=str, lifespan=LIFE)
    await link.call("CONFIG", "RESETSTAT")

    asking = [asyncio.create_task(cache.get(key=key, as_=str)) for key in keys]
    await asyncio.sleep(0)
    for number in (0, 1, 10, 49):
        asking[number].cancel()
    given = await asyncio.gather(*asking, return_exceptions=True)
    assert [key for number, key in enumerate(keys) if number not in {0, 1, 10, 49}] == [
        value for value in given if isinstance(value, str)
    ]
    assert "late" == await cache.get_or_load(key="a", as_=str, load=_late, lifespan=LIFE)
    assert 2 == await commands(link, "mget")
    await cache.close()
    await link.close()


async def test_many_gets_need_few_connections(shared_redis: RedisServer) -> None:
    """A thousand calls at once wait for the connections there may be; none is refused one."""
    link = RedisLink(fresh(shared_redis.url), SystemClock(), Reports())
    replies = await asyncio.gather(*(link.call("ECHO", str(number)) for number in range(1_000)))
    assert [str(number).encode() for number in range(1_000)] == replies
    said = await link.call("INFO", "clients")
    assert isinstance(said, bytes)
    assert link.settings.connections >= int(said.partition(b"connected_clients:")[2].split()[0])
    await link.close()


async def test_waiting_for_a_connection_is_within_the_budget() -> None:
    """Whoever is given none in time is told that nothing was done."""
    clock = FrozenClock()
    async with ScriptedServer(Mode.BLACK_HOLE, clock) as server:
        link = RedisLink(RedisSettings(url=server.url, connections=1), clock, Reports())
        first = asyncio.create_task(link.call("INCR", "a"))
        await server.stuck.wait()
        second = asyncio.create_task(link.call("INCR", "a"))
        await clock.advance(link.settings.budget)
        errors = await asyncio.gather(first, second, return_exceptions=True)
        assert [True, False] == [isinstance(error, UnavailableError) and error.outcome_unknown for error in errors]
        assert (1, 1) == (server.connections, server.commands)
        await link.close()


async def test_a_reply_to_something_else_takes_its_connection_along() -> None:
    """What comes over that one next may be another's as well; and whether anything was done is not known."""
    async with ScriptedServer(Mode.WORD, FrozenClock()) as server:
        link = RedisLink(RedisSettings(url=server.url), FrozenClock(), Reports())
        for _ in range(2):
            with pytest.raises(UnavailableError) as raised:
                await link.ask(page, "SCAN", 0)
            assert raised.value.outcome_unknown
        assert b"OK" == await link.call("SET", "a", "b")
        assert 3 == server.connections
        assert b"OK" == await link.call("SET", "a", "b")
        assert 3 == server.connections
        assert {"garbage": 2} == link.failures.counts
        await link.close()


async def test_closing_lets_nobody_wait() -> None:
    """Neither who waits for a reply nor who waits for a connection, though no time passes; no failure of Redis."""
    clock, reports = FrozenClock(), Reports()
    async with ScriptedServer(Mode.BLACK_HOLE, clock) as server:
        link = RedisLink(RedisSettings(url=server.url, connections=1), clock, reports)
        asking = [asyncio.create_task(link.call("GET", "a")) for _ in range(3)]
        await server.stuck.wait()
        await link.close()
        done, pending = await asyncio.wait(asking, timeout=10)
        for left in pending:
            left.cancel()
        assert [UnavailableError] * 3 == [type(ended.exception()) for ended in done]
        assert ({}, []) == (link.failures.counts, reports.told)


async def test_a_closed_link_makes_no_connection(shared_redis: RedisServer) -> None:
    """What waits for one when it is closed leaves none behind; later calls are refused, until it is opened again."""
    link = RedisLink(evolve(fresh(shared_redis.url), connections=2), SystemClock(), Reports())
    async with linked(shared_redis) as beside:
        before = len(await _clients(beside))
        for turns in range(40):
            asking = [asyncio.create_task(link.call("ECHO", "a")) for _ in range(20)]
            for _ in range(turns):
                await asyncio.sleep(0)
            await link.close()
            await asyncio.gather(*asking, return_exceptions=True)
            with pytest.raises(UnavailableError) as raised:
                await link.call("PING")
            assert not raised.value.outcome_unknown
            async with asyncio.timeout(30):
                while before < len(await _clients(beside)):
                    pass
            link.open()
            assert b"PONG" == await link.call("PING")
    await link.close()


async def _clients(link: RedisLink) -> list[bytes]:
    said = await link.call("CLIENT", "LIST")
    assert isinstance(said, bytes)
    return said.splitlines()


async def _late() -> str:
    return "late"
