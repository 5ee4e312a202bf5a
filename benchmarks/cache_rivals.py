"""Other caches in memory, each with a TTL and room for the same entries, as its own documentation shows it."""

import asyncio
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Protocol

import aiocache
import cachetools
import moka_py
import theine
from attrs import define, field
from cashews import Cache as Cashews
from dogpile.cache import make_region
from dogpile.cache.api import NO_VALUE

TTL = 300.0
TTL_DELTA = timedelta(seconds=TTL)
Load = Callable[[], Awaitable[object]]


class Rival(Protocol):
    """A cache as an application of asyncio uses it: what does not wait is called in an async function, as ours is."""

    @abstractmethod
    async def get(self, *, key: str) -> object:
        """What is there."""

    @abstractmethod
    async def set(self, *, key: str, value: object) -> None:
        """Keep a value."""

    @abstractmethod
    async def get_or_load(self, *, key: str, load: Load) -> object:
        """What is there, or is loaded, as the library offers it, or by a look, a load and a set."""


@define(eq=False)
class Looks(Rival):
    """A cache that leaves loading to its caller."""

    async def get_or_load(self, *, key: str, load: Load) -> object:
        """See `Rival`."""
        value = await self.get(key=key)
        if value is None:
            value = await load()
            await self.set(key=key, value=value)
        return value


@define(eq=False)
class Cachetools(Looks):
    """`TTLCache`: least recently used, with a TTL for all."""

    most: int
    cache: cachetools.TTLCache = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Make it."""
        self.cache = cachetools.TTLCache(self.most, TTL)

    async def get(self, *, key: str) -> object:
        """See `Rival`."""
        return self.cache.get(key)

    async def set(self, *, key: str, value: object) -> None:
        """See `Rival`."""
        self.cache[key] = value


@define(eq=False)
class Moka(Looks):
    """Moka, written in Rust, with a TTL for all."""

    most: int
    cache: moka_py.Moka = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Make it."""
        self.cache = moka_py.Moka(self.most, ttl=TTL)

    async def get(self, *, key: str) -> object:
        """See `Rival`."""
        return self.cache.get(key)

    async def set(self, *, key: str, value: object) -> None:
        """See `Rival`."""
        self.cache.set(key, value)


@define(eq=False)
class Theine(Looks):
    """Theine, W-TinyLFU, with a TTL for each entry."""

    most: int
    cache: theine.Cache = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Make it."""
        self.cache = theine.Cache(self.most)

    async def get(self, *, key: str) -> object:
        """See `Rival`."""
        return self.cache.get(key)[0]

    async def set(self, *, key: str, value: object) -> None:
        """See `Rival`."""
        self.cache.set(key, value, TTL_DELTA)


@define(eq=False)
class CashewsMemory(Rival):
    """cashews on `mem://`, with its lock against stampedes."""

    most: int
    cache: Cashews = field(factory=Cashews, init=False)

    def __attrs_post_init__(self) -> None:
        """Make it."""
        self.cache.setup(f"mem://?size={self.most}&check_interval=60")

    async def get(self, *, key: str) -> object:
        """See `Rival`."""
        return await self.cache.get(key)

    async def set(self, *, key: str, value: object) -> None:
        """See `Rival`."""
        await self.cache.set(key, value, expire=TTL)

    async def get_or_load(self, *, key: str, load: Load) -> object:
        """See `Rival`; its lock is taken where nothing is there."""
        value = await self.cache.get(key)
        if value is None:
            async with self.cache.lock(f"lock:{key}", expire=10):
                value = await self.cache.get(key)
                if value is None:
                    value = await load()
                    await self.cache.set(key, value, expire=TTL)
        return value


@define(eq=False)
class Aiocache(Looks):
    """aiocache's memory cache: a timer for each entry, and no bound."""

    cache: aiocache.SimpleMemoryCache = field(factory=aiocache.SimpleMemoryCache, init=False)

    async def get(self, *, key: str) -> object:
        """See `Rival`."""
        return await self.cache.get(key)

    async def set(self, *, key: str, value: object) -> None:
        """See `Rival`."""
        await self.cache.set(key, value, ttl=TTL)


@define(eq=False)
class Dogpile(Looks):
    """dogpile.cache on its memory backend, without a bound: it has no async functions."""

    region: object = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Make it."""
        self.region = make_region().configure("dogpile.cache.memory", expiration_time=TTL)

    async def get(self, *, key: str) -> object:
        """See `Rival`."""
        value = self.region.get(key)
        return None if value is NO_VALUE else value

    async def set(self, *, key: str, value: object) -> None:
        """See `Rival`."""
        self.region.set(key, value)


def rivals(most: int) -> dict[str, Rival]:
    """Each of them, empty, with room for *most*."""
    return {
        "moka-py": Moka(most),
        "cachetools TTLCache": Cachetools(most),
        "theine": Theine(most),
        "cashews": CashewsMemory(most),
        "aiocache": Aiocache(),
        "dogpile.cache": Dogpile(),
    }


async def stampeded(cache: Rival, callers: int) -> int:
    """How often so many *callers* at once load what is not there, where a load takes a turn of the loop."""
    loads = 0

    async def load() -> object:
        nonlocal loads
        loads += 1
        await asyncio.sleep(0.01)
        return loads

    await asyncio.gather(*(cache.get_or_load(key="stampede", load=load) for _ in range(callers)))
    return loads


def told(loads: Sequence[tuple[str, int]]) -> str:
    """How often each has loaded."""
    return ", ".join(f"{name} {count:,}" for name, count in loads)
