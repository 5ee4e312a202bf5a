"""Servers and clients on a network in memory: reached by chance, ended in every way, and started again."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from random import Random

import pytest

from saiondo_core import UserId
from saiondo_core.gateway.handshake import Handshake
from saiondo_core.realtime.errors import ConnectionLostError
from saiondo_core.realtime.ports import ClientSocket
from saiondo_core.testing.ports import cheap_ports
from saiondo_core.testing.virtual_faults import Faults
from saiondo_core.testing.virtual_network import VirtualNetwork
from saiondo_core.testing.virtual_server import AWAY_SECONDS, Stop, VirtualServer
from saiondo_core.testing.virtual_time import VirtualClock, run_virtually
from saiondo_core.wire.frames import decode_reply

HOUR = 3_600.0
ANNA: Mapping[str, str] = {"authorization": "Bearer anna"}


async def by_name(handshake: Handshake) -> UserId | None:
    """Whoever says a name for a token is taken at their word."""
    return None if handshake.token is None else UserId(handshake.token)


@asynccontextmanager
async def served(network: VirtualNetwork, count: int = 1) -> AsyncGenerator[tuple[VirtualServer, ...]]:
    """Run so many servers, two at most, over the same ports."""
    ports = cheap_ports(clock=VirtualClock(), bus=network.bus())
    async with network.serve(ports, authenticate=by_name) as first:
        if count == 1:
            yield (first,)
            return
        async with network.serve(ports, authenticate=by_name) as second:
            yield first, second


async def kind_of_next(socket: ClientSocket) -> str:
    """Hear one frame; its type."""
    frame = decode_reply(await socket.receive())
    assert frame is not None
    return frame.type


async def ending(socket: ClientSocket) -> int | None:
    """Hear until the end; its code."""
    try:
        while True:
            await socket.receive()
    except ConnectionLostError as error:
        return error.close_code


def test_a_client_reaches_a_server_and_says_its_headers() -> None:
    """Whoever connects is served by the gateway, which is given the headers of their handshake."""

    async def main() -> None:
        network = VirtualNetwork(Random(1))
        async with served(network):
            socket = await network.connector("anna", ANNA).connect()
            assert "welcome" == await kind_of_next(socket)
            assert [socket] == [cable.client for cable in network.cables("anna")]
            assert [] == network.cables("bert")

    run_virtually(main())


def test_each_server_that_is_up_is_reached() -> None:
    """Of two servers clients reach either; of one that is down, none, and where none is up nobody connects."""

    async def main() -> None:
        network = VirtualNetwork(Random(1))
        async with served(network, 2) as (first, second):
            for _ in range(20):
                await network.connect("anna", ANNA)
            assert 20 == len(network.cables())
            await first.stop(Stop.KILLED)
            await asyncio.sleep(1.0)
            left = len(network.cables())
            assert 0 < left < 20
            for _ in range(20):
                await network.connect("anna", ANNA)
            assert left + 20 == len(network.cables())
            await second.stop(Stop.KILLED)
            with pytest.raises(ConnectionLostError):
                await network.connect("anna", ANNA)

    run_virtually(main())


def test_what_becomes_of_a_connection_is_its_own() -> None:
    """What is drawn for a client's connection is the same, whatever happens on others."""

    async def drawn(others: int) -> list[float]:
        network = VirtualNetwork(Random(1))
        async with served(network):
            for _ in range(others):
                await network.connect("bert", ANNA)
            await network.connect("anna", ANNA)
            await asyncio.sleep(1.0)
            (cable,) = network.cables("anna")
            return [cable.random.random() for _ in range(3)]

    assert run_virtually(drawn(0)) == run_virtually(drawn(5))


def test_connecting_fails_as_the_weather_has_it() -> None:
    """Half of all attempts are refused, or half are never answered; both are counted."""

    async def attempt(network: VirtualNetwork) -> str:
        try:
            async with asyncio.timeout(10.0):
                await network.connect("anna", ANNA)
        except ConnectionLostError:
            return "refused"
        except TimeoutError:
            return "unanswered"
        return "connected"

    async def main() -> None:
        network = VirtualNetwork(Random(1))
        async with served(network):
            for fault, faults in (("refused", Faults(refused=0.5)), ("unanswered", Faults(unanswered=0.5))):
                network.storm(faults)
                fates = [await attempt(network) for _ in range(100)]
                assert {"connected", fault} == set(fates)
                assert fates.count(fault) == network.weather.struck[fault]
                assert 35 < fates.count(fault) < 65

    run_virtually(main())


@pytest.mark.parametrize(("how", "code"), [(Stop.DRAINED, 1012), (Stop.KILLED, None)])
def test_a_server_that_ends_tells_its_clients(how: Stop, code: int | None) -> None:
    """A server that is drained tells its clients to come back; of one that was killed they hear that it is gone."""

    async def main() -> None:
        network = VirtualNetwork(Random(1))
        async with served(network) as (server,):
            socket = await network.connect("anna", ANNA)
            end = asyncio.create_task(ending(socket))
            await asyncio.sleep(1.0)
            await server.restart(how, after=1.0)
            assert code == await end
            assert "welcome" == await kind_of_next(await network.connect("anna", ANNA))
            assert [] == server.reports

    run_virtually(main())


def test_a_server_whose_power_fails_tells_nobody() -> None:
    """Its clients learn that it knows nothing of them when they say something."""

    async def main() -> None:
        network = VirtualNetwork(Random(1))
        async with served(network) as (server,):
            socket = await network.connect("anna", ANNA)
            await asyncio.sleep(1.0)
            await server.restart(Stop.POWER_FAILED)
            await asyncio.sleep(HOUR)
            assert not socket.is_over
            await socket.send(b'{"type": "heartbeat"}')
            await asyncio.sleep(1.0)
            assert socket.is_over

    run_virtually(main())


def test_a_server_is_started_once_it_has_ended() -> None:
    """Whoever starts a server that is being drained gets one that serves, and no half of each."""

    async def main() -> None:
        network = VirtualNetwork(Random(1))
        async with served(network) as (server,):
            socket = await network.connect("anna", ANNA)
            network.cables("anna")[0].black_hole()
            await asyncio.gather(server.stop(), server.start(), server.start())
            assert "welcome" == await kind_of_next(await network.connect("anna", ANNA))
            assert not socket.is_over

    run_virtually(main())


def test_what_a_server_kept_outlives_it() -> None:
    """What was done before a server was killed is there when it is up again; what was under way is not reported."""

    async def main() -> None:
        network = VirtualNetwork(Random(1))
        async with served(network) as (server,):
            await server.use_cases.as_system("test").user.ensure(id="anna", username="anna")
            channel = await server.use_cases.as_user(UserId("anna")).channel.create(name="team")
            await server.restart(Stop.KILLED)
            assert channel == await server.use_cases.as_user(UserId("anna")).channel.get(channel_id=channel.id)

    run_virtually(main())


def test_servers_restart_at_their_rate_until_all_heals() -> None:
    """Servers end by chance and are back within seconds, again and again; once all is healed they stay."""

    async def main() -> None:
        network = VirtualNetwork(Random(1))
        async with served(network) as (server,):
            network.storm(Faults(restart=0.1))
            seen = set[bool]()
            for _ in range(1_000):
                await asyncio.sleep(1.0)
                seen.add(server.is_up)
            assert {True, False} == seen
            assert 60 < network.weather.struck["restart"] < 100
            network.heal()
            await asyncio.sleep(AWAY_SECONDS)
            struck = network.weather.struck.copy()
            await asyncio.sleep(HOUR)
            assert server.is_up
            assert struck == network.weather.struck

    run_virtually(main())
