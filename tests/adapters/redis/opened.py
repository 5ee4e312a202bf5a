"""Settings for a real Redis, time that a test can move, and a list of what was reported."""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Protocol, TypeVar

from attrs import define, evolve, field

from saiondo_core.adapters.redis.cache import RedisCache
from saiondo_core.adapters.redis.failures import Report
from saiondo_core.adapters.redis.link import RedisLink
from saiondo_core.adapters.redis.settings import RedisSettings
from saiondo_core.adapters.system.clock import SystemClock
from saiondo_core.kernel.ports import Clock
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.contracts.shared_cache import OpenedSharedCache
from saiondo_core.testing.redis_server import RedisServer

LONG = bool(os.environ.get("SAIONDO_LONG"))
"""Whether the full sizes are asked for."""

_PREFIXES = count()


@define(eq=False)
class ShiftedClock(Clock):
    """The machine's clock, which a test can put forward; who sleeps takes no notice."""

    _machine: SystemClock = field(factory=SystemClock, init=False)
    _shift: float = field(default=0.0, init=False)

    def now(self) -> datetime:
        """See `Clock.now`."""
        moment = self._machine.now() + timedelta(seconds=self._shift)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return self._machine.monotonic() + self._shift

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        await self._machine.sleep(seconds)

    async def advance(self, seconds: float) -> None:
        """Put it forward."""
        self._shift += seconds


def fresh(url: str) -> RedisSettings:
    """Settings for a namespace that nobody has, and patience for a busy machine."""
    return RedisSettings(url=url, key_prefix=f"test{next(_PREFIXES)}:", budget=30.0, patience=0.2)


@define(eq=False)
class Reports(Report):
    """Remembers what it is told."""

    told: list[tuple[str, dict[str, str | float]]] = field(factory=list[tuple[str, dict[str, str | float]]], init=False)

    def __call__(self, event: str, **fields: str | float) -> None:
        """See `Report`."""
        self.told.append((event, fields))


class Closing(Protocol):
    """What is to be closed."""

    async def close(self) -> None:
        """Close it."""


C = TypeVar("C", bound=Closing)


@asynccontextmanager
async def closing(lent: C) -> AsyncGenerator[C]:
    """Lend what is closed afterwards, whatever happens."""
    try:
        yield lent
    finally:
        await lent.close()


def opened_shared(kind: type[RedisCache], program: Path, *, processes: int) -> Opener[OpenedSharedCache]:
    """How to open two namespaces on a server of their own, that of the laws as so many *processes* have it."""

    @asynccontextmanager
    async def opened() -> AsyncGenerator[OpenedSharedCache]:
        clock = ShiftedClock()
        with RedisServer(program) as server:
            mine = fresh(server.url)
            theirs = evolve(mine, key_prefix=f"{mine.key_prefix}v:")  # As alike as two can be.
            caches = [kind(settings, clock, Reports()) for settings in (theirs, *[mine] * processes)]
            for cache in caches:
                cache.start()
            yield OpenedSharedCache(
                cache=caches[1],
                other=caches[-1],
                neighbour=caches[0],
                wait=clock.advance,
                too_large="x" * 2**20,
                lose=server.stop,
                find=server.start,
            )
            for cache in caches:
                await cache.close()

    return opened


@asynccontextmanager
async def linked(server: RedisServer) -> AsyncGenerator[RedisLink]:
    """A link to *server*, beside what is tested."""
    async with closing(RedisLink(fresh(server.url), SystemClock(), Reports())) as link:
        yield link


async def until(is_so: Callable[[], bool]) -> None:
    """Wait until *is_so*."""
    async with asyncio.timeout(30):
        while not is_so():  # noqa: ASYNC110 - What is waited for happens elsewhere, and tells nobody.
            await asyncio.sleep(0.001)


async def commands(link: RedisLink, name: str) -> int:
    """How many commands of that name the server has carried out since it began to count."""
    said = await link.call("INFO", "commandstats")
    assert isinstance(said, bytes)
    return int(said.partition(f"cmdstat_{name}:calls=".encode())[2].partition(b",")[0] or 0)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        port: int = asking.getsockname()[1]
        return port
