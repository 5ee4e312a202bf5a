"""Changing a profile."""

import asyncio
from collections.abc import Mapping
from typing import TypedDict

import pytest
from attrs import evolve

from saiondo_core.adapters.memory.users import MemoryUsers
from saiondo_core.kernel.errors import AccessDeniedError, InvalidInputError
from saiondo_core.kernel.events import Event
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.text import Json
from saiondo_core.users.errors import EmailTakenError, StaleUserError, UsernameTakenError, UserNotFoundError
from saiondo_core.users.events import UserUpdated
from saiondo_core.users.model import User
from saiondo_core.users.profiles import USER_TRIES
from tests.auth.house import MINUTE, House


class Change(TypedDict, total=False):
    """A change, as it is called for."""

    display_name: str | None
    username: str
    avatar: str | None
    email: str | None
    locale: str
    time_zone: str
    metadata: Mapping[str, Json]


PARTS = [
    Change(display_name="Anna A"),
    Change(username="anna_a"),
    Change(avatar="https://example.org/a.png"),
    Change(email="new@example.org"),
    Change(locale="ko"),
    Change(time_zone="Asia/Seoul"),
    Change(metadata={"a": [1]}),
]


@pytest.fixture
async def anna(house: House) -> User:
    """Anna, whose profile is full."""
    return await house.system.ensure(
        id="anna",
        username="anna",
        display_name="Anna",
        avatar="http://example.org/",
        email="a@example.org",
        metadata={"b": True},
    )


@pytest.mark.parametrize("change", PARTS, ids=str)
async def test_what_is_given_changes_and_the_rest_stays(house: House, anna: User, change: Change) -> None:
    """Each field can be changed alone; when it was changed is noted, and told once."""
    await house.clock.advance(MINUTE)
    after = await house.of("anna").update(**change)

    assert evolve(anna, **change, updated_at=house.clock.now()) == after
    assert after == await house.users.get(user_id=anna.id)
    assert ["user.mirrored", "user.updated"] == await house.actions("anna")


async def test_none_clears_what_can_be_empty(house: House, anna: User) -> None:
    """Display name, avatar, address and metadata."""
    after = await house.of("anna").update(display_name=None, avatar=None, email=None, metadata=None)

    assert evolve(anna, display_name=None, avatar=None, email=None, metadata={}) == after


@pytest.mark.parametrize("name", ["username", "locale", "time_zone"])
async def test_none_does_not_clear_what_is_never_empty(house: House, anna: User, name: str) -> None:
    """It is refused by name, and nothing is written."""
    with pytest.raises(InvalidInputError) as raised:
        await house.of("anna").update(**{name: None})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - untyped callers may

    assert name == raised.value.field
    assert anna == await house.users.get(user_id=anna.id)


@pytest.mark.parametrize(
    "change",
    [
        Change(display_name=" "),
        Change(username="a"),
        Change(username="deleted-1"),
        Change(avatar="javascript:alert(1)"),
        Change(email="no address"),
        Change(locale="?"),
        Change(time_zone="../etc"),
        Change(metadata={"a": "x" * 5_000}),
    ],
    ids=str,
)
async def test_what_is_not_valid_is_refused(house: House, anna: User, change: Change) -> None:
    """Before anything is looked up: for users who are not there the answer is the same."""
    for user_id in (anna.id, UserId("nobody")):
        with pytest.raises(InvalidInputError):
            await house.system.update(user_id, **change)

    assert anna == await house.users.get(user_id=anna.id)


async def test_no_change_writes_nothing(house: House, anna: User) -> None:
    """The present values, given again, cause no event and no new time."""
    await house.clock.advance(MINUTE)

    assert anna == await house.of("anna").update()
    assert anna == await house.of("anna").update(display_name="Anna", username="anna", metadata={"b": True})
    assert ["user.mirrored"] == await house.actions("anna")


async def test_others_profiles_need_the_right(house: House, anna: User) -> None:
    """A user is refused, alike for who is there and who is not; the system may."""
    for user_id in (anna.id, UserId("nobody")):
        with pytest.raises(AccessDeniedError) as raised:
            await house.of("bert").update(user_id, display_name="Bert was here")
        assert "user:manage" == raised.value.permission

    assert "Ann" == (await house.system.update(anna.id, display_name="Ann")).display_name
    assert ["system:host"] == [
        event.stamp.actor for event in await house.events("anna") if isinstance(event, UserUpdated)
    ]


async def test_taken_names_are_refused(house: House, anna: User) -> None:
    """In any case; one's own in another case is not."""
    await house.system.ensure(id="bert", username="bert", email="b@example.org")
    with pytest.raises(UsernameTakenError):
        await house.of("anna").update(username="BERT")
    with pytest.raises(EmailTakenError):
        await house.of("anna").update(email="B@example.ORG")

    assert "ANNA" == (await house.of("anna").update(username="ANNA")).username
    assert anna.email == (await house.of("anna").update()).email


async def test_deleted_and_unknown_are_not_found(house: House, anna: User) -> None:
    """Neither comes back by an update."""
    await house.of("anna").delete()
    for user_id in (anna.id, UserId("nobody")):
        with pytest.raises(UserNotFoundError):
            await house.system.update(user_id, display_name="x")


class Contended(MemoryUsers):
    """A store in which reading takes a turn of the loop, so that parallel changes meet."""

    async def get(self, *, user_id: UserId) -> User | None:
        """See `UserRepository.get`."""
        user = await super().get(user_id=user_id)
        await asyncio.sleep(0)
        return user


async def test_parallel_changes_are_all_kept() -> None:
    """Of seven changes of seven fields at once none is lost."""
    house = House()
    house.users = Contended(house.log)
    anna = await house.system.ensure(id="anna", username="anna")
    await asyncio.gather(*(house.of("anna").update(**part) for part in PARTS))

    for part in PARTS:
        anna = evolve(anna, **part)
    assert anna == await house.users.get(user_id=anna.id)
    assert 1 + len(PARTS) == len(await house.events("anna"))


class Restless(MemoryUsers):
    """A store whose users were always changed in the meantime."""

    async def replace(self, *, before: User, after: User, events: tuple[Event, ...]) -> None:
        """See `UserRepository.replace`."""
        changed = evolve(before, display_name=f"{before.display_name}!")
        await super().replace(before=before, after=changed, events=())
        await super().replace(before=before, after=after, events=events)


async def test_unrest_comes_to_an_end() -> None:
    """After so many tries the caller is told; each was judged on what was there."""
    house = House()
    house.users = Restless(house.log)
    await house.system.ensure(id="anna", username="anna", display_name="Anna")
    with pytest.raises(StaleUserError):
        await house.of("anna").update(locale="ko")

    assert "Anna" + USER_TRIES * "!" == (await house.of("anna").get()).display_name
