"""Client machines over a network that fails in every way, on virtual time."""

import os
from random import Random

import pytest

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.ids import EventId
from saiondo_core.realtime.client_effects import ConnectionStatus
from saiondo_core.testing.schedules import on_schedules
from tests.realtime.client_store import key_of
from tests.realtime.client_world import CHANNELS, Faults, World

SEEDS = range(2_000 if os.environ.get("SAIONDO_LONG") else 50)
TORN = Faults(reset=0.01, black_hole=0.002, restart=0.004)
LOSSY = Faults(dropped=0.1, doubled=0.1, refused=0.2, reset=0.005, black_hole=0.002, restart=0.002)


@pytest.mark.parametrize("faults", [Faults(), TORN, LOSSY], ids=["calm", "torn", "lossy"])
async def test_nothing_is_lost_doubled_or_out_of_order(faults: Faults) -> None:
    """Whatever happens to the network: each message is stored once and in order, and heard by all once and in order."""

    async def scenario(random: Random) -> None:
        world = World(random, faults)
        world.rage(60.0)
        for shell in world.shells:
            assert ConnectionStatus.CONNECTED is shell.machine.status
            assert () == shell.machine.unsettled
            for channel_id, log in world.store.logs.items():
                keys = [key_of(event) for event in log]
                assert shell.sent[channel_id] == [key for key in keys if key.startswith(shell.name)]
                assert [event.event_id for event in log] == shell.heard[channel_id]
            assert sorted(key for keys in shell.sent.values() for key in keys) == sorted(shell.acked)

    await on_schedules(scenario, seeds=SEEDS)


async def test_a_log_that_forgets_leaves_holes_that_are_told() -> None:
    """What the history has forgotten is told as a hole, and all else is heard, once and in order."""
    holes = 0

    async def scenario(random: Random) -> None:
        nonlocal holes
        world = World(random, Faults(reset=0.02, trim=0.02))
        world.rage(60.0)
        for shell in world.shells:
            for channel_id in CHANNELS:
                holes += shell.heard[channel_id].count(None)
                assert_one_past(world, shell.heard[channel_id], channel_id)
                assert None not in shell.heard[channel_id][world.store.floors[channel_id] :]

    await on_schedules(scenario, seeds=SEEDS)
    assert holes > 0


async def test_no_log_is_mixed_when_the_store_is_set_back() -> None:
    """Where the store goes on from an older state, each client is told so, and knows of one past only."""
    voids = 0

    async def scenario(random: Random) -> None:
        nonlocal voids
        world = World(random, Faults(reset=0.02, black_hole=0.002, roll_back=0.005))
        world.rage(60.0)
        for shell in world.shells:
            for channel_id in CHANNELS:
                voids += None in shell.heard[channel_id]
                assert_one_past(world, shell.heard[channel_id], channel_id)

    await on_schedules(scenario, seeds=SEEDS)
    assert voids > 0


def assert_one_past(world: World, heard: list[EventId | None], channel_id: ChannelId) -> None:
    """Check that what was heard of a channel is what its log says, but for what was said to be missed."""
    stored = [event.event_id for event in world.store.logs[channel_id]]
    assert [known and event_id for known, event_id in zip(heard, stored, strict=True)] == heard
