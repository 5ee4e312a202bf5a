"""Looking at where a user is signed in."""

import pytest

from saiondo_core.kernel.errors import AccessDeniedError
from saiondo_core.kernel.ids import UserId
from tests.auth.house import DAY, House


async def test_ones_own_are_shown_oldest_first(house: House) -> None:
    """With their clients, as they are now; those whose time is up are not."""
    old = await house.register()
    await house.register("bert")
    await house.clock.advance(DAY)
    phone = await house.sign_in(client="phone")
    assert (old.session, phone.session) == await house.of(old.user.id).sessions()
    await house.clock.advance(29 * DAY)

    assert (phone.session,) == await house.of(old.user.id).sessions()
    assert (phone.session,) == await house.unbound.sessions(old.user.id)


async def test_others_need_the_right(house: House) -> None:
    """A user is refused, alike for who is there and who is not; the system may look."""
    anna = await house.register()
    for user_id in (anna.user.id, UserId("nobody")):
        with pytest.raises(AccessDeniedError):
            await house.of("bert").sessions(user_id)

    assert (anna.session,) == await house.system.sessions(anna.user.id)
    assert () == await house.system.sessions(UserId("nobody"))
