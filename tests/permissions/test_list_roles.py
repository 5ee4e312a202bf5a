"""Seeing which roles there are."""

import pytest

from saiondo_core.kernel.refusals import DeactivatedError
from saiondo_core.permissions.model import BUILT_IN
from tests.permissions.house import EVE, House


async def test_all_roles_are_listed_those_built_in_first(house: House) -> None:
    """Everybody sees what is built in, and then what was made, by id."""
    made = [await house.made("invoice:pay") for _ in range(3)]

    assert (*BUILT_IN, *made) == await house.of(EVE).list_roles()


async def test_the_deleted_see_none(house: House) -> None:
    """Whoever was deleted is refused."""
    await house.gone(EVE)
    with pytest.raises(DeactivatedError):
        await house.of(EVE).list_roles()
