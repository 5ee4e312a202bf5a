"""Looking at a channel."""

import pytest

from saiondo_core.channels.errors import ChannelNotFoundError
from tests.channels.house import ANNA, BERT, NOWHERE, House


async def test_members_see_their_channel(house: House) -> None:
    """A private channel is shown to its members, and to the system."""
    channel = await house.of(ANNA).create(name="team", members=[BERT])

    assert channel == await house.of(BERT).get(channel.id)
    assert channel == await house.unbound.get(channel.id, user_id=ANNA)
    assert channel == await house.system.get(channel.id)


async def test_everybody_sees_a_public_channel(house: House) -> None:
    """Whoever is signed in may know of a public channel without being in it."""
    channel = await house.of(ANNA).create(name="lobby", type="public")
    assert channel == await house.of(BERT).get(channel.id)


async def test_strangers_see_no_private_channel(house: House) -> None:
    """To them it does not exist; one that does not exist, does so for nobody."""
    channel = await house.of(ANNA).create(name="team")
    with pytest.raises(ChannelNotFoundError):
        await house.of(BERT).get(channel.id)
    with pytest.raises(ChannelNotFoundError):
        await house.system.get(NOWHERE)
