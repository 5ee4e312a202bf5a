"""A seed is a history: the same in every process, whatever that process does else."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

TELL = """
import asyncio
from random import Random

from saiondo_core.testing.virtual_time import run_virtually
from tests.realtime.virtual_guests import by_machine
from tests.realtime.virtual_town import LOSSY, MESSAGES, TORN, town


async def tell(seed, faults):
    async with town(Random(seed), by_machine()) as there:
        there.network.storm(faults)
        await there.talk(MESSAGES)
        await there.settle()
        print(seed, asyncio.get_running_loop().time(), sorted(there.network.weather.struck.items()))
        for client in there.clients:
            print([(report.status, report.code) for report in client.reports])
            print([settled.request.data.client_message_id for settled in client.settled if settled.request])
            for following in client.channels.values():
                print([(event.offset, event.at, event.action, event.message) for event in following.heard])


for seed in range(3):
    run_virtually(tell(seed, LOSSY if seed % 2 else TORN))
"""


def test_a_seed_tells_the_same_history_in_every_process() -> None:
    """Two processes that differ in how they hash tell the same of the same seeds, up to each moment of it."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", TELL],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for hash_seed in ("1", "2")
    ]
    one, other = (process.communicate(timeout=100)[0] for process in processes)
    assert 3 * (1 + 3 * (2 + 2)) == len(one.splitlines())
    assert one == other
