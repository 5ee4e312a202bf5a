"""Redis fails in seventeen ways, and no read is any the worse for it."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import pytest

from saiondo_core.adapters.redis.cache import RedisCache
from saiondo_core.adapters.redis.settings import RedisSettings
from saiondo_core.caching.model import MISSING, Lifespan
from saiondo_core.kernel.errors import UnavailableError
from saiondo_core.testing.clocks import FrozenClock
from tests.adapters.redis.opened import Reports
from tests.adapters.redis.scripted_server import MISPLACED, Mode, ScriptedServer, patiently

LIFE = Lifespan(ttl=300.0)
COUNTED_AS = {mode: "garbage" if mode in MISPLACED else mode.split()[0].lower() for mode in Mode} | {
    Mode.REFUSED: "connection",
    Mode.BLACK_HOLE: "timeout",
    Mode.LATENCY: "timeout",
    Mode.RESET: "connection",
    Mode.HALF: "timeout",
    Mode.GARBAGE: "garbage",
}
UNKNOWN = {Mode.BLACK_HOLE, Mode.LATENCY, Mode.RESET, Mode.HALF, Mode.GARBAGE, *MISPLACED}
"""The modes in which a command may have been carried out."""


async def _load() -> str:
    return "true"


async def _load_many(keys: tuple[str, ...]) -> Mapping[str, str]:
    return dict.fromkeys(keys, "true")


READS: Mapping[str, tuple[Callable[[RedisCache], Awaitable[object]], object]] = {
    "get": (lambda cache: cache.get(key="a", as_=str), MISSING),
    "get_many": (lambda cache: cache.get_many(keys=("a", "b"), as_=str), {}),
    "get_or_load": (lambda cache: cache.get_or_load(key="a", as_=str, load=_load, lifespan=LIFE, tags=("t",)), "true"),
    "get_or_load_many": (
        lambda cache: cache.get_or_load_many(keys=("a", "b"), as_=str, load=_load_many, lifespan=LIFE),
        {"a": "true", "b": "true"},
    ),
    "set": (lambda cache: cache.set(key="a", value="A", as_=str, lifespan=LIFE), False),
}
OTHERS: Mapping[str, Callable[[RedisCache], Awaitable[object]]] = {
    "increment": lambda cache: cache.increment(key="a", ttl=300.0),
    "set_hash": lambda cache: cache.set_hash(key="a", fields={"a": "b"}, ttl=300.0),
    "get_hash": lambda cache: cache.get_hash(key="a"),
    "get_ttl": lambda cache: cache.get_ttl(key="a"),
    "set_with_expiry": lambda cache: cache.set_with_expiry(key="a", value="A", as_=str, ttl=300.0),
    "get_keys_by_pattern": lambda cache: cache.get_keys_by_pattern(pattern="*", limit=10),
    "invalidate": lambda cache: cache.invalidate(keys=("a",), tags=("t",)),
    "clear": lambda cache: cache.clear(),
}


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("mode", Mode)
async def test_no_failure_escapes_a_read(mode: Mode, read: str) -> None:
    """With default settings, each of three reads takes its budget at most; then no connection is even tried."""
    clock, reports = FrozenClock(), Reports()
    call, expected = READS[read]
    async with ScriptedServer(mode, clock) as server:
        if mode is Mode.REFUSED:
            await server.refuse()
        settings = RedisSettings(url=server.url)
        cache = RedisCache(settings, clock, reports)
        for _ in range(settings.failures):
            began = clock.monotonic()
            assert expected == await patiently(call(cache), server, partial(clock.advance, settings.budget))
            assert settings.budget >= clock.monotonic() - began
        tried, sent = server.connections, server.commands

        for _ in range(100):
            assert expected == await call(cache)
        assert (tried, sent) == (server.connections, server.commands)
        assert settings.failures == (await cache.stats()).failures
        assert [("redis_failed", {"mode": COUNTED_AS[mode]})] == reports.told
        await cache.close()


@pytest.mark.parametrize("mode", Mode)
async def test_what_has_an_outcome_tells_whether_it_is_known(mode: Mode) -> None:
    """Counters, hashes, lifetimes and invalidations raise, whether they were tried or the breaker is open."""
    clock = FrozenClock()
    async with ScriptedServer(mode, clock) as server:
        if mode is Mode.REFUSED:
            await server.refuse()
        settings = RedisSettings(url=server.url, failures=1)
        for call in OTHERS.values():
            cache = RedisCache(settings, clock, Reports())
            for is_tried in (True, False):
                with pytest.raises(UnavailableError) as raised:
                    await patiently(call(cache), server, partial(clock.advance, settings.budget))
                assert (is_tried and mode in UNKNOWN) is raised.value.outcome_unknown
            assert not await cache.is_connected()
            await cache.close()
