"""Looking at oneself."""

import pytest

from saiondo_core.auth.errors import InvalidTokenError
from saiondo_core.kernel.refusals import DeactivatedError, MissingActorError
from saiondo_core.users.errors import UserNotFoundError
from tests.auth.house import House


async def test_by_token_or_as_the_acting_user(house: House) -> None:
    """Both ways with one's address; the token is who counts where there is one."""
    anna, bert = await house.register(), await house.register("bert")

    assert anna.user == await house.unbound.get_current(anna.access_token)
    assert anna.user == await house.of(anna.user.id).get_current()
    assert bert.user == await house.of(anna.user.id).get_current(bert.access_token)


async def test_somebody_has_to_be_there(house: House) -> None:
    """Nobody acting, an unknown one, a deleted one, and the host itself have no profile."""
    anna = await house.register()
    await house.of(anna.user.id).delete()
    with pytest.raises(MissingActorError):
        await house.unbound.get_current()
    with pytest.raises(InvalidTokenError):
        await house.unbound.get_current(anna.access_token)
    with pytest.raises(DeactivatedError):
        await house.of(anna.user.id).get_current()
    for desk in (house.of("nobody"), house.system):
        with pytest.raises(UserNotFoundError):
            await desk.get_current()
