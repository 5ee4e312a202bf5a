"""The client that was written from docs/realtime-protocol.md, against a server that says what the test wants."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from http import HTTPStatus
from itertools import islice
from typing import Any, TypeAlias

import pytest
from attrs import define, field
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import InvalidStatus
from websockets.http11 import Request, Response

from examples import live_client
from examples.live_client import LiveClient, waits
from saiondo_core.testing.fault_proxy import FaultProxy

Json: TypeAlias = dict[str, Any]

REASONS = ["epoch_changed", "cursor_unknown", "too_many", "trimmed", "not_a_member"]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Come back at once, and find out soon that a connection is dead."""
    monkeypatch.setattr(live_client, "RECONNECT_SECONDS", 0.01)
    monkeypatch.setattr(live_client, "connect", partial(connect, ping_interval=0.2, ping_timeout=0.2))


@define(eq=False)
class Server:
    """A server that has one channel, and loses or breaks what a test says.

    Attributes:
        head: The offset of the channel's last event.
        asked: What clients asked for.
        sockets: Their connections.
        heard: What the client's application heard.
        refuses: How a handshake is answered, where not as usual.
        changed: Set whenever a client connects, asks, or hears.
    """

    head: int = 3
    asked: list[Json] = field(factory=list[Json], init=False)
    sockets: list[ServerConnection] = field(factory=list[ServerConnection], init=False)
    heard: list[Json] = field(factory=list[Json], init=False)
    refuses: list[HTTPStatus] = field(factory=list[HTTPStatus], init=False)
    changed: asyncio.Event = field(factory=asyncio.Event, init=False)

    async def talk(self, socket: ServerConnection) -> None:
        """Welcome a client, and answer what it asks."""
        self.sockets.append(socket)
        self.changed.set()
        assert {"type": "auth", "data": {"token": "token"}} == json.loads(await socket.recv())
        await self.say("welcome", {"heartbeat_seconds": 25, "answer_seconds": 10}, channel_id=None)
        async for text in socket:
            request: Json = json.loads(text)
            self.asked.append(request)
            self.changed.set()
            await self.answer(request)

    async def answer(self, request: Json) -> None:
        """Answer one request: a joining by the head, from which the cursor goes on."""
        if request["type"] == "join_channel":
            since = request["data"]["since"]
            at = self.head if since is None else int(since)
            await self.say("snapshot", {"head": at, "cursor": str(at), "gap": None}, id=request["id"])
            for offset in range(at + 1, self.head + 1):
                await self.tell(offset)

    async def say(self, kind: str, data: Json, **more: str | None) -> None:
        """Say a frame about the channel, over the last connection."""
        await self.sockets[-1].send(json.dumps({"type": kind, "channel_id": "general", "data": data, **more}))

    async def tell(self, offset: int) -> None:
        """Tell of an event."""
        self.head = max(self.head, offset)
        await self.say("event", {"offset": offset, "cursor": str(offset)})

    def kinds(self) -> list[str]:
        """What kinds of frames the application heard, but of what passes by all the time."""
        return [frame["type"] for frame in self.heard if frame["type"] not in {"welcome", "heartbeat"}]

    def offsets(self) -> list[int]:
        """The offsets of the events that the application heard."""
        return [frame["data"]["offset"] for frame in self.heard if frame["type"] == "event"]

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Return once *is_so*, looked at whenever something changes."""
        async with asyncio.timeout(10):
            while not is_so():
                self.changed.clear()
                await self.changed.wait()

    def hear(self, frame: Json) -> None:
        """Be the client's application."""
        self.heard.append(frame)
        self.changed.set()

    def refuse(self, socket: ServerConnection, _request: Request) -> Response | None:
        """Answer the handshake."""
        return socket.respond(self.refuses.pop(0), "no") if self.refuses else None


@asynccontextmanager
async def serving(server: Server) -> AsyncGenerator[FaultProxy]:
    """Serve, behind a network that can break."""
    async with (
        serve(server.talk, "127.0.0.1", 0, process_request=server.refuse) as listening,
        FaultProxy("127.0.0.1", listening.sockets[0].getsockname()[1]) as network,
    ):
        yield network


@asynccontextmanager
async def following(server: Server, *channels: str) -> AsyncGenerator[LiveClient]:
    """A client of *server* that has joined."""
    async with serving(server) as network:
        client = LiveClient(network.url(), "token", channels or ["general"], server.hear)
        running = asyncio.create_task(client.run())
        await server.until(lambda: "snapshot" in server.kinds())
        yield client
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_what_happens_is_heard_once_and_in_order() -> None:
    """From the snapshot on; what was heard before is dropped."""
    server = Server()
    async with following(server):
        for offset in (4, 2, 4, 5):
            await server.tell(offset)
        await server.until(lambda: server.offsets()[-1:] == [5])

    assert ["snapshot", "event", "event"] == server.kinds()
    assert [4, 5] == server.offsets()
    assert 1 == len(server.sockets)


async def test_it_comes_back_with_its_cursor() -> None:
    """What happened while it was away follows."""
    server = Server()
    async with following(server):
        await server.tell(4)
        server.head = 6
        await server.sockets[0].close(1012)
        await server.until(lambda: server.offsets()[-1:] == [6])

    assert [None, "4"] == [request["data"]["since"] for request in server.asked]
    assert [4, 5, 6] == server.offsets()


async def test_it_comes_back_for_what_was_lost_on_the_way() -> None:
    """An offset that does not follow is not kept: it joins again, from where it has got to."""
    server = Server()
    async with following(server):
        await server.tell(6)
        await server.until(lambda: server.offsets()[-1:] == [6])

    assert [4, 5, 6] == server.offsets()
    assert [None, "3"] == [request["data"]["since"] for request in server.asked]


@pytest.mark.parametrize("reason", REASONS)
async def test_a_gap_is_told_and_gone_on_from(reason: str) -> None:
    """The application hears of it, and of what follows its cursor."""
    server = Server(head=8)
    async with following(server) as client:
        await server.say("gap", {"first": 1, "last": 5, "reason": reason, "head": 5, "cursor": "5"})
        await server.tell(6)
        await server.until(lambda: server.offsets() == [6])

    assert ["snapshot", "gap", "event"] == server.kinds()
    assert reason == server.heard[-2]["data"]["reason"]
    assert ({"general": 6}, {"general": "6"}) == (client.offsets, client.cursors)


@pytest.mark.parametrize("reason", REASONS)
async def test_a_gap_on_coming_back_is_told_and_gone_on_from(reason: str) -> None:
    """The application hears of it with the snapshot, and of what follows that."""

    class Forgetful(Server):
        async def answer(self, request: Json) -> None:
            if request["data"]["since"] is None:
                await super().answer(request)
                return
            gap = {"first": 4, "last": 7, "reason": reason}
            await self.say("snapshot", {"head": 7, "cursor": "7", "gap": gap}, id=request["id"])
            await self.tell(8)

    server = Forgetful()
    async with following(server) as client:
        await server.sockets[0].close(1011)
        await server.until(lambda: server.offsets() == [8])

    assert reason == server.heard[-2]["data"]["gap"]["reason"]
    assert ({"general": 8}, {"general": "8"}) == (client.offsets, client.cursors)


async def test_a_channel_that_is_refused_is_told_of() -> None:
    """The application hears why, and the other channels are followed."""

    class Strict(Server):
        async def answer(self, request: Json) -> None:
            if request["channel_id"] == "secret":
                refusal = {"code": "channel_not_found", "message": "There is none.", "retryable": False}
                await self.say("error", refusal, channel_id="secret", id=request["id"])
            else:
                await super().answer(request)

    server = Strict()
    async with following(server, "secret", "general"):
        await server.tell(4)
        await server.until(lambda: server.offsets() == [4])

    assert ["error", "snapshot", "event"] == server.kinds()
    assert 1 == len(server.sockets)


async def test_what_can_be_done_later_is_asked_for_again() -> None:
    """Where joining fails for the moment, it connects again."""

    class Busy(Server):
        async def answer(self, request: Json) -> None:
            if len(self.asked) == 1:
                await self.say("error", {"code": "unavailable", "message": "Later.", "retryable": True})
            else:
                await super().answer(request)

    server = Busy()
    async with following(server):
        pass

    assert 2 == len(server.sockets)


async def test_a_dead_server_is_left() -> None:
    """Where pings are not answered any more, it connects again."""
    server = Server()
    async with serving(server) as network:
        client = LiveClient(network.url(), "token", ["general"], server.hear)
        running = asyncio.create_task(client.run())
        await server.until(lambda: "snapshot" in server.kinds())
        (connection,) = network.connections
        connection.black_hole()
        await server.until(lambda: server.kinds() == ["snapshot"] * 2)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_a_message_goes_out_until_it_is_answered_and_in_order() -> None:
    """No answer, a lost connection and an error to be retried: the same key again, and nothing overtakes it."""
    said = list[str]()

    class Deaf(Server):
        async def answer(self, request: Json) -> None:
            if request["type"] != "message":
                await super().answer(request)
                return
            said.append(request["data"]["client_message_id"])
            match len(said):
                case 1:
                    await self.say("heartbeat", {"heads": {}}, channel_id=None)
                case 2:
                    await self.sockets[-1].close(1011)
                case 3:
                    busy = {"code": "rate_limited", "message": "Later.", "retryable": True, "retry_after": 0.01}
                    await self.say("error", busy, id=request["id"])
                case 4:
                    no = {"code": "muted", "message": "No.", "retryable": False, "retry_after": None}
                    await self.say("error", no, id=request["id"])
                case _:
                    await self.say("ack", {"duplicate": False}, id=request["id"])

    server = Deaf()
    async with following(server) as client, asyncio.timeout(10):
        answers = await asyncio.gather(client.send("general", "one"), client.send("general", "two"))

    assert ["error", "ack"] == [answer["type"] for answer in answers]
    assert [4, 1] == [said.count(key) for key in dict.fromkeys(said)]
    assert "pong" in [request["type"] for request in server.asked]


@pytest.mark.parametrize("code", [1000, 1003, 1007, 1009, 4100, 4101, 4103, 4199])
async def test_it_obeys_a_code_that_says_not_to_come_back(code: int) -> None:
    """`run` raises it."""

    async def refuse(socket: ServerConnection) -> None:
        await socket.close(code, "go")

    async with serve(refuse, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        client = LiveClient(f"ws://127.0.0.1:{port}", "token", ["general"], lambda _: None)
        with pytest.raises(PermissionError, match=str(code)):
            await asyncio.wait_for(client.run(), 10)


async def test_it_obeys_a_handshake_that_is_refused_and_tries_again_where_that_may_pass() -> None:
    """HTTP 503 is tried again; 403 is raised."""
    server = Server()
    server.refuses = [HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.FORBIDDEN]
    async with serving(server) as network:
        with pytest.raises(InvalidStatus, match="403"):
            await asyncio.wait_for(LiveClient(network.url(), "token", ["general"], server.hear).run(), 10)

    assert [] == server.refuses


def test_it_waits_at_random_and_longer_and_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to 30 seconds, so that not all come back at once."""
    monkeypatch.setattr(live_client, "RECONNECT_SECONDS", 5.0)
    asked = list[tuple[float, float]]()

    def uniform(least: float, most: float) -> float:
        asked.append((least, most))
        return most

    monkeypatch.setattr("random.uniform", uniform)

    assert [10, 20, 30, 30] == list(islice(waits(), 4))
    assert {0} == {least for least, _ in asked}
