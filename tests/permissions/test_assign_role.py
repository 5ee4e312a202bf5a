"""Giving roles."""

import pytest

from saiondo_core.channels.errors import (
    ChannelNotFoundError,
    DirectChannelError,
    MemberNotFoundError,
    NotAMemberError,
    OwnerByTransferError,
    OwnerMustStayError,
)
from saiondo_core.channels.events import MemberJoined, MemberRoleAssigned, MemberUnbanned
from saiondo_core.channels.model import ChannelRole
from saiondo_core.kernel.errors import AccessDeniedError
from saiondo_core.kernel.ids import RoleId, UserId
from saiondo_core.kernel.policies import ADMIN, CHANNEL_ADMIN, CHANNEL_MODERATOR, GUEST, MEMBER, MODERATOR, OWNER, USER
from saiondo_core.permissions.errors import NotHeldError, RoleNotFoundError
from saiondo_core.permissions.events import RoleAssigned, RoleCreated
from saiondo_core.users.errors import UserNotFoundError
from tests.permissions.house import ANNA, BERT, CARL, EVE, HOST, PAIR, PLAZA, TEAM, House


async def test_the_host_gives_the_first_admin(house: House) -> None:
    """What the host gives is held from the next check on, and told once."""
    given = await house.host.assign_role(user_id=EVE, role_id=ADMIN)

    assert (EVE, ADMIN, None, HOST) == (given.user_id, given.role_id, given.scope, given.assigned_by)
    assert (await house.of(EVE).check_permission(resource="role", action="manage")).allowed
    assert [RoleAssigned] == await house.events()


async def test_what_is_held_already_is_not_given_again(house: House) -> None:
    """A second time gives the first assignment back, and nobody hears of it."""
    first = await house.host.assign_role(user_id=EVE, role_id=MODERATOR)
    await house.clock.advance(60)

    assert first == await house.host.assign_role(user_id=EVE, role_id=MODERATOR)
    assert [RoleAssigned] == await house.events()


@pytest.mark.parametrize("role_id", [USER, GUEST, MEMBER, CHANNEL_MODERATOR, CHANNEL_ADMIN, OWNER, RoleId("none")])
async def test_what_cannot_be_held_everywhere_is_not_found(house: House, role_id: RoleId) -> None:
    """Neither what everybody holds, nor a channel's role, nor one that there is not, is given everywhere."""
    with pytest.raises(RoleNotFoundError):
        await house.host.assign_role(user_id=EVE, role_id=role_id)


@pytest.mark.parametrize("role_id", [USER, RoleId("none")])
async def test_what_cannot_be_held_in_a_channel_is_not_found(house: House, role_id: RoleId) -> None:
    """Neither what everybody holds, nor a role that there is not, is given in a channel."""
    with pytest.raises(RoleNotFoundError):
        await house.host.assign_role(user_id=CARL, role_id=role_id, scope=TEAM)


async def test_nobody_holds_a_role_who_is_not_there(house: House) -> None:
    """A user who does not exist, or was deleted, is given nothing."""
    with pytest.raises(UserNotFoundError):
        await house.host.assign_role(user_id=UserId("nobody"), role_id=ADMIN)


async def test_giving_takes_the_right_to(house: House) -> None:
    """Whoever may not assign roles gives none, though they hold what it allows."""
    role = await house.made("user:read")
    with pytest.raises(AccessDeniedError) as refused:
        await house.of(EVE).assign_role(user_id=EVE, role_id=role.id)

    assert "role:assign" == refused.value.permission


@pytest.mark.parametrize(
    ("held", "given", "lacking"),
    [
        (["role:assign"], ["invoice:pay"], "invoice:pay"),
        (["role:assign", "invoice:pay"], ["invoice:*"], "invoice:*"),
        (["role:assign", "invoice:pay"], ["*:pay"], "*:pay"),
        (["role:*", "invoice:*"], ["*"], "*"),
        (["role:assign", "invoice:*"], ["invoice:pay", "invoice:*"], None),
        (["role:assign", "*:pay"], ["invoice:pay", "*:pay"], None),
        (["*"], ["*", "invoice:*", "*:pay", "invoice:pay"], None),
        (["role:assign"], ["channel:create"], None),
    ],
)
@pytest.mark.parametrize("is_inherited", [False, True])
async def test_nobody_gives_what_they_do_not_hold(
    house: House, held: list[str], given: list[str], lacking: str | None, is_inherited: bool
) -> None:
    """All that a role allows, inherited too, is held by its giver; a pattern only by a pattern that covers it."""
    await house.given(BERT, *held)
    role = await house.made(*given)
    if is_inherited:
        role = await house.made(inherits=(role.id,))
    if lacking is None:
        await house.of(BERT).assign_role(user_id=EVE, role_id=role.id)
    else:
        with pytest.raises(NotHeldError) as refused:
            await house.of(BERT).assign_role(user_id=EVE, role_id=role.id)
        assert lacking == refused.value.permission

    assert (lacking is None) is (role.id in (await house.host.get_user_permissions(EVE)).roles)


async def test_what_is_held_in_a_channel_is_given_there_only(house: House) -> None:
    """Roles in a channel count for what is given in it, and for nothing that is given everywhere."""
    role = await house.made("message:delete")
    await house.of(ANNA).assign_role(user_id=CARL, role_id=role.id, scope=TEAM)

    assert await house.of(CARL).can_delete_message(message_id="hello")
    assert not (await house.host.check_permission(resource="message", action="delete", user_id=CARL)).allowed
    await house.given(ANNA, "role:assign")
    with pytest.raises(NotHeldError):
        await house.of(ANNA).assign_role(user_id=CARL, role_id=role.id)


async def test_nobody_gives_in_a_channel_what_they_do_not_hold_there(house: House) -> None:
    """Whoever assigns roles in a channel gives of what they hold in it, and everywhere."""
    role = await house.made("invoice:pay")
    with pytest.raises(NotHeldError):
        await house.of(ANNA).assign_role(user_id=CARL, role_id=role.id, scope=TEAM)
    await house.host.assign_role(user_id=ANNA, role_id=role.id)
    await house.of(ANNA).assign_role(user_id=CARL, role_id=role.id, scope=TEAM)
    member = await house.member(CARL, TEAM)

    assert member is not None
    assert (role.id,) == member.extra_roles


async def test_managing_moderators_is_not_enough_to_make_one(house: House) -> None:
    """Whoever may manage moderators, but does not hold what they hold, makes none."""
    await house.given(EVE, "channel:manage_members", "channel:manage_moderators")
    with pytest.raises(NotHeldError):
        await house.of(EVE).assign_role(user_id=CARL, role_id=MODERATOR, scope=PLAZA)
    await house.of(EVE).assign_role(user_id=CARL, role_id=GUEST, scope=PLAZA)
    member = await house.member(CARL, PLAZA)

    assert member is not None
    assert ChannelRole.GUEST is member.role


@pytest.mark.parametrize("role_id", [MODERATOR, CHANNEL_MODERATOR])
async def test_in_a_channel_its_roles_are_meant(house: House, role_id: RoleId) -> None:
    """With a scope a bare name means the channel's role, which takes the place of the present one."""
    given = await house.of(ANNA).assign_role(user_id=CARL, role_id=role_id, scope=TEAM)
    member = await house.member(CARL, TEAM)

    assert (CHANNEL_MODERATOR, TEAM, ANNA) == (given.role_id, given.scope, given.assigned_by)
    assert member is not None
    assert ChannelRole.MODERATOR is member.role
    assert MemberRoleAssigned is (await house.events(f"channel:{TEAM}"))[-1]
    assert [] == await house.events()


async def test_a_channel_role_lets_its_holder_in(house: House) -> None:
    """Whoever is given one joins by it; a ban is lifted."""
    await house.ban(CARL, TEAM)
    await house.of(BERT).assign_role(user_id=CARL, role_id=GUEST, scope=TEAM)

    assert await house.member(CARL, TEAM) is not None
    assert [MemberUnbanned, MemberJoined, MemberRoleAssigned] == (await house.events(f"channel:{TEAM}"))[-3:]


@pytest.mark.parametrize(
    ("who", "whom", "role_id", "scope", "error"),
    [
        (ANNA, CARL, OWNER, TEAM, OwnerByTransferError),
        (ANNA, ANNA, MEMBER, TEAM, OwnerMustStayError),
        (BERT, CARL, MODERATOR, TEAM, AccessDeniedError),
        (CARL, EVE, GUEST, TEAM, AccessDeniedError),
        (EVE, EVE, GUEST, TEAM, ChannelNotFoundError),
        (EVE, EVE, GUEST, PLAZA, NotAMemberError),
        (ANNA, EVE, GUEST, PAIR, DirectChannelError),
        (ANNA, UserId("nobody"), GUEST, TEAM, UserNotFoundError),
        (ANNA, EVE, GUEST, "none", ChannelNotFoundError),
    ],
)
async def test_who_gives_no_channel_role(
    house: House, *, who: UserId, whom: UserId, role_id: RoleId, scope: str, error: type[Exception]
) -> None:
    """Channel roles are given by those who manage such members, of a channel that has room for them."""
    with pytest.raises(error):
        await house.of(who).assign_role(user_id=whom, role_id=role_id, scope=scope)


async def test_a_made_role_is_held_by_members(house: House) -> None:
    """A role that was made lets nobody in: it is held beside a channel role."""
    role = await house.made("invoice:pay")
    with pytest.raises(MemberNotFoundError):
        await house.host.assign_role(user_id=EVE, role_id=role.id, scope=TEAM)

    assert [RoleCreated] == await house.events()
