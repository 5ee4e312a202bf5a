"""A connection over which Redis says what has changed, as it changes."""

import asyncio
import math
from collections.abc import Callable
from typing import TypeVar, cast

from attrs import define, field
from redis.asyncio.connection import AbstractConnection

from saiondo_core.adapters.redis.failures import Failures, Report, failure_of
from saiondo_core.adapters.redis.link import RedisLink
from saiondo_core.adapters.redis.near_loading import Kept
from saiondo_core.adapters.redis.replies import Reply, Word, exactly, number, text
from saiondo_core.kernel.concurrency import within
from saiondo_core.kernel.errors import UnavailableError

T = TypeVar("T")
CHANNEL = "__redis__:invalidate"


class DoubtError(Exception):
    """The server has said something after which nothing is certain."""


class ClusterError(Exception):
    """The server is one of a cluster: changes of the keys of others would go unsaid."""


@define(eq=False)
class Tracking:
    """Follows the changes of all that a process may keep, for as long as it is not closed.

    It asks for a sign of life every *silence* seconds, and takes the next one's time to wait for it. On any doubt, all
    that was kept is forgotten, and it begins anew after the link's rest.

    Attributes:
        silence: In seconds.
    """

    _link: RedisLink
    _kept: Kept
    silence: float
    _report: Report
    _failures: Failures = field(init=False)
    _following: "asyncio.Task[None] | None" = field(default=None, init=False)
    _asked_at: float | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self._failures = Failures(self._report, "redis_near_cache_lost")

    def start(self) -> None:
        """Begin, unless it has begun."""
        if self._following is None:
            self._following = asyncio.create_task(self._follow(), name="saiondo_core Tracking")

    async def close(self) -> None:
        """Follow nothing until `start`."""
        following, self._following = self._following, None
        if following is not None:
            following.cancel()
            await asyncio.wait((following,))

    async def _follow(self) -> None:
        while True:
            try:
                await self._listen(self._link.apart())
            except UnavailableError:
                pass  # The link is closed, and may be opened again.
            except ClusterError:
                self._report("redis_near_cache_off", reason="cluster")
                return
            except Exception as error:  # noqa: BLE001 - Whatever it is, nothing is certain; it is counted and reported.
                first = _first(error)
                mode = "doubt" if isinstance(first, DoubtError) else failure_of(first).mode
                self._failures.note(mode, self._link.clock.monotonic())
            await self._link.clock.sleep(self._link.settings.rest)

    async def _listen(self, connection: AbstractConnection) -> None:
        try:
            began = await within(self._link.clock, 2 * self.silence, self._subscribed(connection))
            self._kept.clear()
            self._kept.freshness.went_live(began)
            self._asked_at = None
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._hear(connection))
                tasks.create_task(self._ask_for_signs(connection))
        finally:
            self._kept.freshness.lost()
            self._kept.clear()
            await connection.disconnect(nowait=True)

    async def _subscribed(self, connection: AbstractConnection) -> float:
        """Let the server say what changes; the moment after which nothing does that is not said."""
        await connection.connect()  # type: ignore[no-untyped-call]  # The driver's.
        if b"cluster_enabled:1" in await self._ask(text, connection, "INFO", "cluster"):
            raise ClusterError
        mine = await self._ask(number, connection, "CLIENT", "ID")
        words = [word for prefix in self._kept.keys.tracked for word in ("PREFIX", prefix)]
        follow = ("CLIENT", "TRACKING", "ON", "REDIRECT")
        await self._ask(exactly(b"OK"), connection, *follow, mine, "BCAST", *words)
        began = self._link.clock.monotonic()
        await self._ask(exactly([b"subscribe", CHANNEL.encode(), 1]), connection, "SUBSCRIBE", CHANNEL)
        return began

    async def _hear(self, connection: AbstractConnection) -> None:
        while True:
            said = cast("Reply", await connection.read_response(timeout=math.inf))
            match said:
                case [b"message", _, [*names]]:
                    for name in names:
                        self._kept.changed(cast("bytes", name).decode(errors="replace"))
                case [b"pong", *_] if self._asked_at is not None:
                    self._kept.freshness.proved(self._asked_at)
                    self._asked_at = None
                case _:
                    raise DoubtError

    async def _ask_for_signs(self, connection: AbstractConnection) -> None:
        while True:
            await self._link.clock.sleep(self.silence)
            if self._asked_at is not None:
                raise TimeoutError
            self._asked_at = self._link.clock.monotonic()
            await connection.send_command("PING")

    @staticmethod
    async def _ask(read: Callable[[Reply], T], connection: AbstractConnection, *command: Word) -> T:
        await connection.send_command(*command)
        return read(cast("Reply", await connection.read_response()))


def _first(error: Exception) -> Exception:
    """The error that *error* is, or the first of those that it is a group of."""
    if not isinstance(error, ExceptionGroup):
        return error
    group = cast("ExceptionGroup[Exception]", error)
    return _first(group.exceptions[0])
