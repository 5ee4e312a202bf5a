"""What a cache does with loads: how often there are any, and who hears of them."""

import asyncio

import pytest

from saiondo_core.caching.model import MISSING
from saiondo_core.testing.clocks import breathe
from saiondo_core.testing.contracts.cache_cases import CacheLaws, OpenedCache, Source, SourceBrokenError
from saiondo_core.testing.contracts.opening import Opener

MANY = 1_000


class LoadLaws(CacheLaws):
    """The laws of loads."""

    async def test_a_load_is_kept(self, opener: Opener[OpenedCache]) -> None:
        """What was loaded is there at both ends, for one key or for many, under its tags, and None too."""
        async with opener() as opened:
            source = Source("text")
            for there in False, True, False:
                assert "text" == await opened.asked("a", source, "x", there=there)
            assert "text" == await opened.got("a")
            source.text = None
            for there in False, True:
                assert await opened.asked("b", source, there=there) is None
            assert await opened.got("b") is None
            assert 2 == len(source.loads)

            await opened.cache.invalidate(tags=("x",))
            assert (MISSING, None) == (await opened.got("a"), await opened.got("b"))

    async def test_concurrent_misses_load_once(self, opener: Opener[OpenedCache]) -> None:
        """A thousand who ask at once, some of them for many keys, share one load of each key."""
        async with opener() as opened:
            source = Source("text")
            source.hold()
            asking = [asyncio.create_task(opened.asked("a", source)) for _ in range(MANY)]
            await source.begun()
            asking_many = asyncio.create_task(opened.asked_many(("a", "b"), source))
            await _until(source, 2)
            asking.append(asyncio.create_task(opened.asked("b", source)))
            await breathe()
            source.release()

            assert [*["text"] * MANY, "text of b"] == await asyncio.gather(*asking)
            assert {"a": "text", "b": "text of b"} == await asking_many
            assert [(), ("b",)] == source.loads

    async def test_a_cancelled_caller_stops_nobody(self, opener: Opener[OpenedCache]) -> None:
        """Of a thousand all but one are cancelled, the first one first: one load serves the last, who may go too."""
        async with opener() as opened:
            source = Source("text")
            source.hold()
            asking = [asyncio.create_task(opened.asked("a", source)) for _ in range(MANY)]
            await source.begun()
            for task in asking[:-1]:
                task.cancel()
            await asyncio.wait(asking[:-1])
            assert all(task.cancelled() for task in asking[:-1])
            source.release()
            assert "text" == await asking[-1]
            assert "text" == await opened.got("a")
            assert [()] == source.loads

            source.hold()
            alone = asyncio.create_task(opened.asked("b", source))
            await source.begun()
            alone.cancel()
            await asyncio.wait((alone,))
            assert (True, 2) == (alone.cancelled(), source.ended)
            source.release()
            assert MISSING is await opened.got("b")
            assert "text" == await opened.asked("b", source)

    async def test_a_failed_load_is_told_and_not_kept(self, opener: Opener[OpenedCache]) -> None:
        """A thousand who wait for one load that fails are told of its error; the next one loads anew."""
        async with opener() as opened:
            source = Source("text", error=SourceBrokenError())
            source.hold()
            asking = [asyncio.create_task(opened.asked("a", source)) for _ in range(MANY)]
            await source.begun()
            source.release()
            outcomes = await asyncio.gather(*asking, return_exceptions=True)
            assert {SourceBrokenError} == {type(outcome) for outcome in outcomes}
            assert [()] == source.loads

            with pytest.raises(SourceBrokenError):
                await opened.asked_many(("a", "b"), source)
            assert {} == await opened.cache.get_many(keys=("a", "b"), as_=str)
            source.error = None
            assert "text" == await opened.asked("a", source)

    async def test_many_are_loaded_in_one_call(self, opener: Opener[OpenedCache]) -> None:
        """Of a hundred keys with doubles those that are not there are asked for, once; none is asked for again."""
        keys = tuple(f"key {number}" for number in range(100))
        async with opener() as opened:
            source = Source("text")
            await opened.put("key 3", "there")
            await opened.put("key 4", None)
            expected = {key: f"text of {key}" for key in keys} | {"key 3": "there", "key 4": None}
            for _ in range(2):
                assert expected == await opened.asked_many((*keys, *keys), source, "x")
            assert [tuple(key for key in keys if key not in {"key 3", "key 4"})] == source.loads

            source.text = None
            assert {"key 1": "text of key 1", "none": None} == await opened.asked_many(("none", "key 1"), source)
            assert {"none": None} == await opened.asked_many(("none",), source)
            assert {} == await opened.asked_many((), source)
            assert 2 == len(source.loads)
            await opened.cache.invalidate(tags=("x",))
            assert {"key 3": "there", "key 4": None, "none": None} == await opened.cache.get_many(
                keys=(*keys, "none"), as_=str
            )

    async def test_it_is_refreshed_early(self, opener: Opener[OpenedCache]) -> None:
        """Late in its time, a value is loaded anew by one, and told to the others; and to all, if that fails."""
        async with opener() as opened:
            life = opened.lifespan(60, refresh_after=20)
            source = Source("old")
            await opened.asked("a", source, lifespan=life)
            await opened.pass_time(10)
            source.text = "new"
            assert "old" == await opened.asked("a", source, lifespan=life)
            assert 1 == len(source.loads)

            await opened.pass_time(15)
            source.hold()
            first = asyncio.create_task(opened.asked("a", source, lifespan=life))
            await source.begun()
            assert ["old"] * 10 == [await opened.asked("a", source, lifespan=life) for _ in range(10)]
            source.release()
            assert "new" == await first
            assert "new" == await opened.asked("a", source, lifespan=life)
            assert 2 == len(source.loads)

            await opened.pass_time(25)
            source.error = SourceBrokenError()
            assert ["new"] * 3 == [await opened.asked("a", source, lifespan=life) for _ in range(3)]
            assert 3 == len(source.loads)

    async def test_stale_only_by_choice(self, opener: Opener[OpenedCache]) -> None:
        """Past its end a value is told where the load fails, if and as long as it may be, unless it was invalidated."""
        async with opener() as opened:
            chosen, plain = opened.lifespan(20, stale_for=40), opened.lifespan(20)
            source = Source("old")
            for key, life in (("a", chosen), ("b", plain), ("c", chosen)):
                await opened.asked(key, source, lifespan=life)
            await opened.pass_time(30)
            source.error = SourceBrokenError()
            assert "old" == await opened.asked("a", source, lifespan=chosen)
            assert MISSING is await opened.cache.get(key="a", as_=str)
            with pytest.raises(SourceBrokenError):
                await opened.asked("b", source, lifespan=plain)
            await opened.cache.invalidate(keys=("c",))
            with pytest.raises(SourceBrokenError):
                await opened.asked("c", source, lifespan=chosen)

            await opened.pass_time(40)
            with pytest.raises(SourceBrokenError):
                await opened.asked("a", source, lifespan=chosen)
            source.text, source.error = "new", None
            assert "new" == await opened.asked("a", source, lifespan=chosen)


async def _until(source: Source, loads: int) -> None:
    async with asyncio.timeout(10):
        while len(source.loads) < loads:  # noqa: ASYNC110 - Nothing tells when a load begins that is not held.
            await asyncio.sleep(0)
