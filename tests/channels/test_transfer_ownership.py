"""Handing a channel over."""

from datetime import timedelta

import pytest

from saiondo_core.channels.errors import DirectChannelError, MemberNotFoundError
from saiondo_core.channels.events import OwnershipTransferred
from saiondo_core.channels.model import ChannelRole
from saiondo_core.errors import AccessDeniedError
from saiondo_core.testing.schedules import at_every_moment
from saiondo_core.users.errors import UserNotFoundError
from tests.channels.house import ANNA, BERT, CARL, PEOPLE, House


async def roles(house: House, channel_id: str) -> dict[str, ChannelRole]:
    """What everybody in Anna's only channel is there."""
    (channel,) = [standing.channel for standing in await house.channels.of_user(user_id=ANNA, before=None, limit=2)]
    assert channel_id == channel.id
    members = await house.channels.members(channel_id=channel.id, after=None, limit=10)
    return {member.user_id: member.role for member in members}


async def test_the_new_owner_is_the_only_one(house: House) -> None:
    """The old owner stays as a member; a muted new one may speak; the log says who it is."""
    channel = await house.of(ANNA).create(name="team", members=[BERT, CARL])
    await house.of(ANNA).mute(channel_id=channel.id, user_id=BERT, until=house.clock.now() + timedelta(hours=1))
    handed = await house.of(ANNA).transfer_ownership(channel_id=channel.id, user_id=BERT)

    assert (BERT, 3) == (handed.owner_id, handed.membership_revision)
    assert handed == await house.of(CARL).get(channel.id)
    member, owner = ChannelRole.MEMBER, ChannelRole.OWNER
    assert {ANNA: member, BERT: owner, CARL: member} == await roles(house, channel.id)
    membership = (await house.standing(channel.id, BERT)).membership
    assert membership is not None
    assert None is membership.muted_until
    last = (await house.events(channel.id))[-1]
    assert isinstance(last, OwnershipTransferred)
    assert (BERT, ANNA) == (last.user_id, last.stamp.actor)


async def test_only_the_owner_hands_over(house: House) -> None:
    """Not even to themselves do members; the system may."""
    channel = await house.of(ANNA).create(name="team", members=[BERT, CARL])
    with pytest.raises(AccessDeniedError) as denied:
        await house.of(BERT).transfer_ownership(channel_id=channel.id, user_id=BERT)
    assert "channel:transfer" == denied.value.permission
    assert CARL == (await house.system.transfer_ownership(channel_id=channel.id, user_id=CARL)).owner_id


async def test_the_owner_needs_no_handing_over(house: House) -> None:
    """To hand a channel to its owner changes and writes nothing."""
    channel = await house.of(ANNA).create(name="team")
    assert channel == await house.of(ANNA).transfer_ownership(channel_id=channel.id, user_id=ANNA)


async def test_who_cannot_own_a_channel(house: House) -> None:
    """Neither somebody outside of it, nor a deleted user, nor the other one of a direct channel."""
    channel = await house.of(ANNA).create(name="team", members=[BERT])
    direct = await house.of(ANNA).create(name="us", type="direct", members=[BERT])
    with pytest.raises(DirectChannelError):
        await house.of(ANNA).transfer_ownership(channel_id=direct.id, user_id=BERT)
    with pytest.raises(MemberNotFoundError):
        await house.of(ANNA).transfer_ownership(channel_id=channel.id, user_id=CARL)
    await house.deactivate(BERT)
    with pytest.raises(UserNotFoundError):
        await house.of(ANNA).transfer_ownership(channel_id=channel.id, user_id=BERT)


async def test_there_is_always_one_owner() -> None:
    """Even when the owner hands over to another and leaves, at any moment of the system's handing over."""

    async def scenario(moment: int) -> bool:
        house = House()
        await house.move_in(*PEOPLE)
        channel = await house.of(ANNA).create(name="team", members=[BERT, CARL])
        system = house.system

        async def hand_over_and_go() -> None:
            await system.transfer_ownership(channel_id=channel.id, user_id=CARL)
            await system.remove_member(channel_id=channel.id, user_id=ANNA)

        with house.interrupted(moment, hand_over_and_go) as interruption:
            await house.system.transfer_ownership(channel_id=channel.id, user_id=BERT)

        members = await house.channels.members(channel_id=channel.id, after=None, limit=10)
        owners = [member.user_id for member in members if member.role is ChannelRole.OWNER]
        assert [(await house.standing(channel.id, BERT)).channel.owner_id] == owners
        return interruption.happened

    assert 6 == await at_every_moment(scenario)
