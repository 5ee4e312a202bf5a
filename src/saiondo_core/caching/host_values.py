"""What a host keeps in the cache for itself: apart from the library's own, whatever its keys are."""

from collections.abc import Awaitable, Callable, Collection
from typing import ClassVar, TypeVar

from attrs import frozen

from saiondo_core.caching.keys import host_key
from saiondo_core.caching.managing import require_management
from saiondo_core.caching.model import CachePolicy, Lifespan, Missing
from saiondo_core.caching.ports import Cache
from saiondo_core.kernel.policies import CACHE_MANAGE, Policy
from saiondo_core.kernel.rights import UseCase

T = TypeVar("T")
Lasting = float | Lifespan | None
"""How long something is kept: seconds, all there is to say of it, or as long as the settings say."""


def lifespan_of(ttl: Lasting, times: CachePolicy) -> Lifespan:
    """What *ttl* stands for.

    Raises:
        InvalidInputError: It is not above 0.
    """
    return ttl if isinstance(ttl, Lifespan) else times.lasting(times.ttl if ttl is None else ttl)


def _tags(tags: Collection[str]) -> tuple[str, ...]:
    return tuple(host_key(tag) for tag in tags)


@frozen(kw_only=True)
class GetCachedUseCase(UseCase):
    """Look up something of the host's own."""

    policy: ClassVar[Policy] = CACHE_MANAGE
    cache: Cache

    async def execute(self, key: str, *, as_: type[T]) -> T | Missing | None:
        """Give what is kept under *key*, if it was kept as *as_*.

        Returns:
            The value; None where None was kept, and `MISSING` where nothing is there.

        Raises:
            NotOpenError: The factory is not open.
            AccessDeniedError: The acting user may not manage the cache.
        """
        await require_management(self.acting, self.policy)
        return await self.cache.get(key=host_key(key), as_=as_)

    __call__ = execute


@frozen(kw_only=True)
class SetCachedUseCase(UseCase):
    """Keep something of the host's own."""

    policy: ClassVar[Policy] = CACHE_MANAGE
    cache: Cache
    times: CachePolicy

    async def execute(
        self, key: str, value: T | None, *, as_: type[T], ttl: Lasting = None, tags: Collection[str] = ()
    ) -> bool:
        """Keep *value* under *key*, for *ttl* seconds, or as long as the settings say.

        Args:
            key: Any text.
            value: A user, a channel, a message, a text, a number, or a tuple of such; None for "there is none".
            as_: Of which kind it is: whoever asks for another does not find it.
            ttl: How long.
            tags: What it can be deleted by, besides its key.

        Returns:
            Whether it is kept. A cache that is down, or in which there is no room for it, does not.

        Raises:
            NotOpenError: The factory is not open.
            AccessDeniedError: The acting user may not manage the cache.
            InvalidInputError: *ttl* is not above 0.
            NotCacheableError: *as_* is a kind of this library's that is not cached, such as a role.
        """
        await require_management(self.acting, self.policy)
        life = lifespan_of(ttl, self.times)
        return await self.cache.set(key=host_key(key), value=value, as_=as_, lifespan=life, tags=_tags(tags))

    __call__ = execute


@frozen(kw_only=True)
class DeleteCachedUseCase(UseCase):
    """Forget something of the host's own."""

    policy: ClassVar[Policy] = CACHE_MANAGE
    cache: Cache

    async def execute(self, *keys: str, tags: Collection[str] = ()) -> None:
        """Forget what is kept under *keys*, and what bears one of *tags*; nothing older is told once this returns.

        Raises:
            NotOpenError: The factory is not open.
            AccessDeniedError: The acting user may not manage the cache.
            UnavailableError: It is not known whether it was forgotten.
        """
        await require_management(self.acting, self.policy)
        await self.cache.invalidate(keys=_tags(keys), tags=_tags(tags))

    __call__ = execute


@frozen(kw_only=True)
class GetOrLoadUseCase(UseCase):
    """Look up something of the host's own, or load it."""

    policy: ClassVar[Policy] = CACHE_MANAGE
    cache: Cache
    times: CachePolicy

    async def execute(
        self,
        key: str,
        load: Callable[[], Awaitable[T | None]],
        *,
        as_: type[T],
        ttl: Lasting = None,
        tags: Collection[str] = (),
    ) -> T | None:
        """Give what is kept under *key*, or else what *load* gives, which is kept then, None too.

        However many ask at once, it is loaded once in this process. What it gives is not kept if the key, or one of
        *tags*, was deleted since it began.

        Raises:
            NotOpenError: The factory is not open.
            AccessDeniedError: The acting user may not manage the cache.
            InvalidInputError: *ttl* is not above 0.
            NotCacheableError: *as_* is a kind of this library's that is not cached, such as a role.
            BaseException: Whatever *load* raises.
        """
        await require_management(self.acting, self.policy)
        life = lifespan_of(ttl, self.times)
        return await self.cache.get_or_load(key=host_key(key), as_=as_, load=load, lifespan=life, tags=_tags(tags))

    __call__ = execute


@frozen(kw_only=True)
class IncrementCachedUseCase(UseCase):
    """Count something of the host's own."""

    policy: ClassVar[Policy] = CACHE_MANAGE
    cache: Cache
    times: CachePolicy

    async def execute(self, key: str, by: int = 1, *, ttl: float | None = None) -> int:
        """Raise the counter under *key*, which begins at 0 and lasts for *ttl* seconds from its beginning.

        Returns:
            What it is now.

        Raises:
            NotOpenError: The factory is not open.
            AccessDeniedError: The acting user may not manage the cache.
            InvalidInputError: *ttl* is not above 0, or the counter would leave the range of 64 bits.
            NotACounterError: Something else is kept under *key*.
            UnavailableError: It is not known whether it was raised.
        """
        await require_management(self.acting, self.policy)
        return await self.cache.increment(key=host_key(key), by=by, ttl=lifespan_of(ttl, self.times).ttl)

    __call__ = execute
