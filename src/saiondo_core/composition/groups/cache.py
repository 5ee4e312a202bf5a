"""The group `cache`: what was read lately, in this process or in Redis."""

from typing import TypedDict

from attrs import field, frozen

from saiondo_core.caching.cache_use_case import CacheUseCase
from saiondo_core.caching.get_cache_stats import ClearCacheUseCase, GetCacheStatsUseCase
from saiondo_core.caching.get_channel_with_cache import GetChannelWithCacheUseCase
from saiondo_core.caching.get_messages_with_cache import GetMessagesWithCacheUseCase
from saiondo_core.caching.get_user_with_cache import BatchGetUsersUseCase, GetUserWithCacheUseCase
from saiondo_core.caching.host_values import (
    DeleteCachedUseCase,
    GetCachedUseCase,
    GetOrLoadUseCase,
    IncrementCachedUseCase,
    SetCachedUseCase,
)
from saiondo_core.caching.invalidate_cache import (
    InvalidateChannelCacheUseCase,
    InvalidateMessageCachesUseCase,
    InvalidateUserCacheUseCase,
)
from saiondo_core.caching.model import CachePolicy
from saiondo_core.caching.ports import Cache
from saiondo_core.caching.reading import CachedReads
from saiondo_core.caching.redis_cache_use_case import RedisCacheUseCase
from saiondo_core.caching.shared_values import (
    GetHashUseCase,
    GetKeysByPatternUseCase,
    GetTtlUseCase,
    IsConnectedUseCase,
    ReconnectUseCase,
    SetHashUseCase,
    SetWithExpiryUseCase,
)
from saiondo_core.caching.warm_up_cache import WarmupCacheUseCase
from saiondo_core.composition.caches import Caches
from saiondo_core.composition.errors import NoSharedCacheError
from saiondo_core.composition.ports import Ports
from saiondo_core.kernel.rights import Acting


@frozen(kw_only=True)
class CacheGroup:
    """What was read lately: `cache` in the nearest place, `redis` in the one that all processes share."""

    cache: CacheUseCase
    _redis: RedisCacheUseCase | None = field(alias="redis")

    @property
    def redis(self) -> RedisCacheUseCase:
        """The cache that several processes share.

        Raises:
            NoSharedCacheError: Neither the settings nor the ports have one.
        """
        if self._redis is None:
            raise NoSharedCacheError
        return self._redis


class _Operations(TypedDict):
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


def make_cache_group(ports: Ports, acting: Acting, times: CachePolicy, caches: Caches) -> CacheGroup:
    """The group over *ports*, for whoever *acting* says."""
    shared = ports.shared_cache
    redis = None
    if shared is not None:
        redis = RedisCacheUseCase(
            **_operations(ports, acting, times, shared, caches),
            flush_cache=ClearCacheUseCase(acting=acting, cache=shared),
            increment_counter=IncrementCachedUseCase(acting=acting, cache=shared, times=times),
            set_with_expiry=SetWithExpiryUseCase(acting=acting, cache=shared, times=times),
            get_ttl=GetTtlUseCase(acting=acting, cache=shared),
            set_hash=SetHashUseCase(acting=acting, cache=shared, times=times),
            get_hash=GetHashUseCase(acting=acting, cache=shared),
            get_keys_by_pattern=GetKeysByPatternUseCase(acting=acting, cache=shared),
            is_connected=IsConnectedUseCase(acting=acting, cache=shared),
            reconnect=ReconnectUseCase(acting=acting, cache=shared),
        )
    return CacheGroup(cache=CacheUseCase(**_operations(ports, acting, times, ports.cache, caches)), redis=redis)


def _operations(ports: Ports, acting: Acting, times: CachePolicy, cache: Cache, caches: Caches) -> _Operations:
    incarnation = caches.incarnation(cache)
    reads = CachedReads(
        cache=cache,
        users=ports.users,
        channels=ports.channels,
        messages=ports.messages,
        entities=times.lasting(times.ttl),
        pages=times.lasting(times.messages_ttl),
        hearing=caches.hearing(cache),
        incarnation=incarnation,
    )
    return {
        "get_user_with_cache": GetUserWithCacheUseCase(acting=acting, reads=reads),
        "get_channel_with_cache": GetChannelWithCacheUseCase(acting=acting, reads=reads),
        "get_messages_with_cache": GetMessagesWithCacheUseCase(acting=acting, reads=reads),
        "batch_get_users": BatchGetUsersUseCase(acting=acting, reads=reads),
        "invalidate_user_cache": InvalidateUserCacheUseCase(acting=acting, cache=cache, incarnation=incarnation),
        "invalidate_channel_cache": InvalidateChannelCacheUseCase(acting=acting, cache=cache, incarnation=incarnation),
        "invalidate_message_caches": InvalidateMessageCachesUseCase(
            acting=acting, cache=cache, incarnation=incarnation
        ),
        "warmup_cache": WarmupCacheUseCase(acting=acting, reads=reads),
        "get_cache_stats": GetCacheStatsUseCase(acting=acting, cache=cache),
        "clear_cache": ClearCacheUseCase(acting=acting, cache=cache),
        "get": GetCachedUseCase(acting=acting, cache=cache),
        "set": SetCachedUseCase(acting=acting, cache=cache, times=times),
        "delete": DeleteCachedUseCase(acting=acting, cache=cache),
        "get_or_load": GetOrLoadUseCase(acting=acting, cache=cache, times=times),
        "increment": IncrementCachedUseCase(acting=acting, cache=cache, times=times),
    }
