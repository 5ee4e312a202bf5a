"""Changing roles."""

import pytest

from saiondo_core.kernel.errors import AccessDeniedError, InvalidInputError
from saiondo_core.kernel.ids import RoleId
from saiondo_core.kernel.policies import ADMIN, MEMBER, OWNER
from saiondo_core.permissions.errors import (
    BuiltInRoleError,
    NotHeldError,
    RoleCircleError,
    RoleNameTakenError,
    RoleNotFoundError,
)
from saiondo_core.permissions.events import RoleCreated, RoleUpdated
from saiondo_core.permissions.model import BUILT_IN
from tests.permissions.house import EVE, House


async def test_what_is_left_out_stays(house: House) -> None:
    """Each of its fields is changed alone, and its holders may at once what it allows then."""
    role_id = await house.given(EVE, "invoice:pay")
    name = (await house.roles.book()).roles[0].name
    await house.host.update_role(role_id=role_id, inherits=[MEMBER])
    await house.host.update_role(role_id=role_id, permissions=["invoice:read"])
    changed = await house.host.update_role(role_id=role_id)

    assert name == changed.name
    assert {"invoice:read"} == changed.permissions
    assert {MEMBER} == changed.inherits
    assert (await house.of(EVE).check_permission(resource="invoice", action="read")).allowed
    renamed = await house.host.update_role(role_id=role_id, name="Reader")
    assert "Reader" == renamed.name
    assert {"invoice:read"} == renamed.permissions


async def test_no_change_is_not_written(house: House) -> None:
    """Where nothing would change, nobody hears of it."""
    role = await house.made("invoice:pay")
    await house.host.update_role(role_id=role.id, name=role.name, permissions=["invoice:pay"], inherits=[])

    assert [RoleCreated] == await house.events()
    await house.host.update_role(role_id=role.id, permissions=[])
    assert [RoleCreated, RoleUpdated] == await house.events()


@pytest.mark.parametrize("role_id", [role.id for role in BUILT_IN])
async def test_built_in_roles_never_change(house: House, role_id: RoleId) -> None:
    """Not even the host changes what is built in."""
    with pytest.raises(BuiltInRoleError):
        await house.host.update_role(role_id=role_id, permissions=["*"])


async def test_unknown_roles_are_not_found(house: House) -> None:
    """Neither the role, nor one to inherit from, is made up."""
    role = await house.made()
    with pytest.raises(RoleNotFoundError):
        await house.host.update_role(role_id=RoleId("none"), name="some")
    with pytest.raises(RoleNotFoundError):
        await house.host.update_role(role_id=role.id, inherits=[RoleId("none")])


async def test_a_name_may_change_its_case_only(house: House) -> None:
    """A role may keep its name in other letters; another's it may not take."""
    role = await house.host.create_role(name="Paymaster")
    await house.host.create_role(name="Reader")

    assert "PayMaster" == (await house.host.update_role(role_id=role.id, name="PayMaster")).name
    for name in ("READER", "Moderator"):
        with pytest.raises(RoleNameTakenError):
            await house.host.update_role(role_id=role.id, name=name)


@pytest.mark.parametrize("depth", [0, 1, 2, 7])
async def test_no_role_inherits_from_itself(house: House, depth: int) -> None:
    """At no depth is there a circle."""
    first = last = await house.made()
    for _ in range(depth):
        last = await house.made(inherits=(last.id,))
    with pytest.raises(RoleCircleError):
        await house.host.update_role(role_id=first.id, inherits=[ADMIN, last.id])

    assert frozenset() == (await house.roles.book()).roles[0].inherits


async def test_a_role_may_be_inherited_by_two_ways(house: House) -> None:
    """What is no circle is no error: two heirs of one role may have an heir together."""
    top = await house.made("invoice:pay")
    left, right = [await house.made(inherits=(top.id,)) for _ in range(2)]
    bottom = await house.made(inherits=(left.id, right.id))
    await house.host.assign_role(user_id=EVE, role_id=bottom.id)

    assert (await house.of(EVE).check_permission(resource="invoice", action="pay")).allowed


@pytest.mark.parametrize(
    ("before", "permissions", "inherits", "lacking"),
    [
        ([], ["invoice:pay"], [], "invoice:pay"),
        (["invoice:pay"], [], [], "invoice:pay"),
        ([], [], [OWNER], "channel:delete"),
        (["user:read"], ["role:manage"], [], None),
    ],
)
async def test_nobody_changes_what_they_do_not_hold(
    house: House, before: list[str], permissions: list[str], inherits: list[RoleId], lacking: str | None
) -> None:
    """Whoever changes a role holds everywhere what it allowed, and what it is to allow."""
    role = await house.made(*before)
    await house.given(EVE, "role:manage")
    if lacking is None:
        await house.of(EVE).update_role(role_id=role.id, permissions=permissions, inherits=inherits)
    else:
        with pytest.raises(NotHeldError) as refused:
            await house.of(EVE).update_role(role_id=role.id, permissions=permissions, inherits=inherits)
        assert lacking == refused.value.permission


async def test_nobody_gains_by_the_change_itself(house: House) -> None:
    """To hold the role that is changed gives nothing of what it is to allow."""
    role_id = await house.given(EVE, "role:manage")
    with pytest.raises(NotHeldError):
        await house.of(EVE).update_role(role_id=role_id, permissions=["role:manage", "invoice:pay"])


async def test_changing_takes_the_right_to(house: House) -> None:
    """Whoever may not manage roles changes none; what is no role is refused before."""
    role = await house.made()
    with pytest.raises(AccessDeniedError):
        await house.of(EVE).update_role(role_id=role.id, name="some")
    with pytest.raises(InvalidInputError):
        await house.of(EVE).update_role(role_id=role.id, permissions=["some"])
