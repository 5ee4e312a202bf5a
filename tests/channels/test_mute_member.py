"""Muting a member, and letting them speak again."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from saiondo_core.channels.errors import DirectChannelError, MemberNotFoundError, OwnerMustStayError
from saiondo_core.channels.events import MemberMuted, MemberUnmuted
from saiondo_core.errors import AccessDeniedError, InvalidInputError
from tests.channels.house import ANNA, BERT, CARL, NOWHERE, House


async def test_a_member_is_muted_for_a_while(house: House) -> None:
    """Until when stands in the membership, in UTC and whole milliseconds; a later mute replaces an earlier one."""
    channel = await house.of(ANNA).create(name="team", members=[BERT])
    seoul = timezone(timedelta(hours=9))
    for hours in (2, 1):
        until = house.clock.now() + timedelta(hours=hours)
        asked = (until + timedelta(microseconds=999)).astimezone(seoul)
        muted = await house.of(ANNA).mute(channel_id=channel.id, user_id=BERT, until=asked)
        assert (until, UTC) == (muted.muted_until, muted.muted_until.tzinfo if muted.muted_until else None)
        assert muted == (await house.standing(channel.id, BERT)).membership
    assert isinstance((await house.events(channel.id))[-1], MemberMuted)


async def test_the_muted_may_speak_again(house: House) -> None:
    """Lifting a mute that is there is written, lifting none is not."""
    channel = await house.of(ANNA).create(name="team", members=[BERT])
    await house.of(ANNA).mute(channel_id=channel.id, user_id=BERT, until=house.clock.now() + timedelta(hours=1))
    for _ in range(2):
        heard = await house.of(ANNA).unmute(channel_id=channel.id, user_id=BERT)
        assert None is heard.muted_until
        assert heard == (await house.standing(channel.id, BERT)).membership
    assert [MemberMuted, MemberUnmuted] == [type(event) for event in (await house.events(channel.id))[3:]]


async def test_what_was_read_meanwhile_stays_read(house: House) -> None:
    """A mute takes no read position back."""
    channel = await house.of(ANNA).create(name="team", members=[BERT])
    await house.say(channel, ANNA)
    await house.of(BERT).mark_read(channel_id=channel.id, sequence=1)
    await house.of(ANNA).mute(channel_id=channel.id, user_id=BERT, until=house.clock.now() + timedelta(hours=1))
    assert 0 == (await house.standing(channel.id, BERT)).unread


@pytest.mark.parametrize(
    "until",
    [
        datetime(2030, 1, 1),  # noqa: DTZ001 - a naive time is what is refused
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2025, 1, 1, tzinfo=UTC),
        datetime.max.replace(tzinfo=timezone(-timedelta(hours=1))),
    ],
    ids=["naive", "now", "past", "beyond all times"],
)
async def test_a_mute_ends_in_the_future(house: House, until: datetime) -> None:
    """A time without a zone, or that is not to come, is refused before the channel is looked up."""
    with pytest.raises(InvalidInputError) as refused:
        await house.of(ANNA).mute(channel_id=NOWHERE, user_id=BERT, until=until)
    assert "until" == refused.value.field


async def test_who_cannot_be_muted(house: House) -> None:
    """Neither the owner, nor anybody in a direct channel, nor who is no member."""
    channel = await house.of(ANNA).create(name="team", members=[BERT])
    direct = await house.of(ANNA).create(name="us", type="direct", members=[BERT])
    until = house.clock.now() + timedelta(hours=1)
    with pytest.raises(OwnerMustStayError):
        await house.of(ANNA).mute(channel_id=channel.id, user_id=ANNA, until=until)
    with pytest.raises(DirectChannelError):
        await house.of(ANNA).mute(channel_id=direct.id, user_id=BERT, until=until)
    with pytest.raises(MemberNotFoundError):
        await house.of(ANNA).mute(channel_id=channel.id, user_id=CARL, until=until)
    with pytest.raises(MemberNotFoundError):
        await house.of(ANNA).unmute(channel_id=channel.id, user_id=CARL)


async def test_only_who_manages_members_mutes(house: House) -> None:
    """Members neither mute others nor unmute themselves."""
    channel = await house.of(ANNA).create(name="team", members=[BERT, CARL])
    with pytest.raises(AccessDeniedError):
        await house.of(BERT).mute(channel_id=channel.id, user_id=CARL, until=house.clock.now() + timedelta(hours=1))
    with pytest.raises(AccessDeniedError):
        await house.of(BERT).unmute(channel_id=channel.id, user_id=BERT)
