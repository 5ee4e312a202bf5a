"""Nothing is coerced, nothing is guessed: what cattrs alone would let pass, and what two versions may say."""

import json

import pytest

from saiondo_core.kernel.events import Event, Recorded
from saiondo_core.kernel.ids import RoleId
from saiondo_core.kernel.paging import Page
from saiondo_core.kernel.ports import Budget
from saiondo_core.messages.events import MessageEvent, MessageSent
from saiondo_core.messages.model import Message
from saiondo_core.permissions.model import Role
from saiondo_core.users.events import UserEvent
from saiondo_core.wire import Codec, DecodeError
from tests.wire.house import MESSAGE, RECORDED

QUICK, SLOW = Codec(), Codec(accelerated=False)
TIME = "a time in UTC with milliseconds, such as 2026-01-31T12:00:00.000Z"
INTEGER = "an integer of at most 64 bits"

both = pytest.mark.parametrize("codec", [QUICK, SLOW], ids=["quick", "slow"])


def changed(**members: object) -> bytes:
    """The document of a message with other members in it."""
    return json.dumps(SLOW.to_dict(MESSAGE) | members).encode()


@both
@pytest.mark.parametrize(
    ("member", "value", "where", "expected"),
    [
        ("content", 1, "$.content", "text"),
        ("content", None, "$.content", "text"),
        ("id", ["a"], "$.id", "text"),
        ("sequence", 1.5, "$.sequence", INTEGER),
        ("sequence", 1.0, "$.sequence", INTEGER),
        ("sequence", "1", "$.sequence", INTEGER),
        ("sequence", True, "$.sequence", INTEGER),
        ("sequence", 2**63, "$.sequence", INTEGER),
        ("mentions", "ab", "$.mentions", "an array"),
        ("mentions", {"a": 1}, "$.mentions", "an array"),
        ("mentions", ["a", 1], "$.mentions[1]", "text"),
        ("type", "TEXT", "$.type", "one of text, image, file, system"),
        ("type", 1, "$.type", "one of text, image, file, system"),
        ("reply_to", False, "$.reply_to", "text"),
        ("created_at", "2026-01-31T12:00:00", "$.created_at", TIME),
        ("created_at", "2026-01-31T12:00:00.000", "$.created_at", TIME),
        ("created_at", "2026-01-31T12:00:00.000+00:00", "$.created_at", TIME),
        ("created_at", "2026-01-31T12:00:00.000000Z", "$.created_at", TIME),
        ("created_at", "2026-02-30T12:00:00.000Z", "$.created_at", TIME),
        ("created_at", 1_769_860_800, "$.created_at", TIME),
        ("metadata", [], "$.metadata", "an object"),
        ("new", 1, "$.new", "no such field"),
        ("a b\n", 1, "$['a b\\n']", "no such field"),
    ],
)
def test_nothing_is_coerced(codec: Codec, member: str, value: object, where: str, expected: str) -> None:
    """A value of another type is refused at its place, and so is a member that nobody knows."""
    with pytest.raises(DecodeError) as refused:
        codec.decode(Message, changed(**{member: value}))

    assert (where, expected) == (refused.value.field, refused.value.expected)


@both
def test_a_set_is_an_array_in_one_order(codec: Codec) -> None:
    """Equal sets are equal texts, and an array that names something twice is no set."""
    names = [f"page:verb{number}" for number in range(9)]
    document = codec.encode(Role(id=RoleId("writer"), name="w", permissions=frozenset(reversed(names))))

    assert names == json.loads(document)["permissions"]
    assert frozenset(names) == codec.decode(Role, document).permissions
    with pytest.raises(DecodeError) as refused:
        codec.decode(Role, document.replace(b"verb1", b"verb2"))
    assert ("$.permissions", "an array that names nothing twice") == (refused.value.field, refused.value.expected)


@both
@pytest.mark.parametrize(
    "inside", ["[[[[[]]]]]", str(2**63), json.dumps("x" * 4096), '"\\u0000"', '{"\\ud800":1}', "1e400"]
)
def test_json_has_bounds(codec: Codec, inside: str) -> None:
    """What `Json` stands for is bounded in depth, size, numbers and characters."""
    with pytest.raises(DecodeError) as refused:
        codec.decode(Message, changed(metadata={"a": 0}).replace(b'{"a": 0}', f'{{"a":{inside}}}'.encode()))

    assert "$.metadata" == refused.value.field


@both
def test_a_bool_is_no_text_and_a_text_no_bool(codec: Codec) -> None:
    """`"true"` is not true, nor is 1."""
    for value in ("true", 1, None):
        document = SLOW.to_dict(RECORDED)
        event = SLOW.to_dict(RECORDED.event) | {"is_imported": value}
        with pytest.raises(DecodeError) as refused:
            codec.decode(Recorded, json.dumps(document | {"event": event}))
        assert ("$.event.is_imported", "true or false") == (refused.value.field, refused.value.expected)


@both
def test_what_is_missing_is_named(codec: Codec) -> None:
    """A field without a default must be there, at any depth; one with a default may be left out."""
    document = SLOW.to_dict(MESSAGE)
    del document["edited_at"], document["content"]

    with pytest.raises(DecodeError) as refused:
        codec.decode(Page[Message], json.dumps({"items": [SLOW.to_dict(MESSAGE), document], "next_cursor": None}))

    assert ("$.items[1].content", "a value, which is missing") == (refused.value.field, refused.value.expected)
    assert MESSAGE == codec.decode(Message, json.dumps(document | {"content": MESSAGE.content}))


@both
def test_integers_are_floats_only_where_floats_hold_them(codec: Codec) -> None:
    """JSON writes 5.0 as 5; what a float would round is refused."""
    document = {"key": "a", "most": 1, "seconds": 5}

    assert "5.0" == repr(codec.decode(Budget, json.dumps(document)).seconds)
    with pytest.raises(DecodeError):
        codec.decode(Budget, json.dumps(document | {"seconds": 2**53 + 1}))


@both
def test_a_newer_version_may_have_stored_more(codec: Codec) -> None:
    """What we stored ourselves may have fields that only a newer version knows; from outside they are refused."""
    document = changed(colour="red", layout={"deep": [1]})

    assert MESSAGE == codec.decode(Message, document, stored=True)
    with pytest.raises(DecodeError):
        codec.decode(Message, document)


@both
def test_an_older_version_may_have_stored_less(codec: Codec) -> None:
    """A field that came later has a default, which is what older documents mean."""
    document = SLOW.to_dict(RECORDED.event)
    del document["is_imported"]

    assert RECORDED.event == codec.decode(Event, json.dumps(document), stored=True)


@both
@pytest.mark.parametrize("stored", [False, True])
def test_stored_or_not_types_are_exact(codec: Codec, stored: bool) -> None:
    """Leniency ends at unknown fields: a stored document with a wrong type is refused, too."""
    with pytest.raises(DecodeError):
        codec.decode(Message, changed(sequence="1", colour="red"), stored=stored)


@both
def test_an_event_is_read_as_what_was_asked_for(codec: Codec) -> None:
    """A family's document reads as itself and as each of its bases, and as nothing else."""
    document = codec.encode(RECORDED.event)

    for kind in MessageSent, MessageEvent, Event:
        assert RECORDED.event == codec.decode(kind, document)
    for tampered in document, document.replace(b"message.sent", b"nothing.known"), document.replace(b"action", b"act"):
        with pytest.raises(DecodeError) as refused:
            codec.decode(UserEvent, tampered)
        assert "$.action" == refused.value.field
