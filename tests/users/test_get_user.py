"""Looking at one user."""

import pytest

from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.refusals import ActorMismatchError, MissingActorError
from saiondo_core.users.errors import UserNotFoundError
from tests.auth.house import House


@pytest.mark.parametrize(
    ("who", "email"),
    [("anna", "a@example.org"), ("bert", None), ("carl", "a@example.org"), ("system", "a@example.org")],
)
async def test_an_address_is_shown_to_its_owner_and_to_whoever_manages_users(
    house: House, who: str, email: str | None
) -> None:
    """That is an admin and the system; others see the same user without the address."""
    await house.make_admin(UserId("carl"))
    anna = await house.system.ensure(id="anna", username="anna", email="a@example.org", display_name="Anna")
    desk = house.system if who == "system" else house.of(who)
    seen = await desk.get(anna.id)

    assert email == seen.email
    assert ("anna", "Anna", anna.created_at) == (seen.id, seen.display_name, seen.created_at)


async def test_oneself_is_the_default(house: House) -> None:
    """Without a target, one sees oneself, and unbound whoever is named acts."""
    anna = await house.system.ensure(id="anna", username="anna", email="a@example.org")

    assert anna == await house.of("anna").get()
    assert anna == await house.unbound.get(anna.id)
    assert anna == await house.unbound.get(actor=anna.id)
    assert (await house.unbound.get(anna.id, actor=UserId("bert"))).email is None


async def test_deleted_and_unknown_are_not_found(house: House) -> None:
    """Both answer the same, whoever asks."""
    await house.system.ensure(id="anna", username="anna")
    await house.of("anna").delete()
    for desk in (house.of("bert"), house.system):
        for user_id in (UserId("anna"), UserId("nobody")):
            with pytest.raises(UserNotFoundError) as raised:
                await desk.get(user_id)
            assert user_id == raised.value.user_id


async def test_nobody_and_somebody_else_cannot_ask(house: House) -> None:
    """Somebody must act, and nobody in another's name."""
    with pytest.raises(MissingActorError):
        await house.unbound.get()
    with pytest.raises(ActorMismatchError):
        await house.of("anna").get(actor=UserId("bert"))
