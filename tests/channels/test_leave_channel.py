"""Leaving a channel."""

import pytest

from saiondo_core.channels.errors import ChannelNotFoundError, DirectChannelError, NotAMemberError, OwnerMustStayError
from saiondo_core.channels.events import MemberLeft
from tests.channels.house import ANNA, BERT, CARL, House


async def test_a_member_leaves(house: House) -> None:
    """They are out of the channel and of its list, and a private one does not exist for them any more."""
    channel = await house.of(ANNA).create(name="team", members=[BERT])
    await house.of(BERT).leave(channel_id=channel.id)

    assert [ANNA] == await house.people(channel.id)
    assert () == (await house.of(BERT).list()).items
    last = (await house.events(channel.id))[-1]
    assert isinstance(last, MemberLeft)
    assert (BERT, BERT, 2) == (last.user_id, last.stamp.actor, last.membership_revision)
    with pytest.raises(ChannelNotFoundError):
        await house.of(BERT).leave(channel_id=channel.id)


async def test_who_is_not_in_it_does_not_leave(house: House) -> None:
    """Of a public channel they are told that they have not joined it; the system is never in one."""
    channel = await house.of(ANNA).create(name="lobby", type="public")
    for who in (house.of(CARL), house.system):
        with pytest.raises(NotAMemberError):
            await who.leave(channel_id=channel.id)


async def test_the_owner_stays(house: House) -> None:
    """A channel is handed over or deleted first."""
    channel = await house.of(ANNA).create(name="team", members=[BERT])
    with pytest.raises(OwnerMustStayError):
        await house.of(ANNA).leave(channel_id=channel.id)

    await house.of(ANNA).transfer_ownership(channel_id=channel.id, user_id=BERT)
    await house.of(ANNA).leave(channel_id=channel.id)
    assert [BERT] == await house.people(channel.id)


async def test_nobody_leaves_a_direct_channel(house: House) -> None:
    """It is between its two members for good."""
    direct = await house.of(ANNA).create(name="us", type="direct", members=[BERT])
    for who in (ANNA, BERT):
        with pytest.raises(DirectChannelError):
            await house.of(who).leave(channel_id=direct.id)
