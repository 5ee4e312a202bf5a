"""The tagged families: every event, every note and every error can be told by its tag."""

from typing import ClassVar, cast

import pytest
from attrs import AttrsInstance, fields_dict, frozen

from saiondo_core.errors import ConflictError, SaiondoError, StaleMessageError, TextLengthError
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.events import Event
from saiondo_core.messages.events import MessageEvent
from saiondo_core.realtime.notes import Note, Passing, ReadMoved, TypingChanged
from saiondo_core.wire import CannotTravelError, Codec, DecodeError
from saiondo_core.wire.families import BRANCH, TAGS, branch_of, members, named, root_of, tag_of
from saiondo_core.wire.travelling import obstacle_in_fields
from tests.architecture.house import classes
from tests.wire.house import MESSAGE, NOON, RECORDED

PACKAGED = [found for found in classes() if issubclass(found, tuple(TAGS))]
every_member = pytest.mark.parametrize(
    "member", [found for found in PACKAGED if tag_of(found) is not None], ids=lambda member: member.__name__
)


@every_member
def test_a_tag_names_one_class(member: type) -> None:
    """No two events share an action, no two notes a kind, no two errors a code: each is read as what was written."""
    assert member is named(root_of(member), tag_of(member))


@every_member
def test_members_travel(member: type) -> None:
    """The fields of each member can travel, and none is called like a tag."""
    assert obstacle_in_fields(member, frozenset({member})) is None
    assert set() == {*TAGS.values(), BRANCH} & set(fields_dict(cast("type[AttrsInstance]", member)))


def test_what_has_no_tag_stands_between() -> None:
    """Classes without a tag of their own are families of events and notes, never events and notes."""
    between = {found for found in PACKAGED if tag_of(found) is None}

    assert {MessageEvent, Note, Passing} <= between
    assert set() == between & {*members(Event), *members(Note)}
    assert all(found.__subclasses__() for found in between)


def test_the_branch_says_what_to_do() -> None:
    """The branch is the class right below the root, the root being its own."""
    assert ConflictError is branch_of(StaleMessageError)
    assert InvalidInputError is branch_of(TextLengthError)
    assert SaiondoError is branch_of(SaiondoError)


def test_a_note_is_read_as_what_is_asked_for() -> None:
    """A note can be read as any family it belongs to, and as no other: where it does not belong, it is refused."""
    note = TypingChanged(
        channel_id=MESSAGE.channel_id, user_id=MESSAGE.sender_id, membership_revision=1, at=NOON, is_typing=True
    )
    for codec in Codec(), Codec(accelerated=False):
        text = codec.encode(note)
        assert text.startswith(b'{"kind":"typing","channel_id":"channel",')
        assert [note] * 3 == [codec.decode(wanted, text) for wanted in (Note, Passing, TypingChanged)]
        for wanted in Event, ReadMoved:
            with pytest.raises(DecodeError):
                codec.decode(wanted, text)


def test_two_classes_of_one_action_are_not_told_apart() -> None:
    """An event whose action another class claims, too, is not written: it could be read as the other."""

    @frozen(kw_only=True)
    class Twin(MessageEvent):
        action: ClassVar[str] = "twin.claimed"

    @frozen(kw_only=True)
    class Imposter(MessageEvent):
        action: ClassVar[str] = "twin.claimed"

    stamp, channel_id = RECORDED.event.stamp, MESSAGE.channel_id
    for kind in Twin, Imposter:
        twin = kind(stamp=stamp, channel_id=channel_id, membership_revision=1, message_id=MESSAGE.id)
        for codec in Codec(), Codec(accelerated=False):
            with pytest.raises(CannotTravelError):
                codec.encode(twin)
