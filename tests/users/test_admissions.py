"""Who may act, once they were deleted or brought back."""

import pytest

from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.refusals import DeactivatedError
from saiondo_core.testing.schedules import Interruption
from saiondo_core.users.model import User
from tests.auth.house import House, crash

ANNA = UserId("anna")


@pytest.fixture
async def house() -> House:
    """A house whose admin Anna is."""
    house = House()
    await ensured(house)
    await house.make_admin(ANNA)
    return house


async def ensured(house: House) -> User:
    """Mirror Anna."""
    return await house.system.ensure(id="anna", username="anna")


async def test_a_deletion_that_crashed_is_completed(house: House) -> None:
    """What was written counts once the handler has run: however often, Anna may nothing, and was given nothing."""
    house.admissions = Interruption(0, crash).around(house.roles)
    with pytest.raises(ConnectionAbortedError):
        await house.system.delete(ANNA)
    for _ in range(2):
        await house.relay()
        rights = await house.roles.rights(user_id=ANNA)
        assert (False, ()) == (rights.is_admitted, rights.assignments)
    with pytest.raises(DeactivatedError):
        await house.of(ANNA).list()


async def test_a_return_that_crashed_is_completed(house: House) -> None:
    """Who was brought back may act once the handler has run."""
    await house.system.delete(ANNA)
    house.admissions = Interruption(0, crash).around(house.roles)
    with pytest.raises(ConnectionAbortedError):
        await ensured(house)
    with pytest.raises(DeactivatedError):
        await house.of(ANNA).list()
    await house.relay()

    assert ANNA == (await house.of(ANNA).get()).id
    assert () == (await house.roles.rights(user_id=ANNA)).assignments


async def test_what_is_told_late_changes_nothing(house: House) -> None:
    """Who came back, and was given something since, keeps it, whatever the handler is told again."""
    await house.system.delete(ANNA)
    await ensured(house)
    await house.make_admin(ANNA)
    before = await house.roles.rights(user_id=ANNA)
    await house.relay()

    assert before == await house.roles.rights(user_id=ANNA)
    assert before.is_admitted
