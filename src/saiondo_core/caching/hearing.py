"""What a process caches before it is settled from where on it will hear of events."""

from typing import Final

from attrs import define, field

from saiondo_core.caching.ports import Cache

_UNHEARD: Final = ("unheard",)


@define(eq=False)
class Hearing:
    """Until a process hears of all events, what it caches may be from before one that it will never hear of.

    So it is marked, and forgotten once the process hears of everything: it begins to hear of each log by itself.

    Attributes:
        tags: What is cached now is to bear.
    """

    tags: tuple[str, ...] = field(default=(), init=False)
    _logs: int = field(default=0, init=False)

    def expect(self, logs: int) -> None:
        """Mark what is cached until the process has begun to hear of so many."""
        self._logs, self.tags = logs, _UNHEARD

    async def begin(self, cache: Cache) -> None:
        """Note that one more log is heard of, and let *cache* forget what is marked."""
        self._logs -= 1
        if self._logs == 0:
            self.tags = ()
        await cache.invalidate(tags=_UNHEARD)
