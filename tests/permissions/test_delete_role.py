"""Deleting roles."""

import pytest

from saiondo_core.kernel.errors import AccessDeniedError
from saiondo_core.kernel.ids import RoleId
from saiondo_core.kernel.policies import USER
from saiondo_core.permissions.errors import BuiltInRoleError, NotHeldError, RoleInheritedError, RoleNotFoundError
from saiondo_core.permissions.events import RoleDeleted
from saiondo_core.permissions.model import BUILT_IN, PermissionContext
from tests.permissions.house import CARL, EVE, TEAM, House


async def test_a_deleted_role_is_held_by_nobody(house: House) -> None:
    """Neither everywhere nor in a channel does anybody hold it; a later role of its name gives nothing back."""
    role = await house.host.create_role(name="Paymaster", permissions=["invoice:pay"])
    await house.host.assign_role(user_id=EVE, role_id=role.id)
    await house.host.assign_role(user_id=CARL, role_id=role.id, scope=TEAM)
    await house.host.delete_role(role_id=role.id)
    deleted = (await house.events())[-1]
    await house.host.create_role(name="Paymaster", permissions=["invoice:pay"])

    assert RoleDeleted is deleted
    context = PermissionContext(channel_id=TEAM)
    for asked, where in ((EVE, PermissionContext()), (CARL, context)):
        assert not (await house.of(asked).check_permission(resource="invoice", action="pay", context=where)).allowed
    assert (USER,) == (await house.of(EVE).get_user_permissions()).roles
    assert role.id not in (await house.of(CARL).get_user_permissions(scope=TEAM)).roles


async def test_what_others_inherit_from_stays(house: House) -> None:
    """A role with heirs is not deleted; the error names them."""
    role = await house.made()
    heirs = [(await house.made(inherits=(role.id,))).id for _ in range(2)]
    with pytest.raises(RoleInheritedError) as refused:
        await house.host.delete_role(role_id=role.id)

    assert tuple(sorted(heirs)) == refused.value.heirs
    for role_id in (*heirs, role.id):
        await house.host.delete_role(role_id=role_id)


@pytest.mark.parametrize("role_id", [role.id for role in BUILT_IN])
async def test_built_in_roles_never_go(house: House, role_id: RoleId) -> None:
    """Not even the host deletes what is built in."""
    with pytest.raises(BuiltInRoleError):
        await house.host.delete_role(role_id=role_id)


async def test_a_role_is_deleted_once(house: House) -> None:
    """A role that there is not, or no more, is not found."""
    role = await house.made()
    await house.host.delete_role(role_id=role.id)
    with pytest.raises(RoleNotFoundError):
        await house.host.delete_role(role_id=role.id)


async def test_nobody_deletes_what_they_do_not_hold(house: House) -> None:
    """Whoever deletes a role manages roles, and holds everywhere what it allows."""
    role = await house.made("invoice:pay")
    with pytest.raises(AccessDeniedError):
        await house.of(EVE).delete_role(role_id=role.id)
    await house.given(EVE, "role:manage")
    with pytest.raises(NotHeldError):
        await house.of(EVE).delete_role(role_id=role.id)
    await house.given(EVE, "*:pay")
    await house.of(EVE).delete_role(role_id=role.id)
