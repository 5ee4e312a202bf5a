"""The caches of one namespace: what keeps them true while its factory is open."""

from functools import partial

from attrs import define, field

from saiondo_core.caching.hearing import Hearing
from saiondo_core.caching.incarnation import Incarnation
from saiondo_core.caching.invalidating import InvalidateCache
from saiondo_core.caching.ports import Cache, ProcessCache
from saiondo_core.composition.invalidating import invalidating
from saiondo_core.composition.ports import Ports
from saiondo_core.composition.relay import Subscription
from saiondo_core.kernel.events import Event


@define(eq=False)
class Caches:
    """What becomes of the caches as things happen."""

    _ports: Ports
    _hearing: Hearing = field(factory=Hearing, init=False)
    _incarnation: Incarnation = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Tell these stores from others by their logs."""
        self._incarnation = Incarnation((self._ports.users.log, self._ports.channels.log))

    def followed(self) -> Ports:
        """The ports, whose writes make the caches forget what they changed."""
        return invalidating(self._ports, self._incarnation)

    def subscriptions(self) -> tuple[Subscription, ...]:
        """Let each cache hear of all events: every process reads the whole log, for its own cache as for others."""
        return tuple(
            Subscription(
                consumer=f"saiondo_core.invalidate_{place}",
                wants=Event,
                handle=InvalidateCache(cache=cache, incarnation=self.incarnation(cache)),
                is_patient=True,
                begin=partial(self._hearing.begin, cache) if _is_own(cache) else None,
            )
            for place, cache in zip(("cache", "shared_cache"), self._ports.caches, strict=False)
        )

    def hearing(self, cache: Cache) -> Hearing:
        """What is to be known of how far *cache* hears of events: one that all processes share always does."""
        return self._hearing if _is_own(cache) else Hearing()

    def incarnation(self, cache: Cache) -> Incarnation:
        """What keeps these stores' contents apart in *cache*: a process's own has no others in it."""
        return Incarnation() if _is_own(cache) else self._incarnation

    def open(self) -> None:
        """Expect to hear of every log."""
        if _is_own(self._ports.cache):
            self._hearing.expect(len(self._ports.logs))

    async def close(self) -> None:
        """Forget what will hear of nothing from here on."""
        if _is_own(self._ports.cache):
            await self._ports.cache.clear()


def _is_own(cache: Cache) -> bool:
    return isinstance(cache, ProcessCache)
