"""Ending one session from elsewhere."""

import pytest

from saiondo_core.auth.errors import InvalidTokenError, SessionNotFoundError
from saiondo_core.auth.model import SessionId
from saiondo_core.kernel.errors import AccessDeniedError
from tests.auth.house import House


async def test_it_ends_and_the_others_go_on(house: House) -> None:
    """Once; then there is none of that id."""
    lost, kept = await house.register(), await house.sign_in()
    await house.of(lost.user.id).revoke(lost.session.id)
    with pytest.raises(InvalidTokenError):
        await house.unbound.verify(lost.access_token)
    with pytest.raises(SessionNotFoundError):
        await house.of(lost.user.id).revoke(lost.session.id)

    assert kept.session.id == (await house.unbound.verify(kept.access_token)).session_id
    assert 1 == list(await house.actions(lost.user.id)).count("session.ended")


async def test_anothers_is_as_one_that_is_not_there(house: House) -> None:
    """Under one's own name it is not found, under the other's it is refused; it goes on."""
    anna, bert = await house.register(), await house.register("bert")
    for session_id in (anna.session.id, SessionId("nothing")):
        with pytest.raises(SessionNotFoundError):
            await house.of(bert.user.id).revoke(session_id)
        with pytest.raises(AccessDeniedError):
            await house.of(bert.user.id).revoke(session_id, user_id=anna.user.id)
    assert anna.session.id == (await house.unbound.verify(anna.access_token)).session_id

    await house.system.revoke(anna.session.id, user_id=anna.user.id)
    with pytest.raises(InvalidTokenError):
        await house.unbound.verify(anna.access_token)
