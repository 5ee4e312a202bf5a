"""`WebSocketUseCase` over a network that fails in every way, on virtual time."""

from collections import Counter
from random import Random

import pytest

from saiondo_core.testing.virtual_faults import Faults
from saiondo_core.testing.virtual_seeds import on_seeds
from tests.realtime.virtual_guests import by_web_socket
from tests.realtime.virtual_town import LOSSY, MESSAGES, SEEDS, TORN, live_through


@pytest.mark.parametrize("faults", [TORN, LOSSY], ids=["torn", "lossy"])
def test_applications_miss_nothing(faults: Faults) -> None:
    """What an application says is stored once and in order, and what it is told is all that is stored, likewise.

    As for bare machines, but by the client that applications use, whose handlers take their time.
    """

    async def scenario(random: Random) -> Counter[str]:
        return await live_through(random, faults, MESSAGES, by_web_socket)

    assert on_seeds(scenario, seeds=SEEDS[::10])
