"""The gateway on the `websockets` package, over real sockets, on asyncio's loop and on uvloop."""

import asyncio
import json
import logging
import resource
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, closing
from datetime import datetime
from http.client import HTTPConnection
from typing import TypeAlias, cast

import pytest
from attrs import define, evolve, field
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from saiondo_core.adapters.memory.presence import MemoryPresence
from saiondo_core.gateway import loops
from saiondo_core.gateway.websocket.shell import WebSocketShell
from saiondo_core.kernel.ids import UserId
from saiondo_core.messages.model import Allow, MessageDraft
from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.frames import Frame
from saiondo_core.realtime.listening import Told
from saiondo_core.realtime.model import RealTimePolicy
from saiondo_core.realtime.requests import Pong
from tests.gateway.halls import Hall, holdings, open_hall, until
from tests.gateway.sites import Client

COMERS = 5_000
AT_ONCE = 50
ABNORMAL = 1006
"""How the `websockets` package calls an end without a goodbye."""
MANY = 1_000_000_000
OPEN = RealTimePolicy(events_per_minute=MANY, requests_per_minute=MANY)
"""No limit on how much is said."""

Run: TypeAlias = Callable[[Coroutine[object, object, None]], None]
both_loops = pytest.mark.parametrize("run", [asyncio.run, loops.run], ids=["asyncio", "uvloop"])


@pytest.fixture(autouse=True)
def room() -> Iterator[None]:
    """Let this process have as many sockets as it may, and no more than before afterwards."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def upgrade(hall: Hall, path: str = "/", **headers: str) -> tuple[int, str, str | None]:
    """Ask for an upgrade: the status, the text and the server that the answer names."""
    wanted = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    with closing(HTTPConnection("127.0.0.1", hall.servers[0].port, timeout=10)) as asking:
        asking.request("GET", path, headers={**wanted, "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", **headers})
        with asking.getresponse() as answer:
            text = "" if answer.status == 101 else answer.read().decode()
            return answer.status, text, answer.headers["Server"]


async def test_the_handshake() -> None:
    """Who is not admitted learns why by HTTP; nobody learns what serves them."""
    async with open_hall(OPEN) as hall:
        assert f"ws://127.0.0.1:{hall.servers[0].port}" == hall.servers[0].url
        for path, origin, status, reason in (
            ("/?token=t", {}, 400, "first frame"),
            ("/", {"Origin": "https://evil.example"}, 403, "origins"),
            ("/", {"Origin": ""}, 403, "origins"),
            ("/?room=1", {}, 101, ""),
        ):
            found, text, server = await asyncio.to_thread(upgrade, hall, path, **origin)
            assert (status, None) == (found, server)
            assert reason in text


async def test_nothing_is_compressed() -> None:
    """A client that offers compression is not taken up on it: no small frame becomes a large one."""
    async with open_hall(OPEN) as hall, connect(hall.servers[0].url, compression="deflate", proxy=None) as opened:
        assert opened.response is not None
        assert "Sec-WebSocket-Extensions" not in opened.response.headers


async def test_no_frame_is_ever_logged(caplog: pytest.LogCaptureFixture) -> None:
    """A host that logs everything does not log its users' tokens."""
    for logger in ("saiondo_core", "websockets.server"):
        caplog.set_level(logging.DEBUG, logger)
    async with open_hall(OPEN) as hall, hall.socket(hall.anna) as opened:
        await opened.recv()
    assert [] == [record.message for record in caplog.records if record.name.startswith(("saiondo_core", "websockets"))]


async def test_a_session_and_its_sockets() -> None:
    """Signing out closes the session's sockets with 4102, at every gateway."""
    async with open_hall(OPEN, gateways=2) as hall, hall.socket(hall.anna) as one, hall.socket(hall.anna, 1) as two:
        welcomes = [json.loads(await each.recv())["type"] for each in (one, two)]
        assert ["welcome"] * 2 == welcomes
        await hall.use_cases[0].auth.logout(hall.anna.access_token)
        codes = [(await Client(each).end())[1] for each in (one, two)]
        assert [CloseCode.SESSION_ENDED] * 2 == codes


async def test_two_gateways() -> None:
    """What is said at one gateway is heard at the other, once, in order."""
    async with (
        open_hall(OPEN, gateways=2) as hall,
        hall.client(hall.anna, 0) as anna,
        hall.client(hall.bert, 1) as bert,
    ):
        for number in range(50):
            speaker = (anna, bert)[number % 2]
            acked = await speaker.say("message", hall.team.id, content=str(number), client_message_id=f"k{number}")
            assert "ack" == acked["type"]
        for each in (anna, bert):
            assert [str(number) for number in range(50)] == await contents(each, 50)


async def contents(client: Client, count: int) -> list[object]:
    """The contents of the next *count* messages that *client* is told."""
    found = list[object]()
    while len(found) < count:
        reply = client.others.popleft() if client.others else await client.hear()
        if reply["type"] == "event" and reply["data"]["action"] == "message.sent":
            found.append(cast("dict[str, object]", reply["data"]["message"])["content"])
    return found


@both_loops
def test_a_client_that_reads_nothing(run: Run) -> None:
    """It is closed as slow while another hears everything; coming back with its cursor, it has lost nothing."""

    async def scenario() -> None:
        policy = evolve(OPEN, write_seconds=30.0, recover_most=2_000)
        async with (
            open_hall(policy, narrow=True) as hall,
            hall.client(hall.anna) as anna,
            hall.socket(hall.bert, max_queue=1) as slow,
        ):
            joined = await Client(slow).say("join_channel", hall.team.id)
            speaker = hall.use_cases[0].as_user(hall.anna.user.id)
            said = [f"{number} {'x' * 1_500}" for number in range(2_000)]
            for first in range(0, len(said), 50):
                for content in said[first : first + 50]:
                    await speaker.message.send(channel_id=hall.team.id, content=content)
                assert said[first : first + 50] == await contents(anna, 50)

            heard, cursor = await drained(slow, str(joined["data"]["cursor"]))
            assert CloseCode.SLOW == slow.close_code
            async with hall.socket(hall.bert) as again:
                back = Client(again)
                snapshot = await back.say("join_channel", hall.team.id, since=cursor)
                assert snapshot["data"]["recovered"]
                assert said == heard + await contents(back, len(said) - len(heard))

    run(scenario())


async def drained(slow: ClientConnection, cursor: str) -> tuple[list[object], str]:
    """Read all that is left for *slow*: the contents of the messages, and the last cursor."""
    heard = list[object]()
    try:
        while True:
            reply = json.loads(await slow.recv())
            if reply["type"] == "event":
                cursor = reply["data"]["cursor"]
                heard += [reply["data"]["message"]["content"]]
    except ConnectionClosed:
        return heard, cursor


@both_loops
def test_a_window_that_is_shut(run: Run) -> None:
    """A peer that takes nothing any more is ended by the write deadline, however little waits; the other one stays."""

    async def scenario() -> None:
        policy = evolve(OPEN, write_seconds=0.3, waiting_events=MANY, waiting_octets=MANY)
        async with (
            open_hall(policy, narrow=True) as hall,
            hall.client(hall.anna) as anna,
            hall.socket(hall.bert, max_queue=1) as shut,
        ):
            await Client(shut).say("join_channel", hall.team.id)
            speaker = hall.use_cases[0].as_user(hall.anna.user.id)
            while len(hall.servers[0]) == 2:
                await speaker.message.send(channel_id=hall.team.id, content="x" * 2_000)
                await contents(anna, 1)
            await drained(shut, "")
            assert ABNORMAL == shut.close_code

    run(scenario())


@both_loops
def test_whoever_talks_on_is_closed_in_order(run: Run) -> None:
    """A client that still says much when it is closed learns the code, and is gone as soon as it has agreed."""

    async def scenario() -> None:
        async with open_hall(evolve(OPEN, write_seconds=50.0)) as hall, hall.socket(hall.anna) as opened:
            await opened.recv()
            await opened.send(json.dumps({"type": "disconnect"}))
            for _ in range(5_000):
                await opened.send(json.dumps({"type": "heartbeat"}))
            async with asyncio.timeout(20):
                await opened.wait_closed()
            assert CloseCode.NORMAL == opened.close_code

    run(scenario())


@define(eq=False)
class Wire:
    """A connection whose transport keeps what is written until the test lets it go out."""

    left: int = 0
    state: State = State.OPEN
    frames: list[bytes] = field(factory=list[bytes])

    @property
    def transport(self) -> "Wire":
        """Itself."""
        return self

    protocol = transport

    def write(self, octets: bytes) -> None:
        """Keep *octets*."""
        self.frames.append(octets)
        self.left += len(octets)

    def get_write_buffer_size(self) -> int:
        """How much has not gone out."""
        return self.left

    def is_closing(self) -> bool:
        """Whether the client is gone."""
        return self.state is State.CLOSED


def text(octets: int) -> Told:
    """A frame of so many octets, its head included."""
    told = Told(Frame(type="pong", data=Pong()))
    told.text = b"x" * (octets - (2 if octets < 128 else 4))
    return told


def shell_on(wire: Wire) -> WebSocketShell:
    """A shell on *wire*."""
    return WebSocketShell(cast("ServerConnection", wire), OPEN)


def test_the_write_deadline() -> None:
    """Each octet that was written has 10 s to go out, whatever was written after it or has gone out before."""
    wire = Wire()
    shell = shell_on(wire)
    found = list[bool]()
    for now, written, left in (
        (0.0, 100, 100),
        (9.0, 100, 150),  # Half of the first is gone.
        (9.9, 0, 150),
        (10.0, 0, 100),  # The first is gone just in time.
        (18.9, 0, 1),
        (19.0, 0, 1),  # The second is not.
        (19.1, 0, 0),
        (60.0, 100, 100),
        (69.9, 100, 200),
        (70.0, 100, 300),
    ):
        if written:
            shell.write_now(text(written))
        wire.left = left
        found.append(shell.is_stuck(now))
    assert [False] * 5 + [True] + [False] * 3 + [True] == found


def test_what_the_package_writes_counts() -> None:
    """Answers to pings that nobody reads are stuck like anything else, and too many of them at once."""
    shell = shell_on(wire := Wire(left=1_000))
    found = [shell.is_stuck(now) for now in (0.0, 9.9, 10.0)]
    wire.left = 3_000_000
    assert [False, False, True, True] == [*found, shell_on(wire).is_stuck(0.0)]


def test_all_receivers_get_the_same_octets() -> None:
    """A frame is made once, unmasked; it goes out at once while the line is open and less than 64 KiB wait."""
    wires = [Wire(), Wire(), Wire(left=65_536), Wire(state=State.CLOSING), Wire(state=State.CLOSED)]
    told = text(100)
    assert [True, True, False, False, False] == [shell_on(wire).write_now(told) for wire in wires]
    assert wires[0].frames[0] is wires[1].frames[0]
    assert b"\x81\x62" + b"x" * 98 == wires[0].frames[0]
    assert [] == wires[2].frames + wires[3].frames


async def test_pings_that_are_answered_to_nobody() -> None:
    """A peer that pings and reads nothing is ended, though all that waits for it are the answers to its pings."""
    policy = evolve(OPEN, write_seconds=0.3)
    async with open_hall(policy, narrow=True) as hall, hall.socket(hall.bert) as opened:
        await opened.recv()
        opened.transport.pause_reading()
        while len(hall.servers[0]):
            opened.transport.write((b"\x89\xfd\0\0\0\0" + b"p" * 125) * 1_000)
            await asyncio.sleep(0)
        assert 0 == hall.hub_size


@both_loops
def test_draining(run: Run) -> None:
    """Of 500 clients at a gateway that goes, 100 have a send under way, and another one behind it.

    The first is acked, both are sent again elsewhere by the same keys, and each is one message. All are to come back.
    """

    async def scenario() -> None:
        async with open_hall(evolve(OPEN, drain_seconds=30.0), gateways=2) as hall, AsyncExitStack() as stack:
            sockets = [
                opened
                for _ in range(10)
                for opened in await asyncio.gather(
                    *(stack.enter_async_context(hall.socket(hall.anna)) for _ in range(50))
                )
            ]
            under_way, go_on = asyncio.Semaphore(0), asyncio.Event()

            @hall.use_cases[0].before_send
            async def wait(draft: MessageDraft) -> Allow:
                del draft
                under_way.release()
                await go_on.wait()
                return Allow()

            clients = [Client(each) for each in sockets]
            for number, client in enumerate(clients[:100]):
                for key in (f"first {number}", f"second {number}"):
                    await client.socket.send(said(hall, key))
            for _ in range(100):
                await under_way.acquire()
            shutting = asyncio.create_task(hall.shut(0))
            await clients[-1].socket.wait_closed()
            go_on.set()
            await shutting
            for number, client in enumerate(clients):
                heard = [json.loads(text) async for text in rest_of(client.socket)]
                assert CloseCode.RESTARTING == client.socket.close_code
                acked = [reply["id"] for reply in heard if reply["type"] == "ack"]
                assert ([f"first {number}"] if number < 100 else []) == acked

            async with hall.client(hall.anna, 1) as elsewhere:
                for number in range(100):
                    for key in (f"first {number}", f"second {number}"):
                        await elsewhere.socket.send(said(hall, key))
                        again = await elsewhere.answer(key)
                        assert ("ack", key.startswith("first")) == (again["type"], again["data"]["duplicate"])
            channel = await hall.use_cases[1].as_user(hall.anna.user.id).channel.get(channel_id=hall.team.id)
            assert 200 == channel.last_sequence

    run(scenario())


def said(hall: Hall, key: str) -> str:
    """A message's frame, which is named by its key."""
    data = {"content": key, "client_message_id": key}
    return json.dumps({"type": "message", "id": key, "channel_id": hall.team.id, "data": data})


async def rest_of(opened: ClientConnection) -> AsyncGenerator[str | bytes]:
    """What is still told before the end."""
    try:
        while True:
            yield await opened.recv()
    except ConnectionClosed:
        return


@define(eq=False)
class Dawdling(MemoryPresence):
    """A presence store that takes a while to say who types: whoever joins is in the middle of it meanwhile."""

    async def holders(self, *, topic: str, at: datetime) -> tuple[UserId, ...]:
        """See `PresenceStore.holders`."""
        await asyncio.sleep(0.005)
        return await super().holders(topic=topic, at=at)


@both_loops
def test_nothing_is_left(run: Run) -> None:
    """After 5,000 clients came and went, 10 % in mid-subscribe, all is as it was before."""

    async def come(hall: Hall, number: int) -> None:
        async with hall.socket(hall.anna) as opened:
            await opened.recv()
            await opened.send(json.dumps({"type": "join_channel", "channel_id": hall.team.id}))
            if number % 10 == 0:
                opened.transport.abort()
            elif number % 10 == 1:
                await opened.send(json.dumps({"type": "disconnect"}))
            elif number % 2:
                await opened.recv()

    async def scenario() -> None:
        async with open_hall(OPEN, presence=Dawdling()) as hall:
            before = (0, 0, 0, 0)
            for first in range(0, COMERS + AT_ONCE, AT_ONCE):
                await asyncio.gather(*(come(hall, number) for number in range(first, first + AT_ONCE)))
                if first == 0:
                    await until(lambda: hall.hub_size == 0 == len(hall.servers[0]))
                    await asyncio.sleep(0)
                    before = holdings(hall)
            await until(lambda: holdings(hall) == before)

    run(scenario())


def test_the_loop() -> None:
    """Where uvloop is installed, `run` runs on it, and gives or raises what the coroutine does."""

    async def main() -> str:
        return type(asyncio.get_running_loop()).__module__

    async def fail() -> None:
        raise ZeroDivisionError

    assert "uvloop" == loops.run(main())
    with pytest.raises(ZeroDivisionError):
        loops.run(fail())
