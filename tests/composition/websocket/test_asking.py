"""What a client says: in order, until it is answered, once."""

import asyncio

import pytest

from saiondo_core.channels.model import ChannelId
from saiondo_core.composition.settings import WebSocketSettings
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.messages.model import MessageId
from saiondo_core.realtime.errors import ConnectionLostError, NotConnectedError, OutboxFullError, RequestRefusedError
from saiondo_core.realtime.requests import Broadcast, ReadReceipt, Say, Typing
from saiondo_core.testing.clocks import breathe
from tests.composition.websocket.peers import TEAM, Bench, keys_of, open_bench, said_as
from tests.realtime.client_frames import ack, refusal

HALL = ChannelId("hall")


def say(bench: Bench, key: str, channel_id: ChannelId = TEAM) -> "asyncio.Task[object]":
    """Begin to say something under *key*."""
    sending = bench.client.send_message(channel_id=channel_id, content=f"this is {key}", client_message_id=key)
    return asyncio.create_task(sending)


async def test_what_is_said_is_stored_and_given_back() -> None:
    """Whoever sends waits until it is stored, and is given what was stored; its name is a new one each time."""
    async with open_bench() as bench:
        await bench.connect()
        sending = [
            asyncio.create_task(bench.client.send_message(channel_id=TEAM, content=text)) for text in ("one", "two")
        ]
        await breathe()
        assert ["auth", "message"] == said_as(bench.peer.wire)
        await bench.peer.wire.answer_messages()
        stored = [await each for each in sending]

        assert ["one", "two"] == [message.content for message in stored]
        assert 2 == len({message.client_message_id for message in stored})
        assert 2 == bench.client.get_web_socket_stats().acknowledged


async def test_what_is_said_while_away_is_sent_once_and_in_order_on_return() -> None:
    """Nothing overtakes what was under way when the connection was lost, which is said again under its own name."""
    async with open_bench() as bench:
        await bench.connect()
        sending = [say(bench, "1")]
        await breathe()
        bench.peer.wire.end(None)
        await breathe()
        sending += [say(bench, key) for key in "2345"]
        await bench.clock.advance(10)
        sending.append(say(bench, "6"))
        await bench.peer.wire.answer_messages()
        await asyncio.gather(*sending)

        first, second = bench.peer.wires
        assert ["1"] == keys_of(first)
        assert ["1", "2", "3", "4", "5", "6"] == keys_of(second)


async def test_whoever_is_cancelled_waits_no_more_and_has_said_it() -> None:
    """A message is sent once it was said, whether somebody waits for the answer or not."""
    async with open_bench() as bench:
        await bench.connect()
        sending = [say(bench, key) for key in "12"]
        await breathe()
        for each in sending:
            each.cancel()
        await breathe()
        await bench.peer.wire.answer_messages()

        assert ["1", "2"] == keys_of(bench.peer.wire)
        stats = bench.client.get_web_socket_stats()
        assert (2, 0) == (stats.acknowledged, stats.waiting)


async def test_what_is_refused_is_said_so_and_the_next_goes_on() -> None:
    """The server's reason reaches whoever sent it; where nobody waits any more, it is told as an error."""
    async with open_bench() as bench:
        await bench.connect()
        refused, forgotten, kept = [say(bench, key) for key in "123"]
        await breathe()
        bench.peer.wire.tell(refusal("1"))
        with pytest.raises(RequestRefusedError) as caught:
            await refused
        forgotten.cancel()
        await breathe()
        bench.peer.wire.tell(refusal("2"))
        await breathe()
        await bench.peer.wire.answer_messages()
        await kept

        assert ("refused", "No.") == (caught.value.reason, caught.value.explanation)
        assert ["connecting", "connected", "error"] == bench.events
        assert 2 == bench.client.get_web_socket_stats().refused


async def test_it_keeps_no_more_than_it_may() -> None:
    """What would be too much is refused, and nothing of it is said."""
    async with open_bench(WebSocketSettings(unsent_most=2)) as bench:
        await bench.connect()
        sending = [say(bench, key) for key in "12"]
        await breathe()
        with pytest.raises(OutboxFullError):
            await say(bench, "3")
        await bench.peer.wire.answer_messages()
        await asyncio.gather(*sending)

        assert ["1", "2"] == keys_of(bench.peer.wire)


@pytest.mark.parametrize("content", ["\x00", "\ud800", "x" * 70_000])
async def test_what_the_server_could_not_read_is_refused_at_once(content: str) -> None:
    """It would cost the connection: so it is never sent, and stands in nobody's way."""
    async with open_bench() as bench:
        await bench.connect()
        with pytest.raises(InvalidInputError):
            await bench.client.send_message(channel_id=TEAM, content=content)
        with pytest.raises(InvalidInputError):
            await bench.client.broadcast_to_channel(channel_id=TEAM, data={"text": content})

        assert ["auth"] == said_as(bench.peer.wire)
        assert 0 == bench.client.get_web_socket_stats().waiting


async def test_what_ends_for_good_is_told_to_whoever_waits() -> None:
    """Given up, it is kept and said at the next connection; disconnected from, it is given up."""
    async with open_bench(WebSocketSettings(max_reconnect_attempts=0)) as bench:
        await bench.connect()
        sending = say(bench, "1")
        await breathe()
        bench.peer.wire.end(None)
        with pytest.raises(ConnectionLostError):
            await sending
        with pytest.raises(NotConnectedError):
            await say(bench, "2")
        await bench.connect()
        assert ["1"] == keys_of(bench.peer.wire)

        joining = asyncio.create_task(bench.client.join_channel(channel_id=HALL))
        await breathe()
        await bench.client.disconnect()
        with pytest.raises(ConnectionLostError):
            await joining
        await bench.connect()
        assert [] == keys_of(bench.peer.wire)


async def test_a_read_receipt_lasts_and_what_passes_by_does_not() -> None:
    """While away, a receipt waits, and a typing sign or a broadcast is never said."""
    async with open_bench() as bench:
        await bench.connect()
        client = bench.client
        await client.send_typing_indicator(channel_id=TEAM, is_typing=True)
        await client.broadcast_to_channel(channel_id=TEAM, data={"at": [1, 2]})
        await breathe()
        bench.peer.wire.end(None)
        await breathe()
        reading = asyncio.create_task(client.send_read_receipt(message_id=MessageId("m"), channel_id=TEAM))
        await client.send_typing_indicator(channel_id=TEAM, is_typing=False)
        await client.broadcast_to_channel(channel_id=TEAM, data={"at": [3, 4]})
        await bench.clock.advance(10)
        first, second = bench.peer.wires
        asked = second.of(ReadReceipt)
        second.tell(ack(str(asked[0].id)))
        await reading

        assert [Typing(is_typing=True), Broadcast(data={"at": [1, 2]})] == [frame.data for frame in first.said[1:]]
        assert ["auth", "read_receipt"] == said_as(second)


async def test_a_message_that_was_there_already() -> None:
    """Said again under the same name, by another process for instance, it is acknowledged as the one it is."""
    async with open_bench() as bench:
        await bench.connect()
        sending = [say(bench, "the same") for _ in range(2)]
        await breathe()
        await bench.peer.wire.answer_messages()
        first, second = await asyncio.gather(*sending)

        assert first == second
        assert 2 == len(bench.peer.wire.of(Say))
