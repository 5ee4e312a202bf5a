"""Channels, invitations and cursors, apart from any store."""

from datetime import UTC, datetime, timedelta

import pytest

from saiondo_core.channels.inputs import clean_code, direct_key
from saiondo_core.channels.model import (
    Activity,
    Channel,
    ChannelId,
    ChannelType,
    Invitation,
    InvitationId,
    InvitationState,
)
from saiondo_core.errors import InvalidCursorError, TextLengthError
from saiondo_core.kernel.ids import UserId
from tests.channels.house import ANNA, BERT, CARL

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def invitation(*, max_uses: int = 1) -> Invitation:
    """An invitation that ends at noon."""
    return Invitation(
        id=InvitationId("i"),
        channel_id=ChannelId("c"),
        inviter_id=ANNA,
        code="CODE",
        max_uses=max_uses,
        expires_at=NOON,
    )


def test_a_pending_invitation_expires_by_itself() -> None:
    """At its last moment it is over; what was answered before stays answered."""
    assert InvitationState.PENDING is invitation().state_at(NOON - timedelta(milliseconds=1))
    assert InvitationState.EXPIRED is invitation().state_at(NOON)
    assert InvitationState.ACCEPTED is invitation().redeemed.state_at(NOON)


def test_an_invitation_is_spent_by_its_last_use() -> None:
    """Before that it stays pending."""
    once = invitation(max_uses=2).redeemed
    assert (1, InvitationState.PENDING) == (once.uses, once.state)
    assert (2, InvitationState.ACCEPTED) == (once.redeemed.uses, once.redeemed.state)


def test_a_code_is_not_shown() -> None:
    """Whoever logs an invitation does not give it away."""
    assert "CODE" not in repr(invitation())


def test_activity_is_the_last_word_or_the_founding() -> None:
    """A channel in which nothing was said counts from when it was made."""
    silent = Channel(
        id=ChannelId("c"), name="c", type=ChannelType.PUBLIC, owner_id=ANNA, created_at=NOON, updated_at=NOON
    )
    assert Activity(at=NOON, channel_id=silent.id) == silent.last_activity


def test_a_place_is_found_again_by_its_cursor() -> None:
    """To the millisecond, and only in a list of its kind."""
    place = Activity(at=NOON + timedelta(milliseconds=7), channel_id=ChannelId("채널"))
    assert place == Activity.of_cursor(place.cursor("mine"), "mine")
    assert None is Activity.of_cursor(None, "mine")
    with pytest.raises(InvalidCursorError):
        Activity.of_cursor(place.cursor("mine"), "public")


def test_two_people_have_one_key() -> None:
    """Whoever is named first; and no other two have it, however their ids are cut."""
    assert direct_key(ANNA, BERT) == direct_key(BERT, ANNA)
    assert 3 == len({direct_key(ANNA, BERT), direct_key(ANNA, CARL), direct_key(UserId("annab"), UserId("ert"))})


def test_a_code_is_read_as_people_type_it() -> None:
    """Blanks around it and its case do not count; a blank or endless one is no code."""
    assert "ABCD2345" == clean_code(" abcd2345\n")
    for wrong in (" ", "A" * 101):
        with pytest.raises(TextLengthError):
            clean_code(wrong)
