"""Deleting a user."""

from collections.abc import Awaitable, Callable, Mapping

import pytest

from saiondo_core.auth.model import SessionId
from saiondo_core.kernel.errors import AccessDeniedError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.refusals import DeactivatedError
from saiondo_core.users.errors import StillOwnsChannelsError, UserNotFoundError
from saiondo_core.users.model import User
from tests.auth.house import MINUTE, PASSWORD, Desk, House


@pytest.fixture
async def anna(house: House) -> User:
    """Anna, of whom much is known."""
    return await house.system.ensure(
        id="anna",
        username="anna",
        display_name="Anna",
        avatar="http://example.org/",
        email="a@example.org",
        locale="ko",
        time_zone="Asia/Seoul",
        metadata={"shoe": 38},
    )


async def test_what_named_the_user_is_gone(house: House, anna: User) -> None:
    """The id stays, under a name that nobody can take, with nothing else that could name them."""
    await house.clock.advance(MINUTE)
    await house.of("anna").delete()
    left = await house.users.get(user_id=anna.id)

    assert left is not None
    assert (
        User(
            id=anna.id,
            username=left.username,
            is_active=False,
            created_at=anna.created_at,
            updated_at=house.clock.now(),
        )
        == left
    )
    assert "deleted-" == left.username[:8]
    assert 20 == len(left.username)
    assert 0 <= int(left.username[8:], 16)
    assert ["user.mirrored", "user.deactivated"] == await house.actions("anna")


async def test_name_and_address_are_free(house: House, anna: User) -> None:
    """Another user can take both at once."""
    await house.of("anna").delete()
    other = await house.system.ensure(id="other", username=anna.username, email=anna.email)

    assert (anna.username, anna.email) == (other.username, other.email)


async def test_only_oneself_or_with_the_right(house: House, anna: User) -> None:
    """Another user is refused, alike for who is there and who is not; the system may."""
    for user_id in (anna.id, UserId("nobody")):
        with pytest.raises(AccessDeniedError):
            await house.of("bert").delete(user_id)
    assert anna == await house.users.get(user_id=anna.id)

    await house.system.delete(anna.id)
    with pytest.raises(UserNotFoundError):
        await house.system.delete(anna.id)
    assert ["user.mirrored", "user.deactivated"] == await house.actions("anna")


async def test_owned_channels_are_named(house: House, anna: User) -> None:
    """Whoever owns channels stays, and is told which; once they are handed over, they can go."""
    house.owned.of[anna.id] = ("team", "order")
    with pytest.raises(StillOwnsChannelsError) as raised:
        await house.of("anna").delete()
    assert ("team", "order") == raised.value.channel_ids
    assert anna == await house.users.get(user_id=anna.id)

    house.owned.of.clear()
    await house.of("anna").delete()
    assert "user.deactivated" in await house.actions("anna")


CALLS: Mapping[str, Callable[[Desk], Awaitable[object]]] = {
    "get": lambda anna: anna.get(),
    "get another": lambda anna: anna.get(UserId("bert")),
    "list": lambda anna: anna.list(),
    "get_current": lambda anna: anna.get_current(),
    "update": lambda anna: anna.update(display_name="Anna"),
    "update another": lambda anna: anna.update(UserId("bert"), display_name="Bert"),
    "delete": lambda anna: anna.delete(),
    "delete another": lambda anna: anna.delete(UserId("bert")),
    "sessions": lambda anna: anna.sessions(),
    "revoke": lambda anna: anna.revoke(SessionId("nothing")),
    "everywhere": lambda anna: anna.logout.everywhere(),
    "change_password": lambda anna: anna.change_password(old_password=PASSWORD, new_password="quite another one"),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.usefixtures("anna")
async def test_the_deleted_may_do_nothing(house: House, call: Callable[[Desk], Awaitable[object]]) -> None:
    """Not even with their own, and whatever they were: admins too, before any handler has run."""
    await house.system.ensure(id="bert", username="bert")
    await house.make_admin(UserId("anna"))
    await house.of("anna").delete()
    before = await house.recorded()
    with pytest.raises(DeactivatedError):
        await call(house.of("anna"))

    assert before == await house.recorded()
