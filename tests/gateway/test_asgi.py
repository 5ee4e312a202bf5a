"""The gateway as an ASGI application: mounted, around another one, alone, and on servers that can do less."""

import asyncio
import json
import logging
import socket
import sys
from collections.abc import AsyncGenerator, MutableMapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import cast

import pytest
from attrs import define, field
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from saiondo_core import Settings, UseCaseFactory
from saiondo_core.errors import ExtraMissingError, GatewayNotOpenError, StartupFailedError
from saiondo_core.gateway.asgi import RealTimeApp, serve
from saiondo_core.gateway.asgi.protocol import ASGIApp, Message, Receive, Scope, Send
from saiondo_core.gateway.asgi.shell import SOCKET, Socket
from saiondo_core.gateway.handshake import Handshake
from saiondo_core.kernel.ids import UserId
from saiondo_core.messages.model import Allow, MessageDraft
from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.listening import Told
from saiondo_core.realtime.model import RealTimePolicy
from saiondo_core.testing.clocks import breathe
from saiondo_core.testing.people import sign_up
from saiondo_core.testing.ports import cheap_ports
from saiondo_core.testing.randomness import CANARY
from tests.gateway.sites import SHELLS, Client, Reply, SetBackClock, Site, open_site


def factory_of(policy: RealTimePolicy | None = None, reports: list[str] | None = None) -> UseCaseFactory:
    """A factory on the machine's clock, which reports into *reports*."""
    heard = [] if reports is None else reports
    settings = Settings(real_time=policy or RealTimePolicy())
    return UseCaseFactory(settings, cheap_ports(clock=SetBackClock()), report=lambda event, **_: heard.append(event))


@asynccontextmanager
async def connected(url: str) -> AsyncGenerator[Client]:
    """Connect to *url*."""
    async with connect(url, proxy=None, ping_interval=None) as connection:
        yield Client(connection)


async def talk(url: str, factory: UseCaseFactory) -> None:
    """See to it that real time is served at *url*."""
    use_cases = factory.create_all_use_cases()
    anna = await sign_up(use_cases, "anna")
    team = await use_cases.as_user(anna.user.id).channel.create(name="team")
    async with connected(url) as client:
        assert "welcome" == (await client.say("auth", token=anna.access_token))["type"]
        assert "snapshot" == (await client.say("join_channel", team.id))["type"]
        assert "ack" == (await client.say("message", team.id, content="hello", client_message_id="1"))["type"]


async def fetch(url: str, path: str) -> bytes:
    """Ask for *path* by HTTP: the whole answer."""
    port = int(url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    try:
        return await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()


async def home(_request: object) -> PlainTextResponse:
    """The host's own page."""
    return PlainTextResponse("this is home")


async def test_mounted_in_starlette() -> None:
    """Below where it is mounted it serves real time, opened by the host's own lifespan; the host's pages stay."""
    factory = factory_of()
    real_time = RealTimeApp(factory, path="/live")

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        async with real_time:
            yield

    host = Starlette(routes=[Route("/", home), Mount("/chat", real_time)], lifespan=lifespan)
    async with serve(host) as server:
        await talk(f"{server.url}/chat/live", factory)
        assert b"this is home" in await fetch(server.url, "/")
        assert b"HTTP/1.1 426 " == (await fetch(server.url, "/chat/"))[:13]
        with pytest.raises(InvalidStatus, match="404"):
            await connect(f"{server.url}/chat/elsewhere", proxy=None)


async def test_around_starlette() -> None:
    """It takes the WebSockets of its path; the rest is the other application's, its lifespan too."""
    factory, lives = factory_of(), list[str]()

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        lives.append("began")
        yield
        lives.append(f"ended with {len(app)} clients")

    app = RealTimeApp(factory, app=Starlette(routes=[Route("/", home)], lifespan=lifespan), path="/chat")
    async with serve(app) as server:
        left = await connect(f"{server.url}/chat", proxy=None)
        await talk(f"{server.url}/chat", factory)
        assert b"this is home" in await fetch(server.url, "/")
        with pytest.raises(InvalidStatus, match="403"):
            await connect(f"{server.url}/elsewhere", proxy=None)
        assert ["began"] == lives
    assert ["began", "ended with 0 clients"] == lives
    await left.wait_closed()
    assert CloseCode.RESTARTING == left.close_code


async def test_around_an_application_without_lifespan() -> None:
    """An application that raises at a lifespan, as Django does, is none the worse for it."""

    async def only_http(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"{scope['type']} is not handled")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"this is home"})

    factory = factory_of()
    async with serve(RealTimeApp(factory, app=only_http, path="/chat")) as server:
        await talk(f"{server.url}/chat", factory)
        assert b"this is home" in await fetch(server.url, "/")


async def test_a_startup_that_fails_is_told() -> None:
    """Whether the application within fails or the factory does, nothing is served."""

    async def find_database() -> None:
        raise OSError("no database")

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        await find_database()
        yield

    factory = factory_of()
    async with factory:
        for app in RealTimeApp(factory_of(), app=Starlette(lifespan=lifespan)), RealTimeApp(factory):
            with pytest.raises(StartupFailedError):
                async with serve(app):
                    pytest.fail("it is served")


def test_the_extra_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without uvicorn, serving says what to install; the application works without it."""
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    monkeypatch.delitem(sys.modules, "saiondo_core.gateway.asgi.server", raising=False)

    async def start() -> None:
        async with serve(RealTimeApp(factory_of())):
            pytest.fail("it is served")

    with pytest.raises(ExtraMissingError, match=r"saiondo-core\[server\]"):
        asyncio.run(start())


async def test_a_taken_port_is_told() -> None:
    """Whoever listens there already is left alone."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        async with serve(RealTimeApp(factory_of()), port=taken.getsockname()[1]):
            pytest.fail("it is served")


async def script(site: Site) -> list[Reply]:
    """What Anna is told in a session with a bit of everything, but for moments and epochs."""
    async with site.client(site.bert) as bert, site.client(site.anna) as anna:
        key = "k"
        for kind, data in (
            ("message", {"content": "hello", "client_message_id": key}),
            ("message", {"content": "hello", "client_message_id": key}),
            ("message", {"content": "other", "client_message_id": key}),
            ("typing", {"is_typing": True}),
            ("broadcast", {"data": {"a": [1, None]}}),
            ("history", {"since": None}),
            ("shout", {}),
            ("heartbeat", {}),
            ("leave_channel", {}),
        ):
            frame = {"type": kind, "id": kind, "channel_id": site.team.id, "data": data}
            await anna.socket.send(json.dumps(frame))
            anna.others.append(await anna.answer(kind))
        await anna.socket.send(json.dumps({"type": "disconnect"}))
        assert ([], 1000) == await anna.end()
        told = [reply for reply in anna.others if reply["type"] not in {"event", "presence", "typing", "broadcast"}]
        await bert.socket.close()
    plain = json.dumps(told)
    for name in (
        "at",
        "timestamp",
        "created_at",
        "updated_at",
        "joined_at",
        "last_message_at",
        "cursor",
        "epoch",
        "event_id",
    ):
        plain = json.dumps(without(json.loads(plain), name))
    replies: list[Reply] = json.loads(plain)
    return replies


def without(value: object, name: str) -> object:
    """*value*, with nothing called *name* anywhere in it."""
    if isinstance(value, dict):
        pairs = cast("dict[str, object]", value).items()
        return {key: without(each, name) for key, each in pairs if key != name}
    return [without(each, name) for each in cast("list[object]", value)] if isinstance(value, list) else value


async def test_a_session_is_the_same_on_both_shells() -> None:
    """A client cannot tell which of them serves it."""
    told = list[list[Reply]]()
    for shell in SHELLS:
        async with open_site(shell) as site:
            told.append(await script(site))
    assert 9 == len(told[0])
    assert told[0] == told[1]


async def test_a_host_knows_its_users_by_itself() -> None:
    """What `authenticate` gives is whose the connection is, from its first moment on; None lets the first frame say."""

    async def by_cookie(handshake: Handshake) -> UserId | None:
        _, _, name = handshake.headers.get("cookie", "").partition("user=")
        return UserId(name) if name else None

    for shell in SHELLS:
        async with open_site(shell, authenticate=by_cookie) as site:
            async with site.stranger(headers=(("Cookie", f"user={site.anna.user.id}"),)) as anna:
                welcome = await anna.hear()
                assert "welcome" == welcome["type"]
                assert "snapshot" == (await anna.say("join_channel", site.team.id))["type"]
            async with site.stranger() as nobody:
                await nobody.socket.send(json.dumps({"type": "heartbeat"}))
                assert (["not_authenticated"], CloseCode.PROTOCOL_ERROR) == await nobody.end()


async def test_leaving_answers_what_is_under_way() -> None:
    """A request that takes its time is done and answered, and then its client is told to come back."""
    factory, begun, go_on = factory_of(), asyncio.Event(), asyncio.Event()

    async def slow(_draft: MessageDraft) -> Allow:
        begun.set()
        await go_on.wait()
        return Allow()

    use_cases = factory.create_all_use_cases()
    use_cases.before_send(slow)
    app = RealTimeApp(factory)
    stack = serve(app)
    server = await stack.__aenter__()
    anna = await sign_up(use_cases, "anna")
    team = await use_cases.as_user(anna.user.id).channel.create(name="team")
    async with connected(server.url) as client:
        await client.say("auth", token=anna.access_token)
        asking = asyncio.create_task(client.say("message", team.id, content="hello", client_message_id="1"))
        await begun.wait()
        leaving = asyncio.create_task(stack.__aexit__(None, None, None))
        await asyncio.sleep(0)
        go_on.set()
        assert "ack" == (await asking)["type"]
        assert ([], CloseCode.RESTARTING) == await client.end()
        await leaving


async def test_leaving_waits_for_what_takes_its_time() -> None:
    """Whoever asks for nothing is told to come back; only then is another one's request done, and answered still."""
    factory, begun, go_on = factory_of(), asyncio.Event(), asyncio.Event()

    async def slow(_draft: MessageDraft) -> Allow:
        begun.set()
        await go_on.wait()
        return Allow()

    use_cases = factory.create_all_use_cases()
    use_cases.before_send(slow)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(serve(RealTimeApp(factory)))
        anna = await sign_up(use_cases, "anna")
        team = await use_cases.as_user(anna.user.id).channel.create(name="team")
        async with connected(server.url) as busy, connected(server.url) as idle:
            for each in (busy, idle):
                await each.say("auth", token=anna.access_token)
            asking = asyncio.create_task(busy.say("message", team.id, content="hello", client_message_id="1"))
            await begun.wait()
            leaving = asyncio.create_task(stack.aclose())
            assert ([], CloseCode.RESTARTING) == await idle.end()
            go_on.set()
            assert "ack" == (await asking)["type"]
            await leaving


async def test_a_client_whose_window_is_shut_is_given_up() -> None:
    """What it does not take within the write deadline ends its connection, and what is left of it is gone."""
    factory = factory_of(RealTimePolicy(write_seconds=0.3, waiting_octets=64 * 1_048_576, waiting_events=100_000))
    app = RealTimeApp(factory)
    async with serve(app) as server:
        use_cases = factory.create_all_use_cases()
        anna = await sign_up(use_cases, "anna")
        team = await use_cases.as_user(anna.user.id).channel.create(name="team")
        async with connected(server.url) as client:
            await client.say("auth", token=anna.access_token)
            await client.say("join_channel", team.id)
            client.socket.transport.pause_reading()
            chat = use_cases.as_user(anna.user.id).real_time
            async with asyncio.timeout(30):
                while len(app):
                    await chat.broadcast_to_channel(channel_id=team.id, data={"filling": "a" * 4_000})
                    await asyncio.sleep(0)
            client.socket.transport.abort()


@pytest.mark.parametrize("is_first", [True, False])
async def test_a_silent_connection_is_not_kept(*, is_first: bool) -> None:
    """Whoever connects and asks for nothing, or for nothing more, has as long as who does not say who they are."""
    async with serve(RealTimeApp(factory_of(RealTimePolicy(auth_seconds=0.2)))) as server, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        if not is_first:
            writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
            await reader.readuntil(b"\r\n0\r\n\r\n")
            writer.write(b"GET / HTTP/1.1\r\n")
        assert b"" == await reader.read()
        writer.close()


async def test_nothing_tells_of_urls_or_of_the_server(caplog: pytest.LogCaptureFixture) -> None:
    """No log holds a URL, no header names the server, and nothing is compressed, though it is offered."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, logger="websockets.client")
    async with serve(RealTimeApp(factory_of())) as server:
        async with connect(f"{server.url}/?page={CANARY}", proxy=None) as client:
            assert client.response is not None
            assert "server" not in client.response.headers
            assert "sec-websocket-extensions" not in client.response.headers
        with pytest.raises(InvalidStatus):
            await connect(f"{server.url}/?token={CANARY}", proxy=None)
    assert caplog.records
    assert CANARY not in caplog.text


@define(eq=False)
class Server:
    """A server of the plainest kind: what an application says is kept, and what a client says can be written here."""

    sent: list[Message] = field(factory=list[Message], init=False)
    to_come: "asyncio.Queue[Message]" = field(factory=asyncio.Queue["Message"], init=False)

    def __attrs_post_init__(self) -> None:
        """Let a client come."""
        self.to_come.put_nowait({"type": "websocket.connect"})

    async def send(self, message: Message) -> None:
        """Keep *message*; nothing goes after a close."""
        if self.sent and self.sent[-1]["type"] == "websocket.close":
            raise RuntimeError("closed already")
        self.sent.append(message)

    def start(self, app: ASGIApp, *headers: tuple[bytes, bytes], **scope: object) -> "asyncio.Task[None]":
        """Let the client connect to *app*."""
        whole: MutableMapping[str, object] = {"type": "websocket", "path": "/", "headers": headers, **scope}

        async def call() -> None:
            await app(whole, self.to_come.get, self.send)

        return asyncio.create_task(call())

    def text(self, text: str) -> None:
        """Let the client send *text*."""
        self.to_come.put_nowait({"type": "websocket.receive", "text": text, "bytes": None})


async def test_a_server_that_lets_large_frames_through_is_reported_once() -> None:
    """Its client is closed with 1009, characters of several bytes counted; the host is told once what to set."""
    reports = list[str]()
    async with RealTimeApp(factory_of(reports=reports)) as app:
        for large in "a" * 65_537, "é" * 40_000:
            server = Server()
            server.text(large)
            await server.start(app)
            assert {"type": "websocket.close", "code": 1009} == server.sent[-1]
    assert ["unsafe_server"] == reports


async def test_a_server_that_cannot_say_why_refuses() -> None:
    """Where a refusal cannot be worded, it is a close before accepting, which servers make a 403."""
    async with RealTimeApp(factory_of()) as app:
        for server, headers, scope in (
            (Server(), ((b"origin", b"https://evil.com"),), {}),
            (Server(), (), {"query_string": b"token=x"}),
        ):
            await server.start(app, *headers, **scope)
            assert [{"type": "websocket.close"}] == server.sent


async def test_of_two_origins_neither_is_believed() -> None:
    """Where a server lets an `Origin` through that is said twice, the client is refused, whatever the order."""
    ours, other = (b"origin", b"https://example.org"), (b"Origin", b"https://evil.com")
    async with RealTimeApp(factory_of(), origins={"https://example.org"}) as app:
        for headers in (ours, other), (other, ours), (ours, ours):
            server = Server()
            await server.start(app, *headers)
            assert [{"type": "websocket.close"}] == server.sent


@define(eq=False)
class Stuffed(Socket):
    """A socket that writes more than its client reads."""

    is_aborted: bool = False

    @property
    def is_overfull(self) -> bool:
        """See `Socket.is_overfull`."""
        return True

    def write_now(self, told: Told) -> bool:
        """See `Socket.write_now`."""
        del told
        return True

    def abort(self) -> None:
        """See `Socket.abort`."""
        self.is_aborted = True


async def test_a_socket_that_can_be_ended_at_once_is() -> None:
    """A server that can do more than ASGI is made to end what is stuck; the application waits for nothing."""
    stuffed = Stuffed()
    async with RealTimeApp(factory_of(RealTimePolicy(write_seconds=0.2))) as app, asyncio.timeout(20):
        await Server().start(app, extensions={SOCKET: stuffed})
    assert stuffed.is_aborted


async def test_a_server_that_never_says_that_it_closed_is_done_with() -> None:
    """After a close, the application waits for nothing."""
    async with RealTimeApp(factory_of()) as app:
        server = Server()
        server.text("hello")
        serving = server.start(app)
        async with asyncio.timeout(20):
            await serving
        assert {"type": "websocket.close", "code": CloseCode.PROTOCOL_ERROR} == server.sent[-1]
        assert 0 == len(app)


async def test_nobody_is_served_before_and_after() -> None:
    """Before it is opened, the host is told what to do; afterwards, clients are told to come back."""
    app, early, late = RealTimeApp(factory_of()), Server(), Server()
    with pytest.raises(GatewayNotOpenError):
        await early.start(app)
    async with app:
        pass
    await late.start(app, extensions={"websocket.http.response": {}})
    assert 503 == late.sent[0]["status"]

    mute = Server()
    await mute.start(app)
    assert [{"type": "websocket.accept"}, {"type": "websocket.close", "code": CloseCode.RESTARTING}] == mute.sent


async def test_a_cancelled_connection_is_left_at_once() -> None:
    """A server that cancels an application's task is obeyed."""
    async with RealTimeApp(factory_of()) as app:
        server = Server()
        serving = server.start(app)
        await breathe()
        assert 1 == len(app)
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving
        assert 0 == len(app)


async def test_it_opens_again() -> None:
    """What was closed can be opened anew, with its factory."""
    app = RealTimeApp(factory_of())
    for name in "first", "second":
        async with serve(app) as server, connected(f"{server.url}/{name}") as client:
            await client.socket.send("hello")
            assert (["not_decodable"], CloseCode.PROTOCOL_ERROR) == await client.end()
