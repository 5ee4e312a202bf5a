"""What the tests of messages begin with."""

import pytest

from tests.messages.house import ANNA, BERT, CARL, EVE, House


@pytest.fixture
async def house() -> House:
    """Build a house with a private channel of Anna, its owner, Bert and Carl; Eve is a user like them, outside."""
    house = House()
    for user_id in (ANNA, BERT, CARL, EVE):
        await house.user(user_id)
    await house.channel(ANNA, BERT, CARL)
    return house
