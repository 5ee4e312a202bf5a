"""Sessions by the host's own word."""

from datetime import timedelta

import pytest

from saiondo_core.auth.errors import InvalidTokenError
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.refusals import GateFailedError, SystemOnlyError
from saiondo_core.testing.schedules import Interruption
from saiondo_core.users.errors import UserNotFoundError
from tests.auth.house import DAY, House, crash

ANNA = UserId("anna")


@pytest.fixture
async def house() -> House:
    """A house in which Anna is mirrored."""
    house = House()
    await house.system.ensure(id="anna", username="anna")
    return house


@pytest.mark.parametrize("ttl", [0.001, 3600.0, 90.0 * DAY])
async def test_it_lasts_as_long_as_asked(house: House, ttl: float) -> None:
    """To the moment, with one token and nothing to refresh it; the system is who started it."""
    issued = await house.system.issue(user_id=ANNA, ttl=ttl, client="kiosk")

    assert house.clock.now() + timedelta(seconds=ttl) == issued.expires_at == issued.session.expires_at
    assert issued.refresh_token is None
    assert "kiosk" == issued.session.client
    assert ANNA == (await house.unbound.verify(issued.access_token)).user_id
    assert "system:host" == (await house.events(ANNA))[-1].stamp.actor
    await house.clock.advance(ttl)
    with pytest.raises(InvalidTokenError):
        await house.unbound.verify(issued.access_token)


@pytest.mark.parametrize("ttl", [0, -1, 90 * DAY + 1, float("inf"), float("nan")])
async def test_it_must_end_and_not_too_late(house: House, ttl: float) -> None:
    """Before anybody is looked up."""
    for user_id in (ANNA, UserId("nobody")):
        with pytest.raises(InvalidInputError):
            await house.system.issue(user_id=user_id, ttl=ttl)


async def test_only_the_system_vouches(house: House) -> None:
    """Nobody else, not even for oneself."""
    for desk in (house.of("anna"), house.unbound):
        with pytest.raises(SystemOnlyError):
            await desk.issue(user_id=ANNA, ttl=60)


async def test_nobody_vouches_while_the_gate_is_broken(house: House) -> None:
    """Not even the system: no session begins."""
    house.gate = Interruption(0, crash).around(house.gate)
    with pytest.raises(GateFailedError):
        await house.system.issue(user_id=ANNA, ttl=60)

    assert () == await house.sessions.of_user(user_id=ANNA)


async def test_only_for_users_who_are_there(house: House) -> None:
    """Neither for the deleted nor for the unknown."""
    await house.of("anna").delete()
    for user_id in (ANNA, UserId("nobody")):
        with pytest.raises(UserNotFoundError):
            await house.system.issue(user_id=user_id, ttl=60)
