"""The server's side of a connection, as a table: every phase, every frame, every deadline and every budget."""

from collections.abc import Callable

import pytest

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.errors import AuthenticationError, InvalidInputError, SaiondoError, UnavailableError
from saiondo_core.kernel.ids import UserId
from saiondo_core.messages.model import MessageId
from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.frames import Data, Frame
from saiondo_core.realtime.model import RealTimePolicy
from saiondo_core.realtime.replies import Failure, Welcome
from saiondo_core.realtime.requests import (
    FROM_CLIENT,
    Auth,
    Broadcast,
    Disconnect,
    Heartbeat,
    JoinChannel,
    LeaveChannel,
    Pong,
    ReadHistory,
    ReadReceipt,
    Say,
    Typing,
)
from saiondo_core.realtime.server import (
    Authenticate,
    Beat,
    Close,
    Do,
    Effect,
    Phase,
    Reply,
    ServerSession,
)

ANNA, BERT = UserId("anna"), UserId("bert")
TEAM = ChannelId("team")
SAID = Say(content="Hello", client_message_id="k")
ALL: tuple[Data, ...] = (
    Auth(token="t"),
    JoinChannel(),
    LeaveChannel(),
    SAID,
    Typing(is_typing=True),
    ReadReceipt(message_id=MessageId("m")),
    Broadcast(data={}),
    ReadHistory(),
    Heartbeat(),
    Pong(),
    Disconnect(),
)
EVENTS = SAID, Typing(is_typing=True), ReadReceipt(message_id=MessageId("m")), Broadcast(data={})
ABOUT_CHANNELS = JoinChannel(), LeaveChannel(), SAID, Typing(is_typing=True), Broadcast(data={}), ReadHistory()
MALFORMED = InvalidInputError(field="$", expected="an object")


def session(phase: Phase = Phase.OPEN, **limits: int) -> ServerSession:
    """A session that was opened at 100, and has got to *phase*."""
    made = ServerSession(id="c", policy=RealTimePolicy(**limits), opened_at=100.0)
    if phase is not Phase.NEW:
        made.welcomed(ANNA)
    if phase is Phase.CLOSED:
        made.ended()
    assert phase is made.phase
    return made


def framed(data: Data, *, channel_id: ChannelId | None = TEAM, user_id: UserId | None = None) -> Frame[Data]:
    """A client's frame, which it calls `f`."""
    return Frame(type=data.type, id="f", data=data, channel_id=channel_id, user_id=user_id)


def shown(effects: tuple[Effect, ...]) -> list[object]:
    """*effects* in short: of a failure its code, of a close its code, of all else the class."""
    return [
        effect.data.code
        if isinstance(effect, Reply) and isinstance(effect.data, Failure)
        else effect.code
        if isinstance(effect, Close)
        else type(effect)
        for effect in effects
    ]


def failure(effects: tuple[Effect, ...]) -> Failure:
    """The one failure in *effects*, which answers `f`."""
    (reply,) = effects
    assert isinstance(reply, Reply)
    assert isinstance(reply.data, Failure)
    assert "f" == reply.id
    return reply.data


def test_the_table_names_every_frame() -> None:
    """What is asked below of every frame is asked of every frame that a client can say."""
    assert set(FROM_CLIENT) == {data.type for data in ALL}


@pytest.mark.parametrize("data", ALL, ids=lambda data: data.type)
def test_before_auth(data: Data) -> None:
    """A connection that is nobody's is told apart by its token, and says nothing else, not even goodbye."""
    new = session(Phase.NEW)
    effects = new.received(framed(data), 101.0)
    if isinstance(data, Auth):
        assert (Authenticate(token="t", id="f"),) == effects
        assert Phase.NEW is new.phase
    else:
        assert ["not_authenticated", CloseCode.PROTOCOL_ERROR] == shown(effects)
        assert Phase.CLOSED is new.phase


def test_nothing_shows_the_token() -> None:
    """Neither the frame that tells it, nor what is to be done about it."""
    asked = framed(Auth(token="secret"))
    assert "secret" not in repr((asked, session(Phase.NEW).received(asked, 101.0)))


@pytest.mark.parametrize("data", ALL, ids=lambda data: data.type)
def test_once_it_is_somebodys(data: Data) -> None:
    """Whatever asks for something is done; what keeps the connection is answered; a second `auth` ends it."""
    opened = session()
    frame = framed(data)
    effects = opened.received(frame, 101.0)
    match data:
        case Auth():
            assert ["already_authenticated", CloseCode.PROTOCOL_ERROR] == shown(effects)
        case Pong():
            assert () == effects
        case Heartbeat():
            assert (Beat(is_answer=True, id="f"),) == effects
        case Disconnect():
            assert (Close(code=CloseCode.NORMAL),) == effects
        case _:
            assert (Do(request=frame),) == effects
    assert isinstance(data, Auth | Disconnect) is (opened.phase is Phase.CLOSED)


def hearing(data: Data) -> Callable[[ServerSession], tuple[Effect, ...]]:
    """To be told *data*."""
    return lambda told: told.received(framed(data), 101.0)


HAPPENINGS: dict[str, Callable[[ServerSession], tuple[Effect, ...]]] = {
    **{data.type: hearing(data) for data in ALL},
    "malformed": lambda closed: closed.malformed(MALFORMED, 101.0),
    "ticked": lambda closed: closed.ticked(10_000.0),
    "welcomed": lambda closed: closed.welcomed(BERT, "f"),
    "refused": lambda closed: closed.refused(AuthenticationError(), "f"),
    "ended": lambda closed: closed.ended(),
}


@pytest.mark.parametrize("happening", HAPPENINGS)
def test_after_the_end(happening: str) -> None:
    """A connection that is being closed says nothing more, whatever happens: the first reason counts."""
    closed = session(Phase.CLOSED)
    assert () == HAPPENINGS[happening](closed)
    assert Phase.CLOSED is closed.phase
    assert ANNA == closed.user_id


def test_the_welcome_tells_the_limits() -> None:
    """A client needs to be told nothing that the welcome does not say."""
    opened = session(Phase.NEW, events_per_minute=7, requests_per_minute=9, channels_most=3, frame_octets=900)
    welcome = Welcome(
        connection_id="c",
        heartbeat_seconds=25.0,
        answer_seconds=10.0,
        frame_octets=900,
        events_per_minute=7,
        requests_per_minute=9,
        channels_most=3,
    )
    assert (Reply(data=welcome, id="f"),) == opened.welcomed(ANNA, "f")
    assert ANNA == opened.user_id


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (AuthenticationError(), CloseCode.NOT_AUTHENTICATED),
        (UnavailableError(outcome_unknown=False), CloseCode.INTERNAL),
        (MALFORMED, CloseCode.INTERNAL),
    ],
)
def test_who_is_refused(error: SaiondoError, code: CloseCode) -> None:
    """A token that is worth nothing is the client's to mend; all else is the server's, and the client tries again."""
    new = session(Phase.NEW)
    assert [error.code, code] == shown(new.refused(error, "f"))
    assert (code is CloseCode.INTERNAL) is code.is_retried


def test_ended_sessions_close() -> None:
    """A session that is over takes its connection with it."""
    assert (Close(code=CloseCode.SESSION_ENDED),) == session().ended()


def test_the_auth_deadline() -> None:
    """Who is nobody after 10 seconds is let go, whatever malformed text they keep it busy with: none is forgiven."""
    new = session(Phase.NEW)
    assert () == new.ticked(109.9)
    assert ["not_authenticated", CloseCode.AUTH_TIMEOUT] == shown(new.ticked(110.0))
    assert ["invalid_input", CloseCode.PROTOCOL_ERROR] == shown(session(Phase.NEW).malformed(MALFORMED, 101.0))


def test_heartbeats() -> None:
    """After 25 s of silence the client is asked, once; after 10 more it is lost."""
    opened = session()
    assert () == opened.ticked(124.9)
    assert (Beat(is_answer=False),) == opened.ticked(125.0)
    assert () == opened.ticked(134.9)
    assert (Close(code=CloseCode.LOST),) == opened.ticked(135.0)


@pytest.mark.parametrize(
    "data", [data for data in ALL if not isinstance(data, Auth | Disconnect)], ids=lambda d: d.type
)
def test_any_frame_answers_a_heartbeat(data: Data) -> None:
    """Whatever the client says shows that it is there; it is asked again after another 25 s of silence."""
    opened = session()
    opened.ticked(125.0)
    opened.received(framed(data), 134.0)
    assert () == opened.ticked(158.9)
    assert (Beat(is_answer=False),) == opened.ticked(159.0)


def test_malformed_text_answers_a_heartbeat() -> None:
    """A client that says nonsense is there all the same."""
    opened = session()
    opened.ticked(125.0)
    opened.malformed(MALFORMED, 134.0)
    assert () == opened.ticked(158.9)


def test_malformed_text_has_a_bound() -> None:
    """Ten texts that are no frame are answered; the eleventh is the last."""
    opened = session()
    for _ in range(10):
        assert ["invalid_input"] == shown(opened.malformed(MALFORMED, 101.0))
    assert ["invalid_input", CloseCode.PROTOCOL_ERROR] == shown(opened.malformed(MALFORMED, 101.0))


def test_the_121st_event_of_a_minute() -> None:
    """It is refused with the seconds to wait, ends nothing, and gets through once they have passed."""
    opened = session()
    for number in range(120):
        assert [Do] == shown(opened.received(framed(EVENTS[number % 4]), 100.0 + number / 4))
    refused = failure(opened.received(framed(SAID), 130.0))
    assert ("rate_limited", True, 30.0) == (refused.code, refused.retryable, refused.retry_after)
    assert [Do] == shown(opened.received(framed(JoinChannel()), 130.0))
    assert [Do] == shown(opened.received(framed(SAID), 160.0))


def test_budgets_slide() -> None:
    """Each event counts for 60 s from its own moment on: there is no minute at whose turn twice as many get through."""
    opened = session(events_per_minute=2)
    for moment, expected in ((100.0, Do), (159.0, Do), (159.5, 0.5), (160.0, Do), (160.5, 58.5), (219.0, Do)):
        (effect,) = opened.received(framed(SAID), moment)
        found = effect.data.retry_after if isinstance(effect, Reply) and isinstance(effect.data, Failure) else Do
        assert expected == found, moment


def test_what_is_refused_spends_no_event() -> None:
    """An attempt beyond the budget does not put off the end of the wait."""
    opened = session(events_per_minute=1)
    opened.received(framed(SAID), 100.0)
    for moment in range(101, 160):
        assert 160.0 - moment == failure(opened.received(framed(SAID), float(moment))).retry_after
    assert [Do] == shown(opened.received(framed(SAID), 160.0))


@pytest.mark.parametrize(
    "data", [JoinChannel(), LeaveChannel(), ReadHistory(), Heartbeat(), SAID], ids=lambda d: d.type
)
def test_requests_have_a_budget(data: Data) -> None:
    """Frames that are no events are counted too."""
    opened = session(requests_per_minute=3)
    for _ in range(3):
        opened.received(framed(JoinChannel()), 101.0)
    assert ("rate_limited", 60.0) == (
        (refused := failure(opened.received(framed(data), 101.0))).code,
        refused.retry_after,
    )


@pytest.mark.parametrize("data", [Pong(), Disconnect()], ids=lambda data: data.type)
def test_whoever_answers_or_goes_needs_no_budget(data: Data) -> None:
    """An answer to a heartbeat, and goodbye, are never refused."""
    opened = session(requests_per_minute=1)
    opened.received(framed(JoinChannel()), 101.0)
    assert "rate_limited" not in shown(opened.received(framed(data), 101.0))


@pytest.mark.parametrize("data", [data for data in ALL if not isinstance(data, Auth | Pong | Disconnect)])
def test_nobody_speaks_for_somebody_else(data: Data) -> None:
    """A frame that names another user is refused; one that names its own is as good as one that names none."""
    opened = session()
    assert "actor_mismatch" == failure(opened.received(framed(data, user_id=BERT), 101.0)).code
    assert ["actor_mismatch"] != shown(opened.received(framed(data, user_id=ANNA), 101.0))


@pytest.mark.parametrize("data", ABOUT_CHANNELS, ids=lambda data: data.type)
def test_what_is_about_a_channel_names_it(data: Data) -> None:
    """Without a channel nothing is done, and the client is told what is missing."""
    refused = failure(session().received(framed(data, channel_id=None), 101.0))
    assert ("invalid_input", "channel_id") == (refused.code, refused.field)


def test_budgets_hold_at_any_moments() -> None:
    """No rounding of moments lets one more through than the budget allows: what waits, waits for more than nothing."""
    opened = session(events_per_minute=1)
    moment = 100.0
    opened.received(framed(SAID), moment)
    for step in (1e-9, 0.1, 1 / 3, 7e-16, 59.999999999):
        later = moment + step
        wait = failure(opened.received(framed(SAID), later)).retry_after
        assert wait is not None
        assert 0 < wait <= 60.0
