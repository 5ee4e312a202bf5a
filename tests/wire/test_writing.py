"""What is written, what is not, and what is only written where it is meant to be."""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import cast

import pytest
from attrs import evolve, frozen

from saiondo_core.auth.model import AuthSession, Credential
from saiondo_core.channels.model import Invitation
from saiondo_core.errors import ConflictError, NotFoundError, SaiondoError, StaleMessageError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.paging import Page
from saiondo_core.kernel.text import Json
from saiondo_core.messages.model import Entry, Message, MessageId, MessageType
from saiondo_core.wire import CannotTravelError, Codec
from saiondo_core.wire.travelling import secrets_of
from tests.wire.house import MESSAGE, NOON, RECORDED

QUICK, SLOW = Codec(), Codec(accelerated=False)

both = pytest.mark.parametrize("codec", [QUICK, SLOW], ids=["quick", "slow"])


@both
def test_a_message_in_json(codec: Codec) -> None:
    """The form is public: names as in Python, every field, times in UTC with milliseconds, nothing escaped in vain."""
    expected = (
        '{"id":"message","channel_id":"channel","sender_id":"anna","type":"text","content":"안녕: \\"hello\\"",'
        '"mentions":["ben"],"reply_to":null,"metadata":{"order":42},"client_message_id":null,'
        '"created_at":"2026-01-31T12:00:00.123Z","sequence":1,"edited_at":null,"deleted_at":null}'
    )

    assert expected == codec.encode(MESSAGE).decode()


@both
@pytest.mark.parametrize(
    "message",
    [
        evolve(MESSAGE, created_at=datetime(2026, 1, 1)),  # noqa: DTZ001 - The point.
        evolve(MESSAGE, created_at=NOON.astimezone(timezone(timedelta(hours=9)))),
        evolve(MESSAGE, created_at=NOON.replace(microsecond=1)),
        evolve(MESSAGE, content="\0"),
        evolve(MESSAGE, content="\ud800"),
        evolve(MESSAGE, content=cast("str", 1)),
        evolve(MESSAGE, sequence=2**63),
        evolve(MESSAGE, sequence=True),
        evolve(MESSAGE, type=cast("MessageType", "text")),
        evolve(MESSAGE, metadata=cast("Mapping[str, Json]", {1: 1})),
        evolve(MESSAGE, metadata={"a": float("nan")}),
        evolve(MESSAGE, metadata={"a": [[[[[]]]]]}),
    ],
    ids=repr,
)
def test_what_could_not_be_read_again_is_not_written(codec: Codec, message: Message) -> None:
    """Whatever would come back as something else, or not at all, is refused before it is stored."""
    with pytest.raises(CannotTravelError):
        codec.encode(message)


@both
def test_what_would_be_cut_off_is_not_written(codec: Codec) -> None:
    """Where a draft is declared, a message, which has more fields, is refused."""
    with pytest.raises(CannotTravelError):
        codec.encode(Entry(draft=MESSAGE, fingerprint="a", event=RECORDED.event))


CREDENTIAL = Credential(user_id=UserId("anna"), digest="$argon2", changed_at=NOON)


@both
@pytest.mark.parametrize(
    "value", [CREDENTIAL, Page(items=(CREDENTIAL,)), (CREDENTIAL,)], ids=lambda value: type(value).__name__
)
def test_secrets_are_written_only_where_they_are_meant_to_be(codec: Codec, value: object) -> None:
    """A class that keeps a field out of its `repr` is not written, however deep it lies, unless the call says so."""
    with pytest.raises(CannotTravelError) as refused:
        codec.encode(value)

    assert "Credential (digest)" == refused.value.field
    assert b"$argon2" in codec.encode(value, secrets=True)


def test_which_fields_are_secrets() -> None:
    """Tokens, digests and invitation codes."""
    assert ("access_token", "refresh_token") == secrets_of(AuthSession)
    assert ("digest",) == secrets_of(Credential)
    assert ("code",) == secrets_of(Invitation)
    assert () == secrets_of(Message)


@both
def test_errors_travel_by_code(codec: Codec) -> None:
    """An error is its code, its branch and its fields."""
    document = codec.encode(StaleMessageError(message_id=MessageId("a")))
    back = codec.decode(SaiondoError, document)

    assert b'{"code":"stale_message","branch":"conflict","message_id":"a"}' == document
    assert isinstance(back, StaleMessageError)
    assert "a" == back.message_id


@both
@pytest.mark.parametrize(
    ("document", "nearest"),
    [
        (b'{"code":"invented_since","branch":"conflict","colour":"red"}', ConflictError),
        (b'{"code":"invented_since","branch":"channel_not_found"}', NotFoundError),
        (b'{"code":"invented_since","branch":"invented_too"}', SaiondoError),
        (b"{}", SaiondoError),
    ],
)
def test_an_unknown_error_is_its_branch(codec: Codec, document: bytes, nearest: type[SaiondoError]) -> None:
    """Whoever does not know the leaf still learns what the caller can do."""
    assert nearest is type(codec.decode(SaiondoError, document))


@frozen
class Inexpressible:
    """What cannot travel, for one field."""

    numbers: list[int]


@both
@pytest.mark.parametrize("kind", [Inexpressible, int | str, list[int], Page, object], ids=str)
def test_kinds_that_cannot_travel_are_not_read(codec: Codec, kind: type[object]) -> None:
    """The rules of `travelling` are the codec's own: it reads nothing that could not pass a port."""
    with pytest.raises(CannotTravelError):
        codec.decode(kind, b'{"items":[],"next_cursor":null}')
