"""Both machines over a network that fails in every way, on virtual time: real gateways, a real store, a real wire."""

from collections import Counter
from random import Random

import pytest

from saiondo_core.testing.virtual_faults import Faults
from saiondo_core.testing.virtual_seeds import on_seeds
from tests.realtime.virtual_guests import by_machine
from tests.realtime.virtual_town import LOSSY, MESSAGES, SEEDS, TORN, live_through

CUT = {"reset", "black_hole", "restart"}
NOTES = {"notes.dropped", "notes.doubled", "notes.reordered"}
FRAMES = {"frames.dropped", "frames.doubled", "frames.reordered"}


@pytest.mark.parametrize(
    ("faults", "struck"),
    [
        pytest.param(Faults(), set[str](), id="calm"),
        pytest.param(TORN, CUT | NOTES | {"refused", "unanswered", "closed", "half_open"}, id="torn"),
        pytest.param(LOSSY, CUT | NOTES | FRAMES, id="lossy"),
    ],
)
def test_nothing_is_lost_doubled_or_out_of_order(faults: Faults, struck: set[str]) -> None:
    """Whatever happens, each message is stored once and in order, and heard by all once and in order.

    Three people talk in two channels over two gateways, and edit and delete what they said. What each said and heard
    is compared with the store. Over all seeds, each fault of the weather has struck.
    """

    async def scenario(random: Random) -> Counter[str]:
        return await live_through(random, faults, MESSAGES, by_machine())

    seeds = SEEDS if struck else SEEDS[:2]
    happened = on_seeds(scenario, seeds=seeds)
    if len(happened) == len(seeds):
        assert struck | {"edit", "delete"} == sum(happened, Counter[str]()).keys()
