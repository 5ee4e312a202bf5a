"""What a cache of one process must do, besides what every cache must."""

import asyncio

import pytest

from saiondo_core.caching.model import MISSING
from saiondo_core.caching.ports import ProcessCache
from saiondo_core.testing.contracts.cache_cases import CacheLaws, OpenedCache, Source
from saiondo_core.testing.contracts.opening import Opener


@pytest.mark.asyncio
class ProcessCacheContract(CacheLaws):
    """The laws of `ProcessCache`. Derive it, and give the fixture `opener` that `CacheContract` takes."""

    async def test_drop_is_an_invalidation(self, opener: Opener[OpenedCache]) -> None:
        """By key and by tag, at once, and of what is being loaded too; all else stays, and again changes nothing."""
        async with opener() as opened:
            cache, source = opened.cache, Source("old")
            assert isinstance(cache, ProcessCache)
            await opened.put("a", "text")
            await opened.put("b", "text", "tag")
            await opened.put("c", "text", "other")
            for _ in range(2):
                cache.drop(keys=("a", "nothing"), tags=("tag", "no tag"))
            assert [MISSING, MISSING, "text"] == [await opened.got(key) for key in "abc"]

            source.hold()
            asking = [asyncio.create_task(opened.asked(key, source, "tag")) for key in ("a", "b")]
            while len(source.loads) < len(asking):
                await source.begun()
                await asyncio.sleep(0)
            cache.drop(keys=("a",), tags=("tag",))
            source.text = "new"
            source.release()
            await asyncio.gather(*asking)
            assert [MISSING, MISSING] == [await opened.got(key) for key in "ab"]
            assert ["new", "new"] == [await opened.asked(key, source, "tag") for key in ("a", "b")]
