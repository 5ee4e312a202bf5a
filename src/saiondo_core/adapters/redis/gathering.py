"""Reads of one turn of the loop, made as one."""

import asyncio
from collections.abc import Iterable

from attrs import define, field

from saiondo_core.adapters.redis.debts import Debts
from saiondo_core.adapters.redis.replies import texts
from saiondo_core.kernel.errors import UnavailableError

AT_ONCE = 500
"""How many names are asked for in one command, so that one reply keeps nobody else waiting for long."""


@define(eq=False)
class _Round:
    """What is asked for in one turn of the loop, and who waits for it besides the one who asked first."""

    names: dict[str, None]
    waiters: "list[asyncio.Future[dict[str, bytes]]]" = field(
        factory=list["asyncio.Future[dict[str, bytes]]"], init=False
    )

    def settle(self, found: dict[str, bytes] | UnavailableError) -> None:
        """Tell all who wait."""
        for waiter in self.waiters:
            if waiter.done():
                continue
            if isinstance(found, UnavailableError):
                waiter.set_exception(found)
            else:
                waiter.set_result(found)


@define(eq=False)
class Gathering:
    """Reads by name. All that ask within a turn of the loop share one MGET, sent after the last of them has asked.

    The first of them sends it, in its own task: alone, it is as quick as any. Whoever is cancelled takes nothing from
    the others, not even the first.
    """

    _debts: Debts
    _round: _Round | None = field(default=None, init=False)
    _handed_over: "set[asyncio.Task[None]]" = field(factory=set, init=False)

    async def read(self, names: Iterable[str]) -> dict[str, bytes]:
        """What is kept under those of *names* under which anything is, among others; as it is after this call begins.

        Raises:
            UnavailableError: Redis does not answer.
        """
        if self._round is not None:
            waiter: asyncio.Future[dict[str, bytes]] = asyncio.get_running_loop().create_future()
            for name in names:
                self._round.names[name] = None
            self._round.waiters.append(waiter)
            return await waiter
        begun = self._round = _Round(dict.fromkeys(names))
        try:
            try:
                await asyncio.sleep(0)
            finally:
                self._round = None
            found = await self._fetched(begun)
        except UnavailableError as error:
            begun.settle(error)
            raise
        except BaseException:
            if begun.waiters:
                handed = asyncio.create_task(self._serve(begun))
                self._handed_over.add(handed)
                handed.add_done_callback(self._handed_over.discard)
            raise
        begun.settle(found)
        return found

    async def close(self) -> None:
        """Let nobody wait any more."""
        for handed in self._handed_over:
            handed.cancel()
        await asyncio.gather(*self._handed_over, return_exceptions=True)

    async def _serve(self, begun: _Round) -> None:
        """Read for those whose first one was cancelled."""
        try:
            begun.settle(await self._fetched(begun))
        except UnavailableError as error:
            begun.settle(error)
        finally:
            for waiter in begun.waiters:
                waiter.cancel()

    async def _fetched(self, begun: _Round) -> dict[str, bytes]:
        names, found = tuple(begun.names), dict[str, bytes]()
        for start in range(0, len(names), AT_ONCE):
            asked = names[start : start + AT_ONCE]
            given = await self._debts.ask(texts(len(asked)), "MGET", *asked)
            found |= {name: kept for name, kept in zip(asked, given, strict=True) if kept is not None}
        return found
