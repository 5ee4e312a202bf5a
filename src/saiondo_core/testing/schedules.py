"""Other orders of events: use cases made to meet, or to fail, at every point where they wait."""

import asyncio
import inspect
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Iterable
from contextvars import ContextVar, Token
from operator import attrgetter
from random import Random
from typing import Protocol, Self, TypeVar, cast

from attrs import define, field

from saiondo_core.composition.ports import Ports
from saiondo_core.messages.log_search import LogSearch
from saiondo_core.permissions.gate import RolesGate

P = TypeVar("P")

YIELDS_MOST = 3
"""How many turns of the loop a fuzzed call waits at most, before it and after it."""


class Moment(Protocol):
    """What happens right before and right after each call of a port."""

    async def __call__(self) -> None:
        """Let it happen."""


def interleaved(port: P, random: Random) -> P:
    """*port*, whose calls wait a random number of the loop's turns before they are made and before they return.

    Several use cases over one such port run in another order for each seed of *random*, and in the same one whenever
    the seed is the same.
    """

    async def some_turns() -> None:
        for _ in range(random.randint(0, YIELDS_MOST)):
            await asyncio.sleep(0)

    return _punctuated(port, some_turns)


async def on_schedules(scenario: Callable[[Random], Awaitable[None]], *, seeds: Iterable[int]) -> None:
    """Let *scenario* run once for each of *seeds*, one after the other.

    Raises:
        BaseException: What the first failing run raised, with a note of the seed that repeats it.
    """
    for seed in seeds:
        try:
            await scenario(Random(seed))
        except BaseException as error:
            error.add_note(f"This is the schedule of seed {seed}; on_schedules(…, seeds=[{seed}]) runs it alone.")
            raise


@define(eq=False)
class AtMoment:
    """Something that happens once, at one moment of a use case: right before or right after one of its port calls.

    Moments are counted from 0 over all ports that it was put around: 0 is before the first call, 1 after it, 2 before
    the second. Of a bundle, only the calls count that are made inside `with` it: not what comes before, and not what
    the jobs of a factory do meanwhile.

    Attributes:
        at: The moment.
        happened: Whether the moment was reached. Where it was not, the use case has no further moment.
    """

    at: int
    happened: bool = field(default=False, init=False)
    _moments: int = field(default=0, init=False)
    _outside: "list[Token[AtMoment | None]]" = field(factory=list["Token[AtMoment | None]"], init=False)

    def around(self, port: P) -> P:
        """*port*, with every call of it as two moments."""
        return _punctuated(port, self._pass)

    def around_all(self, ports: Ports) -> Ports:
        """*ports*, with every call made inside `with` this as two moments, to whichever port; tenants included.

        What the library's own gate and search read of the stores are calls like others. The logs stay as they are.
        """
        messages, roles, tenants = self._inside(ports.messages), self._inside(ports.roles), ports.tenants
        return ports.replace(
            passwords=self._inside(ports.passwords),
            common_passwords=self._inside(ports.common_passwords),
            limiter=self._inside(ports.limiter),
            letters=self._inside(ports.letters),
            users=self._inside(ports.users),
            credentials=self._inside(ports.credentials),
            sessions=self._inside(ports.sessions),
            channels=self._inside(ports.channels),
            messages=messages,
            roles=roles,
            presence=self._inside(ports.presence),
            bus=self._inside(ports.bus),
            cache=self._inside(ports.cache),
            shared_cache=None if ports.shared_cache is None else self._inside(ports.shared_cache),
            search=self._inside(LogSearch(messages) if isinstance(ports.search, LogSearch) else ports.search),
            gate=RolesGate(roles) if isinstance(ports.gate, RolesGate) else self._inside(ports.gate),
            tenants=None if tenants is None else lambda name: self.around_all(tenants(name)),
        )

    def __enter__(self) -> Self:
        """Count the calls to a bundle that are made from here on, by this task and by those that it starts."""
        self._outside.append(_ENTERED.set(self))
        return self

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        """Count no further ones."""
        _ENTERED.reset(self._outside.pop())

    @abstractmethod
    async def _happen(self) -> None:
        """Do what is to be done at the moment."""

    async def _pass(self) -> None:
        moment, self._moments = self._moments, self._moments + 1
        if moment == self.at and not self.happened:
            self.happened = True
            await self._happen()

    async def _pass_inside(self) -> None:
        if _ENTERED.get() is self:
            await self._pass()

    def _inside(self, port: P) -> P:
        return _punctuated(port, self._pass_inside)


_ENTERED: ContextVar[AtMoment | None] = ContextVar("_ENTERED", default=None)


@define(eq=False)
class Interruption(AtMoment):
    """Something else that is done at one moment of a use case, all of it, before the use case goes on.

    Calls that `then` makes itself are not counted.

    Attributes:
        then: What is done.
    """

    then: Callable[[], Awaitable[object]]

    async def _happen(self) -> None:
        await self.then()


@define(eq=False)
class Failure(AtMoment):
    """A port that fails at one moment of a use case.

    Before a call, it is never made; after it, it was made, and only its reply is lost.

    Attributes:
        error: What the use case is given instead of the reply.
    """

    error: Exception

    async def _happen(self) -> None:
        raise self.error


async def at_every_moment(scenario: Callable[[int], Awaitable[bool]]) -> int:
    """Let *scenario* run for the moments 0, 1, 2 …, until it says that what it had at its moment did not happen.

    Returns:
        How many moments there were.

    Raises:
        BaseException: What the first failing run raised, with a note of its moment.
    """
    moment = 0
    try:
        while await scenario(moment):
            moment += 1
    except BaseException as error:
        side = "before" if moment % 2 == 0 else "after"
        error.add_note(f"It happened at={moment}: right {side} port call {moment // 2 + 1}.")
        raise
    return moment


def _punctuated(port: P, moment: Moment) -> P:
    return cast("P", _Punctuated(port, moment))


@define(eq=False)
class _Punctuated:
    """Stands in for a port: its async methods are surrounded by moments, all else is the port's own."""

    _port: object
    _moment: Moment
    # What the port is for `isinstance`, such as a `ProcessCache`, its stand-in is, too.
    __class__ = property(attrgetter("_port.__class__"))  # pyright: ignore[reportIncompatibleMethodOverride] - It is read.

    def __getattr__(self, name: str) -> object:
        found: object = getattr(self._port, name)
        if not inspect.iscoroutinefunction(found):
            return found

        async def surrounded(*args: object, **named: object) -> object:
            await self._moment()
            given: object = await found(*args, **named)
            await self._moment()
            return given

        return surrounded
