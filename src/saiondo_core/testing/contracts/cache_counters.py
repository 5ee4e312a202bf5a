"""What a cache does with counters."""

import asyncio

import pytest

from saiondo_core.caching.errors import CounterRangeError, NotACounterError
from saiondo_core.caching.model import MISSING
from saiondo_core.testing.contracts.cache_cases import CacheLaws, OpenedCache
from saiondo_core.testing.contracts.opening import Opener


class CounterLaws(CacheLaws):
    """The laws of `increment`."""

    async def test_increments_add_up(self, opener: Opener[OpenedCache]) -> None:
        """Two hundred at once from both ends all count, by whatever step; what was set is counted on from."""
        async with opener() as opened:
            ttl = 1_000 * opened.second
            ends = (opened.cache, opened.other) * 100
            counts = await asyncio.gather(*(end.increment(key="a", ttl=ttl) for end in ends))
            assert list(range(1, 201)) == sorted(counts)
            assert [195, 195, 0] == [await opened.cache.increment(key="a", ttl=ttl, by=by) for by in (-5, 0, -195)]
            assert 0 == await opened.other.get(key="a", as_=int)

            assert await opened.cache.set(key="a", value=40, as_=int, lifespan=opened.lifespan())
            assert 42 == await opened.other.increment(key="a", ttl=ttl, by=2)
            assert {"a": 42} == await opened.cache.get_many(keys=("a", "b"), as_=int)

    async def test_a_counter_lives_from_its_beginning(self, opener: Opener[OpenedCache]) -> None:
        """Counting does not lengthen its time, however it began; once that is over, it begins at 0."""
        async with opener() as opened:
            ttl = 10 * opened.second
            await opened.cache.increment(key="a", ttl=ttl)
            await opened.cache.set(key="b", value=5, as_=int, lifespan=opened.lifespan(10))
            await opened.pass_time(7)
            assert 2 == await opened.cache.increment(key="a", ttl=ttl)
            assert 6 == await opened.cache.increment(key="b", ttl=ttl)
            await opened.pass_time(5)
            assert MISSING is await opened.cache.get(key="a", as_=int)
            assert MISSING is await opened.cache.get(key="b", as_=int)
            assert 1 == await opened.cache.increment(key="b", ttl=ttl)

    async def test_only_numbers_are_counted(self, opener: Opener[OpenedCache]) -> None:
        """A text, be it of digits, a truth, nothing, or a number too far off: each is refused and stays."""
        async with opener() as opened:
            ttl, life, cache = 1_000 * opened.second, opened.lifespan(), opened.cache
            await opened.put("text", "1")
            await opened.put("nothing", None)
            await cache.set(key="true", value=True, as_=bool, lifespan=life)
            for key in "text", "nothing", "true":
                with pytest.raises(NotACounterError):
                    await cache.increment(key=key, ttl=ttl)
            assert ("1", None) == (await opened.got("text"), await opened.got("nothing"))
            assert await cache.get(key="true", as_=bool) is True

            for end, by in ((2**63 - 1, 1), (-(2**63), -1), (1, 2**63 - 1)):
                await cache.set(key="far", value=end, as_=int, lifespan=life)
                with pytest.raises(CounterRangeError):
                    await cache.increment(key="far", ttl=ttl, by=by)
                assert end == await opened.other.get(key="far", as_=int)
            with pytest.raises(CounterRangeError):
                await cache.increment(key="new", ttl=ttl, by=2**63)
            assert MISSING is await cache.get(key="new", as_=int)
