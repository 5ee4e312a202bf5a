"""Signing out."""

import pytest

from saiondo_core.auth.errors import InvalidTokenError
from saiondo_core.kernel.errors import AccessDeniedError
from tests.auth.house import MINUTE, House


async def test_the_session_ends_and_others_go_on(house: House) -> None:
    """None of its tokens works any more, and what happened is told."""
    first, other = await house.register(), await house.sign_in()
    await house.unbound.logout(first.access_token)
    for call in (house.unbound.verify, house.unbound.logout, house.unbound.get_current):
        with pytest.raises(InvalidTokenError):
            await call(first.access_token)
    with pytest.raises(InvalidTokenError):
        await house.unbound.refresh(first.refresh_token or "")

    assert other.session.id == (await house.unbound.verify(other.access_token)).session_id
    assert "session.ended" == (await house.actions(first.user.id))[-1]


async def test_only_an_access_token_that_works_signs_out(house: House) -> None:
    """A refresh token does not, nor one whose time is up; the session goes on."""
    session = await house.register()
    with pytest.raises(InvalidTokenError):
        await house.unbound.logout(session.refresh_token or "")
    await house.clock.advance(15 * MINUTE)
    with pytest.raises(InvalidTokenError):
        await house.unbound.logout(session.access_token)

    assert session.session.id == (await house.unbound.refresh(session.refresh_token or "")).session.id


async def test_everywhere_ends_all_of_ones_own(house: House) -> None:
    """It says how many there were; of others none ends."""
    bert = await house.register("bert")
    sessions = [await house.register(), await house.sign_in(), await house.sign_in()]
    anna = sessions[0].user.id

    assert 3 == await house.of(anna).logout.everywhere()
    assert 0 == await house.unbound.logout.everywhere(anna)
    for session in sessions:
        with pytest.raises(InvalidTokenError):
            await house.unbound.verify(session.access_token)
    assert bert.session.id == (await house.unbound.verify(bert.access_token)).session_id


async def test_everywhere_needs_the_right_for_others(house: House) -> None:
    """A user is refused, the system may."""
    anna, bert = await house.register(), await house.register("bert")
    with pytest.raises(AccessDeniedError):
        await house.of(bert.user.id).logout.everywhere(anna.user.id)
    assert anna.session.id == (await house.unbound.verify(anna.access_token)).session_id

    assert 1 == await house.system.logout.everywhere(anna.user.id)
    assert "system:host" == (await house.events(anna.user.id))[-1].stamp.actor
