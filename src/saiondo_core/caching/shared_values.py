"""What a host keeps in the cache that several processes share, and cannot in a process's own."""

from collections.abc import Mapping
from typing import ClassVar, TypeVar

from attrs import frozen

from saiondo_core.caching.host_values import lifespan_of
from saiondo_core.caching.keys import HOST_PREFIX, host_key
from saiondo_core.caching.managing import require_management
from saiondo_core.caching.model import CachePolicy
from saiondo_core.caching.ports import PATTERN_KEY_OCTETS, SharedCache
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.paging import checked_limit
from saiondo_core.kernel.policies import CACHE_MANAGE, Policy
from saiondo_core.kernel.rights import UseCase

T = TypeVar("T")
KEYS_MOST = 10_000
"""How many keys one call may ask for."""

PATTERN_MOST = 2 * PATTERN_KEY_OCTETS
"""How many characters a pattern may have: as many as the longest key that is found, a backslash before each."""


@frozen(kw_only=True)
class SetHashUseCase(UseCase):
    """Keep a hash of the host's own."""

    policy: ClassVar[Policy] = CACHE_MANAGE
    cache: SharedCache
    times: CachePolicy

    async def execute(self, key: str, fields: Mapping[str, str], *, ttl: float | None = None) -> None:
        """Keep *fields*, all of them and no others, under *key* for *ttl* seconds, or as long as the settings say.

        Raises:
            NotOpenError: The factory is not open.
            AccessDeniedError: The acting user may not manage the cache.
            InvalidInputError: *ttl* is not above 0, there is no field, or the hash is too large.
            UnavailableError: It is not known whether it is kept.
        """
        await require_management(self.acting, self.policy)
        life = lifespan_of(ttl, self.times)
        await self.cache.set_hash(key=host_key(key), fields=fields, ttl=life.ttl)

    __call__ = execute


@frozen(kw_only=True)
class GetHashUseCase(UseCase):
    """Look up a hash of the host's own."""

    policy: ClassVar[Policy] = CACHE_MANAGE
    cache: SharedCache

    async def execute(self, key: str) -> Mapping[str, str]:
        """Give the fields kept under *key*; none where nothing is.

        Raises:
            NotOpenError: The factory is not open.
            AccessDeniedError: The acting user may not manage the cache.
            NotAHashError: Something else is kept there.
            UnavailableError: The server does not answer.
        """
        await require_management(self.acting, self.policy)
        return await self.cache.get_hash(key=host_key(key))

    __call__ = execute


@frozen(kw_only=True)
class GetKeysByPatternUseCase(UseCase):
    """Find keys of the host's own."""

    policy: ClassVar[Policy] = CACHE_MANAGE
    cache: SharedCache

    async def execute(self, pattern: str, *, limit: int = 1_000) -> tuple[str, ...]:
        """Give the keys that *pattern* matches from end to end: `*` is any text, `?` a character, `[ab]` one of them.

        Returns:
            The first *limit* of them by name, 1 to 10,000. The server is never held up: it is asked in small steps.

        Raises:
            NotOpenError: The factory is not open.
            AccessDeniedError: The acting user may not manage the cache.
            InvalidInputError: *limit* is not 1 to 10,000, or *pattern* has more than 1,024 characters.
            UnavailableError: The server does not answer.
        """
        await require_management(self.acting, self.policy)
        if len(pattern) > PATTERN_MOST:
            raise InvalidInputError(field="pattern", expected=f"at most {PATTERN_MOST:,} characters")
        checked_limit(limit, most=KEYS_MOST)
        found = await self.cache.get_keys_by_pattern(pattern=HOST_PREFIX + pattern, limit=limit)
        return tuple(key.removeprefix(HOST_PREFIX) for key in found)

    __call__ = execute


@frozen(kw_only=True)
class GetTtlUseCase(UseCase):
    """See how long something of the host's own is kept."""

    policy: ClassVar[Policy] = CACHE_MANAGE
    cache: SharedCache

    async def execute(self, key: str) -> float | None:
        """Give the seconds that what is kept under *key* has left; None where nothing is there.

        Raises:
            NotOpenError: The factory is not open.
            AccessDeniedError: The acting user may not manage the cache.
            UnavailableError: The server does not answer.
        """
        await require_management(self.acting, self.policy)
        return await self.cache.get_ttl(key=host_key(key))

    __call__ = execute


@frozen(kw_only=True)
class SetWithExpiryUseCase(UseCase):
    """Keep something of the host's own, and be sure of it."""

    policy: ClassVar[Policy] = CACHE_MANAGE
    cache: SharedCache
    times: CachePolicy

    async def execute(self, key: str, value: T | None, *, as_: type[T], ttl: float) -> None:
        """Keep *value* under *key* for *ttl* seconds. Other than `set`, it fails where it is not kept.

        Raises:
            NotOpenError: The factory is not open.
            AccessDeniedError: The acting user may not manage the cache.
            InvalidInputError: *ttl* is not above 0.
            NotCacheableError: *value* is too large, or is of a kind that cannot be written, or may not be cached.
            UnavailableError: It is not known whether it is kept.
        """
        await require_management(self.acting, self.policy)
        life = lifespan_of(ttl, self.times)
        await self.cache.set_with_expiry(key=host_key(key), value=value, as_=as_, ttl=life.ttl)

    __call__ = execute


@frozen(kw_only=True)
class IsConnectedUseCase(UseCase):
    """See whether the server answers."""

    policy: ClassVar[Policy] = CACHE_MANAGE
    cache: SharedCache

    async def execute(self) -> bool:
        """Whether the server of the cache answers now.

        Raises:
            NotOpenError: The factory is not open.
            AccessDeniedError: The acting user may not manage the cache.
        """
        await require_management(self.acting, self.policy)
        return await self.cache.is_connected()

    __call__ = execute


@frozen(kw_only=True)
class ReconnectUseCase(UseCase):
    """Begin anew with the server."""

    policy: ClassVar[Policy] = CACHE_MANAGE
    cache: SharedCache

    async def execute(self) -> bool:
        """Drop all connections to the server of the cache and connect again, without waiting for the next try.

        Returns:
            Whether it answers now.

        Raises:
            NotOpenError: The factory is not open.
            AccessDeniedError: The acting user may not manage the cache.
        """
        await require_management(self.acting, self.policy)
        return await self.cache.reconnect()

    __call__ = execute
