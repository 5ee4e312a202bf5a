"""Reads of one turn of the loop, made as one."""

import asyncio
from collections.abc import Iterable

from attrs import define, field

from saiondo_core.adapters.redis.link import RedisLink, Reply
from saiondo_core.kernel.errors import UnavailableError

AT_ONCE = 500
"""How many names are asked for in one command, so that one reply keeps nobody else waiting for long."""


@define(eq=False)
class _Round:
    names: dict[str, None] = field(factory=dict[str, None], init=False)
    waiters: "list[asyncio.Future[dict[str, bytes]]]" = field(
        factory=list["asyncio.Future[dict[str, bytes]]"], init=False
    )


@define(eq=False)
class Gathering:
    """Reads by name. All that ask within a turn of the loop share one MGET, sent after the last of them has asked.

    Whoever is cancelled leaves the others, and the connection, alone.
    """

    _link: RedisLink
    _round: _Round | None = field(default=None, init=False)
    _running: "set[asyncio.Task[None]]" = field(factory=set, init=False)

    async def read(self, names: Iterable[str]) -> dict[str, bytes]:
        """What is kept under those of *names* under which anything is, among others; as it is after this call begins.

        Raises:
            UnavailableError: Redis does not answer.
        """
        if self._round is None:
            self._round = _Round()
            # Its first step is the next turn's, after all that are to ask in this one.
            running = asyncio.create_task(self._run(self._round))
            self._running.add(running)
            running.add_done_callback(self._running.discard)
        self._round.names.update(dict.fromkeys(names))
        waiter: asyncio.Future[dict[str, bytes]] = asyncio.get_running_loop().create_future()
        self._round.waiters.append(waiter)
        return await waiter

    async def close(self) -> None:
        """Wait for nothing any more."""
        for running in self._running:
            running.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _run(self, begun: _Round) -> None:
        self._round = None
        names, found = tuple(begun.names), dict[str, bytes]()
        try:
            for start in range(0, len(names), AT_ONCE):
                asked = names[start : start + AT_ONCE]
                found.update(_found(asked, await self._link.call("MGET", *asked)))
        except UnavailableError as error:
            for waiter in begun.waiters:
                if not waiter.done():
                    waiter.set_exception(error)
        else:
            for waiter in begun.waiters:
                if not waiter.done():
                    waiter.set_result(found)
        finally:
            for waiter in begun.waiters:
                waiter.cancel()


def _found(names: tuple[str, ...], replies: Reply) -> dict[str, bytes]:
    if not isinstance(replies, list) or len(replies) != len(names):
        return {}
    return {name: reply for name, reply in zip(names, replies, strict=True) if isinstance(reply, bytes)}
