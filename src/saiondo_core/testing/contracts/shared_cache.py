"""What every cache must do that several processes share, besides what every cache must."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from attrs import frozen

from saiondo_core.caching.errors import NotACounterError, NotAHashError, NotCacheableError
from saiondo_core.caching.model import MISSING, Lifespan
from saiondo_core.caching.ports import PATTERN_KEY_OCTETS, SharedCache
from saiondo_core.kernel.errors import UnavailableError
from saiondo_core.testing.contracts.cache_cases import HOSTILE, Source
from saiondo_core.testing.contracts.opening import Opener, missing

TTL = 1_000.0
LIFE = Lifespan(ttl=TTL)


@frozen(kw_only=True)
class OpenedSharedCache:
    """An empty cache, and what its adapter's tests know of it.

    Attributes:
        cache: What is held to the laws.
        other: The same cache as another process has it, if that sees at once what this one does; or the same.
        neighbour: Another namespace on the same server.
        wait: Lets so many seconds pass for the cache.
        too_large: A text that it does not keep.
        lose: Lets the server answer no more; it goes on to hold what it does.
        find: Lets it answer again.
    """

    cache: SharedCache
    other: SharedCache
    neighbour: SharedCache
    wait: Callable[[float], Awaitable[None]]
    too_large: str
    lose: Callable[[], None]
    find: Callable[[], None]


@pytest.mark.asyncio
class SharedCacheContract:
    """The laws of `SharedCache` that are not those of `Cache`. Derive it, and give the fixture `opener`."""

    @pytest.fixture
    def opener(self) -> Opener[OpenedSharedCache]:
        """Open an empty cache."""
        return missing(self)

    async def test_a_hash_is_kept_whole(self, opener: Opener[OpenedSharedCache]) -> None:
        """At both ends, for its time; a later one leaves no field of it; what cannot be one leaves it as it is."""
        async with opener() as opened:
            ends = opened.cache, opened.other
            fields = {"": "", "a": "1", "안녕": "😀\r\n\x00", '"}': "*"}
            await opened.cache.set_hash(key="a", fields={"gone": "1"}, ttl=TTL)
            await opened.other.set_hash(key="a", fields=fields, ttl=10)
            for end in ends:
                assert fields == await end.get_hash(key="a")
                assert {} == await end.get_hash(key="b")
            for refused in {}, {"a": opened.too_large}:
                with pytest.raises(NotCacheableError):
                    await opened.cache.set_hash(key="a", fields=refused, ttl=TTL)
            assert fields == await opened.cache.get_hash(key="a")
            await opened.wait(11)
            assert [{}, {}] == [await end.get_hash(key="a") for end in ends]

            await opened.cache.set(key="a", value="text", as_=str, lifespan=LIFE)
            for end in ends:
                with pytest.raises(NotAHashError):
                    await end.get_hash(key="a")
            await opened.cache.set_hash(key="a", fields={"a": "1"}, ttl=TTL)
            assert {"a": "1"} == await opened.other.get_hash(key="a")

    async def test_a_hash_is_a_miss_elsewhere(self, opener: Opener[OpenedSharedCache]) -> None:
        """Whoever asks for a value, or counts, does not find it, and it stays as it is."""
        async with opener() as opened:
            await opened.cache.set_hash(key="a", fields={"a": "1"}, ttl=TTL)
            for kind in str, int, tuple[str, ...], dict[str, str]:
                assert MISSING is await opened.cache.get(key="a", as_=kind)
            with pytest.raises(NotACounterError):
                await opened.other.increment(key="a", ttl=TTL)
            assert {"a": "1"} == await opened.other.get_hash(key="a")

    async def test_patterns_are_globs_of_whole_keys(self, opener: Opener[OpenedSharedCache]) -> None:
        """They find each key once, by name, whatever is in it: of this namespace only, and none that is too long."""
        async with opener() as opened:
            findable = sorted(key for key in HOSTILE if len(key.encode(errors="surrogatepass")) <= PATTERN_KEY_OCTETS)
            for key in HOSTILE:
                await opened.cache.set(key=key, value="text", as_=str, lifespan=LIFE)
                await opened.neighbour.set(key=f"{key}'s", value="text", as_=str, lifespan=LIFE)

            async def found(pattern: str, limit: int = 100) -> tuple[str, ...]:
                return await opened.other.get_keys_by_pattern(pattern=pattern, limit=limit)

            assert tuple(findable) == await found("*")
            assert tuple(findable[:3]) == await found("*", limit=3)
            assert tuple(key for key in findable if len(key) == 1) == await found("?")
            assert ("A", "a") == await found("[aA]")
            assert ("?",) == await found("\\?")
            assert ("\\*",) == await found("\\\\\\*")
            assert ("[a]",) == await found("\\[a]")
            for key in findable:
                assert (key,) == await found("".join(f"\\{character}" for character in key))

    async def test_a_ttl_counts_down(self, opener: Opener[OpenedSharedCache]) -> None:
        """From what it was set for to nothing, of whatever is there."""
        async with opener() as opened:
            await opened.cache.set(key="a", value="text", as_=str, lifespan=Lifespan(ttl=60))
            await opened.cache.increment(key="b", ttl=60)
            await opened.cache.set_hash(key="c", fields={"a": "1"}, ttl=60)
            for passed in 0, 20, 20:
                await opened.wait(passed)
            for key in "a", "b", "c":
                for end in opened.cache, opened.other:
                    left = await end.get_ttl(key=key)
                    assert left is not None
                    assert 0 < left <= 20
            await opened.wait(20)
            assert [None] * 4 == [await opened.other.get_ttl(key=key) for key in "abcd"]

    async def test_set_with_expiry_tells(self, opener: Opener[OpenedSharedCache]) -> None:
        """What it returns from is there until its time has passed; what cannot be kept leaves nothing."""
        async with opener() as opened:
            await opened.cache.set_with_expiry(key="a", value="text", as_=str, ttl=10)
            await opened.cache.set_with_expiry(key="b", value=None, as_=str, ttl=10)
            assert {"a": "text", "b": None} == await opened.other.get_many(keys=("a", "b"), as_=str)
            with pytest.raises(NotCacheableError):
                await opened.cache.set_with_expiry(key="a", value=opened.too_large, as_=str, ttl=10)
            assert {"b": None} == await opened.other.get_many(keys=("a", "b"), as_=str)
            await opened.wait(11)
            assert MISSING is await opened.other.get(key="b", as_=str)

    async def test_what_could_not_be_forgotten_is_owed(self, opener: Opener[OpenedSharedCache]) -> None:
        """By key, by tag or all: values, counters, hashes and loads under way are told no more, at either end."""
        for keys, tags in (("a", "n", "h", "l"), ()), (("n", "h"), ("tag",)), ((), ()):
            async with opener() as opened:
                cache, source = opened.cache, Source("old")
                await cache.set(key="a", value="old", as_=str, lifespan=LIFE, tags=("tag",))
                await cache.increment(key="n", by=7, ttl=TTL)
                await cache.set_hash(key="h", fields={"a": "old"}, ttl=TTL)
                source.hold()
                loading = asyncio.create_task(
                    cache.get_or_load(key="l", as_=str, load=source.load, lifespan=LIFE, tags=("tag",))
                )
                await source.begun()
                opened.lose()
                with pytest.raises(UnavailableError):
                    await (cache.invalidate(keys=keys, tags=tags) if keys else cache.clear())
                assert MISSING is await cache.get(key="a", as_=str)
                opened.find()
                assert await cache.reconnect()
                source.release()
                await loading
                assert {} == await cache.get_many(keys=("a", "l"), as_=str)
                assert {} == await opened.other.get_many(keys=("a", "l"), as_=str)
                assert {} == await opened.other.get_hash(key="h")
                assert 1 == await opened.other.increment(key="n", ttl=TTL)

                await opened.other.set(key="a", value="new", as_=str, lifespan=LIFE, tags=("tag",))
                assert "new" == await cache.get(key="a", as_=str)

    async def test_a_lost_server_is_told(self, opener: Opener[OpenedSharedCache]) -> None:
        """By every operation of this port, and as often as it is asked; after `reconnect` they all work."""
        async with opener() as opened:
            cache = opened.cache
            operations: tuple[Callable[[], Awaitable[object]], ...] = (
                lambda: cache.set_hash(key="a", fields={"a": "1"}, ttl=TTL),
                lambda: cache.get_hash(key="a"),
                lambda: cache.get_keys_by_pattern(pattern="*", limit=1),
                lambda: cache.get_ttl(key="a"),
                lambda: cache.set_with_expiry(key="b", value="text", as_=str, ttl=TTL),
            )
            assert await cache.is_connected()
            opened.lose()
            for operation in operations * 2:
                with pytest.raises(UnavailableError):
                    await operation()
                assert not await cache.is_connected()
            assert not await cache.reconnect()
            opened.find()
            assert await cache.reconnect()
            assert await cache.is_connected()
            for operation in operations:
                await operation()
