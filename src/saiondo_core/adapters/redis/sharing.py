"""What only a cache on a server offers: hashes, patterns, remaining times, and whether the server is there."""

from collections.abc import Mapping
from heapq import nsmallest
from typing import TypeVar

from attrs import define, field

from saiondo_core.adapters.redis.keys import matcher
from saiondo_core.adapters.redis.leasing import LeasedLoads
from saiondo_core.adapters.redis.records import HASH, Record, hash_body, hash_of
from saiondo_core.adapters.redis.store import Written
from saiondo_core.caching.errors import NotAHashError, NotCacheableError
from saiondo_core.caching.model import Lifespan
from saiondo_core.caching.ports import SharedCache
from saiondo_core.kernel.errors import UnavailableError

T = TypeVar("T")


@define(eq=False, repr=False)
class SharedOperations(SharedCache):
    """Those operations of a shared cache that have an outcome which matters: they raise where Redis does not answer."""

    _loads: LeasedLoads = field(init=False)

    async def set_hash(self, *, key: str, fields: Mapping[str, str], ttl: float) -> None:
        """See `SharedCache.set_hash`."""
        body = hash_body(fields)
        if not fields or len(body) > self._loads.value_octets:
            raise NotCacheableError(field="fields")
        await self._loads.store.put(key, Written(HASH, body), Lifespan(ttl=ttl))

    async def get_hash(self, *, key: str) -> Mapping[str, str]:
        """See `SharedCache.get_hash`."""
        record = await self._present(key)
        if record is None:
            return {}
        if record.kind != HASH:
            raise NotAHashError
        return hash_of(record)

    async def get_keys_by_pattern(self, *, pattern: str, limit: int) -> tuple[str, ...]:
        """See `SharedCache.get_keys_by_pattern`."""
        keys, matches = self._loads.store.keys, matcher(pattern).fullmatch
        found = set[str]()
        async for names in self._loads.store.scanned(keys.values):
            told = (keys.key(name.decode(errors="replace")) for name in names)
            found.update(key for key in told if key is not None and matches(key))
        return tuple(nsmallest(limit, found))

    async def get_ttl(self, *, key: str) -> float | None:
        """See `SharedCache.get_ttl`."""
        record = await self._present(key)
        return None if record is None else (record.until - self._loads.store.now()) / 1000

    async def set_with_expiry(self, *, key: str, value: T | None, as_: type[T], ttl: float) -> None:
        """See `SharedCache.set_with_expiry`."""
        written = self._loads.written(value, as_)
        if written.body is None:
            await self._loads.store.forget((key,))
            raise NotCacheableError
        await self._loads.store.put(key, written, Lifespan(ttl=ttl, missing_ttl=ttl))

    async def is_connected(self) -> bool:
        """See `SharedCache.is_connected`."""
        try:
            await self._loads.store.link.ping()
        except UnavailableError:
            return False
        return True

    async def reconnect(self) -> bool:
        """See `SharedCache.reconnect`."""
        try:
            await self._loads.store.link.reconnect()
        except UnavailableError:
            return False
        return True

    async def _present(self, key: str) -> Record | None:
        record = (await self._loads.store.read((key,))).get(key)
        return record if record is not None and self._loads.store.now() < record.until else None
