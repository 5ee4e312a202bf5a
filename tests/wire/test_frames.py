"""Real-time frames: each comes back as it was, strangers' are taken strictly, and no secret leaves the server."""

import os
from collections.abc import Iterator
from contextlib import suppress
from random import Random
from types import GenericAlias
from typing import Any, NewType, TypeVar, cast, get_args, get_type_hints

import pytest
from attrs import evolve, field, fields, frozen, has
from hypothesis import given, settings
from hypothesis import strategies as st

from saiondo_core.auth.model import Session
from saiondo_core.channels.model import Channel, ChannelId, Membership
from saiondo_core.kernel.events import Event, Recorded, RightsRevision, Stamp
from saiondo_core.kernel.ids import UserId
from saiondo_core.messages.model import Message
from saiondo_core.realtime.frames import Data, Frame
from saiondo_core.realtime.model import Gap
from saiondo_core.realtime.replies import FROM_SERVER
from saiondo_core.realtime.requests import FROM_CLIENT, Auth, Heartbeat, JoinChannel, ReadHistory, Say, Typing
from saiondo_core.wire import CannotTravelError, Codec, DecodeError
from saiondo_core.wire.frames import decode_reply, decode_request, encode_frame
from saiondo_core.wire.travelling import class_of, is_json, secrets_of
from tests.wire.house import NOON
from tests.wire.kinds import values
from tests.wire.mutants import mutate

QUICK, SLOW = Codec(), Codec(accelerated=False)
LONG = bool(os.environ.get("SAIONDO_LONG"))
MOST = 65_536
MUTANTS = 100
IDS = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=64)

every_request = pytest.mark.parametrize("kind", FROM_CLIENT.values(), ids=lambda kind: kind.__name__)
every_reply = pytest.mark.parametrize("kind", FROM_SERVER.values(), ids=lambda kind: kind.__name__)
often = settings(max_examples=500 if LONG else 15)


def framed(kind: type[Data]) -> type[Frame[Data]]:
    """The class of frames with that data."""
    return cast("type[Frame[Data]]", GenericAlias(Frame, (kind,)))


def frames(kind: type[Data]) -> st.SearchStrategy[Frame[Data]]:
    """Any frame with that data."""
    drawn = cast("st.SearchStrategy[Frame[Data]]", values(framed(kind)))
    return st.tuples(drawn, st.none() | IDS).map(lambda pair: evolve(pair[0], type=kind.type, id=pair[1]))


def outcome(codec: Codec, kind: type[Data], document: bytes, *, stored: bool) -> str:
    """What becomes of *document*: the frame, secrets and all, or the text of the error."""
    try:
        frame = codec.decode(framed(kind), document, stored=stored)
    except DecodeError as error:
        return str(error)
    return f"{frame!r} {SLOW.encode(frame, secrets=True)!r}"


@every_request
@often
@given(st.data())
def test_a_clients_frame_comes_back_as_it_was(kind: type[Data], data: st.DataObject) -> None:
    """Whatever a client may say, the server reads it as it was, from the same bytes with and without msgspec."""
    frame = data.draw(frames(kind))
    octets = encode_frame(frame)

    assert frame == decode_request(octets, most=len(octets)) == decode_request(octets.decode(), most=len(octets))
    agreed(frame, kind, octets)


@every_reply
@often
@given(st.data())
def test_a_servers_frame_comes_back_as_it_was(kind: type[Data], data: st.DataObject) -> None:
    """Whatever a server may say, the client reads it as it was, from the same bytes with and without msgspec."""
    frame = data.draw(frames(kind))
    octets = encode_frame(frame)

    assert frame == decode_reply(octets) == decode_reply(octets.decode())
    agreed(frame, kind, octets)


def agreed(frame: Frame[Data], kind: type[Data], octets: bytes) -> None:
    """Make sure that both codecs write *frame* as these octets, and read it from them."""
    for codec in QUICK, SLOW:
        assert octets == codec.encode(frame, secrets=True)
        for stored in False, True:
            assert frame == codec.decode(framed(kind), octets, stored=stored, most=None)


def test_a_frame_has_this_form() -> None:
    """Of the envelope what is not None, of the data every field."""
    joining = Frame(type="join_channel", id="1", data=JoinChannel(), channel_id=ChannelId("general"))
    typing = Frame(type="typing", data=Typing(is_typing=True), timestamp=NOON, user_id=UserId("anna"))

    assert b'{"type":"join_channel","id":"1","data":{"since":null},"channel_id":"general"}' == encode_frame(joining)
    assert (
        b'{"type":"typing","data":{"is_typing":true},"timestamp":"2026-01-31T12:00:00.123Z","user_id":"anna"}'
        == encode_frame(typing)
    )


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ('{"type":"heartbeat"}', Frame(type="heartbeat", data=Heartbeat())),
        ('{"data":{},"type":"heartbeat","id":null}', Frame(type="heartbeat", data=Heartbeat())),
        ('{"type":"join_channel","id":" é "}', Frame(type="join_channel", id=" é ", data=JoinChannel())),
        ('{"type":"history","data":{"since":"c"}}', Frame(type="history", data=ReadHistory(since="c"))),
        (
            '{"type":"message","data":{"content":"hello","client_message_id":"1"}}',
            Frame(type="message", data=Say(content="hello", client_message_id="1")),
        ),
    ],
)
def test_what_has_a_default_may_be_left_out(text: str, frame: Frame[Data]) -> None:
    """A client says only what differs; an id is taken as it is."""
    assert frame == decode_request(text, most=MOST)


def test_a_client_understands_a_newer_server() -> None:
    """Unknown fields are ignored and unknown types are None; what is known has to be right."""
    known = Frame(type="typing", data=Typing(is_typing=True))

    assert known == decode_reply('{"type":"typing","data":{"is_typing":true,"device":"phone"},"trace":[1]}')
    assert decode_reply('{"type":"fireworks","data":[7]}') is None
    for wrong in (
        "[]",
        "{}",
        '{"type":1}',
        '{"type":"typing"}',
        '{"type":"typing","data":{"is_typing":"yes"}}',
        "\ud800",
    ):
        with pytest.raises(DecodeError):
            decode_reply(wrong)


@pytest.mark.parametrize("times", range(2, 8))
def test_a_name_that_stands_twice_is_found_whatever_was_left_out(times: int) -> None:
    """However many members a frame leaves out, as many repeated ones do not make up for them."""
    for member in "id", "type":
        document = encode_frame(Frame(type="heartbeat", id="heartbeat", data=Heartbeat()))
        twice = document.replace(b"{", b"{" + b'"%s":"heartbeat",' % member.encode() * (times - 1), 1)
        for codec in QUICK, SLOW:
            with pytest.raises(DecodeError, match="no key twice"):
                codec.decode(framed(Heartbeat), twice)


@settings(max_examples=100 if LONG else 20)
@given(st.data(), st.integers(0, 2**32))
def test_a_tampered_frame_is_a_frame_or_refused(data: st.DataObject, seed: int) -> None:
    """Whatever was done to a frame, it is refused with a `DecodeError`, or taken as one that can be said again.

    With msgspec and without, the answer is the same, refusal for refusal. 2,000 frames of either direction, and 10,000
    where SAIONDO_LONG is set.
    """
    kind = data.draw(st.sampled_from([*FROM_CLIENT.values(), *FROM_SERVER.values()]))
    octets = encode_frame(data.draw(frames(kind)))
    random = Random(seed)
    for _ in range(MUTANTS):
        mutant = mutate(octets, random)
        for stored in False, True:
            assert outcome(SLOW, kind, mutant, stored=stored) == outcome(QUICK, kind, mutant, stored=stored), mutant
        with suppress(DecodeError):
            decode_reply(mutant)
        try:
            frame = decode_request(mutant, most=MOST)
        except DecodeError:
            continue
        assert FROM_CLIENT[frame.type] is type(frame.data), mutant
        assert frame == decode_request(encode_frame(frame), most=MOST), mutant


def test_no_reply_can_hold_a_secret() -> None:
    """From nothing that a server says does any field lead to a secret, a session, or what only stores may know."""
    found = set(reachable(*FROM_SERVER.values()))

    assert {Message, Channel, Membership, Gap} <= found
    assert set() == {kind for kind in found if has(kind) and secrets_of(kind)}
    assert set() == {kind for kind in found if issubclass(kind, (Event, Recorded, Stamp, RightsRevision, Session))}
    assert {Stamp, RightsRevision} <= set(reachable(Event)), "what is hidden would be found"
    assert {Auth} == {kind for kind in FROM_CLIENT.values() if secrets_of(kind)}


def reachable(*kinds: object) -> Iterator[type]:
    """Go through the classes of *kinds* and of all that their fields may hold, none of which is left open."""
    waiting, seen = list(kinds), set[object]()
    while waiting:
        kind = waiting.pop()
        if kind in seen or is_json(kind):
            continue
        seen.add(kind)
        assert not isinstance(kind, TypeVar)
        assert kind not in {object, Any}
        waiting += [kind.__supertype__] if isinstance(kind, NewType) else get_args(kind)
        origin = class_of(kind)
        if origin is None:
            continue
        yield origin
        if has(origin):
            waiting += [get_type_hints(origin)[field.name] for field in fields(origin)]


def test_a_secret_in_a_reply_is_not_written() -> None:
    """Where some later kind of reply holds a secret all the same, it cannot be said."""

    @frozen(kw_only=True)
    class Careless(Data):
        """What no server should say."""

        token: str = field(repr=False)

    with pytest.raises(CannotTravelError, match="token"):
        encode_frame(Frame(type="careless", data=Careless(token="hunter2")))
