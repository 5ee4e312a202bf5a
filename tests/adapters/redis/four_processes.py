"""Four processes with 250 callers each, all of whom miss the same key at once: writes how often it was loaded."""

import asyncio
import sys
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier

from saiondo_core.adapters.redis.cache import RedisCache
from saiondo_core.adapters.redis.settings import RedisSettings
from saiondo_core.adapters.system.clock import SystemClock
from saiondo_core.caching.model import Lifespan
from tests.adapters.redis.opened import Reports

PROCESSES, CALLERS = 4, 250


async def loads(url: str, key: str, barrier: Barrier) -> int:
    """How often this process loads *key*, for which all begin to ask together."""
    cache = RedisCache(RedisSettings(url=url, budget=30.0, patience=60.0, lease=60.0), SystemClock(), Reports())
    count = 0

    async def load() -> str:
        nonlocal count
        count += 1
        await asyncio.sleep(0.05)
        return "loaded"

    await cache.get(key="warm", as_=str)
    barrier.wait(60)
    asking = (cache.get_or_load(key=key, as_=str, load=load, lifespan=Lifespan(ttl=300.0)) for _ in range(CALLERS))
    assert {"loaded"} == set(await asyncio.gather(*asking))
    await cache.close()
    return count


def main(url: str, key: str) -> None:
    """Run all of them; each is a fork of this one, so that the library is imported once."""
    context = get_context("fork")
    barrier, total = context.Barrier(PROCESSES), context.Value("i", 0)

    def run() -> None:
        count = asyncio.run(loads(url, key, barrier))
        with total.get_lock():
            total.value += count

    processes = [context.Process(target=run) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [0] * PROCESSES == [process.exitcode for process in processes]
    sys.stdout.write(f"{total.value}")


if __name__ == "__main__":
    main(*sys.argv[1:])
