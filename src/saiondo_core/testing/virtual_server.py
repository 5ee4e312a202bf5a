"""A server in memory that ends in every way in which processes end, and is started again."""

import asyncio
from contextlib import AsyncExitStack
from enum import StrEnum
from random import Random
from types import TracebackType
from typing import Self

from attrs import define, field

from saiondo_core.composition.factory import UseCaseFactory
from saiondo_core.composition.ports import Ports
from saiondo_core.composition.settings import Settings
from saiondo_core.composition.use_cases import UseCases
from saiondo_core.gateway.handshake import Authenticator, Handshake
from saiondo_core.gateway.serving import Gateway
from saiondo_core.testing.virtual_cable import VirtualCable
from saiondo_core.testing.virtual_faults import Weather

AWAY_SECONDS = 5.0
"""For how long a server is away at most that the weather has ended."""


class Stop(StrEnum):
    """How a process ends.

    Attributes:
        DRAINED: It is asked to: every request under way is answered, and clients are told to come back (1012).
        KILLED: At once, whatever it is at. Its machine tells its clients that it is gone, and no code. In life its
            users would seem to be online until their leases end; here they do not.
        POWER_FAILED: At once, and its machine with it. A client learns so when it says something.
    """

    DRAINED = "drained"
    KILLED = "killed"
    POWER_FAILED = "power_failed"


@define(eq=False, kw_only=True)
class VirtualServer:
    """One process: a factory over `ports`, and a gateway, for as long as the `async with` lasts, but for its failures.

    What its ports keep outlives it, as a database does. Several over the same ports are processes of one installation.

    Attributes:
        reports: What it had to report, by name.
    """

    ports: Ports
    settings: Settings
    authenticate: Authenticator | None
    random: Random
    weather: Weather
    reports: list[str] = field(factory=list[str], init=False)
    _use_cases: UseCases | None = field(default=None, init=False)
    _gateway: Gateway | None = field(default=None, init=False)
    _stack: AsyncExitStack = field(factory=AsyncExitStack, init=False)
    _serving: "dict[asyncio.Task[None], VirtualCable]" = field(
        factory=dict["asyncio.Task[None]", VirtualCable], init=False
    )
    _turn: asyncio.Lock = field(factory=asyncio.Lock, init=False)
    _restarting: "asyncio.Task[None] | None" = field(default=None, init=False)

    @property
    def is_up(self) -> bool:
        """Whether it serves."""
        return self._gateway is not None

    @property
    def use_cases(self) -> UseCases:
        """What it serves, since it was started last."""
        if self._use_cases is None:
            raise RuntimeError("the server was never started")
        return self._use_cases

    async def __aenter__(self) -> Self:
        """Start it."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Let a restart under way be done, and drain it."""
        if self._restarting is not None:
            await self._restarting
        await self.stop()

    async def start(self) -> None:
        """Begin to serve, unless it does."""
        async with self._turn:
            if self._gateway is None:
                factory = UseCaseFactory(self.settings, self.ports, report=self._report)
                self._use_cases = await self._stack.enter_async_context(factory)
                gateway = Gateway(self._use_cases, authenticate=self.authenticate)
                self._gateway = await self._stack.enter_async_context(gateway)

    async def stop(self, how: Stop = Stop.DRAINED) -> None:
        """End, if it is up."""
        async with self._turn:
            self._gateway = None
            if how is not Stop.DRAINED:
                await self._crash(how)
            await self._stack.aclose()

    async def restart(self, how: Stop = Stop.DRAINED, *, after: float = 0.0) -> None:
        """End, and begin again *after* so many seconds."""
        await self.stop(how)
        await asyncio.sleep(after)
        await self.start()

    def accept(self, cable: VirtualCable, handshake: Handshake) -> None:
        """Serve whoever is at the other end of *cable*."""
        if self._gateway is None:
            raise RuntimeError("the server is down")
        serving = asyncio.create_task(self._gateway.serve(handshake, cable.server))
        self._serving[serving] = cable
        serving.add_done_callback(lambda done: self._serving.pop(done, None))

    def expect(self) -> None:
        """Wait for the faults of the present weather, for as long as it lasts."""
        self.weather.later(self.random, self.weather.faults.restart, self._strike)

    async def _crash(self, how: Stop) -> None:
        for task, cable in self._serving.items():
            if how is Stop.KILLED:
                cable.server.abort()
            else:
                cable.forget(cable.server)
            task.cancel()
        if self._serving:
            await asyncio.wait(self._serving)

    def _report(self, event: str, **_: str | float) -> None:
        self.reports.append(event)

    def _strike(self) -> None:
        if self.is_up:
            self.weather.struck["restart"] += 1
            how, after = self.random.choice(tuple(Stop)), self.random.uniform(0, AWAY_SECONDS)
            self._restarting = asyncio.create_task(self.restart(how, after=after))
        self.expect()
