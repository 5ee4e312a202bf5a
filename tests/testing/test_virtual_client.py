"""A client machine on a network in memory: carried out as it asks, and nothing swallowed."""

import asyncio
from random import Random

import pytest

from saiondo_core.realtime.client import ClientMachine
from saiondo_core.realtime.client_effects import ConnectionStatus, Effects, Ending
from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.frames import Data, Frame
from saiondo_core.realtime.replies import Happened
from saiondo_core.realtime.requests import Say
from saiondo_core.testing.faults import Direction
from saiondo_core.testing.virtual_time import run_virtually, until
from tests.realtime.virtual_guests import Machine, by_machine
from tests.realtime.virtual_town import town


class FailsOnHearing(ClientMachine):
    """A machine that fails when it hears of an event."""

    def received(self, frame: Frame[Data] | None, now: float) -> Effects:
        """See `ClientMachine.received`."""
        if frame is not None and isinstance(frame.data, Happened):
            raise LookupError
        return super().received(frame, now)


class FailsOnTime(ClientMachine):
    """A machine that fails when something is due."""

    def ticked(self, now: float) -> Effects:
        """See `ClientMachine.ticked`."""
        raise LookupError(now)


@pytest.mark.parametrize("machine", [FailsOnHearing, FailsOnTime])
def test_what_a_machine_raises_is_raised(machine: Machine) -> None:
    """A machine that fails does so in the test, whatever the test found besides."""

    async def main() -> None:
        async with town(Random(1), by_machine(machine)) as there:
            there.clients[0].say(there.channels[0], Say(content="hello", client_message_id="1"))
            await asyncio.sleep(1.0)
            for cable in there.network.cables():
                cable.black_hole()
            await asyncio.sleep(60.0)
            raise AssertionError

    with pytest.raises(LookupError):
        run_virtually(main())


def test_a_client_that_lets_go_says_goodbye() -> None:
    """Whoever stops hearing its server closes with 4000, connects again, and tells of both."""

    async def main() -> None:
        async with town(Random(1), by_machine()) as there:
            client = there.clients[0]
            (cable,) = there.network.cables(client.name)
            cable.black_hole(Direction.TO_CLIENT)
            await until(lambda: ConnectionStatus.RECONNECTING is client.machine.status, within=60)
            assert CloseCode.LOST == client.reports[-1].code
            await until(lambda: ConnectionStatus.CONNECTED is client.machine.status, within=60)
            assert cable.server.ending is not None
            assert CloseCode.LOST == cable.server.ending.code

    run_virtually(main())


def test_a_client_is_gone_after_its_block() -> None:
    """At the end of `async with` the client is disconnected, which it asked for, and holds no connection."""

    async def main() -> None:
        async with town(Random(1), by_machine()) as there:
            cables = there.network.cables()
            assert 3 == len(cables)
        assert [(ConnectionStatus.DISCONNECTED, Ending.ASKED)] * 3 == [
            (client.reports[-1].status, client.reports[-1].ending) for client in there.clients
        ]
        assert all(cable.is_over for cable in cables)

    run_virtually(main())
