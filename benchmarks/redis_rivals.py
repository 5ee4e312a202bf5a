"""The rivals of our cache on Redis, with users as they keep them."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Protocol

import aiocache
import orjson
from aiocache.serializers import NullSerializer
from attrs import frozen
from cashews import Cache
from coredis import Redis as CoRedis
from coredis.patterns.cache import LRUCache
from redis.asyncio import BlockingConnectionPool, Redis

HOST = "127.0.0.1"


class Rival(Protocol):
    """What a rival can do; values are JSON, as far as it lets us choose."""

    async def get(self, key: str) -> object:
        """One value."""

    async def get_many(self, keys: Sequence[str]) -> object:
        """Many values, in one round trip."""

    async def set(self, key: str, value: bytes) -> None:
        """Keep *value*, JSON."""


@frozen
class Raw(Rival):
    """redis-py and orjson: the least that does the same."""

    client: Redis

    async def get(self, key: str) -> object:
        """One value."""
        return orjson.loads(await self.client.get(key))

    async def get_many(self, keys: Sequence[str]) -> list[object]:
        """Many values."""
        return [orjson.loads(value) for value in await self.client.mget(keys)]

    async def set(self, key: str, value: bytes) -> None:
        """Keep *value*, JSON."""
        await self.client.set(key, value)


@frozen
class AioCache(Rival):
    """aiocache, whose values we decode with orjson, as it does with its slower codec."""

    cache: aiocache.RedisCache

    async def get(self, key: str) -> object:
        """One value."""
        return orjson.loads(await self.cache.get(key))

    async def get_many(self, keys: Sequence[str]) -> list[object]:
        """Many values."""
        return [orjson.loads(value) for value in await self.cache.multi_get(keys)]

    async def set(self, key: str, value: bytes) -> None:
        """Keep *value*, JSON."""
        await self.cache.set(key, value)


@frozen
class Cashews(Rival):
    """cashews, with the pickles it makes, among its own keys."""

    cache: Cache

    async def get(self, key: str) -> object:
        """One value."""
        return await self.cache.get(f"c:{key}")

    async def get_many(self, keys: Sequence[str]) -> object:
        """Many values."""
        return await self.cache.get_many(*(f"c:{key}" for key in keys))

    async def set(self, key: str, value: bytes) -> None:
        """Keep *value*, JSON."""
        await self.cache.set(f"c:{key}", orjson.loads(value))


@asynccontextmanager
async def open_rivals(port: int, values: dict[str, bytes]) -> AsyncGenerator[dict[str, Rival]]:
    """Open all of them on the server at *port*, in which *values* lie; coredis with and without its near cache."""
    async with AsyncExitStack() as opened:
        raw = Redis(connection_pool=BlockingConnectionPool(host=HOST, port=port, max_connections=50))
        opened.push_async_callback(raw.aclose)
        await raw.mset(values)
        co = await opened.enter_async_context(CoRedis(host=HOST, port=port))
        near = await opened.enter_async_context(CoRedis(host=HOST, port=port, cache=LRUCache()))
        aio = aiocache.RedisCache(endpoint=HOST, port=port, serializer=NullSerializer(encoding=None))
        opened.push_async_callback(aio.close)
        cashews = Cache()
        cashews.setup(f"redis://{HOST}:{port}")
        opened.push_async_callback(cashews.close)
        theirs = Cashews(cashews)
        for key, value in values.items():
            await theirs.set(key, value)
        yield {
            "redis-py + orjson": Raw(raw),
            "coredis": Raw(co),
            "coredis, near": Raw(near),
            "aiocache": AioCache(aio),
            "cashews": theirs,
        }
