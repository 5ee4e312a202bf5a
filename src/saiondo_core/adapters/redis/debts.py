"""What Redis could not be told to forget: until it has heard of it, nothing else is asked of it."""

from collections.abc import Callable
from typing import TypeVar

from attrs import define, field

from saiondo_core.adapters.redis.link import RedisLink
from saiondo_core.adapters.redis.replies import Reply, Word, number
from saiondo_core.kernel.concurrency import SingleFlight
from saiondo_core.kernel.errors import UnavailableError

T = TypeVar("T")


@define(eq=False)
class Debts:
    """Calls about one namespace, of which none is answered from before something that was to be forgotten.

    Whoever calls while anything is owed pays first, all who do so at once together. Once that has failed, everything is
    owed: others may have failed to tell Redis of what is not heard of here before it is back.
    """

    _link: RedisLink
    _everything: str
    """What stands for all that is kept."""

    _owed: tuple[str, ...] = field(default=(), init=False)
    _paying: SingleFlight[None, None] = field(factory=SingleFlight[None, None], init=False)

    async def ask(self, read: Callable[[Reply], T], *command: Word) -> T:
        """See `RedisLink.ask`.

        Raises:
            UnavailableError: As there; or what is owed could not be paid.
        """
        while self._owed:
            await self._paying.load(None, self._pay)
        return await self._link.ask(read, *command)

    async def forget(self, *names: str) -> None:
        """Let Redis forget *names*, now or before anything else is asked of it.

        Raises:
            UnavailableError: It is not known whether it has.
        """
        try:
            await self.ask(number, "UNLINK", *names)
        except BaseException:  # Whoever is interrupted does not know either.
            self._owed += names
            raise

    async def _pay(self) -> None:
        owed = self._owed
        try:
            await self._link.ask(number, "UNLINK", *owed)
        except UnavailableError:
            self._owed = (self._everything,)
            raise
        if self._owed is owed:  # Otherwise more has come to be owed meanwhile.
            self._owed = ()
