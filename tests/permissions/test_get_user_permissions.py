"""Seeing what somebody holds."""

import pytest

from saiondo_core.channels.errors import ChannelNotFoundError
from saiondo_core.kernel.errors import AccessDeniedError
from saiondo_core.kernel.policies import CHANNEL_ADMIN, MEMBER, MODERATOR, POLICIES, USER
from saiondo_core.permissions.model import UserPermissions
from tests.permissions.house import ANNA, BERT, CARL, EVE, HOST, PLAZA, TEAM, House

EVERYBODYS = frozenset(row.permission for row in POLICIES if USER in row.held_by)


async def test_everybody_holds_what_users_do(house: House) -> None:
    """Whoever was given nothing holds what everybody does."""
    shown = UserPermissions(user_id=EVE, scope=None, roles=(USER,), permissions=EVERYBODYS)

    assert shown == await house.of(EVE).get_user_permissions()


async def test_what_was_given_comes_with_what_it_inherits(house: House) -> None:
    """Roles stand in the order they were given, and their permissions as they stand in the roles."""
    made = await house.given(EVE, "invoice:*")
    await house.host.assign_role(user_id=EVE, role_id=MODERATOR)
    shown = await house.of(EVE).get_user_permissions()

    assert (USER, made, MODERATOR) == shown.roles
    assert {*EVERYBODYS, "invoice:*", "channel:manage_members", "message:delete", "invitation:revoke"} == (
        shown.permissions
    )


async def test_in_a_channel_its_roles_are_shown_too(house: House) -> None:
    """What is held in a channel is shown where it is asked for, and nowhere else."""
    made = await house.given(CARL, "invoice:pay", scope=TEAM)
    there = await house.of(CARL).get_user_permissions(scope=TEAM)
    outside = await house.of(EVE).get_user_permissions(scope=PLAZA)

    assert (USER, MEMBER, made) == there.roles
    assert {"invoice:pay", "message:send", "channel:invite", "user:read"} <= there.permissions
    assert (USER,) == (await house.of(CARL).get_user_permissions()).roles
    assert (USER,) == outside.roles


async def test_the_host_holds_everything(house: House) -> None:
    """The host needs no role to hold everything."""
    shown = UserPermissions(user_id=HOST, scope=None, roles=(), permissions=frozenset({"*"}))

    assert shown == await house.host.get_user_permissions()


async def test_the_deleted_hold_nothing(house: House) -> None:
    """Whoever was deleted holds nothing, not even what everybody does, and sees nothing."""
    await house.gone(CARL)
    for scope in (None, TEAM):
        gone = UserPermissions(user_id=CARL, scope=scope, roles=(), permissions=frozenset())
        assert gone == await house.host.get_user_permissions(CARL, scope=scope)
        with pytest.raises((AccessDeniedError, ChannelNotFoundError)):
            await house.of(CARL).get_user_permissions(scope=scope)


async def test_anothers_are_shown_to_whoever_reads_roles(house: House) -> None:
    """In a channel to its admins, everywhere to those who may everywhere."""
    await house.host.assign_role(user_id=BERT, role_id=CHANNEL_ADMIN, scope=TEAM)
    assert (USER, MEMBER) == (await house.of(BERT).get_user_permissions(CARL, scope=TEAM)).roles
    for scope in (None, PLAZA):
        with pytest.raises(AccessDeniedError):
            await house.of(BERT).get_user_permissions(CARL, scope=scope)
    await house.given(BERT, "role:read")

    assert (USER,) == (await house.of(BERT).get_user_permissions(CARL)).roles


@pytest.mark.parametrize("scope", [TEAM, "none"])
async def test_a_channel_one_may_not_know_of_is_not_found(house: House, scope: str) -> None:
    """A private channel answers a stranger as one that does not exist, of whomever they ask."""
    for user_id in (EVE, ANNA):
        with pytest.raises(ChannelNotFoundError):
            await house.of(EVE).get_user_permissions(user_id, scope=scope)
