"""The cache that several processes share, as one piece."""

from attrs import frozen

from saiondo_core.caching.cache_use_case import CacheUseCase
from saiondo_core.caching.get_cache_stats import ClearCacheUseCase
from saiondo_core.caching.host_values import IncrementCachedUseCase
from saiondo_core.caching.shared_values import (
    GetHashUseCase,
    GetKeysByPatternUseCase,
    GetTtlUseCase,
    IsConnectedUseCase,
    ReconnectUseCase,
    SetHashUseCase,
    SetWithExpiryUseCase,
)


@frozen(kw_only=True)
class RedisCacheUseCase(CacheUseCase):
    """What `CacheUseCase` does, in Redis, and what only a server can do.

    Where the server does not answer, reads ask the store; counters, hashes and times raise `UnavailableError`.
    """

    flush_cache: ClearCacheUseCase
    increment_counter: IncrementCachedUseCase
    set_with_expiry: SetWithExpiryUseCase
    get_ttl: GetTtlUseCase
    set_hash: SetHashUseCase
    get_hash: GetHashUseCase
    get_keys_by_pattern: GetKeysByPatternUseCase
    is_connected: IsConnectedUseCase
    reconnect: ReconnectUseCase
