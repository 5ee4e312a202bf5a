"""A client's connection: made, lost, made again and ended, against a server that the test plays."""

import asyncio

import pytest
from attrs import evolve

from saiondo_core.composition.settings import WebSocketSettings
from saiondo_core.kernel.errors import AuthenticationError, UnavailableError
from saiondo_core.kernel.ids import UserId
from saiondo_core.realtime.client_effects import ConnectionStatus, Ending
from saiondo_core.realtime.client_told import WebSocketEvent
from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.errors import ConnectionLostError, NotConnectedError
from saiondo_core.realtime.requests import Heartbeat
from saiondo_core.testing.clocks import breathe
from tests.composition.websocket.peers import BOT, TEAM, open_bench, said_as, token_of
from tests.realtime.client_frames import WELCOME


async def test_it_connects_and_says_who_it_is() -> None:
    """It is connected when the server has welcomed it; to connect again is to be connected still."""
    async with open_bench() as bench:
        assert not bench.client.is_connected()
        assert ConnectionStatus.DISCONNECTED is bench.client.connection_status
        assert bench.client.get_connection_info() is None
        assert await bench.connect()
        assert await bench.connect()

        assert ["auth"] == said_as(bench.peer.wire)
        assert "a token" == token_of(bench.peer.wire)
        assert bench.client.is_connected()
        assert ["connecting", "connected"] == bench.events
        (info,) = bench.client.get_active_connections()
        assert info == bench.client.get_connection_info()
        assert (BOT, ConnectionStatus.CONNECTED, "k") == (info.user_id, info.status, info.connection_id)
        assert bench.clock.now() == info.connected_at


async def test_a_server_that_cannot_be_reached() -> None:
    """After ten seconds it says so, and tries on; a server that comes up later is found."""
    async with open_bench() as bench:
        bench.peer.is_away = True
        connecting = asyncio.create_task(bench.client.connect(BOT, access_token="a token"))
        await bench.clock.advance(9.9)
        assert not connecting.done()
        await bench.clock.advance(0.2)
        assert not await connecting
        assert ConnectionStatus.CONNECTING is bench.client.connection_status

        bench.peer.is_away = False
        await bench.clock.advance(30)
        assert bench.client.is_connected()
        assert ["connecting", "connected"] == bench.events


async def test_a_connection_that_is_lost_comes_back() -> None:
    """It is reconnecting at once, and connected again after its random while, by another connection."""
    async with open_bench() as bench:
        await bench.connect()
        bench.peer.wire.end(None)
        await breathe()
        assert ConnectionStatus.RECONNECTING is bench.client.connection_status
        assert () == bench.client.get_active_connections()

        await bench.clock.advance(4.9)
        assert not bench.client.is_connected()
        await bench.clock.advance(0.2)
        assert bench.client.is_connected()
        assert ["connecting", "connected", "reconnecting", "connected"] == bench.events
        assert 2 == len(bench.peer.wires)


async def test_a_dead_peer_is_noticed_within_two_heartbeats() -> None:
    """What answers nothing is asked once, closed with a code that says to come back, and replaced; be it deaf."""
    settings = WebSocketSettings(heartbeat_interval=30)
    async with open_bench(settings) as bench:
        await bench.connect()
        dead = bench.peer.wire
        dead.is_deaf = True
        await bench.clock.advance(30)
        assert 1 == len(dead.of(Heartbeat))
        assert bench.client.is_connected()
        await bench.clock.advance(10)
        assert ConnectionStatus.RECONNECTING is bench.client.connection_status
        assert dead.closed_with == CloseCode.LOST
        assert CloseCode.LOST not in {CloseCode.NORMAL, CloseCode.GOING_AWAY}
        assert not dead.is_aborted

        await bench.clock.advance(10)
        assert bench.client.is_connected()
        assert dead.is_aborted


async def test_disconnect_is_final_and_told_once() -> None:
    """It says goodbye in order, tells of its close once, and stays away, however long it is; twice is once."""
    async with open_bench() as bench:
        closes = list[WebSocketEvent]()
        bench.client.on_event("close", closes.append)
        await bench.connect()
        await bench.client.disconnect()
        await bench.client.disconnect()
        await bench.clock.advance(3_600)

        assert ["auth", "disconnect"] == said_as(bench.peer.wire)
        assert bench.peer.wire.closed_with == CloseCode.NORMAL
        assert ["connecting", "connected", "close"] == bench.events
        assert Ending.ASKED is closes[0].ending
        assert 1 == len(bench.peer.wires)
        assert ConnectionStatus.DISCONNECTED is bench.client.connection_status
        with pytest.raises(NotConnectedError):
            await bench.client.send_message(channel_id=TEAM, content="hello", sender_id=BOT)
        assert await bench.connect()


@pytest.mark.parametrize("stage", ["away", "token", "reconnecting"])
async def test_disconnect_at_any_moment(stage: str) -> None:
    """While a token is got, a connection is made, or one is waited for: it is over at once."""
    async with open_bench() as bench:
        if stage == "reconnecting":
            await bench.connect()
            bench.peer.wire.end(None)
        bench.peer.is_away = stage == "away"

        async def never() -> str:
            await asyncio.Event().wait()
            return ""

        token = never if stage == "token" else "a token"
        connecting = asyncio.create_task(bench.client.connect(BOT, access_token=token))
        await breathe()
        await bench.client.disconnect()

        assert not await connecting
        assert "close" == bench.events[-1]
        assert 1 == bench.events.count("close")


async def test_it_gives_up_and_says_so_once() -> None:
    """After as many attempts as it may it ends, with one event that says why; whoever runs it is told, too."""
    async with open_bench(WebSocketSettings(max_reconnect_attempts=3)) as bench:
        closes = list[WebSocketEvent]()
        bench.client.on_event("close", closes.append)
        await bench.connect()
        running = asyncio.create_task(bench.client.run())
        bench.peer.refusal = ConnectionLostError()
        bench.peer.wire.end(CloseCode.RESTARTING)
        await bench.clock.advance(3_600)

        assert ["connecting", "connected", "reconnecting", "close"] == bench.events
        assert [(Ending.GAVE_UP, ConnectionStatus.CLOSED)] == [(each.ending, each.status) for each in closes]
        assert 4 == bench.client.get_web_socket_stats().attempts
        with pytest.raises(ConnectionLostError):
            await running
        bench.peer.refusal = None
        assert await bench.connect()


@pytest.mark.parametrize("code", [CloseCode.NOT_AUTHENTICATED, CloseCode.SESSION_ENDED])
async def test_a_token_that_is_refused_is_replaced_once(code: CloseCode) -> None:
    """A new one is asked for; where that is refused, too, it is over, and connecting raises."""
    given = iter(f"token {number}" for number in range(9))

    async def token() -> str:
        return next(given)

    async with open_bench() as bench:
        bench.peer.greets = False
        connecting = asyncio.create_task(bench.client.connect(BOT, access_token=token))
        await breathe()
        bench.peer.wire.end(code)
        await breathe()
        bench.peer.wire.end(code)
        with pytest.raises(AuthenticationError):
            await connecting
        await bench.clock.advance(3_600)

        assert ["token 0", "token 1"] == [token_of(wire) for wire in bench.peer.wires]
        assert ["connecting", "close"] == bench.events
        with pytest.raises(AuthenticationError):
            await bench.client.run()


async def test_a_token_that_expires_is_replaced_and_all_goes_on() -> None:
    """A session whose token is refused after weeks goes on under the next one."""
    given = iter(("old", "new"))

    async def token() -> str:
        return next(given)

    async with open_bench() as bench:
        assert await asyncio.wait_for(bench.client.connect(BOT, access_token=token), 5)
        await bench.clock.advance(20)
        bench.peer.wire.end(CloseCode.SESSION_ENDED)
        await breathe()

        assert bench.client.is_connected()
        assert ["old", "new"] == [token_of(wire) for wire in bench.peer.wires]


async def test_a_text_is_no_new_token() -> None:
    """Whoever gave one token is told, when it is refused, that there is none: it is not said again."""
    async with open_bench() as bench:
        bench.peer.greets = False
        connecting = asyncio.create_task(bench.client.connect(BOT, access_token="a token"))
        await breathe()
        bench.peer.wire.end(CloseCode.NOT_AUTHENTICATED)
        with pytest.raises(AuthenticationError):
            await connecting

        assert 1 == len(bench.peer.wires)


async def test_a_token_that_cannot_be_had_is_asked_for_later() -> None:
    """Whoever gives tokens may be away for a while, or never answer: that is no end, and is told."""
    answers = iter((UnavailableError(outcome_unknown=False), None, "a token"))
    errors = list[WebSocketEvent]()

    async def token() -> str:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            await asyncio.Event().wait()
        return str(answer)

    async with open_bench() as bench:
        bench.client.on_event("error", errors.append)
        connecting = asyncio.create_task(bench.client.connect(BOT, access_token=token))
        await bench.clock.advance(60)
        assert not await connecting
        assert bench.client.is_connected()
        assert ["UnavailableError", "DeadlineExceededError"] == [type(event.error).__name__ for event in errors]


async def test_somebody_elses_token_is_refused() -> None:
    """A connection that turns out to be another user's is not used."""
    async with open_bench() as bench:
        bench.peer.greets = False
        connecting = asyncio.create_task(bench.client.connect(BOT, access_token="bert's"))
        await breathe()
        wire = bench.peer.wire
        wire.tell(evolve(WELCOME, user_id=UserId("bert")))
        with pytest.raises(AuthenticationError):
            await connecting
        assert wire.is_aborted or wire.closed_with is not None


async def test_what_cannot_be_read_costs_the_connection_and_no_more() -> None:
    """A server that talks nonsense is left, told of, and come back to, not asked again and again at once."""
    async with open_bench() as bench:
        await bench.connect()
        bench.peer.wire.tell(b"{")
        await breathe()
        assert ConnectionStatus.RECONNECTING is bench.client.connection_status
        await bench.clock.advance(10)

        assert bench.client.is_connected()
        assert ["connecting", "connected", "error", "reconnecting", "connected"] == bench.events


async def test_a_server_that_sends_it_away() -> None:
    """A code that is obeyed ends it; connecting raises."""
    async with open_bench() as bench:
        bench.peer.greets = False
        connecting = asyncio.create_task(bench.client.connect(BOT, access_token="a token"))
        await breathe()
        bench.peer.wire.end(CloseCode.PROTOCOL_ERROR)
        with pytest.raises(ConnectionLostError) as caught:
            await connecting

        assert caught.value.close_code == CloseCode.PROTOCOL_ERROR


async def test_a_token_stands_in_no_repr_and_no_report() -> None:
    """Whatever is shown of a client, its token is not."""
    async with open_bench() as bench:
        await bench.connect("canary")
        bench.peer.wire.end(CloseCode.NOT_AUTHENTICATED)
        await breathe()
        shown = [bench.client, bench.clients.find(BOT), bench.client.get_connection_info(), *bench.reports]

        assert "canary" == token_of(bench.peer.wire)
        assert not any("canary" in repr(each) for each in shown)
