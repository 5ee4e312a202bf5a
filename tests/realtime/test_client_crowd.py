"""Two thousand clients that lose their server at the same moment do not come back at the same moment."""

import os
from bisect import bisect_left
from random import Random

import pytest

from saiondo_core.realtime.client import ClientMachine
from saiondo_core.realtime.client_effects import ClientPolicy
from tests.realtime.client_frames import come_back, wait

CLIENTS = 2_000
SEEDS = 200 if os.environ.get("SAIONDO_LONG") else 5


@pytest.mark.parametrize("outage", [0.0, 4.0, 8.0, 9.9, 12.0, 29.0, 90.0])
@pytest.mark.parametrize("seed", range(SEEDS))
def test_those_who_lost_a_server_together_come_back_apart(seed: int, outage: float) -> None:
    """In no second do more than 15 % of them come back, wherever it begins, and however long the server was away."""
    random, back = Random(seed), list[float]()
    for _ in range(CLIENTS):
        client = ClientMachine(ClientPolicy(max_reconnect_attempts=1_000), random.random)
        client.connect()
        client.authorized("token")
        come_back(client, 0.0)
        moment = wait(client.lost(1006, 100.0))
        while moment < outage:
            moment += wait(client.lost(None, 100.0 + moment))
        back.append(moment)

    back.sort()
    for place, moment in enumerate(back):
        assert bisect_left(back, moment + 1.0) - place <= 0.15 * CLIENTS, f"from {moment} s on"
