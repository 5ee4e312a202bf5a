"""Registering with a password."""

import pytest

from saiondo_core.auth.errors import WeakPasswordError
from saiondo_core.kernel.errors import InvalidInputError, TextLengthError
from saiondo_core.testing.schedules import Interruption, at_every_moment
from saiondo_core.users.errors import EmailTakenError, UsernameTakenError
from tests.auth.house import PASSWORD, House


async def test_whoever_registers_is_signed_in(house: House) -> None:
    """They are there with what they gave, can be verified, and can sign in again."""
    given = await house.unbound.register(
        email=" Anna@Example.org ",
        username="Anna",
        password=PASSWORD,
        display_name="Anna A",
        avatar="https://example.org/a",
    )
    user = given.user

    assert ("Anna@Example.org", "Anna", "Anna A") == (user.email, user.username, user.display_name)
    assert house.clock.now() == user.created_at == user.last_seen
    assert user == await house.users.get(user_id=user.id)
    assert user.id == (await house.unbound.verify(given.access_token)).user_id
    assert user == (await house.sign_in()).user
    assert ["user.registered", "session.started"] == [event.action for event in (await house.events(user.id))[:2]]
    assert user.id == (await house.events(user.id))[0].stamp.actor


async def test_whoever_is_there_can_sign_in() -> None:
    """At each moment of a registration the user is not there yet, or can sign in already."""
    signed_in: list[int] = []

    async def scenario(moment: int) -> bool:
        house = House()

        async def look() -> None:
            if await house.users.by_email(email="anna@example.org") is not None:
                await house.sign_in()
                signed_in.append(moment)

        interruption = Interruption(moment, look)
        house.credentials = interruption.around(house.credentials)
        house.users = interruption.around(house.users)
        house.sessions = interruption.around(house.sessions)
        await house.register()
        return interruption.happened

    # The credential is put, the user added, and the session added: the user is there after the second call.
    assert 6 == await at_every_moment(scenario)
    assert [3, 4, 5] == signed_in


@pytest.mark.parametrize("password", ["12345678", "PASSWORD"])
async def test_common_passwords_are_refused(house: House, password: str) -> None:
    """Nothing is left of the attempt, and the password is not in the error."""
    with pytest.raises(WeakPasswordError) as raised:
        await house.unbound.register(email="a@example.org", username="anna", password=password)

    assert password not in str(raised.value) + repr(raised.value)
    assert () == await house.credentials.list(after=None, limit=10)


@pytest.mark.parametrize(
    ("password", "is_taken"),
    [
        ("x" * 7, False),
        ("x" * 8, True),
        ("x" * 1024, True),
        ("x" * 1025, False),
        ("e\u0301" * 7, False),  # 14 code points, 7 in NFC.
        ("e\u0301" * 1024, True),
        (" " * 8, False),
    ],
    ids=["7", "8", "1024", "1025", "7 in NFC", "1024 in NFC", "blank"],
)
async def test_the_length_of_a_password_is_that_of_its_normal_form(house: House, password: str, is_taken: bool) -> None:
    """8 to 1,024 code points after NFC."""
    attempt = house.unbound.register(email="a@example.org", username="anna", password=password)
    if is_taken:
        await attempt
        assert 1 == house.passwords.hashed
    else:
        with pytest.raises(TextLengthError):
            await attempt
        assert 0 == house.passwords.hashed


async def test_the_form_in_which_a_password_is_typed_does_not_count(house: House) -> None:
    """A composed and a decomposed character are the same one."""
    await house.unbound.register(email="anna@example.org", username="anna", password="pass-é-word-가")

    assert (await house.sign_in(password="pass-e\u0301-word-\u1100\u1161")).user.username == "anna"


@pytest.mark.parametrize(
    ("email", "username"),
    [("", "anna"), ("anna", "anna"), ("a@b.c" + "x" * 250, "anna"), ("a@b.c", "x"), ("a@b.c", "a b")],
)
async def test_what_is_not_valid_is_refused_before_any_work(house: House, email: str, username: str) -> None:
    """No hash is made, and nothing is left."""
    with pytest.raises(InvalidInputError):
        await house.unbound.register(email=email, username=username, password=PASSWORD)

    assert 0 == house.passwords.hashed
    assert [] == await house.recorded()


async def test_names_and_addresses_are_unique(house: House) -> None:
    """In any case; who was first stays as they were."""
    anna = await house.register()
    with pytest.raises(EmailTakenError):
        await house.unbound.register(email="ANNA@example.org", username="anna2", password=PASSWORD)
    with pytest.raises(UsernameTakenError):
        await house.unbound.register(email="anna2@example.org", username="ANNA", password=PASSWORD)

    assert [anna.user] == list(await house.system.list())
    assert anna.user.id == (await house.sign_in()).user.id
