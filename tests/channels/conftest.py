"""What the tests of channels begin with."""

import pytest

from tests.channels.house import PEOPLE, House


@pytest.fixture
async def house() -> House:
    """A house in which five people live, and no channel is."""
    made = House()
    await made.move_in(*PEOPLE)
    return made
