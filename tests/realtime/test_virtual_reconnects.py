"""All clients of a gateway that has died come back, and not all at once."""

import asyncio
import os
from bisect import bisect_left
from random import Random

import pytest
from attrs import define, field

from saiondo_core.realtime.client import ClientMachine
from saiondo_core.realtime.client_effects import ClientPolicy, Connect, Effects, GetToken
from saiondo_core.testing.virtual_seeds import on_seeds
from tests.realtime.client_frames import WELCOME

CLIENTS = 2_000
HOUR = 3_600.0


@define(eq=False)
class Crowd:
    """So many clients of one gateway, with the default policy.

    Attributes:
        returns: When each of them was connected again.
    """

    random: Random
    back_at: float = field(default=0.0, init=False)
    returns: list[float] = field(factory=list[float], init=False)
    _machines: list[ClientMachine] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Connect all of them."""
        self._machines = [ClientMachine(ClientPolicy(), self.random.random) for _ in range(CLIENTS)]
        for machine in self._machines:
            self._do(machine, machine.connect())

    async def outlive(self, away: float) -> list[float]:
        """Let the gateway die, and be back *away* seconds later; how long after that each client was."""
        await asyncio.sleep(HOUR)
        now = asyncio.get_running_loop().time()
        self.returns.clear()
        self.back_at = now + away
        for machine in self._machines:
            self._do(machine, machine.lost(None, now))
        await asyncio.sleep(HOUR)
        return sorted(moment - self.back_at for moment in self.returns)

    def _do(self, machine: ClientMachine, effects: Effects) -> None:
        for effect in effects:
            match effect:
                case GetToken():
                    self._do(machine, machine.authorized("token"))
                case Connect(after=after):
                    asyncio.get_running_loop().call_later(after, self._knock, machine)
                case _:
                    pass

    def _knock(self, machine: ClientMachine) -> None:
        now = asyncio.get_running_loop().time()
        if now < self.back_at:
            self._do(machine, machine.lost(None, now))
        else:
            self.returns.append(now)
            machine.connected(now)
            machine.received(WELCOME, now)


@pytest.mark.parametrize(
    ("away", "most"), [(0.0, 0.15), (1.0, 0.15), (5.0, 0.15), (8.0, 0.17), (10.0, 0.15), (30.0, 0.15)]
)
def test_clients_come_back_spread_out(away: float, most: float) -> None:
    """All of 2,000 clients come back, at most 15 % of them within any second, wherever that second begins.

    They are most after 8 s, when those who knock for the first time meet those who do for the second: up to 17 %.
    """

    async def scenario(random: Random) -> list[float]:
        return await Crowd(random).outlive(away)

    for returns in on_seeds(scenario, seeds=range(50 if os.environ.get("SAIONDO_LONG") else 2)):
        assert CLIENTS == len(returns)
        assert busiest_second(returns) <= most * CLIENTS


def busiest_second(moments: list[float]) -> int:
    """How many of *moments*, which are sorted, lie within one second at most."""
    return max(bisect_left(moments, moment + 1.0) - place for place, moment in enumerate(moments))
