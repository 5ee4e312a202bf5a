"""Changing one's password."""

import asyncio

import pytest

from saiondo_core.auth.errors import InvalidCredentialsError, InvalidTokenError, WeakPasswordError
from saiondo_core.kernel.errors import TextLengthError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.refusals import ActorMismatchError, MissingActorError
from tests.auth.house import PASSWORD, House
from tests.auth.test_authenticate_user import Interrupted, outdate

NEW = "quite another one"


async def test_the_new_one_fits_and_the_old_one_does_not(house: House) -> None:
    """From the moment that the call returns; what happened is told once."""
    anna = await house.register()
    await house.clock.advance(1)
    await house.of(anna.user.id).change_password(old_password=PASSWORD, new_password=NEW)
    with pytest.raises(InvalidCredentialsError):
        await house.sign_in()
    present = await house.credentials.get(user_id=anna.user.id)

    assert present is not None
    assert house.clock.now() == present.changed_at
    assert "anna" == (await house.sign_in(password=NEW)).user.username
    assert 1 == list(await house.actions(anna.user.id)).count("password.changed")


async def test_all_sessions_end(house: House) -> None:
    """The present one too, with all their tokens; nobody else's do."""
    bert = await house.register("bert")
    sessions = [await house.register(), await house.sign_in(), await house.sign_in()]
    await house.of(sessions[0].user.id).change_password(old_password=PASSWORD, new_password=NEW)
    for session in sessions:
        with pytest.raises(InvalidTokenError):
            await house.unbound.verify(session.access_token)
        with pytest.raises(InvalidTokenError):
            await house.unbound.refresh(session.refresh_token or "")

    assert bert.session.id == (await house.unbound.verify(bert.access_token)).session_id
    assert 3 == list(await house.actions(sessions[0].user.id)).count("session.ended")


async def test_guesses_are_counted_with_those_of_signing_in(house: House) -> None:
    """Five are tried, then the right one fails too; one can still sign in, and there are 50 of both kinds."""
    anna = await house.register()
    for number in range(7):
        with pytest.raises(InvalidCredentialsError):
            await house.of(anna.user.id).change_password(old_password=f"wrong {number}", new_password=NEW)
    with pytest.raises(InvalidCredentialsError):
        await house.of(anna.user.id).change_password(old_password=PASSWORD, new_password=NEW)
    assert (5, 3) == (house.passwords.tried, house.passwords.dummies)

    await house.sign_in(client="phone")
    house.passwords.tried = 0
    for number in range(60):
        with pytest.raises(InvalidCredentialsError):
            await house.sign_in(password="wrong password", client=f"client {number}")
    assert 45 == house.passwords.tried


async def test_only_ones_own_can_be_changed(house: House) -> None:
    """In another's name it cannot be asked, and somebody has to ask."""
    anna = await house.register()
    with pytest.raises(ActorMismatchError):
        await house.of("bert").change_password(old_password=PASSWORD, new_password=NEW, user_id=anna.user.id)
    with pytest.raises(ActorMismatchError):
        await house.system.change_password(old_password=PASSWORD, new_password=NEW, user_id=anna.user.id)
    with pytest.raises(MissingActorError):
        await house.unbound.change_password(old_password=PASSWORD, new_password=NEW)

    await house.unbound.change_password(old_password=PASSWORD, new_password=NEW, user_id=anna.user.id)
    assert anna.user.id == (await house.sign_in(password=NEW)).user.id


async def test_whoever_has_no_password_is_refused_alike(house: House) -> None:
    """Mirrored and unknown users and the system: one error and one hash each."""
    await house.system.ensure(id="bert", username="bert")
    for desk in (house.of("bert"), house.of("nobody"), house.system):
        house.passwords.tried = house.passwords.dummies = 0
        with pytest.raises(InvalidCredentialsError):
            await desk.change_password(old_password=PASSWORD, new_password=NEW)
        assert (0, 1) == (house.passwords.tried, house.passwords.dummies)
    assert await house.credentials.get(user_id=UserId("bert")) is None


async def test_a_new_one_must_be_a_good_one(house: House) -> None:
    """The rules of registering hold, and are asked before the old one is tried; the errors say which it was."""
    anna = await house.register()
    with pytest.raises(WeakPasswordError) as weak:
        await house.of(anna.user.id).change_password(old_password=PASSWORD, new_password="Password")
    with pytest.raises(TextLengthError) as short:
        await house.of(anna.user.id).change_password(old_password=PASSWORD, new_password="short")

    assert ("new_password", "new_password") == (weak.value.field, short.value.field)
    assert 0 == house.passwords.tried + house.passwords.dummies


async def test_of_two_changes_at_once_one_wins() -> None:
    """The other finds that the old password is not the old one any more."""
    house = House()
    passwords = house.passwords = Interrupted()
    anna = await house.register()

    async def other() -> None:
        await house.of(anna.user.id).change_password(old_password=PASSWORD, new_password="faster than the other")

    passwords.during = other
    with pytest.raises(InvalidCredentialsError):
        await house.of(anna.user.id).change_password(old_password=PASSWORD, new_password=NEW)

    assert anna.user.id == (await house.sign_in(password="faster than the other")).user.id


async def test_a_change_wins_over_a_renewed_hash() -> None:
    """A sign-in that renews the old hash meanwhile does not make the change fail."""
    house = House()
    passwords = house.passwords = Interrupted()
    anna = await house.register()
    await outdate(house, anna.user.id)

    async def sign_in() -> None:
        await house.sign_in()

    passwords.during = sign_in
    await house.of(anna.user.id).change_password(old_password=PASSWORD, new_password=NEW)

    assert () == await house.sessions.of_user(user_id=anna.user.id)
    assert anna.user.id == (await house.sign_in(password=NEW)).user.id


async def test_many_changes_at_once_leave_one_password(house: House) -> None:
    """Of ten new passwords exactly one fits in the end."""
    anna = await house.register()
    wanted = [f"new password {number}" for number in range(10)]
    outcomes = await asyncio.gather(
        *(house.of(anna.user.id).change_password(old_password=PASSWORD, new_password=password) for password in wanted),
        return_exceptions=True,
    )

    assert 1 == outcomes.count(None)
    assert anna.user.id == (await house.sign_in(password=wanted[outcomes.index(None)])).user.id
