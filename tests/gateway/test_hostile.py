"""What both shells do about input that is malformed, or meant to harm; and nobody else notices."""

import asyncio
import json
import random
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import cast

import pytest
import pytest_asyncio
from attrs import define, field
from websockets.exceptions import ConnectionClosed, InvalidStatus

from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.model import RealTimePolicy
from saiondo_core.testing.people import sign_up
from tests.gateway.sites import BINARY, CLOSE, PING, SHELLS, TEXT, Client, Site, frame, open_site
from tests.gateway.two_gateways import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

POLICY = RealTimePolicy()
ORIGIN = "https://chat.example.org"
PROTOCOL_ERROR = 1002
MIB = 1_048_576
FLOOD = 150_000


@define(eq=False)
class Neighbour:
    """Bert, connected all the while, and what the host says in the channel meanwhile."""

    site: Site
    client: Client
    said: list[str] = field(factory=list[str], init=False)
    heard: list[str] = field(factory=list[str], init=False)

    async def speak(self) -> None:
        """Let Bert say something elsewhere, over and over."""
        bert = self.site.use_cases.as_user(self.site.bert.user.id)
        while True:
            self.said.append(f"{len(self.said)}")
            await bert.message.send(channel_id=self.site.team.id, content=self.said[-1])
            await asyncio.sleep(0.005)

    async def listen(self) -> None:
        """Hear everything that was said, and nothing that is wrong."""
        while len(self.heard) < len(self.said):
            reply = await self.client.hear()
            assert reply["type"] in {"event", "presence", "typing", "read_receipt", "broadcast", "heartbeat"}, reply
            message = reply["data"].get("message")
            if isinstance(message, dict):
                told = cast("dict[str, str]", message)
                if told["sender_id"] == self.site.bert.user.id:
                    self.heard.append(told["content"])
        assert self.said == self.heard


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=SHELLS)
async def site(request: pytest.FixtureRequest) -> AsyncIterator[Site]:
    """A gateway on one shell, and on the other."""
    async with open_site(request.param, POLICY, origins=(ORIGIN, "http://localhost:3000")) as site:
        yield site


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def neighbour(site: Site) -> AsyncIterator[Neighbour]:
    """Bert's connection, which lasts through all tests."""
    async with site.client(site.bert) as client:
        yield Neighbour(site, client)


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def nobody_notices(site: Site, neighbour: Neighbour) -> AsyncIterator[None]:
    """While a test goes on, the neighbour is told everything, in order, and nothing fails inside."""
    speaking = asyncio.create_task(neighbour.speak())
    yield
    await asyncio.sleep(0)
    speaking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await speaking
    await neighbour.listen()
    assert [] == site.reports


def said(content: object = "hello", **more: object) -> bytes:
    """A message as a client sends it; TEAM, ANNA and BERT stand for their ids."""
    data = {"content": content, "client_message_id": "key"}
    return json.dumps({"type": "message", "channel_id": "TEAM", "data": data} | more).encode()


def quoted(content: bytes) -> bytes:
    """A message with *content* in place of its text, whatever it is."""
    return said("CONTENT").replace(b'"CONTENT"', content)


def text(payload: bytes) -> bytes:
    """A text frame."""
    return frame(TEXT, payload)


def meant(payload: bytes, site: Site) -> bytes:
    """*payload*, with the ids of *site*."""
    for name, meaning in (b"TEAM", site.team.id), (b"ANNA", site.anna.user.id), (b"BERT", site.bert.user.id):
        payload = payload.replace(name, meaning.encode())
    return payload


def fragments(payload: bytes, count: int) -> bytes:
    """One text in *count* fragments."""
    size = -(-len(payload) // count)
    parts = [payload[at : at + size] for at in range(0, len(payload), size)]
    last = len(parts) - 1
    return b"".join(frame(0 if number else TEXT, part, fin=number == last) for number, part in enumerate(parts))


ZEROS = zlib.compressobj(9, zlib.DEFLATED, -15)
BOMB = ZEROS.compress(bytes(64 * MIB)) + ZEROS.flush(zlib.Z_SYNC_FLUSH)

ANSWERED = {
    "no JSON": (b"hello", "not_decodable"),
    "nothing": (b"", "not_decodable"),
    "no object": (b"[]", "not_decodable"),
    "no type": (b"{}", "not_decodable"),
    "unknown type": (b'{"type":"shout"}', "not_decodable"),
    "a server's type": (b'{"type":"welcome"}', "not_decodable"),
    "unknown field": (b'{"type":"heartbeat","admin":true}', "not_decodable"),
    "unknown datum": (b'{"type":"heartbeat","data":{"admin":true}}', "not_decodable"),
    "wrong kind": (said(content=7), "not_decodable"),
    "id of two lines": (b'{"type":"heartbeat","id":"a\\nb"}', "not_decodable"),
    "id of 65 characters": (b'{"type":"heartbeat","id":"' + b"a" * 65 + b'"}', "not_decodable"),
    "brackets 30,000 deep": (b"[" * 30_000 + b"]" * 30_000, "not_decodable"),
    "braces 10,000 deep": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "not_decodable"),
    "deep metadata": (
        said().replace(b'"key"', b'"key","metadata":' + b'{"a":' * 40 + b"1" + b"}" * 40),
        "not_decodable",
    ),
    "integer of 5,000 digits": (quoted(b"9" * 5_000), "not_decodable"),
    "fraction of 5,000 digits": (quoted(b"0." + b"9" * 5_000), "not_decodable"),
    "exponent": (quoted(b"1e999999"), "not_decodable"),
    "NaN": (quoted(b"NaN"), "not_decodable"),
    "Infinity": (quoted(b"-Infinity"), "not_decodable"),
    "duplicate keys": (b'{"type":"heartbeat","type":"heartbeat"}', "not_decodable"),
    "duplicate keys, escaped": (b'{"type":"heartbeat","t\\u0079pe":"heartbeat"}', "not_decodable"),
    "lone surrogate": (quoted(b'"\\ud800"'), "not_decodable"),
    "lone surrogate for an id": (b'{"type":"heartbeat","id":"\\udfff"}', "not_decodable"),
    "NUL between": (b'{"type":"heartbeat"}\0', "not_decodable"),
    "NUL within": (quoted(b'"a\0b"'), "not_decodable"),
    "NUL said": (said("a\0b"), "not_decodable"),
    "byte order mark": (b'\xef\xbb\xbf{"type":"heartbeat"}', "not_decodable"),
    "two texts in one": (b'{"type":"heartbeat"}{"type":"heartbeat"}', "not_decodable"),
    "no channel": (b'{"type":"typing","data":{"is_typing":true}}', "invalid_input"),
    "somebody else's name": (said(user_id="BERT"), "actor_mismatch"),
    "somebody else's channel": (said(channel_id="nowhere"), "channel_not_found"),
    "nobody's message": (b'{"type":"read_receipt","data":{"message_id":"nothing"}}', "message_not_found"),
    "2,001 characters": (said("a" * 2_001), "text_length"),
}
"""What a client sends that is known, and the code of the error it gets: the connection goes on."""

CLOSED = {
    "binary": (frame(BINARY, b"{}"), CloseCode.UNSUPPORTED),
    "no UTF-8": (text(b'{"type":"\xff"}'), CloseCode.INVALID_TEXT),
    "surrogates as bytes": (text(b'{"type":"\xed\xa0\x80"}'), CloseCode.INVALID_TEXT),
    "64 KiB and one byte": (text(b" " * 65_537), CloseCode.TOO_BIG),
    "the same in 100 fragments": (fragments(b" " * 65_537, 100), CloseCode.TOO_BIG),
    "5,000 fragments of nothing": (frame(TEXT, fin=False) + frame(0, fin=False) * 5_000, CloseCode.TOO_BIG),
    "a claim of 8 EiB": (frame(TEXT, length=2**63 - 1), CloseCode.TOO_BIG),
    "64 MiB of zeros, compressed": (frame(TEXT, BOMB[:60_000], reserved=4), PROTOCOL_ERROR),
    "another reserved bit": (frame(TEXT, b"{}", reserved=1), PROTOCOL_ERROR),
    "a reserved opcode": (frame(3, b"{}"), PROTOCOL_ERROR),
    "a reserved control opcode": (frame(11), PROTOCOL_ERROR),
    "unmasked": (frame(TEXT, b"{}", masked=False), PROTOCOL_ERROR),
    "a fragment of nothing": (frame(0, b"{}"), PROTOCOL_ERROR),
    "a text within a text": (frame(TEXT, b"{", fin=False) + frame(TEXT, b"{}"), PROTOCOL_ERROR),
    "a ping in fragments": (frame(PING, fin=False), PROTOCOL_ERROR),
    "a ping of 126 bytes": (frame(PING, b" " * 126), PROTOCOL_ERROR),
    "a close of one byte": (frame(CLOSE, b"x"), PROTOCOL_ERROR),
    "a close code that is none": (frame(CLOSE, (1005).to_bytes(2, "big")), PROTOCOL_ERROR),
    "said goodbye": (text(b'{"type":"disconnect"}'), CloseCode.NORMAL),
}
"""What a client sends that is known, and the code that it is closed with."""


@pytest.mark.parametrize(("payload", "code"), ANSWERED.values(), ids=ANSWERED)
async def test_a_bad_request_is_answered(site: Site, payload: bytes, code: str) -> None:
    """It is told what is wrong, and the next request is done."""
    async with site.client(site.anna) as client:
        client.socket.transport.write(text(meant(payload, site)))
        assert code == (await client.answer(None))["data"]["code"]
        assert "ack" == (await client.say("message", site.team.id, content="hello", client_message_id="k"))["type"]


@pytest.mark.parametrize(("octets", "code"), CLOSED.values(), ids=CLOSED)
async def test_a_bad_frame_ends_the_connection(site: Site, octets: bytes, code: int) -> None:
    """It is closed with the code that says so, and the same client may come back."""
    async with site.client(site.anna) as client:
        client.socket.transport.write(octets)
        assert ([], code) == await client.end()


@pytest.mark.parametrize("sin", ["a reserved opcode", "no UTF-8", "64 KiB and one byte", "binary"])
async def test_who_breaks_the_rules_and_stays_harms_nobody(site: Site, neighbour: Neighbour, sin: str) -> None:
    """The server says goodbye, the client does not answer, and the others hear what is said meanwhile."""
    octets, code = CLOSED[sin]
    async with site.client(site.anna) as client:
        client.socket.transport.pause_reading()
        client.socket.transport.write(octets)
        enough = len(neighbour.said) + 20
        await until(lambda: len(neighbour.said) >= enough)
        client.socket.transport.resume_reading()
        assert ([], code) == await client.end()


async def test_a_thousand_fragments_are_one_text(site: Site) -> None:
    """They are put together, and the request is done."""
    async with site.client(site.anna) as client:
        request = meant(said(id="pieces"), site)
        client.socket.transport.write(fragments(request + b" " * (2_000 - len(request)), 1_000))
        assert "ack" == (await client.answer("pieces"))["type"]


async def test_a_flood_of_tiny_frames_is_read_little_by_little(site: Site) -> None:
    """Others have their turn after each few thousand of them, however many have arrived at once."""
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with site.client(site.anna) as client:
        taking = asyncio.create_task(take_turns())
        client.socket.transport.write(frame(PING) * FLOOD + text(b'{"type":"heartbeat","id":"last"}'))
        assert "pong" == (await client.answer("last"))["type"]
        taking.cancel()
        assert FLOOD / 2_000 < turns, turns


async def test_64_kib_are_not_too_large(site: Site) -> None:
    """A frame of exactly 65,536 bytes is read."""
    async with site.client(site.anna) as client:
        client.socket.transport.write(text(meant(said(id="large"), site).ljust(65_536)))
        assert "ack" == (await client.answer("large"))["type"]


async def test_the_eleventh_text_that_is_no_frame_ends_the_connection(site: Site) -> None:
    """Ten are answered, and the eleventh is answered and closed with 4103."""
    async with site.client(site.anna) as client:
        client.socket.transport.write(text(b"hello") * 12)
        assert (["not_decodable"] * 11, CloseCode.PROTOCOL_ERROR) == await client.end()


@pytest.mark.parametrize(
    ("payload", "code"),
    {
        "request": (said(), "not_authenticated"),
        "heartbeat": (b'{"type":"heartbeat"}', "not_authenticated"),
        "pong": (b'{"type":"pong"}', "not_authenticated"),
        "goodbye": (b'{"type":"disconnect"}', "not_authenticated"),
        "no frame": (b"hello", "not_decodable"),
        "no token": (b'{"type":"auth"}', "not_decodable"),
        "two tokens": (b'{"type":"auth","data":{"token":"a","token":"b"}}', "not_decodable"),
    }.values(),
)
async def test_nothing_may_come_before_auth(site: Site, payload: bytes, code: str) -> None:
    """Whatever it is, the answer is an error, and 4103; what follows it is not even looked at."""
    async with site.stranger() as client:
        client.socket.transport.write(text(payload) + text(said()))
        assert ([code], CloseCode.PROTOCOL_ERROR) == await client.end()


async def test_nobody_says_twice_who_they_are(site: Site) -> None:
    """The second `auth` is refused, whosever it is, and ends the connection with 4103."""
    async with site.client(site.anna) as client:
        await client.socket.send(json.dumps({"type": "auth", "data": {"token": site.bert.access_token}}))
        assert (["already_authenticated"], CloseCode.PROTOCOL_ERROR) == await client.end()


async def expired(site: Site) -> str:
    """A token that was good an hour ago."""
    site.clock.seconds = 3_600
    old = await sign_up(site.use_cases, f"old-{site.use_cases.live.ids.new()}"[-20:])
    site.clock.seconds = 0
    return old.access_token


async def of_another_tenant(site: Site) -> str:
    """A token that is good, elsewhere."""
    other = site.factory.for_tenant("elsewhere")
    return (await sign_up(other, f"eve-{site.use_cases.live.ids.new()}"[-20:])).access_token


async def of_a_past_session(site: Site) -> str:
    """A token whose user has logged out."""
    past = await sign_up(site.use_cases, f"past-{site.use_cases.live.ids.new()}"[-20:])
    await site.use_cases.auth.logout(past.access_token)
    return past.access_token


async def for_refreshing(site: Site) -> str:
    """Not the token that is asked for."""
    return str(site.anna.refresh_token)


async def made_up(site: Site) -> str:
    """A token that nobody gave, but for its form."""
    return site.anna.access_token[:-1] + ("a" if site.anna.access_token[-1] != "a" else "b")


async def nothing(_site: Site) -> str:
    """No token."""
    return ""


@pytest.mark.parametrize("in_header", [False, True], ids=["frame", "header"])
@pytest.mark.parametrize("token", [expired, of_another_tenant, of_a_past_session, for_refreshing, made_up, nothing])
async def test_a_token_that_is_not_good_lets_nobody_in(
    site: Site, token: Callable[[Site], Awaitable[str]], in_header: bool
) -> None:
    """In the first frame or in the header, the answer is the same: 4101."""
    given = await token(site)
    async with site.stranger(headers=(("Authorization", f"Bearer {given}"),) if in_header else ()) as client:
        if not in_header:
            await client.socket.send(json.dumps({"type": "auth", "data": {"token": given}}))
        assert (["invalid_token"], CloseCode.NOT_AUTHENTICATED) == await client.end()


@pytest.mark.parametrize("in_header", [True, False])
async def test_nobody_has_to_wait_for_the_welcome(site: Site, *, in_header: bool) -> None:
    """What is said right after the token is done once it is known whose that is."""
    bearer = "Authorization", f"Bearer {site.anna.access_token}"
    async with site.stranger(headers=(bearer,) if in_header else ()) as client:
        if not in_header:
            await client.socket.send(json.dumps({"type": "auth", "data": {"token": site.anna.access_token}}))
        await client.socket.send(json.dumps({"type": "join_channel", "channel_id": site.team.id}))
        assert ["welcome", "snapshot"] == [(await client.hear())["type"] for _ in range(2)]


@pytest.mark.parametrize(
    "query",
    [
        *("token={}", "access_token={}", "ACCESS_TOKEN={}", "%74oken={}", "a=b&token={}", "token", "token=", "jwt={}"),
        *("bearer={}", "authorization=Bearer%20{}", "auth={}", "api_key={}", "refresh_token={}", "id_token={}"),
        *("secret={}", "session_token={}", "password={}", "token[]={}", "a;token={}"),
    ],
)
async def test_a_token_in_the_url_is_refused(site: Site, query: str) -> None:
    """Under whatever name: 400, and no connection, for what stands in a URL stands in logs."""
    with pytest.raises(InvalidStatus) as refused:
        async with site.stranger(f"/?{query.format('worth-nothing')}"):
            pass
    assert 400 == refused.value.response.status_code
    assert b"worth-nothing" not in bytes(refused.value.response.body)


FOREIGN = [
    *("null", "", " ", "*", "https://", "chat.example.org", "//chat.example.org", "https:chat.example.org"),
    *("http://chat.example.org", "ws://chat.example.org", "wss://chat.example.org", "file://", "data:", "about:blank"),
    *("HTTPS://chat.example.org", "https://CHAT.example.org", "https://chat.Example.org", "Https://chat.example.org"),
    *("https://chat.example.org/", "https://chat.example.org/chat", "https://chat.example.org?", f"{ORIGIN}#"),
    *("https://chat.example.org:443", "https://chat.example.org:80", "https://chat.example.org:8443", f"{ORIGIN}:"),
    *("https://example.org", "https://org", "https://www.chat.example.org", "https://a.chat.example.org"),
    *("https://evil-chat.example.org", "https://evilchat.example.org", "https://chat.example.org.evil.com"),
    *("https://chat.example.com", "https://chat.example.or", "https://chat.example.orgs", "https://hat.example.org"),
    *("https://chat.example.org@evil.com", "https://evil.com@chat.example.org", "https://chat.example.org%00.evil.com"),
    *("https://chat.example.org.", "https://chat..example.org", "https://chat-example.org", "https://chatXexample.org"),
    *("https://xn--cht-2na.example.org", "https://ch%61t.example.org", "https://evil.com/https://chat.example.org"),
    *("https://evil.com?https://chat.example.org", "https://evil.com#https://chat.example.org", "https://[::1]"),
    *("http://localhost", "http://localhost:3001", "https://localhost:3000", "http://127.0.0.1:3000"),
    *("http://localhost:3000.evil.com", "http://localhost:30000", "chrome-extension://chat.example.org"),
    *(f"{ORIGIN}, {ORIGIN}", f"{ORIGIN} {ORIGIN}", f"null, {ORIGIN}", f"{ORIGIN},https://evil.com", f"'{ORIGIN}'"),
    *("https://chat.example.org\\.evil.com", "undefined", "https://evil.com"),
]


async def test_there_are_sixty_foreign_origins() -> None:
    """As many as were promised, and no two the same."""
    assert 60 <= len(set(FOREIGN)) == len(FOREIGN)


@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_foreign_page_is_refused(site: Site, origin: str) -> None:
    """403, and no connection, even with a token that is good."""
    bearer = "Authorization", f"Bearer {site.anna.access_token}"
    with pytest.raises(InvalidStatus) as refused:
        async with site.stranger(headers=(("Origin", origin), bearer)):
            pass
    assert 403 == refused.value.response.status_code


@pytest.mark.parametrize("second", ["https://evil.com", "null", "", ORIGIN])
async def test_two_origins_are_none(site: Site, second: str) -> None:
    """An `Origin` that is said twice is refused, in either order: with 403, or by uvicorn with 400."""
    for headers in ((("Origin", ORIGIN), ("Origin", second)), (("Origin", second), ("Origin", ORIGIN))):
        with pytest.raises(InvalidStatus) as refused:
            async with site.stranger(headers=headers):
                pass
        assert refused.value.response.status_code in {400, 403}


@pytest.mark.parametrize("origin", [ORIGIN, "http://localhost:3000"])
async def test_a_known_page_is_let_in(site: Site, origin: str) -> None:
    """What is listed may connect, and says who it is as everybody does."""
    async with site.stranger(headers=(("Origin", origin),)) as client:
        assert "welcome" == (await client.say("auth", token=site.anna.access_token))["type"]


async def test_the_121st_event_in_a_minute_is_refused(site: Site) -> None:
    """It is told when to ask again; what is no event goes on."""
    async with site.client(site.anna) as client:
        for _ in range(120):
            assert "ack" == (await client.say("typing", site.team.id, is_typing=True))["type"]
        refused = await client.say("message", site.team.id, content="hello", client_message_id="late")
        assert "rate_limited" == refused["data"]["code"]
        assert 0 < float(str(refused["data"]["retry_after"])) <= 60
        assert "history" == (await client.say("history", site.team.id))["type"]


async def test_the_channel_after_the_last_is_refused(site: Site) -> None:
    """A connection listens to as many channels as the policy says; once it leaves one, there is room."""
    anna = site.use_cases.as_user(site.anna.user.id)
    rooms = [await anna.channel.create(name=f"room {number}") for number in range(POLICY.channels_most)]
    async with site.client(site.anna) as client:
        for room in rooms[:-1]:
            assert "snapshot" == (await client.say("join_channel", room.id))["type"]
        assert "too_many_channels" == (await client.say("join_channel", rooms[-1].id))["data"]["code"]
        await client.say("leave_channel", site.team.id)
        assert "snapshot" == (await client.say("join_channel", rooms[-1].id))["type"]


async def test_plain_http_is_told_what_is_spoken_here(site: Site) -> None:
    """426, and the connection is closed."""
    answer = await raw(site, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", is_all=False)
    assert b"HTTP/1.1 426 " == answer[:13]


@pytest.mark.parametrize(
    "octets", [b"\0" * 100 + b"\r\n\r\n", b"\xff\xfe" * 10_000, b"GET\r\n\r\n", b"GET / HTTP/1.1\r\n"]
)
async def test_garbage_for_a_handshake_ends_there(site: Site, octets: bytes) -> None:
    """What is no HTTP is answered with an error of HTTP, or not at all."""
    assert (await raw(site, octets))[:10] in {b"", b"HTTP/1.1 4"}


@pytest.mark.parametrize("early", [frame(3), text(b"hello"), frame(TEXT, b"{}", masked=False)])
async def test_frames_that_cannot_wait_for_the_handshake(site: Site, early: bytes) -> None:
    """What a client sends before it knows that it is let in does no more than it would do later."""
    request = (
        b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    answer = await raw(site, request, early)
    assert answer[:13] in {b"", b"HTTP/1.1 101 "}
    assert b"welcome" not in answer


async def raw(site: Site, *pieces: bytes, is_all: bool = True) -> bytes:
    """Send *pieces*, one after the other, and show that it is all; give whatever comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(site.url.rpartition(":")[2]))
    try:
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0)
        if is_all:
            writer.write_eof()
        async with asyncio.timeout(20):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.transport.abort()


def mutated(random: random.Random, samples: list[bytes]) -> bytes:
    """A frame that was once a good one."""
    payload = bytearray(random.choice(samples))
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(payload) + 1)
        match random.randrange(7):
            case 0:
                payload[at : at + 1] = bytes((random.randrange(256),))
            case 1:
                payload[at : at + random.randint(1, 20)] = b""
            case 2:
                payload[at:at] = random.choice([b"[", b"{", b'"', b"\\", b"\0", b"null", b"1e9", b"NaN", b"\xc3\x28"])
            case 3:
                payload[at:at] = payload[: random.randint(1, 40)]
            case 4:
                other = random.choice(samples)
                payload[at:] = other[random.randrange(len(other)) :]
            case 5:
                old, new = (random.choice(VALUES) for _ in range(2))
                payload = bytearray(bytes(payload).replace(old, new))
            case _:
                payload[at:at] = b" " * random.randint(1, 100)
    if random.random() < 0.9:
        return text(bytes(payload))
    opcode, reserved = random.randrange(16), random.randrange(8)
    return frame(opcode, bytes(payload), fin=random.random() < 0.8, reserved=reserved, masked=random.random() < 0.9)


VALUES = [
    b'"key"',
    b'"hello"',
    b"true",
    b"null",
    b"50",
    b'"message"',
    b'"history"',
    b"{}",
    b"[]",
    b"-1",
    b'"data"',
    b'"id"',
]
SAMPLES = [
    said(id="1"),
    said(metadata={"a": [1, None, {"b": 0.5}]}),
    b'{"type":"join_channel","id":"2","channel_id":"TEAM","data":{"since":null}}',
    b'{"type":"leave_channel","id":"3","channel_id":"TEAM"}',
    b'{"type":"typing","id":"4","channel_id":"TEAM","data":{"is_typing":true}}',
    b'{"type":"read_receipt","id":"5","data":{"message_id":"hello"}}',
    b'{"type":"broadcast","id":"6","channel_id":"TEAM","data":{"data":{"a":[1,2,{"b":null}]}}}',
    b'{"type":"history","id":"7","channel_id":"TEAM","data":{"since":"x","limit":50}}',
    b'{"type":"heartbeat","id":"8","timestamp":"2026-01-01T00:00:00.000Z"}',
    b'{"type":"pong","user_id":"ANNA"}',
    b'{"type":"auth","data":{"token":"hello"}}',
]
PROTOCOL_ERRORS = {
    *("not_decodable", "invalid_input", "text_length", "text_characters", "rate_limited", "actor_mismatch"),
    *("already_authenticated", "channel_not_found", "message_not_found", "invalid_cursor", "idempotency_conflict"),
}
CLOSES = {PROTOCOL_ERROR, *(CloseCode.UNSUPPORTED, CloseCode.INVALID_TEXT, CloseCode.PROTOCOL_ERROR)}


async def test_fuzzed_frames_cause_protocol_errors_only(site: Site) -> None:
    """Each is done or refused with a documented code, and nothing fails inside.

    5,000 on each shell.
    """
    seed = random.SystemRandom().getrandbits(32)
    chance, samples = random.Random(seed), [meant(sample, site) for sample in SAMPLES]
    left = 5_000
    while left > 0:
        async with site.client(site.anna) as client:
            errors, code = set[str](), None
            while code is None and left > 0:
                batch = [mutated(chance, samples) for _ in range(5)]
                left -= len(batch)
                client.socket.transport.write(b"".join(batch) + text(b'{"type":"heartbeat","id":"still there?"}'))
                found, code = await heard(client)
                errors |= found
        assert errors <= PROTOCOL_ERRORS, (seed, errors)
        assert code in {None, 1000, *CLOSES}, (seed, code)


async def heard(client: Client) -> tuple[set[str], int | None]:
    """The codes of the errors that come, and the close code, up to the answer to a heartbeat or to the end."""
    errors = set[str]()
    while True:
        try:
            reply = await client.hear()
        except ConnectionClosed:
            return errors, client.socket.close_code
        if reply["type"] == "error":
            errors.add(str(reply["data"]["code"]))
        if reply.get("id") == "still there?":
            return errors, None
