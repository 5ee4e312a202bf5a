"""A client's connection: who one is, heartbeats, coming back, and the end."""

import pytest

from saiondo_core.realtime.client import ClientMachine
from saiondo_core.realtime.client_effects import (
    ClientPolicy,
    Close,
    Connect,
    ConnectionStatus,
    Effects,
    Ending,
    GetToken,
    Report,
    Settled,
    Transmit,
)
from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.frames import Data, Frame
from saiondo_core.realtime.replies import ServerPong
from saiondo_core.realtime.requests import Auth, Disconnect, Heartbeat, Pong
from tests.realtime.client_frames import TALK, WELCOME, beat, come_back, machine, refusal, said, say, wait, welcomed

BACK = Report(status=ConnectionStatus.CONNECTED)
PONG: Frame[Data] = Frame(type=ServerPong.type, data=ServerPong(heads={}))


def gone(code: int | None = None) -> Report:
    """Tell that the connection was lost with *code*."""
    return Report(status=ConnectionStatus.RECONNECTING, code=code)


def ended(ending: Ending, code: int | None = None) -> Report:
    """Tell that it is over."""
    return Report(status=ConnectionStatus.CLOSED, ending=ending, code=code)


def machine_at(stage: int) -> ClientMachine:
    """Make a machine that took so many steps of the way to being connected."""
    client = machine()
    steps = (
        client.connect,
        lambda: client.authorized("token"),
        lambda: client.connected(0.0),
        lambda: client.received(WELCOME, 0.0),
    )
    for step in steps[:stage]:
        step()
    return client


def test_it_gets_a_token_connects_and_says_who_it_is() -> None:
    """A token is got first; the first frame says it; the client is connected when the server welcomes it."""
    client = machine()

    assert (Report(status=ConnectionStatus.CONNECTING), GetToken()) == client.connect()
    assert () == client.connect()
    assert (Connect(0.0),) == client.authorized("token")
    assert (Transmit(Frame(type="auth", data=Auth(token="token"))),) == client.connected(0.0)
    assert (BACK,) == client.received(WELCOME, 0.1)
    assert () == client.received(WELCOME, 0.2)


@pytest.mark.parametrize(("stage", "status"), [*enumerate(["disconnected", *["connecting"] * 3, "connected"])])
def test_the_status_is_what_it_is(stage: int, status: str) -> None:
    """Only whoever was welcomed is connected."""
    assert status == machine_at(stage).status


def test_a_handshake_may_say_the_token() -> None:
    """Where the handshake says the token, no frame does."""
    client = machine(ClientPolicy(is_handshake_trusted=True))
    client.connect()
    client.authorized("token")

    assert () == client.connected(0.0)
    assert (BACK,) == client.received(WELCOME, 0.0)


def test_without_a_token_it_ends() -> None:
    """Where there is no token to be had, there is one clear end; it can be told to connect again."""
    client = machine()
    client.connect()

    assert (ended(Ending.NO_TOKEN),) == client.authorized(None)
    assert () == client.authorized("late")
    assert (Report(status=ConnectionStatus.CONNECTING), GetToken()) == client.connect()


def test_nothing_shows_the_token() -> None:
    """No representation of the machine or of what it sends shows the token."""
    client = machine()
    client.connect()
    client.authorized("secret-token")

    assert "secret-token" not in repr((client, client.connected(0.0)))


def test_a_server_that_does_not_welcome_is_left() -> None:
    """Whoever is not welcomed in 10 s, whatever else is said, closes with 4000, and tries again."""
    client = machine()
    client.connect()
    client.authorized("token")
    client.connected(0.0)

    assert (Settled(request=None, answer=refusal(None).data),) == client.received(refusal(None), 5.0)
    assert () == client.received(beat(talk=3), 6.0)
    assert 10.0 == client.due
    assert () == client.ticked(9.9)
    assert (Close(CloseCode.LOST), Connect(5.0)) == client.ticked(10.0)
    assert ConnectionStatus.CONNECTING is client.status


@pytest.mark.parametrize("frame", [PONG, beat(), None], ids=["pong", "heartbeat", "unknown"])
def test_a_silent_server_is_asked_and_any_frame_is_an_answer(frame: Frame[Data] | None) -> None:
    """After 30 s of silence the server is asked whether it is there; whatever it says is an answer."""
    client = welcomed()

    assert () == client.ticked(29.9)
    assert (Transmit(Frame(type="heartbeat", data=Heartbeat())),) == client.ticked(30.0)
    assert 40.0 == client.due
    client.received(frame, 39.0)
    assert 69.0 == client.due
    assert [Heartbeat()] == said(client.ticked(69.0))


def test_a_dead_server_is_noticed_and_left() -> None:
    """Who says nothing within 10 s of being asked is closed with 4000, and connected to again."""
    client = welcomed()
    client.ticked(30.0)

    assert () == client.ticked(39.9)
    assert (Close(CloseCode.LOST), gone(CloseCode.LOST), Connect(5.0)) == client.ticked(40.0)
    assert client.due is None
    assert () == client.received(beat(), 41.0)


def test_a_heartbeat_is_answered() -> None:
    """The server's heartbeat is answered with a pong."""
    assert [Pong()] == said(welcomed().received(beat(), 25.0))


def test_the_longer_it_fails_the_longer_it_waits() -> None:
    """The n-th attempt comes after `random(rest, min(30 s, 5 s · 2ⁿ))`; after 10, there is one clear end.

    *n* is 1 first, and *rest* what the wait before left of its own longest: here, where each draw is the middle,
    10 - 5 s, then 20 - 12.5 s, then 30 - 18.75 s.
    """
    client = welcomed()
    waits = [wait(client.lost(None, 1.0)) for _ in range(10)]

    assert [5.0, 12.5, 18.75, 20.625] == waits[:4]
    assert [20.0] * 6 == pytest.approx(waits[4:], abs=1.0)
    assert (ended(Ending.GAVE_UP, 1006),) == client.lost(1006, 1.0)
    assert () == client.lost(1006, 1.0)
    assert (Close(CloseCode.NORMAL),) == client.connected(1.0)


def test_many_attempts_are_no_overflow() -> None:
    """The two thousandth attempt waits no longer than the cap."""
    client = welcomed(ClientPolicy(max_reconnect_attempts=2_000))
    waits = [wait(client.lost(None, 1.0)) for _ in range(2_000)]

    assert 20.0 == pytest.approx(waits[-1])


@pytest.mark.parametrize(("lasted", "then"), [(59.9, Connect(12.5)), (60.0, Connect(5.0))])
def test_peace_starts_the_count_again(lasted: float, then: Connect) -> None:
    """After 60 s of peace the attempts are counted from 1 again; a shorter connection does not forget them."""
    client = welcomed()
    client.lost(None, 1.0)
    assert (BACK,) == come_back(client, 10.0)

    assert (gone(), then) == client.lost(None, 10.0 + lasted)


@pytest.mark.parametrize("code", [None, 1001, 1006, 1011, 1012, 4000, 4001, 4002])
def test_what_passes_by_itself_is_retried(code: int | None) -> None:
    """Codes that are retried have the client come back."""
    assert (gone(code), Connect(5.0)) == welcomed().lost(code, 1.0)


@pytest.mark.parametrize("code", [1000, 1003, 1007, 1009, 4103, 4199])
def test_what_does_not_is_obeyed(code: int) -> None:
    """Codes that are obeyed are a clear end at once."""
    assert (ended(Ending.SENT_AWAY, code),) == welcomed().lost(code, 1.0)


@pytest.mark.parametrize("code", [4101, 4102])
def test_a_new_token_is_asked_for_once(code: int) -> None:
    """A refused token is replaced once; if the new one is refused too, before there was peace, that is the end."""
    client = welcomed()

    assert (gone(code), GetToken()) == client.lost(code, 1.0)
    assert () == client.lost(code, 1.0)
    assert (Connect(0.0),) == client.authorized("new")
    assert (BACK,) == come_back(client, 2.0)
    assert (ended(Ending.SENT_AWAY, code),) == client.lost(code, 61.9)


def test_after_peace_a_new_token_is_asked_for_again() -> None:
    """Tokens run out by and by: a connection that had its peace may ask for another."""
    client = welcomed()
    for now in (60.0, 120.0, 180.0):
        assert (gone(4102), GetToken()) == client.lost(4102, now)
        client.authorized("new")
        come_back(client, now)


def test_a_token_that_was_good_for_a_connection_may_run_out() -> None:
    """A connection that was lost for another reason had accepted its token: the next refusal asks for a new one."""
    client = welcomed()
    client.lost(4101, 1.0)
    client.authorized("new")
    come_back(client, 2.0)
    client.lost(1012, 30.0)

    assert (GetToken(),) == client.lost(4101, 600.0)


def test_a_handshake_that_refuses_asks_for_a_token_too() -> None:
    """An attempt that ends with 4101 asks for a new token, and the status stays what it was."""
    client = machine()
    client.connect()
    client.authorized("old")

    assert (GetToken(),) == client.lost(4101, 0.0)
    client.authorized("new")
    assert (ended(Ending.SENT_AWAY, 4101),) == client.lost(4101, 0.0)


GOODBYE = Transmit(Frame(type="disconnect", data=Disconnect()))
OVER = (Close(CloseCode.NORMAL), Report(status=ConnectionStatus.DISCONNECTED, ending=Ending.ASKED))


@pytest.mark.parametrize(("stage", "expected"), [*enumerate([(), OVER, OVER, OVER, (GOODBYE, *OVER)])])
def test_disconnect_stays_disconnected(stage: int, expected: Effects) -> None:
    """Whatever it was at, a client that was told to disconnect does so once, and nothing brings it back."""
    client = machine_at(stage)

    assert expected == client.disconnect()
    assert ConnectionStatus.DISCONNECTED is client.status
    assert client.due is None
    late = client.lost(1006, 1.0), client.ticked(99.0), client.received(WELCOME, 1.0), client.authorized("late")
    assert ((), (), (), ()) == late
    assert (Close(CloseCode.NORMAL),) == client.connected(1.0)
    assert () == client.send(TALK, say("a"), 1.0)
    assert () == client.disconnect()


def test_a_client_that_has_ended_stays_closed() -> None:
    """`disconnect` after the end changes nothing."""
    client = welcomed()
    client.lost(1000, 1.0)

    assert () == client.disconnect()
    assert ConnectionStatus.CLOSED is client.status


def test_a_token_that_cannot_be_had_now_is_asked_for_again() -> None:
    """Whoever gives tokens may fail for a while: each failure is an attempt, and the next one comes later."""
    client = ClientMachine(ClientPolicy(max_reconnect_attempts=3), random=lambda: 0.5)
    client.connect()

    assert (GetToken(after=5.0),) == client.unauthorized()
    assert (GetToken(after=12.5),) == client.unauthorized()
    assert (Connect(0.0),) == client.authorized("token")
    assert (Connect(18.75),) == client.lost(None, 1.0)
    assert (ended(Ending.GAVE_UP),) == client.lost(None, 2.0)
    assert () == client.unauthorized()


@pytest.mark.parametrize("stage", [0, 2, 3, 4])
def test_only_one_who_asked_for_a_token_is_told_that_there_is_none_now(stage: int) -> None:
    """At any other moment it is no news."""
    assert () == machine_at(stage).unauthorized()
