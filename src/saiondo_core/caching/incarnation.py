"""Of which life of the stores it is that something is cached."""

from attrs import define, field

from saiondo_core.caching.keys import Stale
from saiondo_core.caching.ports import Cache
from saiondo_core.kernel.ports import EventLog


@define(eq=False)
class Incarnation:
    """Keeps what is cached of these stores apart from what is cached of any others, in a cache that outlives them.

    Memory stores end with their process, and a database may be begun anew, while the cache still has what they held. No
    log but theirs has their epoch, so what is cached under it is theirs. A cache that ends with its process needs no
    such thing: its incarnation has no logs.
    """

    _logs: tuple[EventLog, ...] = ()
    _scope: str | None = field(default=None, init=False)

    async def scope(self) -> str:
        """What the keys and tags of the library's own begin with; asked of the logs once.

        Raises:
            UnavailableError: A log does not answer.
        """
        if self._scope is None:
            epochs = [(await log.head(stream="")).epoch for log in self._logs]
            self._scope = "".join(f"of:{epoch}:" for epoch in epochs)
        return self._scope

    async def forget(self, stale: Stale, cache: Cache) -> None:
        """Let *cache* forget what is *stale* of these stores.

        Raises:
            UnavailableError: It is not known whether it was forgotten.
        """
        if stale.keys or stale.tags:
            scoped = stale.within(await self.scope())
            await cache.invalidate(keys=scoped.keys, tags=scoped.tags)
