"""What every cache must do."""

import asyncio

import pytest

from saiondo_core.caching.model import CacheStats
from saiondo_core.testing.contracts.cache_cases import OpenedCache, Source, SourceBrokenError
from saiondo_core.testing.contracts.cache_counters import CounterLaws
from saiondo_core.testing.contracts.cache_loads import LoadLaws
from saiondo_core.testing.contracts.cache_races import RaceLaws
from saiondo_core.testing.contracts.cache_values import ValueLaws
from saiondo_core.testing.contracts.opening import Opener


@pytest.mark.asyncio
class CacheContract(ValueLaws, LoadLaws, RaceLaws, CounterLaws):
    """The laws of `Cache`. Derive it, and give the fixture `opener`."""

    async def test_stats_are_exact(self, opener: Opener[OpenedCache]) -> None:
        """Each key asked for is a hit or a miss, each load counts once, and so does what became of it."""
        async with opener() as opened:
            cache, life = opened.cache, opened.lifespan(60, refresh_after=20, stale_for=100)
            source = Source("text")
            assert _asked(CacheStats()) == _asked(await cache.stats())

            await asyncio.gather(*(opened.asked("a", source, lifespan=life) for _ in range(5)))  # 5 misses, 1 load
            await opened.asked("a", source, lifespan=life)  # a hit
            await cache.get(key="a", as_=str)  # a hit
            await cache.get(key="a", as_=int)  # a miss
            await cache.get_many(keys=("a", "b", "c", "b"), as_=str)  # a hit, 2 misses
            await opened.asked_many(("a", "b", "c"), source)  # a hit, 2 misses, 1 load
            assert {"hits": 4, "misses": 10, "loads": 2} == _asked(await cache.stats())

            await opened.pass_time(30)
            await opened.asked("a", source, lifespan=life)  # a hit, 1 early load
            await opened.pass_time(70)
            source.error = SourceBrokenError()
            await opened.asked("a", source, lifespan=life)  # a miss, 1 load that fails, told all the same
            with pytest.raises(SourceBrokenError):
                await opened.asked("d", source)  # a miss, 1 load that fails
            expected = {"hits": 5, "misses": 12, "loads": 5, "load_errors": 2, "refreshes": 1, "stale": 1}
            assert expected == _asked(await cache.stats())

            source.error = None
            source.hold()
            asking = asyncio.create_task(opened.asked("e", source))  # a miss, 1 load that is not kept
            await source.begun()
            await cache.invalidate(keys=("e",))
            source.release()
            await asking
            expected |= {"misses": 13, "loads": 6, "discarded": 1}
            assert expected == _asked(await cache.stats())
            assert 5 / 18 == (await cache.stats()).hit_rate


def _asked(stats: CacheStats) -> dict[str, int]:
    """What was counted of what was asked and loaded, but for zeros."""
    names = "hits", "misses", "loads", "load_errors", "refreshes", "stale", "discarded", "skipped", "failures"
    counts: dict[str, int] = {name: getattr(stats, name) for name in names}
    return {name: count for name, count in counts.items() if count}
