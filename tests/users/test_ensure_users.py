"""Mirroring the host's own users."""

import asyncio

import pytest
from attrs import evolve

from saiondo_core.kernel.errors import AccessDeniedError, InvalidInputError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.refusals import GateFailedError, SystemOnlyError
from saiondo_core.testing.schedules import Interruption
from saiondo_core.users.errors import UsernameTakenError
from saiondo_core.users.model import Mirrored, User
from tests.auth.house import MINUTE, House, crash
from tests.users.test_update_user import Contended

FULL = Mirrored(
    id="42",
    username="anna",
    display_name="Anna",
    avatar="https://example.org/a",
    email="a@example.org",
    locale="ko",
    time_zone="Asia/Seoul",
    metadata={"n": 1},
)


async def test_a_new_one_is_as_the_host_says(house: House) -> None:
    """Under the host's id, with all that was given, and told once."""
    (anna,) = await house.system.ensure_many(users=[FULL])
    now = house.clock.now()

    assert (
        User(
            id=UserId("42"),
            email="a@example.org",
            username="anna",
            display_name="Anna",
            avatar="https://example.org/a",
            locale="ko",
            time_zone="Asia/Seoul",
            metadata={"n": 1},
            created_at=now,
            updated_at=now,
        )
        == anna
    )
    assert anna == await house.users.get(user_id=anna.id)
    assert ["user.mirrored"] == await house.actions("42")


async def test_asking_again_is_free(house: House) -> None:
    """The same again, later, writes nothing and tells nobody."""
    (anna,) = await house.system.ensure_many(users=[FULL])
    await house.clock.advance(MINUTE)

    assert (anna, anna) == await house.system.ensure_many(users=[FULL, FULL])
    assert ["user.mirrored"] == await house.actions("42")


async def test_what_differs_is_brought_up_to_date(house: House) -> None:
    """What is not given any more is cleared, when it was seen and made stays."""
    (anna,) = await house.system.ensure_many(users=[FULL])
    seen = evolve(anna, last_seen=house.clock.now())
    await house.users.replace(before=anna, after=seen, events=())
    await house.clock.advance(MINUTE)
    after = await house.system.ensure(id="42", username="Anna2")

    assert (
        User(
            id=anna.id,
            username="Anna2",
            created_at=anna.created_at,
            last_seen=seen.last_seen,
            updated_at=house.clock.now(),
        )
        == after
    )
    assert ["user.mirrored", "user.updated"] == await house.actions("42")


async def test_the_deleted_come_back(house: House) -> None:
    """Somebody whom the host knows is there, whatever was before, and may what everybody may: nothing of old."""
    await house.system.ensure_many(users=[FULL])
    await house.system.ensure(id="bert", username="bert")
    await house.make_admin(UserId("42"))
    await house.system.delete(UserId("42"))
    (anna,) = await house.system.ensure_many(users=[FULL])

    assert anna.is_active
    assert ("anna", "a@example.org") == (anna.username, anna.email)
    assert anna == await house.of("42").get()
    with pytest.raises(AccessDeniedError):
        await house.of("42").delete(UserId("bert"))
    assert ["user.mirrored", "user.deactivated", "user.reactivated"] == await house.actions("42")


async def test_only_the_system_may(house: House) -> None:
    """Nobody else mirrors, not even oneself."""
    for desk in (house.of("42"), house.unbound):
        with pytest.raises(SystemOnlyError):
            await desk.ensure(id="42", username="anna")
        with pytest.raises(SystemOnlyError):
            await desk.ensure_many(users=[])


async def test_nobody_mirrors_while_the_gate_is_broken(house: House) -> None:
    """Not even the system: nothing is written."""
    house.gate = Interruption(0, crash).around(house.gate)
    with pytest.raises(GateFailedError):
        await house.system.ensure_many(users=[FULL])

    assert [] == await house.recorded()


@pytest.mark.parametrize(
    "user",
    [
        evolve(FULL, id=""),
        evolve(FULL, id="x" * 65),
        evolve(FULL, id="a\nb"),
        evolve(FULL, id="system:host"),
        evolve(FULL, username="a"),
        evolve(FULL, display_name=""),
        evolve(FULL, avatar="x"),
        evolve(FULL, email="x"),
        evolve(FULL, locale="x"),
        evolve(FULL, time_zone=""),
        evolve(FULL, metadata={"n": float("nan")}),
    ],
    ids=str,
)
async def test_all_are_checked_before_any_is_written(house: House, user: Mirrored) -> None:
    """What is not valid is refused, and nobody before it is mirrored."""
    with pytest.raises(InvalidInputError):
        await house.system.ensure_many(users=[Mirrored(id="1", username="bert"), user])

    assert [] == await house.recorded()


async def test_a_conflict_ends_it_and_asking_again_goes_on(house: House) -> None:
    """Who came before the conflict is mirrored, who came after is not, until it is solved."""
    some = [Mirrored(id="1", username="bert"), Mirrored(id="2", username="BERT"), Mirrored(id="3", username="carl")]
    with pytest.raises(UsernameTakenError):
        await house.system.ensure_many(users=some)
    assert ["1"] == [user.id for user in await house.system.list()]

    some[1] = evolve(some[1], username="bert2")
    assert ["1", "2", "3"] == [user.id for user in await house.system.ensure_many(users=some)]
    assert ["user.mirrored"] == await house.actions("1")


async def test_many_at_once_make_one_user() -> None:
    """Whoever is mirrored from many places at once is there once, and everybody is given the same."""
    house = House()
    house.users = Contended(house.log)
    found = await asyncio.gather(*(house.system.ensure_many(users=[FULL]) for _ in range(8)))

    assert 1 == len({user.id for (user,) in found})
    assert ["user.mirrored"] == await house.actions("42")
