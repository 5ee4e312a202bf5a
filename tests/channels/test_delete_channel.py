"""Deleting a channel."""

import pytest

from saiondo_core.channels.errors import ChannelNotFoundError, InvitationNotFoundError
from saiondo_core.channels.events import ChannelDeleted
from saiondo_core.errors import AccessDeniedError
from tests.channels.house import ANNA, BERT, CARL, House


async def test_a_deleted_channel_is_gone_for_all(house: House) -> None:
    """Nobody finds it any more, by id, list or invitation, and it cannot be deleted twice."""
    channel = await house.of(ANNA).create(name="team", type="public", members=[BERT])
    invitation = await house.of(ANNA).invite(channel_id=channel.id)
    await house.of(ANNA).delete(channel_id=channel.id)

    for who in (house.of(ANNA), house.of(BERT), house.of(CARL), house.system):
        with pytest.raises(ChannelNotFoundError):
            await who.get(channel.id)
        assert () == (await who.list()).items
        assert () == (await who.list(which="public")).items
    with pytest.raises(InvitationNotFoundError):
        await house.of(CARL).join(code=invitation.code)
    with pytest.raises(ChannelNotFoundError):
        await house.of(ANNA).delete(channel_id=channel.id)
    last = (await house.events(channel.id))[-1]
    assert isinstance(last, ChannelDeleted)
    assert ANNA == last.stamp.actor


async def test_its_key_is_free_again(house: House) -> None:
    """A new channel may take the key, and two people a new direct channel."""
    first = await house.of(ANNA).create(name="team", key="order:42")
    direct = await house.of(ANNA).create(name="us", type="direct", members=[BERT])
    for channel in (first, direct):
        await house.of(ANNA).delete(channel_id=channel.id)

    assert first.id != (await house.of(BERT).create(name="team", key="order:42")).id
    assert direct.id != (await house.of(BERT).create(name="us", type="direct", members=[ANNA])).id


async def test_only_the_owner_deletes(house: House) -> None:
    """A member is denied it, in a direct channel too."""
    team = await house.of(ANNA).create(name="team", members=[BERT])
    direct = await house.of(ANNA).create(name="us", type="direct", members=[BERT])
    for channel in (team, direct):
        with pytest.raises(AccessDeniedError):
            await house.of(BERT).delete(channel_id=channel.id)
        assert channel == await house.of(BERT).get(channel.id)
