"""What a host keeps in the cache for itself, and functions whose results are cached."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import cast

import pytest

from saiondo_core import UseCaseFactory, UserId
from saiondo_core.caching.model import MISSING, Lifespan
from saiondo_core.errors import InvalidInputError, NotACounterError
from saiondo_core.testing.clocks import FrozenClock
from saiondo_core.testing.contracts.cache_cases import HOSTILE
from saiondo_core.users.model import User


async def test_a_host_keeps_what_it_likes(saiondo_factory: UseCaseFactory, saiondo_clock: FrozenClock) -> None:
    """Values, counters and loads, by key and tag, for the time that it says or the settings do."""
    async with saiondo_factory as use_cases:
        cache = use_cases.cache.cache
        assert await cache.set("a", "A", as_=str, tags=("x",))
        assert await cache.set("b", None, as_=str)
        assert await cache.set("c", "C", as_=str, ttl=10, tags={"x", "y"})
        assert ["A", None, "C", MISSING] == [await cache.get(key, as_=str) for key in "abcd"]
        assert [1, 3] == [await cache.increment("n"), await cache.increment("n", 2)]
        with pytest.raises(NotACounterError):
            await cache.increment("a")
        await saiondo_clock.advance(11)
        assert ["A", MISSING] == [await cache.get(key, as_=str) for key in "ac"]

        async def load() -> str:
            return "loaded"

        assert "loaded" == await cache.get_or_load("c", load, as_=str, ttl=Lifespan(ttl=10), tags=("y",))
        await cache.delete("a", tags=("y",))
        assert [MISSING, MISSING, 3] == [
            await cache.get("a", as_=str),
            await cache.get("c", as_=str),
            await cache.get("n", as_=int),
        ]
        for ttl in 0, -1.0:
            with pytest.raises(InvalidInputError):
                await cache.set("a", "A", as_=str, ttl=ttl)


async def test_no_key_of_the_hosts_reaches_what_the_library_keeps(saiondo_factory: UseCaseFactory) -> None:
    """Whatever a host calls its keys and tags, users and channels are cached as they are."""
    async with saiondo_factory as use_cases:
        cache = use_cases.cache.cache
        await use_cases.as_system("test").user.ensure(id="1", username="anna")
        user = await cache.get_user_with_cache(UserId("1"))
        for key in "user:1", "host:user:1", *HOSTILE[:20]:
            await cache.set(key, None, as_=User, tags=("user:1",))
            await cache.delete(key, tags=(key,))
        assert user == await cache.get_user_with_cache(UserId("1"))
        assert 1 == (await cache.get_cache_stats()).loads


async def test_a_cached_function_runs_once_for_each_call_that_means_another(saiondo_factory: UseCaseFactory) -> None:
    """By position or by name, a default given or left out: the same call; another kind or text is another one."""
    async with saiondo_factory as use_cases:
        calls: list[tuple[object, ...]] = []

        @use_cases.cache.cache.cached(as_=str, tags=("reports",), name="report")
        async def report(day: str | float | None, *, of: str = "all", full: bool = False) -> str | None:
            """Write a report."""
            calls.append((day, of, full))
            return None if day is None else f"{day!r} {of} {full}"

        assert ("report", "Write a report.") == (getattr(report, "__name__", ""), report.__doc__)
        same = [await report("1"), await report(day="1"), await report("1", of="all"), await report("1", full=False)]
        assert ["'1' all False"] * 4 == same
        assert [("1", "all", False)] == calls

        others: list[tuple[str | float | None, str]] = [(1, "all"), (1.5, "all"), (True, "all"), ("True", "all")]
        others += [('1","all', "x"), ("1", 'all","x'), ("1", "al"), ("1,all", ""), (None, "all"), ("null", "all")]
        for day, of in others * 2:
            assert (None if day is None else f"{day!r} {of} False") == await report(day, of=of)
        assert 1 + len(others) == len(calls)

        await report.invalidate("1", of="all")
        await report("1")
        assert 2 + len(others) == len(calls)
        await use_cases.cache.cache.delete(tags=("reports",))
        await report("1")
        assert 3 + len(others) == len(calls)


async def test_texts_that_look_alike_never_share_a_result(saiondo_factory: UseCaseFactory) -> None:
    """Two arguments are never taken for two others, however hostile their texts: each pair has its own result."""
    texts = [text[:30] for text in HOSTILE[:25]]
    async with saiondo_factory as use_cases:
        await use_cases.cache.cache.clear_cache()

        @use_cases.cache.cache.cached(as_=str, name="both")
        async def both(one: str, other: str) -> str:
            return f"{len(one)}:{one}{other}"

        for _ in range(2):
            for one in texts:
                for other in texts:
                    assert f"{len(one)}:{one}{other}" == await both(one, other)
        assert len(texts) ** 2 == (await use_cases.cache.cache.get_cache_stats()).loads


async def test_what_cannot_be_called_is_not_answered_from_the_cache(saiondo_factory: UseCaseFactory) -> None:
    """Wrong arguments raise what the function would, though a result is there; what is no plain value is refused."""
    async with saiondo_factory as use_cases:
        cached = use_cases.cache.cache.cached(as_=int, name="twice")

        @cached
        async def twice(number: int) -> int:
            return 2 * number

        call = cast("Callable[..., Awaitable[int | None]]", twice)
        assert 4 == await call(2)
        wrong: list[tuple[tuple[int, ...], dict[str, int]]] = [((2, 3), {}), ((), {}), ((2,), {"other": 3})]
        for args, named in (*wrong, ((2,), {"number": 2})):
            with pytest.raises(TypeError):
                await call(*args, **named)
        with pytest.raises(InvalidInputError):
            await call(object())
        with pytest.raises(InvalidInputError):

            @cached
            async def total(*numbers: int) -> int:
                return sum(numbers)


async def test_functions_made_inside_others_share_no_results(saiondo_factory: UseCaseFactory) -> None:
    """All that are made at one place have one qualified name: each is refused, unless it is given a name of its own."""
    async with saiondo_factory as use_cases:
        cached = use_cases.cache.cache.cached

        def adder(number: int) -> Callable[[int], Awaitable[int]]:
            async def add(to: int) -> int:
                return to + number

            return add

        unnamed: list[Callable[[int], Awaitable[int]]] = [adder(1), lambda to: adder(to)(1)]
        for function in unnamed:
            with pytest.raises(InvalidInputError) as raised:
                cached(as_=int)(function)
            assert "name" == raised.value.field
        added = [await cached(as_=int, name=f"add {number}")(adder(number))(0) for number in (1, 2)]
        assert [1, 2] == added


async def test_a_thousand_calls_run_the_function_once(saiondo_factory: UseCaseFactory) -> None:
    """Whoever calls it while it runs is given what that gives."""
    async with saiondo_factory as use_cases:
        calls = 0

        @use_cases.cache.cache.cached(as_=int, name="count")
        async def count() -> int:
            nonlocal calls
            calls += 1
            await asyncio.sleep(0)
            return calls

        assert [1] * 1_000 == await asyncio.gather(*(count() for _ in range(1_000)))
