"""The client that was written from docs/realtime-protocol.md, against a server that says what the test wants."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeAlias

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from examples.live_client import LiveClient

Json: TypeAlias = dict[str, Any]
Talk: TypeAlias = Callable[[ServerConnection], Awaitable[None]]

WELCOME = {"type": "welcome", "data": {"heartbeat_seconds": 0.2, "answer_seconds": 0.1}}
VOID_REASONS = ["epoch_changed", "cursor_unknown"]


class Server:
    """A server that has one channel, and loses or breaks what a test says.

    Attributes:
        events: The channel's log, the first at offset 1.
        epoch: Names it.
        gap: Why the next to join is told of a gap, where one is.
        asked: What clients asked for.
        changed: Set whenever a client connects, asks, or hears of an event.
    """

    def __init__(self) -> None:
        self.events = [event(offset) for offset in (1, 2, 3)]
        self.epoch = "first"
        self.asked = list[Json]()
        self.gap: str | None = None
        self.sockets = list[ServerConnection]()
        self.changed = asyncio.Event()

    async def talk(self, socket: ServerConnection) -> None:
        """Welcome a client, and answer its joins and histories; the rest is the test's own to answer."""
        self.sockets.append(socket)
        self.changed.set()
        assert "auth" == json.loads(await socket.recv())["type"]
        await socket.send(json.dumps(WELCOME))
        async for text in socket:
            request: Json = json.loads(text)
            self.asked.append(request)
            self.changed.set()
            await self.answer(socket, request)

    async def answer(self, socket: ServerConnection, request: Json) -> None:
        """Answer one request."""
        match request:
            case {"type": "join_channel", "data": {"since": since}}:
                await self.join(socket, request, since)
            case {"type": "history", "data": {"after": after}}:
                page = {"epoch": self.epoch, "head": len(self.events), "events": self.events[after : after + 2]}
                await self.say(socket, "history", page, id=request["id"])
            case _:
                pass

    async def join(self, socket: ServerConnection, request: Json, since: str | None) -> None:
        """Tell the head; after a known cursor, what was missed follows."""
        last = len(self.events) if since is None or self.gap else int(since.split("-")[1])
        snapshot = {
            "epoch": self.epoch,
            "head": last,
            "cursor": f"{self.epoch}-{last}",
            "gap": {"first": 1, "last": last, "reason": self.gap} if self.gap else None,
        }
        self.gap = None
        await self.say(socket, "snapshot", snapshot, id=request["id"])
        for missed in self.events[last:]:
            await self.say(socket, "event", missed)

    async def say(self, socket: ServerConnection, kind: str, data: Json, **more: str) -> None:
        """Send a frame about the channel."""
        await socket.send(json.dumps({"type": kind, "channel_id": "general", "data": data, **more}))

    def heard(self, _channel: str, _event: Json) -> None:
        """Let the test look."""
        self.changed.set()

    def happen(self, epoch: str = "first") -> Json:
        """Add an event to the log, and tell nobody."""
        self.events.append(event(len(self.events) + 1, epoch))
        return self.events[-1]


def event(offset: int, epoch: str = "first") -> Json:
    """An event of the log."""
    return {"offset": offset, "cursor": f"{epoch}-{offset}", "event_id": f"{epoch}-{offset}"}


async def until(server: Server, is_so: Callable[[], bool]) -> None:
    """Return once *is_so*, looked at whenever something changes."""
    async with asyncio.timeout(10):
        while not is_so():
            server.changed.clear()
            await server.changed.wait()


@asynccontextmanager
async def following(server: Server, *channels: str) -> AsyncGenerator[LiveClient]:
    """A client of *server* that has kept all there is so far."""
    async with serve(server.talk, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        client = LiveClient(f"ws://127.0.0.1:{port}", "token", channels or ["general"], server.heard)
        client.reconnect_seconds = 0.01
        running = asyncio.create_task(client.run())
        await until(server, lambda: kept(client) == server.events)
        yield client
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


def kept(client: LiveClient) -> list[Json]:
    """What the client has kept of the channel."""
    return client.logs["general"].events


async def test_it_pages_up_to_the_head_and_goes_on_live() -> None:
    """A first joining gives the whole log, what follows is kept once, and what was told already is dropped."""
    server = Server()
    async with following(server) as client:
        for told in (server.happen(), server.events[0], server.events[-1], server.happen()):
            await server.say(server.sockets[0], "event", told)
        await until(server, lambda: len(kept(client)) == 5)

    assert server.events == kept(client)
    assert 1 == len(server.sockets)


async def test_it_asks_for_what_is_missing() -> None:
    """An offset that does not follow makes it ask for what lies between, and for nothing else."""
    server = Server()
    async with following(server) as client:
        server.happen()
        await server.say(server.sockets[0], "event", server.happen())
        await until(server, lambda: kept(client) == server.events)

    assert 1 == len(server.sockets)
    assert {"after": 3} == server.asked[-1]["data"]


async def test_heads_show_what_was_lost_last() -> None:
    """It answers the heartbeat, and where the head is beyond its last event, it asks for what lies between."""
    server = Server()
    async with following(server) as client:
        server.happen()
        await server.say(server.sockets[0], "heartbeat", {"heads": {"general": 4, "unknown": 9}})
        await until(server, lambda: kept(client) == server.events)

    assert 1 == len(server.sockets)
    assert "pong" in [request["type"] for request in server.asked]


@pytest.mark.parametrize("reason", VOID_REASONS)
async def test_what_is_void_is_forgotten(reason: str) -> None:
    """After a gap that makes the past void, the log is the new one from its beginning, and nothing of the old."""
    server = Server()
    async with following(server) as client:
        server.epoch, server.events, server.gap = "second", [event(1, "second"), event(2, "second")], reason
        await server.sockets[0].close(1012)
        await until(server, lambda: kept(client) == server.events)


async def test_the_cursor_of_a_void_past_is_given_up() -> None:
    """Where the new log is empty, it comes back without a cursor, and hears what happens there first."""
    server = Server()
    async with following(server) as client:
        server.epoch, server.events, server.gap = "second", [], "epoch_changed"
        await server.sockets[0].close(1012)
        await until(server, lambda: len(server.sockets) == 2)
        await until(server, lambda: client.logs["general"].epoch == "second")
        await server.sockets[1].close(1012)
        await until(server, lambda: len(server.sockets) == 3)
        server.happen("second")
        await until(server, lambda: kept(client) == server.events)

    assert {"since": None} in [request["data"] for request in server.asked[-2:]]


@pytest.mark.parametrize("reason", ["too_many", "trimmed", "not_a_member"])
async def test_what_is_missing_is_paged(reason: str) -> None:
    """After another gap it pages on from its last event."""
    server = Server()
    async with following(server) as client:
        server.gap = reason
        for _ in range(5):
            server.happen()
        await server.sockets[0].close(1011)
        await until(server, lambda: kept(client) == server.events)

    assert [3, 5, 7] == [request["data"]["after"] for request in server.asked if request["type"] == "history"][-3:]


async def test_a_live_gap_is_filled_before_what_follows_it() -> None:
    """After a gap it comes back for what is missing, and what happens meanwhile is kept after that."""
    server = Server()
    async with following(server) as client:
        for _ in range(3):
            server.happen()
        gap = {"epoch": "first", "head": 6, "cursor": "first-6", "first": 4, "last": 6, "reason": "trimmed"}
        await server.say(server.sockets[0], "gap", gap)
        await server.say(server.sockets[0], "event", server.happen())
        await until(server, lambda: len(kept(client)) == 7)

    assert {"since": "first-3"} == server.asked[-1]["data"]


async def test_a_page_of_another_past_is_not_kept() -> None:
    """Where the log becomes another one while it pages, it joins anew, and keeps the new log only."""

    class Replaced(Server):
        async def answer(self, socket: ServerConnection, request: Json) -> None:
            if request["type"] == "history" and self.epoch == "first":
                self.epoch, self.events, self.gap = "second", [event(1, "second"), event(2, "second")], "epoch_changed"
            await super().answer(socket, request)

    server = Replaced()
    async with following(server) as client:
        assert server.events == kept(client)

    assert 2 == len(server.sockets)


async def test_a_channel_that_is_refused_is_let_go() -> None:
    """It does not ask again for a channel that it may not hear of, and follows the others."""

    class Strict(Server):
        async def answer(self, socket: ServerConnection, request: Json) -> None:
            if request.get("channel_id") == "secret":
                refusal = {"code": "channel_not_found", "message": "There is none.", "retryable": False}
                frame = {"type": "error", "channel_id": "secret", "id": request["id"], "data": refusal}
                await socket.send(json.dumps(frame))
            else:
                await super().answer(socket, request)

    server = Strict()
    async with following(server, "secret", "general") as client:
        assert server.events == kept(client)

    assert 1 == [request.get("channel_id") for request in server.asked].count("secret")


async def test_a_silent_server_is_left() -> None:
    """Where nothing comes for longer than a heartbeat and its answer take, it connects again."""
    server = Server()
    async with following(server):
        await until(server, lambda: len(server.sockets) == 2)


async def test_a_message_goes_out_until_it_is_answered_and_in_order() -> None:
    """No answer, a lost connection and an error to be retried: the same key again, and nothing overtakes it."""
    said = list[str]()

    class Deaf(Server):
        async def answer(self, socket: ServerConnection, request: Json) -> None:
            if request["type"] != "message":
                await super().answer(socket, request)
                return
            said.append(request["data"]["client_message_id"])
            match len(said):
                case 1:
                    pass
                case 2:
                    await socket.close(1011)
                case 3:
                    busy = {"code": "rate_limited", "retryable": True, "retry_after": 0.01}
                    await self.say(socket, "error", busy, id=request["id"])
                case 4:
                    await self.say(socket, "error", {"code": "muted", "retryable": False}, id=request["id"])
                case _:
                    await self.say(socket, "ack", {"duplicate": False}, id=request["id"])

    async with following(Deaf()) as client:
        async with asyncio.timeout(10):
            answers = await asyncio.gather(client.send("general", "one"), client.send("general", "two"))

    assert ["error", "ack"] == [answer["type"] for answer in answers]
    assert [4, 1] == [said.count(key) for key in dict.fromkeys(said)]


async def test_it_obeys_a_code_that_says_not_to_come_back() -> None:
    """The error that ended the connection is what `run` raises."""

    async def refuse(socket: ServerConnection) -> None:
        await socket.close(4101)

    async with serve(refuse, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        client = LiveClient(f"ws://127.0.0.1:{port}", "token", [], print)
        with pytest.raises(ConnectionClosed, match="4101"):
            await asyncio.wait_for(client.run(), 10)
