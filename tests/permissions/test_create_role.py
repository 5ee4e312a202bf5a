"""Making roles."""

import asyncio
from random import Random

import pytest

from saiondo_core.kernel.errors import AccessDeniedError, InvalidInputError
from saiondo_core.kernel.ids import RoleId
from saiondo_core.kernel.policies import CHANNEL_ADMIN, MEMBER, MODERATOR
from saiondo_core.permissions.errors import NotHeldError, RoleNameTakenError, RoleNotFoundError
from saiondo_core.permissions.events import RoleCreated
from saiondo_core.permissions.model import BUILT_IN, Role
from saiondo_core.testing.schedules import interleaved, on_schedules
from tests.permissions.house import EVE, House


async def test_a_role_is_as_it_was_made(house: House) -> None:
    """A made role stands in the book, trimmed and in its shortest form, and is told."""
    role = await house.host.create_role(
        name=" Paymaster ", permissions=["invoice:pay", "*:*", "invoice:pay"], inherits=[MEMBER]
    )

    assert "Paymaster" == role.name
    assert {"invoice:pay", "*"} == role.permissions
    assert {MEMBER} == role.inherits
    assert (role,) == (await house.roles.book()).roles
    assert [RoleCreated] == await house.events()


@pytest.mark.parametrize("pattern", ["*", "invoice:*", "*:pay", "invoice:pay", f"{'a' * 50}:b_1"])
async def test_patterns_that_a_role_may_allow(house: House, pattern: str) -> None:
    """A permission, or a star for all, whole or either half."""
    assert {pattern} == (await house.host.create_role(name="some", permissions=[pattern])).permissions


@pytest.mark.parametrize(
    "pattern", ["", "invoice", "invoice:", ":pay", "in*:pay", "a:b:c", "Invoice:pay", "**", f"{'a' * 51}:b", "a:b\n"]
)
async def test_patterns_that_no_role_may_allow(house: House, pattern: str) -> None:
    """Nothing else than those."""
    with pytest.raises(InvalidInputError) as refused:
        await house.host.create_role(name="some", permissions=["user:read", pattern])

    assert "permissions" == refused.value.field


@pytest.mark.parametrize("name", ["", "  ", "a" * 51, "two\nlines"])
async def test_names_that_no_role_may_have(house: House, name: str) -> None:
    """A name has 1 to 50 characters on one line."""
    with pytest.raises(InvalidInputError):
        await house.host.create_role(name=name)


@pytest.mark.parametrize("name", ["paymaster", "PAYMASTER", "Ｐaymaster", *(role.name for role in BUILT_IN), "Admin"])  # noqa: RUF001 - a wide letter is what is tested
async def test_names_are_unique(house: House, name: str) -> None:
    """Case and width aside no role has another's name, nor that of one which is built in."""
    await house.host.create_role(name="Paymaster")
    with pytest.raises(RoleNameTakenError):
        await house.host.create_role(name=name)


async def test_what_a_role_allows_and_inherits_is_bounded(house: House) -> None:
    """200 permissions and 20 roles are kept, one more is refused."""
    patterns = [f"thing:do_{number}" for number in range(201)]
    above = [(await house.made()).id for _ in range(21)]
    full = await house.host.create_role(name="full", permissions=patterns[:200], inherits=above[:20])

    assert (200, 20) == (len(full.permissions), len(full.inherits))
    with pytest.raises(InvalidInputError):
        await house.host.create_role(name="more", permissions=patterns)
    with pytest.raises(InvalidInputError):
        await house.host.create_role(name="more", inherits=above)


async def test_roles_are_bounded(house: House) -> None:
    """Of 1,000 roles there is no next one."""
    created = (await house.made()).id
    for number in range(999):
        role = Role(id=RoleId(f"{number}"), name=f"{number}")
        event = RoleCreated(stamp=house.stamp(), role_id=role.id)
        await house.roles.put(role=role, book_revision=number + 1, events=(event,))
    with pytest.raises(InvalidInputError):
        await house.made()
    await house.host.update_role(role_id=created, name="still changed")


async def test_a_role_inherits_from_roles_that_there_are(house: House) -> None:
    """An unknown role is not inherited from."""
    with pytest.raises(RoleNotFoundError):
        await house.host.create_role(name="some", inherits=[MODERATOR, RoleId("none")])


@pytest.mark.parametrize(
    ("permissions", "inherits", "lacking"),
    [
        (["invoice:pay"], [], "invoice:pay"),
        (["role:*"], [], "role:*"),
        ([], [MODERATOR], "channel:manage_members"),
        ([], [CHANNEL_ADMIN], "channel:discover"),
        (["role:manage", "user:read"], [], None),
    ],
)
async def test_nobody_makes_what_they_do_not_hold(
    house: House, permissions: list[str], inherits: list[RoleId], lacking: str | None
) -> None:
    """A role allows nothing, inherited too, that its maker does not hold everywhere."""
    await house.given(EVE, "role:manage")
    if lacking is None:
        await house.of(EVE).create_role(name="some", permissions=permissions, inherits=inherits)
    else:
        with pytest.raises(NotHeldError) as refused:
            await house.of(EVE).create_role(name="some", permissions=permissions, inherits=inherits)
        assert lacking == refused.value.permission


async def test_making_takes_the_right_to(house: House) -> None:
    """Whoever may not manage roles makes none, whatever it would allow."""
    with pytest.raises(AccessDeniedError):
        await house.of(EVE).create_role(name="some")


async def test_of_two_with_one_name_one_is_made() -> None:
    """However two makers of one name meet, one makes it, and the other hears that it is taken."""

    async def scenario(random: Random) -> None:
        house = House()
        house.roles = interleaved(house.roles, random)
        made = await asyncio.gather(
            *(house.host.create_role(name=name) for name in ("Paymaster", "paymaster")), return_exceptions=True
        )

        assert 1 == sum(isinstance(outcome, Role) for outcome in made)
        assert 1 == sum(isinstance(outcome, RoleNameTakenError) for outcome in made)
        assert 1 == len((await house.roles.book()).roles)

    await on_schedules(scenario, seeds=range(100))
