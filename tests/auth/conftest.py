"""What the tests of auth begin with."""

import pytest

from tests.auth.house import House


@pytest.fixture
def house() -> House:
    """A house in which nobody is registered."""
    return House()
