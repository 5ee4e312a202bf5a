"""Removing a member."""

import pytest

from saiondo_core.channels.errors import (
    DirectChannelError,
    MemberNotFoundError,
    NotAMemberError,
    OwnerMustStayError,
)
from saiondo_core.channels.events import MemberRemoved
from saiondo_core.errors import AccessDeniedError, MissingActorError
from saiondo_core.testing.schedules import at_every_moment
from tests.channels.house import ANNA, BERT, CARL, PEOPLE, SYSTEM, House


async def test_a_removed_member_is_out(house: House) -> None:
    """They are no member any more, and may join a public channel again."""
    channel = await house.of(ANNA).create(name="lobby", type="public", members=[BERT, CARL])
    await house.of(ANNA).remove_member(channel_id=channel.id, user_id=BERT)
    await house.system.remove_member(channel_id=channel.id, user_id=CARL)

    assert [ANNA] == await house.people(channel.id)
    removed = [event for event in await house.events(channel.id) if isinstance(event, MemberRemoved)]
    assert [(BERT, ANNA), (CARL, SYSTEM)] == [(event.user_id, event.stamp.actor) for event in removed]
    await house.of(BERT).join(channel_id=channel.id)


async def test_only_who_manages_members_removes(house: House) -> None:
    """A member is denied it, and whoever is not in a public channel is told so."""
    channel = await house.of(ANNA).create(name="lobby", type="public", members=[BERT])
    with pytest.raises(AccessDeniedError) as denied:
        await house.of(BERT).remove_member(channel_id=channel.id, user_id=ANNA)
    assert "channel:manage_members" == denied.value.permission
    with pytest.raises(NotAMemberError):
        await house.of(CARL).remove_member(channel_id=channel.id, user_id=BERT)
    with pytest.raises(MissingActorError):
        await house.unbound.remove_member(channel_id=channel.id, user_id=BERT)


async def test_who_cannot_be_removed(house: House) -> None:
    """Neither the owner, nor anybody from a direct channel, nor who is no member."""
    channel = await house.of(ANNA).create(name="team", members=[BERT])
    direct = await house.of(ANNA).create(name="us", type="direct", members=[BERT])
    with pytest.raises(OwnerMustStayError):
        await house.of(ANNA).remove_member(channel_id=channel.id, user_id=ANNA)
    with pytest.raises(DirectChannelError):
        await house.of(ANNA).remove_member(channel_id=direct.id, user_id=BERT)
    with pytest.raises(MemberNotFoundError):
        await house.of(ANNA).remove_member(channel_id=channel.id, user_id=CARL)


async def test_a_new_owner_is_not_removed() -> None:
    """Handed over to the member at any moment of their removal, the channel keeps its owner."""

    async def scenario(moment: int) -> bool:
        house = House()
        await house.move_in(*PEOPLE)
        channel = await house.of(ANNA).create(name="team", members=[BERT])
        system = house.system

        async def hand_over() -> None:
            if BERT in await house.people(channel.id):
                await system.transfer_ownership(channel_id=channel.id, user_id=BERT)

        with house.interrupted(moment, hand_over) as interruption:
            removing = house.system.remove_member(channel_id=channel.id, user_id=BERT)
            if moment < 5:  # The write is the third call: its moments are 4 and 5.
                with pytest.raises(OwnerMustStayError):
                    await removing
            else:
                await removing
        assert (await house.standing(channel.id, ANNA)).channel.owner_id in await house.people(channel.id)
        return interruption.happened

    assert 6 == await at_every_moment(scenario)


async def test_who_manages_no_more_removes_nobody() -> None:
    """Handed over by the remover at any moment of a removal: it is refused, or was before."""

    async def scenario(moment: int) -> bool:
        house = House()
        await house.move_in(*PEOPLE)
        channel = await house.of(ANNA).create(name="team", members=[BERT, CARL])
        anna = house.of(ANNA)

        with house.interrupted(
            moment, lambda: anna.transfer_ownership(channel_id=channel.id, user_id=CARL)
        ) as interruption:
            removing = house.of(ANNA).remove_member(channel_id=channel.id, user_id=BERT)
            if moment < 5:  # The write is the third call: its moments are 4 and 5.
                with pytest.raises(AccessDeniedError):
                    await removing
            else:
                await removing
        assert (moment < 5) == (BERT in await house.people(channel.id))
        return interruption.happened

    assert 6 == await at_every_moment(scenario)
