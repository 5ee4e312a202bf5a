"""Forgetting what is not true any more."""

from attrs import frozen

from saiondo_core.caching.incarnation import Incarnation
from saiondo_core.caching.keys import stale_by
from saiondo_core.caching.ports import Cache
from saiondo_core.kernel.events import Recorded


@frozen(kw_only=True)
class InvalidateCache:
    """Lets a cache forget what each recorded event makes stale: a handler of the relay. Again is the same as once."""

    cache: Cache
    incarnation: Incarnation

    async def __call__(self, recorded: Recorded) -> None:
        """Forget what *recorded* makes stale.

        Raises:
            UnavailableError: It is not known whether it was forgotten.
        """
        await self.incarnation.forget(stale_by(recorded.event), self.cache)
