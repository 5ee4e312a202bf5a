"""One connection: who it is, what it is answered and told, how it ends, and that nothing is left of it."""

import asyncio

import pytest

from saiondo_core.auth.model import Principal
from saiondo_core.errors import NotOpenError, UnavailableError
from saiondo_core.gateway.handshake import Handshake
from saiondo_core.kernel.ids import UserId
from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.model import RealTimePolicy
from saiondo_core.testing.clocks import breathe
from tests.gateway.lines import Line, open_house

SAY = {"content": "Hello", "client_message_id": "k"}


async def test_a_token_in_the_header() -> None:
    """The handshake's bearer token says whose the connection is, and the welcome comes by itself."""
    async with open_house() as house, house.line(house.anna) as line:
        assert ["welcome"] == line.types
        assert None is line.heard[0]["id"]
        assert 1 == len(house.gateway)
    assert 0 == len(house.gateway)


async def test_a_token_in_the_first_frame() -> None:
    """Nothing is said before the first frame; its token does as well, and the welcome is its answer."""
    async with open_house() as house, house.line() as line:
        assert [] == line.heard
        line.say("auth", id="a", token=house.anna.access_token)
        await house.calm()
        assert "welcome" == line.answer("a")["type"]


@pytest.mark.parametrize("is_early", [True, False])
async def test_a_worthless_token(is_early: bool) -> None:
    """Wherever it stands, it is refused with 4101, and nothing is told of why beyond that."""
    async with open_house() as house:
        headers = {"authorization": "Bearer nonsense"} if is_early else {}
        line = Line()
        serving = asyncio.create_task(house.gateway.serve(Handshake(path="/", headers=headers), line))
        line.say("auth", token="nonsense")
        await house.calm()
        assert ["error"] == line.types
        assert CloseCode.NOT_AUTHENTICATED is line.closed_with
        assert serving.done()
        assert 0 == house.use_cases.live.attending.hub.size


@pytest.mark.parametrize(
    ("given", "code", "closed_with", "reports"),
    [
        (UserId("anna"), "welcome", None, 0),
        (UserId(""), "invalid_input", CloseCode.INTERNAL, 0),
        (UserId("system:host"), "invalid_input", CloseCode.INTERNAL, 0),
        (ValueError("secret of the host's"), "internal", CloseCode.INTERNAL, 1),
        (UnavailableError(outcome_unknown=False), "unavailable", CloseCode.INTERNAL, 0),
    ],
)
async def test_a_hosts_own_login(
    given: UserId | Exception, code: str, closed_with: CloseCode | None, reports: int
) -> None:
    """A host says who somebody is as it likes; where its code fails, nobody gets in or learns how."""

    async def authenticate(handshake: Handshake) -> Principal | UserId | None:
        assert "/chat" == handshake.path
        if isinstance(given, Exception):
            raise given
        return given

    async with open_house(authenticate=authenticate) as house:
        line = Line()
        serving = asyncio.create_task(house.gateway.serve(Handshake(path="/chat", headers={}), line))
        await house.calm()
        (first,) = line.heard
        assert code == first["data"].get("code", first["type"])
        assert "secret" not in str(first)
        assert closed_with is line.closed_with
        assert ["connection_failed"] * reports == house.reports
        line.hang_up()
        await serving


async def test_a_login_that_hangs() -> None:
    """It is given up after 10 s; the client is told that it may try again."""

    async def authenticate(handshake: Handshake) -> None:
        await asyncio.Event().wait()
        raise AssertionError(handshake)

    async with open_house(authenticate=authenticate) as house, house.line() as line:
        await house.clock.advance(10.0)
        assert ["deadline_exceeded"] == [reply["data"]["code"] for reply in line.heard]
        assert CloseCode.INTERNAL is line.closed_with


async def test_who_says_nothing() -> None:
    """After 10 s a connection that is nobody's is closed with 4002."""
    async with open_house() as house, house.line() as line:
        await house.clock.advance(9.0)
        assert [None] == [line.closed_with]
        await house.clock.advance(1.5)
        assert CloseCode.AUTH_TIMEOUT is line.closed_with


async def test_heartbeats_carry_heads() -> None:
    """After 25 s of silence the client is asked, with the head of each channel it listens to; 10 s later it is lost."""
    async with open_house() as house, house.line(house.anna) as line:
        line.say("join_channel", house.team.id, id="j")
        await house.calm()
        head = line.answer("j")["data"]["head"]
        await house.clock.advance(25.5)
        assert "heartbeat" == line.types[-1]
        assert {"heads": {house.team.id: head}} == line.heard[-1]["data"]
        await house.clock.advance(11.0)
        assert CloseCode.LOST is line.closed_with


async def test_whoever_answers_stays() -> None:
    """A pong is an answer, and the client's own heartbeat is answered with the heads."""
    async with open_house() as house, house.line(house.anna) as line:
        for _ in range(4):
            await house.clock.advance(25.5)
            line.say("pong")
            await house.calm()
        line.say("heartbeat", id="h")
        await house.calm()
        assert ("pong", {"heads": {}}) == (line.answer("h")["type"], line.answer("h")["data"])
        assert None is line.closed_with


async def test_requests_are_done_in_order() -> None:
    """A join is answered by the snapshot, before anything that is told live; each other request by its own frame."""
    async with open_house() as house, house.line(house.anna) as line, house.line(house.bert) as other:
        other.say("join_channel", house.team.id)
        line.say("join_channel", house.team.id, id="j")
        line.say("message", house.team.id, id="m", **SAY)
        line.say("message", house.team.id, id="again", **SAY)
        line.say("typing", house.team.id, id="t", is_typing=True)
        line.say("history", house.team.id, id="h", since=None)
        line.say("broadcast", house.team.id, id="b", data={"x": 1})
        line.say("leave_channel", house.team.id, id="l")
        line.say("disconnect")
        await house.calm()
        answers = [(reply["id"], reply["type"]) for reply in line.heard if reply["id"]]
        assert [
            ("j", "snapshot"),
            ("m", "ack"),
            ("again", "ack"),
            ("t", "ack"),
            ("h", "history"),
            ("b", "ack"),
            ("l", "ack"),
        ] == answers
        assert (False, True) == tuple(line.answer(name)["data"]["duplicate"] for name in ("m", "again"))
        assert CloseCode.NORMAL is line.closed_with
        assert {"event", "typing", "broadcast"} <= set(other.types)


async def test_what_fails_ends_nothing() -> None:
    """A request that is refused is answered so, and the next one is done."""
    async with open_house() as house, house.line(house.anna) as line:
        line.say("join_channel", "nowhere", id="1")
        line.send('{"type": "nonsense"}')
        line.say("heartbeat", id="2")
        await house.calm()
        assert "channel_not_found" == line.answer("1")["data"]["code"]
        assert "pong" == line.answer("2")["type"]
        assert None is line.closed_with


async def test_a_request_that_comes_to_no_end() -> None:
    """It is given up when its client would give up the connection, and the next one is done."""
    async with open_house() as house, house.line(house.anna) as line:
        house.messages.gate = asyncio.Event()
        line.say("message", house.team.id, id="1", **SAY)
        await house.clock.advance(34.0)
        assert ["welcome"] == line.types
        house.messages.gate = None
        line.say("heartbeat", id="2")
        await house.clock.advance(1.0)
        assert ("deadline_exceeded", True) == (line.answer("1")["data"]["code"], line.answer("1")["data"]["retryable"])
        assert "pong" == line.answer("2")["type"]


async def test_nothing_stays_of_who_hangs_up_on_a_request_that_comes_to_no_end() -> None:
    """Neither the connection, nor what it listens to."""
    async with open_house() as house, house.line(house.anna) as line:
        line.say("join_channel", house.team.id)
        await house.calm()
        house.messages.gate = asyncio.Event()
        line.say("message", house.team.id, **SAY)
        await house.calm()
        line.hang_up()
        await house.clock.advance(35.0)
        assert (0, 0) == (len(house.gateway), house.use_cases.live.attending.hub.size)


async def test_an_error_answers_its_request() -> None:
    """What is no frame is refused under the id that it gives, if it gives one; what is refused names its channel."""
    async with open_house() as house, house.line(house.anna) as line:
        line.send('{"type": "message", "id": "1", "data": {"content": "\\u0000"}}')
        line.send('{"type": "nonsense", "id": ["2"]}')
        line.send('{"type": "typing", "id": "3", "channel_id": "x", "user_id": "eve", "data": {"is_typing": true}}')
        await house.calm()
        assert "not_decodable" == line.answer("1")["data"]["code"]
        nameless = [reply["data"].get("code") for reply in line.heard if reply["id"] is None]
        assert [None, "not_decodable"] == nameless
        assert ("actor_mismatch", "x") == (line.answer("3")["data"]["code"], line.answer("3")["channel_id"])


async def test_a_factory_that_closes() -> None:
    """What is asked of a factory that was closed is not refused for good: the client is sent elsewhere."""
    async with open_house() as house, house.line(house.anna) as line:
        house.messages.before = NotOpenError()
        line.say("message", house.team.id, id="m", **SAY)
        await house.calm()
        assert CloseCode.RESTARTING is line.closed_with
        assert ["welcome"] == line.types


@pytest.mark.parametrize(
    ("message", "code"), [(b"{}", CloseCode.UNSUPPORTED), ("x" * 65_537, CloseCode.TOO_BIG)], ids=["binary", "large"]
)
async def test_what_is_never_looked_at(message: str | bytes, code: CloseCode) -> None:
    """Binary and oversized messages close the connection, though what carries it lets them through."""
    async with open_house() as house, house.line(house.anna) as line:
        line.send(message)
        await house.calm()
        assert code is line.closed_with


async def test_channels_are_bounded() -> None:
    """One channel more than the limit is refused; joining one of them again is not."""
    async with open_house(RealTimePolicy(channels_most=2)) as house, house.line(house.anna) as line:
        more = [await house.use_cases.as_user(house.anna.user.id).channel.create(name=name) for name in "ab"]
        for number, channel in enumerate([house.team, *more, house.team]):
            line.say("join_channel", channel.id, id=str(number))
        await house.calm()
        assert ["snapshot", "snapshot", "error", "snapshot"] == [
            line.answer(str(number))["type"] for number in range(4)
        ]
        assert "too_many_channels" == line.answer("2")["data"]["code"]


async def test_nobody_has_the_floor_for_long() -> None:
    """Between any two frames of one client that says many at once, another one's are done."""
    async with open_house() as house, house.line(house.anna) as loud, house.line(house.bert) as quiet:
        for number in range(1_000):
            loud.say("heartbeat", id=str(number))
        quiet.say("heartbeat", id="mine")
        await breathe(20)
        assert "pong" == quiet.answer("mine")["type"]
        assert 50 > len(loud.written)
