"""Whom a token stands for."""

import pytest

from saiondo_core.auth.errors import InvalidTokenError
from saiondo_core.auth.model import Principal
from tests.auth.house import MINUTE, House


async def test_an_access_token_stands_for_its_user_for_fifteen_minutes(house: House) -> None:
    """To the moment; a refresh token stands for nobody, and is not spent by it."""
    session = await house.register()
    principal = Principal(user_id=session.user.id, session_id=session.session.id)
    await house.clock.advance(15 * MINUTE - 0.001)
    assert principal == await house.unbound.verify(session.access_token)
    await house.clock.advance(0.001)
    for token in (session.access_token, session.refresh_token or ""):
        with pytest.raises(InvalidTokenError):
            await house.unbound.verify(token)

    renewed = await house.unbound.refresh(session.refresh_token or "")
    assert principal == await house.unbound.verify(renewed.access_token)


async def test_a_token_with_another_end_stands_for_nobody(house: House) -> None:
    """Every character counts."""
    token = (await house.register()).access_token
    for place in (0, 21, 22, 64):
        other = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(InvalidTokenError):
            await house.unbound.verify(other)


async def test_the_deleted_are_nobody_at_once(house: House) -> None:
    """Before any handler has run."""
    session = await house.register()
    await house.of(session.user.id).delete()
    with pytest.raises(InvalidTokenError):
        await house.unbound.verify(session.access_token)
