"""A house with three channels, for whoever asks about rights."""

import pytest

from saiondo_core.channels.model import ChannelRole, ChannelType
from tests.permissions.house import ANNA, BERT, CARL, EVE, PAIR, PLAZA, TEAM, House


@pytest.fixture
async def house() -> House:
    """Anna owns a private and a public channel, where Bert moderates and Carl is a member; both write in a third.

    Eve is in none. Carl said `hello` in the private one.
    """
    house = House()
    await house.people(ANNA, BERT, CARL, EVE)
    roles = {"bert": ChannelRole.MODERATOR, "carl": ChannelRole.MEMBER}
    await house.channel(TEAM, ChannelType.PRIVATE, ANNA, **roles)
    await house.channel(PLAZA, ChannelType.PUBLIC, ANNA, **roles)
    await house.channel(PAIR, ChannelType.DIRECT, ANNA, carl=ChannelRole.MEMBER)
    house.speech.messages["hello"] = TEAM, CARL
    house.speech.messages["hi"] = PLAZA, CARL
    return house
