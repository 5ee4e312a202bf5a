"""The cache, as one piece."""

from collections.abc import Awaitable, Callable, Collection
from typing import ParamSpec, TypeVar

from attrs import frozen

from saiondo_core.caching.cached import Cached, CallKey
from saiondo_core.caching.get_cache_stats import ClearCacheUseCase, GetCacheStatsUseCase
from saiondo_core.caching.get_channel_with_cache import GetChannelWithCacheUseCase
from saiondo_core.caching.get_messages_with_cache import GetMessagesWithCacheUseCase
from saiondo_core.caching.get_user_with_cache import BatchGetUsersUseCase, GetUserWithCacheUseCase
from saiondo_core.caching.host_values import (
    DeleteCachedUseCase,
    GetCachedUseCase,
    GetOrLoadUseCase,
    IncrementCachedUseCase,
    Lasting,
    SetCachedUseCase,
)
from saiondo_core.caching.invalidate_cache import (
    InvalidateChannelCacheUseCase,
    InvalidateMessageCachesUseCase,
    InvalidateUserCacheUseCase,
)
from saiondo_core.caching.warm_up_cache import WarmupCacheUseCase

P = ParamSpec("P")
T = TypeVar("T")


@frozen(kw_only=True)
class CacheUseCase:
    """Users, channels and messages without asking the store each time, and a place for what the host keeps."""

    get_user_with_cache: GetUserWithCacheUseCase
    get_channel_with_cache: GetChannelWithCacheUseCase
    get_messages_with_cache: GetMessagesWithCacheUseCase
    batch_get_users: BatchGetUsersUseCase
    invalidate_user_cache: InvalidateUserCacheUseCase
    invalidate_channel_cache: InvalidateChannelCacheUseCase
    invalidate_message_caches: InvalidateMessageCachesUseCase
    warmup_cache: WarmupCacheUseCase
    get_cache_stats: GetCacheStatsUseCase
    clear_cache: ClearCacheUseCase
    get: GetCachedUseCase
    set: SetCachedUseCase
    delete: DeleteCachedUseCase
    get_or_load: GetOrLoadUseCase
    increment: IncrementCachedUseCase

    def cached(
        self, *, as_: type[T], ttl: Lasting = None, tags: Collection[str] = (), name: str | None = None
    ) -> Callable[[Callable[P, Awaitable[T | None]]], Cached[P, T]]:
        """Cache what a function gives, by its arguments: a decorator.

        They are texts, numbers, truths or None. The signature is read once, when the function is decorated. The result
        is called as the function is, and has `invalidate(...)`, which takes the same arguments.

        Args:
            as_: Of which kind the results are; None, for "there is none", is cached too.
            ttl: How long they are kept: seconds, a `Lifespan`, or as long as the settings say.
            tags: What all of them can be deleted by, with `delete(tags=...)`.
            name: What they are kept under, in place of the function's qualified name. A function that was made inside
                another needs one: all that are made there are called the same, and would share their results.

        Raises:
            InvalidInputError: The function takes any number of arguments, or needs a name; or, when it is called, one
                of them is of another kind.
        """

        def decorate(function: Callable[P, Awaitable[T | None]]) -> Cached[P, T]:
            return Cached(function, as_, ttl, tags, self.get_or_load, self.delete, CallKey.of(function, name))

        return decorate
