"""How connections and subscriptions end: with their session, their membership, their gateway, or a failure."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import pytest
from attrs import define

from saiondo_core import UseCases
from saiondo_core.adapters.memory.presence import MemoryPresence
from saiondo_core.errors import UnavailableError
from saiondo_core.gateway.handshake import Handshake
from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.listening import Told
from saiondo_core.realtime.model import Lease, RealTimePolicy
from saiondo_core.testing.clocks import breathe
from saiondo_core.testing.people import PASSWORD
from tests.gateway.lines import PATIENCE, House, Line, open_house

SAY = {"content": "Hello", "client_message_id": "k"}


async def log_out(house: House) -> None:
    """Anna signs out."""
    await house.use_cases.auth.logout(house.anna.access_token)


async def revoke(house: House) -> None:
    """The host ends that session."""
    await house.use_cases.as_system("host").auth.sessions.revoke(house.anna.session.id, user_id=house.anna.user.id)


@pytest.mark.parametrize("end", [log_out, revoke])
async def test_the_end_of_a_session(end: Callable[[House], Awaitable[None]]) -> None:
    """All sockets of the session are closed with 4102; the same user's other session stays."""
    async with open_house() as house:
        again = await house.use_cases.auth.authenticate(email="anna@example.org", password=PASSWORD)
        async with house.line(house.anna) as one, house.line(house.anna) as two, house.line(again) as other:
            await end(house)
            await house.calm()
            assert [CloseCode.SESSION_ENDED] * 2 == [one.closed_with, two.closed_with]
            assert None is other.closed_with


async def test_who_is_being_closed_is_told_nothing_more() -> None:
    """Though its client takes no part in closing, and others are told of the same at that moment."""
    async with open_house() as house, house.line(house.bert) as other, house.line(house.anna) as line:
        for each in (other, line):
            each.say("join_channel", house.team.id)
            await house.calm()
        line.is_answering = False
        await log_out(house)
        await house.use_cases.as_user(house.bert.user.id).message.send(channel_id=house.team.id, content="Among us")
        await house.calm()
        told = ["event" in each.types for each in (other, line)]
        await house.clock.advance(10.0)
        assert [True, False] == told
        assert CloseCode.SESSION_ENDED is line.closed_with


async def test_the_end_of_a_user() -> None:
    """Whoever is deleted is connected no more, by whichever session."""
    async with open_house() as house, house.line(house.bert) as line:
        await house.use_cases.as_system("host").user.delete(house.bert.user.id)
        await house.calm()
        assert CloseCode.SESSION_ENDED is line.closed_with


async def test_a_session_that_ends_during_the_handshake() -> None:
    """No moment is left in which the end of a session could be missed: it is looked at after one can be told of it."""
    async with open_house() as house:
        verified, go_on = asyncio.Event(), asyncio.Event()

        async def authenticate(handshake: Handshake) -> object:
            principal = await house.use_cases.auth.verify(handshake.token or "")
            verified.set()
            await go_on.wait()
            return principal

        house.gateway.authenticate = authenticate  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
        async with house.line(house.anna) as line:
            await verified.wait()
            await log_out(house)
            await house.calm()
            go_on.set()
            await house.calm()
            assert CloseCode.SESSION_ENDED is line.closed_with
        assert 0 == house.use_cases.live.attending.hub.size


async def leave(house: House, host: UseCases) -> None:
    """Bert leaves."""
    await host.as_user(house.bert.user.id).channel.leave(channel_id=house.team.id)


async def remove(house: House, host: UseCases) -> None:
    """Anna removes Bert."""
    anna = host.as_user(house.anna.user.id)
    await anna.channel.remove_member(channel_id=house.team.id, user_id=house.bert.user.id)


async def ban(house: House, host: UseCases) -> None:
    """Anna bans Bert."""
    anna = host.as_user(house.anna.user.id)
    await anna.channel.ban(channel_id=house.team.id, user_id=house.bert.user.id)


async def delete(house: House, host: UseCases) -> None:
    """Anna deletes the channel."""
    await host.as_user(house.anna.user.id).channel.delete(channel_id=house.team.id)


@pytest.mark.parametrize(
    ("end", "reason"),
    [(leave, "not_a_member"), (remove, "not_a_member"), (ban, "not_a_member"), (delete, "channel_deleted")],
)
async def test_the_end_of_a_membership(end: Callable[[House, UseCases], Awaitable[None]], reason: str) -> None:
    """The client is told once that it hears of the channel no more, hears nothing of it after, and stays connected."""
    async with open_house() as house, house.line(house.bert) as line:
        line.say("join_channel", house.team.id)
        await house.calm()
        await end(house, house.use_cases)
        await house.calm()
        if end is not delete:
            anna = house.use_cases.as_user(house.anna.user.id)
            await anna.message.send(channel_id=house.team.id, content="Among us", sender_id=None)
            await house.calm()
        last = line.heard[-1]
        assert ("leave_channel", house.team.id, {"reason": reason}) == (last["type"], last["channel_id"], last["data"])
        assert 1 == line.types.count("leave_channel")
        assert None is line.closed_with


async def test_an_ack_waits_for_the_commit() -> None:
    """While the store has not said so, the client is told nothing; it hears of the message no earlier either."""
    async with open_house() as house, house.line(house.anna) as line:
        line.say("join_channel", house.team.id)
        await house.calm()
        house.messages.gate = asyncio.Event()
        line.say("message", house.team.id, id="m", **SAY)
        await house.calm()
        before = set(line.types)
        house.messages.gate.set()
        await house.calm()
        assert {"welcome", "snapshot", "presence"} == before
        assert {"ack", "event"} == set(line.types) - before


@pytest.mark.parametrize("is_stored", [False, True])
async def test_a_store_that_fails_around_the_commit(*, is_stored: bool) -> None:
    """The client is told no ack, and that it may try again; by the same key it gets one message, whichever it was."""
    failure = UnavailableError(outcome_unknown=True)
    async with open_house() as house, house.line(house.anna) as line:
        house.messages.before, house.messages.after = (None, failure) if is_stored else (failure, None)
        for name in ("first", "second"):
            line.say("message", house.team.id, id=name, **SAY)
            await house.calm()
        refused, acked = line.answer("first"), line.answer("second")
        assert ("unavailable", True) == (refused["data"]["code"], refused["data"]["retryable"])
        assert ("ack", is_stored) == (acked["type"], acked["data"]["duplicate"])
        kept = await house.messages.history(channel_id=house.team.id, before=None, after=None, limit=9)
        assert ["Hello"] == [message.content for message in kept]


async def test_what_nobody_foresaw() -> None:
    """The client is told that the server failed, the host is told where, nobody how; the next request is done."""
    async with open_house() as house, house.line(house.anna) as line:
        house.messages.before = ZeroDivisionError("secret")
        for name in ("first", "second"):
            line.say("message", house.team.id, id=name, **SAY)
        await house.calm()
        assert ("internal", True) == tuple(line.answer("first")["data"][name] for name in ("code", "retryable"))
        assert "secret" not in str(line.heard)
        assert "ack" == line.answer("second")["type"]
        assert ["connection_failed"] == house.reports


@define(eq=False)
class Absent(MemoryPresence):
    """A presence store that is out of order."""

    async def take(self, *, leases: tuple[Lease, ...], at: datetime) -> None:
        """See `PresenceStore.take`."""
        del leases, at
        raise UnavailableError(outcome_unknown=False)


async def test_nobody_stays_who_cannot_be_told_of_the_end() -> None:
    """A connection that cannot be attended to is closed, to be tried again, and nothing of it is left."""
    async with open_house(presence=Absent()) as house, house.line(house.anna) as line:
        assert ["welcome", "error"] == line.types
        assert CloseCode.INTERNAL is line.closed_with
        await breathe()
        assert (0, 0) == (len(house.gateway), house.use_cases.live.attending.hub.size)


class Endless(MemoryPresence):
    """A presence store that comes to no end."""

    async def take(self, *, leases: tuple[Lease, ...], at: datetime) -> None:
        """See `PresenceStore.take`."""
        del leases, at
        await asyncio.Event().wait()


async def test_nobody_waits_for_ever_to_be_attended_to() -> None:
    """A client that was welcomed, and whose coming is not noted within 10 s, is to try again; nothing of it is left."""
    async with open_house(presence=Endless()) as house, house.line(house.anna) as line:
        await house.clock.advance(10.0)
        assert ["welcome", "error"] == line.types
        assert CloseCode.INTERNAL is line.closed_with
        await breathe()
        assert (0, 0) == (len(house.gateway), house.use_cases.live.attending.hub.size)


async def test_one_broken_line_ends_alone() -> None:
    """A socket that fails when it is looked at is given up; the watch over the others goes on."""

    class Broken(Line):
        def is_stuck(self, now: float) -> bool:
            raise ZeroDivisionError(now)

    async with open_house() as house, house.line(line=Broken()) as broken, house.line() as line:
        await house.clock.advance(1.0)
        assert (True, False) == (broken.is_over, line.is_over)
        await house.clock.advance(10.0)
        assert CloseCode.AUTH_TIMEOUT is line.closed_with
        assert ["connection_failed"] == house.reports


async def test_a_line_that_breaks_when_told_ends_alone() -> None:
    """A socket that fails when it is written to is given up; whoever is told next hears everything."""

    class Broken(Line):
        def write_now(self, told: Told) -> bool:
            if told.frame.type == "event":
                raise ZeroDivisionError(told)
            return super().write_now(told)

    async with (
        open_house() as house,
        house.line(house.anna, line=Broken()) as broken,
        house.line(house.bert) as line,
    ):
        for each in (broken, line):
            each.say("join_channel", house.team.id)
        await house.calm()
        anna = house.use_cases.as_user(house.anna.user.id)
        for content in ("one", "two"):
            await anna.message.send(channel_id=house.team.id, content=content)
        await house.calm()
        assert (True, False) == (broken.is_over, line.is_over)
        assert 2 == line.types.count("event")
        assert ["connection_failed"] == house.reports


async def test_a_slow_client_delays_nobody() -> None:
    """Who reads nothing is closed as slow, once 1,000 frames wait; the other one has heard everything by then."""
    async with open_house() as house, house.line(house.anna) as line, house.line(house.bert) as slow:
        for each in (line, slow):
            each.say("join_channel", house.team.id)
        await house.calm()
        slow.room = 0
        anna = house.use_cases.as_user(house.anna.user.id)
        for number in range(1_010):
            await anna.message.send(channel_id=house.team.id, content=str(number))
        await house.calm()
        assert 1_010 == line.types.count("event")
        slow.read()
        await house.calm()
        assert CloseCode.SLOW is slow.closed_with
        assert None is line.closed_with


async def test_who_reads_nothing_is_asked_nothing_more() -> None:
    """While over half of what may wait waits, its next requests are not done; once it reads, all are, in order."""
    async with open_house(RealTimePolicy(waiting_events=10)) as house, house.line(house.anna) as line:
        line.room = 0
        for number in range(50):
            line.say("heartbeat", id=str(number))
        await house.calm()
        await house.clock.advance(9.0)
        assert not line.is_over
        line.read()
        await house.calm()
        assert [str(number) for number in range(50)] == [reply["id"] for reply in line.heard if reply["type"] == "pong"]


async def test_who_is_slow_is_done_nothing_more() -> None:
    """A request that waited for the client to read is not done once the client is closed: nobody could say so."""
    async with open_house(RealTimePolicy(waiting_events=10)) as house, house.line(house.anna) as line:
        line.say("join_channel", house.team.id)
        await house.calm()
        line.room = 0
        anna = house.use_cases.as_user(house.anna.user.id)
        for number in range(8):
            await anna.message.send(channel_id=house.team.id, content=str(number))
        await house.calm()
        line.say("message", house.team.id, **SAY)
        await house.calm()
        for number in range(8):
            await anna.message.send(channel_id=house.team.id, content=str(number))
        await house.calm()
        line.read()
        await house.calm()
        assert CloseCode.SLOW is line.closed_with
        kept = await house.messages.history(channel_id=house.team.id, before=None, after=None, limit=99)
        assert "Hello" not in [message.content for message in kept]


async def test_who_reads_nothing_has_nothing_more_done() -> None:
    """What is asked for by a client that reads no answers is left undone, until it has read some."""
    async with open_house(RealTimePolicy(waiting_events=10)) as house, house.line(house.anna) as line:
        line.room = 0
        for number in range(50):
            line.say("message", house.team.id, content="Hello", client_message_id=str(number))
        done = list[int]()
        for is_read in (False, True):
            if is_read:
                line.read()
            await house.calm()
            kept = await house.messages.history(channel_id=house.team.id, before=None, after=None, limit=50)
            done.append(len(kept))
        assert 0 < done[0] < 10
        assert 50 == done[1]


async def test_draining() -> None:
    """A request under way is done and answered, nothing further is begun, and all are told to come back elsewhere."""
    async with (
        open_house() as house,
        house.line(house.anna) as busy,
        house.line(house.bert) as idle,
        house.line() as new,
    ):
        house.messages.gate = asyncio.Event()
        busy.say("message", house.team.id, id="1", **SAY)
        busy.say("message", house.team.id, id="2", content="More", client_message_id="k2")
        await house.calm()
        closing = asyncio.create_task(house.gateway.__aexit__(None, None, None))
        await breathe()
        assert [CloseCode.RESTARTING] * 2 == [idle.closed_with, new.closed_with]
        assert [None] == [busy.closed_with]
        house.messages.gate.set()
        await closing
        assert "ack" == busy.answer("1")["type"]
        assert "2" not in [reply["id"] for reply in busy.heard]
        assert CloseCode.RESTARTING is busy.closed_with
        async with house.line() as late:
            assert CloseCode.RESTARTING is late.closed_with


async def test_draining_has_an_end() -> None:
    """What is not done within the drain time is cancelled, and was not acked: nothing was stored."""
    async with open_house(RealTimePolicy(drain_seconds=0.05)) as house, house.line(house.anna) as line:
        house.messages.gate = asyncio.Event()
        line.say("message", house.team.id, id="1", **SAY)
        await house.calm()
        async with asyncio.timeout(PATIENCE):
            await house.gateway.__aexit__(None, None, None)
        assert ["welcome"] == line.types
        assert () == await house.messages.history(channel_id=house.team.id, before=None, after=None, limit=9)


async def test_draining_that_is_cancelled_leaves_nothing() -> None:
    """Whoever waits no longer for what is under way ends it, and the watch over the connections too."""
    async with open_house() as house, house.line(house.anna) as busy:
        house.messages.gate = asyncio.Event()
        busy.say("message", house.team.id, id="1", **SAY)
        await house.calm()
        tasks = asyncio.all_tasks()
        closing = asyncio.create_task(house.gateway.__aexit__(None, None, None))
        await breathe()
        closing.cancel()
        await breathe(100)
        assert closing.cancelled()
        assert busy.is_over
        assert 0 == len(house.gateway)
        assert 3 == len(tasks - asyncio.all_tasks()), "the watch, the connection, and the alarm of its request"
        assert asyncio.all_tasks() < tasks


async def test_whoever_comes_late_and_is_gone_already_is_no_failure() -> None:
    """A client that hangs up while its gateway closes is told nothing, and the server that carries it neither."""
    async with open_house() as house:
        await house.gateway.__aexit__(None, None, None)
        line = Line()
        line.hang_up()
        async with house.line(line=line):
            assert None is line.closed_with
