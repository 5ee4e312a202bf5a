"""See what the cache does, and clear it."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.caching.managing import require_management
from saiondo_core.caching.model import CacheStats
from saiondo_core.caching.ports import Cache
from saiondo_core.kernel.policies import CACHE_MANAGE, Policy
from saiondo_core.kernel.rights import UseCase


@frozen(kw_only=True)
class GetCacheStatsUseCase(UseCase):
    """See what the cache does."""

    policy: ClassVar[Policy] = CACHE_MANAGE
    cache: Cache

    async def execute(self) -> CacheStats:
        """Tell what this process has asked the cache, and what is in it.

        A cache on a server goes through all its keys to count them, 500 at a time; nobody else waits meanwhile.

        Raises:
            NotOpenError: The factory is not open.
            AccessDeniedError: The acting user may not manage the cache.
        """
        await require_management(self.acting, self.policy)
        return await self.cache.stats()

    __call__ = execute


@frozen(kw_only=True)
class ClearCacheUseCase(UseCase):
    """Clear the cache."""

    policy: ClassVar[Policy] = CACHE_MANAGE
    cache: Cache

    async def execute(self) -> None:
        """Forget everything that is cached in this namespace, what the host keeps there too.

        Raises:
            NotOpenError: The factory is not open.
            AccessDeniedError: The acting user may not manage the cache.
            UnavailableError: It is not known whether all was forgotten.
        """
        await require_management(self.acting, self.policy)
        await self.cache.clear()

    __call__ = execute
