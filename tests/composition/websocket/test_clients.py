"""Whose connection is meant, and what becomes of all of them when their factory closes."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from attrs import evolve

from saiondo_core import Settings, UseCaseFactory
from saiondo_core.composition.settings import WebSocketSettings
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.refusals import ActorMismatchError, MissingActorError
from saiondo_core.realtime.client_effects import ConnectionStatus
from saiondo_core.realtime.client_told import WebSocketEvent, WebSocketMessage
from saiondo_core.realtime.errors import ConnectionLostError, NoServerError, NotConnectedError
from saiondo_core.testing.clocks import breathe
from saiondo_core.testing.ports import cheap_ports
from tests.composition.websocket.peers import TEAM, Peer, keys_of, open_bench
from tests.realtime.client_frames import WELCOME

ANNA, BERT = UserId("anna"), UserId("bert")


def open_factory(peer: Peer) -> UseCaseFactory:
    """Make a factory whose clients connect to *peer*."""
    return UseCaseFactory(Settings(websocket=WebSocketSettings(connector=peer)), cheap_ports())


async def test_one_user_is_one_connection_wherever_it_is_asked_for() -> None:
    """Bound to a user, one has that user's connection; another user has another; unbound, one names whose."""
    peer = Peer()
    async with open_factory(peer) as use_cases:
        anna, bert = use_cases.as_user(ANNA).websocket, use_cases.as_user(BERT).websocket
        assert await anna.connect(access_token="a token")
        assert use_cases.websocket.is_connected()
        assert use_cases.as_user(ANNA).websocket.is_connected()
        assert not bert.is_connected()
        assert await bert.connect(access_token="a token")

        assert 2 == len(peer.wires)
        assert (ANNA,) == tuple(info.user_id for info in anna.get_active_connections())
        assert {ANNA, BERT} == {info.user_id for info in use_cases.websocket.get_active_connections()}
        with pytest.raises(MissingActorError):
            use_cases.websocket.is_connected()
        with pytest.raises(ActorMismatchError):
            anna.is_connected(BERT)
        sending = asyncio.create_task(
            use_cases.websocket.send_message(channel_id=TEAM, content="hello", sender_id=BERT, client_message_id="k")
        )
        await breathe()
        assert ([], ["k"]) == (keys_of(peer.wires[0]), keys_of(peer.wires[1]))
        await peer.wires[1].answer_messages()
        await sending
        await use_cases.websocket.disconnect()
        assert ConnectionStatus.DISCONNECTED is use_cases.websocket.connection_status


async def test_handlers_hear_of_their_own_users_connections() -> None:
    """Registered by a user, one hears of that user's connection; by nobody, of all; and is taken off likewise."""
    peer = Peer()
    async with open_factory(peer) as use_cases:
        anna, bert, both = use_cases.as_user(ANNA).websocket, use_cases.as_user(BERT).websocket, use_cases.websocket
        hers, all_of_them = list[WebSocketEvent](), list[WebSocketEvent]()
        anna.on_event("connected", hers.append)
        both.on_event("connected", all_of_them.append)
        for each in (anna, bert):
            await each.connect(access_token="a token")
        await breathe()

        assert [ANNA] == [event.user_id for event in hers]
        assert [ANNA, BERT] == [event.user_id for event in all_of_them]


async def test_closing_the_factory_ends_all_connections() -> None:
    """They say goodbye, nothing is left of them, and nobody who was registered hears of anything more."""
    peer, told = Peer(), list[WebSocketMessage]()
    factory = open_factory(peer)
    before = asyncio.all_tasks()
    async with factory as use_cases:
        use_cases.websocket.on_message("*", told.append)
        for user_id in (ANNA, BERT):
            await use_cases.as_user(user_id).websocket.connect(access_token="a token")
    await breathe()

    assert [1000, 1000] == [wire.closed_with for wire in peer.wires]
    assert before == asyncio.all_tasks()
    async with factory as use_cases:
        assert not use_cases.websocket.is_connected()


async def test_all_connections_end_at_once() -> None:
    """However many servers are gone, it takes as long as one of them."""
    async with open_bench() as bench:
        for name in "abcdef":
            assert await bench.client.connect(UserId(name), access_token="a token")
        for wire in bench.peer.wires:
            wire.is_deaf = True
        leaving = asyncio.create_task(bench.client.disconnect())
        await bench.clock.advance(10.1)

        assert leaving.done()


async def test_an_iteration_over_all_connections_ends_with_the_last() -> None:
    """Of nobody in particular, it outlives each but the last; of one user, it ends with theirs."""
    async with open_bench() as bench:
        for user_id in (ANNA, BERT):
            await bench.client.connect(user_id, access_token="a token")
        annas, all_of_them = bench.client.messages(user_id=ANNA), bench.client.messages()

        async def go_through(stream: AsyncIterator[WebSocketMessage]) -> list[WebSocketMessage]:
            return [told async for told in stream]

        of_anna, of_all = asyncio.create_task(go_through(annas)), asyncio.create_task(go_through(all_of_them))
        await breathe()
        await bench.client.disconnect(ANNA)
        await breathe()
        assert (True, False) == (of_anna.done(), of_all.done())
        await bench.client.disconnect(BERT)
        await breathe()
        assert of_all.done()


async def test_the_client_needs_to_know_where_to_connect() -> None:
    """Without a URL it says so when one connects, and not before."""
    async with UseCaseFactory(ports=cheap_ports()) as use_cases:
        client = use_cases.as_user(ANNA).websocket
        client.on_message("*", print)
        with pytest.raises(NotConnectedError):
            await client.send_message(channel_id=TEAM, content="hello")
        with pytest.raises(NoServerError):
            await client.connect(access_token="a token")
        with pytest.raises(MissingActorError):
            await use_cases.websocket.connect(access_token="a token")


async def test_counts_outlive_connections() -> None:
    """What a connection had counted stands in the sum after it has ended, but not what waited then."""
    peer = Peer()
    async with open_factory(peer) as use_cases:
        client = use_cases.as_user(ANNA).websocket
        for _ in range(2):
            await client.connect(access_token="a token")
            saying = asyncio.create_task(client.send_message(channel_id=TEAM, content="hello"))
            await breathe()
            await client.disconnect()
            with pytest.raises(ConnectionLostError):
                await saying
        assert 2 == use_cases.websocket.get_web_socket_stats().connections
        assert 0 == use_cases.websocket.get_web_socket_stats().waiting
        assert 0 == client.get_web_socket_stats().connections

        peer.greets = False
        connecting = asyncio.create_task(client.connect(access_token="a token"))
        await breathe()
        peer.wire.tell(evolve(WELCOME, user_id=ANNA))
        assert await connecting
        assert 1 == client.get_web_socket_stats().connections
