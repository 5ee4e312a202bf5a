"""Several processes on one Redis."""

import asyncio
import subprocess
import sys
from random import Random

import pytest

from saiondo_core.adapters.redis.cache import RedisCache
from saiondo_core.caching.model import MISSING, Lifespan
from saiondo_core.testing.redis_server import RedisServer
from saiondo_core.testing.schedules import on_schedules
from tests.adapters.redis.opened import LONG, Reports, ShiftedClock, fresh, linked

SEEDS = 10_000 if LONG else 300
LIFE = Lifespan(ttl=300.0)


def test_four_processes_load_once(shared_redis: RedisServer) -> None:
    """A thousand callers in four processes miss at once, and one of them loads."""
    command = sys.executable, "-m", "tests.adapters.redis.four_processes", shared_redis.url, "key of four"
    assert "1" == subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=100).stdout


async def test_a_lost_lease_is_never_a_stale_value(shared_redis: RedisServer) -> None:
    """Leases are evicted and the server is flushed while loads and invalidations meet: no order has a stale read."""
    async with linked(shared_redis) as link:

        async def scenario(random: Random) -> None:
            settings = fresh(shared_redis.url)
            caches = [RedisCache(settings, ShiftedClock(), Reports()) for _ in range(2)]
            truth = committed = 0

            async def load() -> int:
                await turns(random)
                read = truth
                await turns(random)
                return read

            async def read() -> None:
                await turns(random)
                least = committed
                cache = random.choice(caches)
                told = await cache.get_or_load(key="a", as_=int, load=load, lifespan=LIFE, tags=("t",))
                assert told is not None
                assert least <= told

            async def write() -> None:
                nonlocal truth, committed
                await turns(random)
                truth += 1
                written = truth
                named = random.choice(({"keys": ("a",)}, {"tags": ("t",)}))
                await random.choice(caches).invalidate(**named)
                committed = max(committed, written)

            async def evict() -> None:
                await turns(random)
                await link.call("DEL", f"{settings.key_prefix}l:{{a}}")

            async def flush() -> None:
                await turns(random)
                await link.call("FLUSHALL")

            acts = [read, read, write, evict, flush]
            await asyncio.gather(*(random.choice(acts)() for _ in range(random.randint(4, 9))), write(), read())
            await read()
            for cache in caches:
                await cache.close()

        await on_schedules(scenario, seeds=range(SEEDS))


@pytest.mark.parametrize("loss", ["evicted", "flushed", "taken by another"])
async def test_a_load_without_its_lease_is_not_kept(shared_redis: RedisServer, loss: str) -> None:
    """Whatever took the lease while the value was loaded: who asked has it, and nobody after."""
    settings = fresh(shared_redis.url)
    cache = RedisCache(settings, ShiftedClock(), Reports())
    async with linked(shared_redis) as link:
        lease = f"{settings.key_prefix}l:{{a}}"

        async def load() -> str:
            assert 1 == await link.call("EXISTS", lease)
            if loss == "evicted":
                await link.call("DEL", lease)
            elif loss == "flushed":
                await link.call("FLUSHALL")
            else:
                await link.call("SET", lease, "another's")
            return "old"

        assert "old" == await cache.get_or_load(key="a", as_=str, load=load, lifespan=LIFE)
        assert MISSING is await cache.get(key="a", as_=str)
        assert 1 == (await cache.stats()).discarded
    await cache.close()


async def turns(random: Random) -> None:
    """Let others run for a while."""
    for _ in range(random.randint(0, 4)):
        await asyncio.sleep(0)
