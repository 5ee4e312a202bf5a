"""Taking roles."""

import pytest

from saiondo_core.channels.errors import OwnerByTransferError, OwnerMustStayError
from saiondo_core.channels.events import MemberRoleRevoked
from saiondo_core.channels.model import ChannelRole
from saiondo_core.kernel.errors import AccessDeniedError
from saiondo_core.kernel.ids import RoleId, UserId
from saiondo_core.kernel.policies import ADMIN, CHANNEL_ADMIN, CHANNEL_MODERATOR, GUEST, MEMBER, MODERATOR, OWNER, USER
from saiondo_core.permissions.errors import LowestRoleError, NotHeldError, RoleNotFoundError
from saiondo_core.permissions.events import RoleAssigned, RoleRevoked
from tests.permissions.house import ANNA, BERT, CARL, EVE, TEAM, House


async def test_what_is_taken_is_not_held_at_the_next_check(house: House) -> None:
    """A revoked role is gone at once; again changes nothing."""
    await house.host.assign_role(user_id=EVE, role_id=ADMIN)
    for _ in range(2):
        await house.host.revoke_role(user_id=EVE, role_id=ADMIN)

        assert not (await house.of(EVE).check_permission(resource="role", action="manage")).allowed
    assert [RoleAssigned, RoleRevoked] == await house.events()


async def test_nobody_takes_what_they_do_not_hold(house: House) -> None:
    """Whoever assigns roles takes only those of which they hold everything."""
    await house.given(BERT, "role:assign")
    role_id = await house.given(EVE, "invoice:pay")
    with pytest.raises(NotHeldError) as refused:
        await house.of(BERT).revoke_role(user_id=EVE, role_id=role_id)
    await house.given(BERT, "invoice:*")
    await house.of(BERT).revoke_role(user_id=EVE, role_id=role_id)

    assert "invoice:pay" == refused.value.permission
    assert (USER,) == (await house.host.get_user_permissions(EVE)).roles


async def test_taking_takes_the_right_to(house: House) -> None:
    """Whoever may not assign roles takes none of another's."""
    role_id = await house.given(EVE, "user:read")
    with pytest.raises(AccessDeniedError) as refused:
        await house.of(BERT).revoke_role(user_id=EVE, role_id=role_id)

    assert "role:assign" == refused.value.permission


async def test_one_may_give_up_what_is_ones_own(house: House) -> None:
    """Nothing is asked of whoever gives up a role that they hold everywhere, but that they may act."""
    role_id = await house.given(EVE, "invoice:pay")
    await house.of(EVE).revoke_role(user_id=EVE, role_id=role_id)

    assert (USER,) == (await house.host.get_user_permissions(EVE)).roles
    await house.gone(EVE)
    with pytest.raises(AccessDeniedError):
        await house.of(EVE).revoke_role(user_id=EVE, role_id=role_id)


@pytest.mark.parametrize("role_id", [USER, GUEST, CHANNEL_ADMIN, RoleId("none")])
async def test_what_cannot_be_held_everywhere_is_not_found(house: House, role_id: RoleId) -> None:
    """What nobody can be given everywhere, nobody can be rid of."""
    with pytest.raises(RoleNotFoundError):
        await house.host.revoke_role(user_id=EVE, role_id=role_id)


@pytest.mark.parametrize("role_id", [MODERATOR, CHANNEL_MODERATOR])
async def test_whoever_moderated_is_a_member_then(house: House, role_id: RoleId) -> None:
    """A channel role that is taken leaves a member; one that they do not have stays taken, unheard."""
    for _ in range(2):
        await house.of(ANNA).revoke_role(user_id=BERT, role_id=role_id, scope=TEAM)
        member = await house.member(BERT, TEAM)

        assert member is not None
        assert ChannelRole.MEMBER is member.role
    assert 1 == (await house.events(f"channel:{TEAM}")).count(MemberRoleRevoked)


async def test_a_made_role_is_taken_in_its_channel(house: House) -> None:
    """What is held beside a channel role is taken by whoever holds it there, too."""
    role_id = await house.given(CARL, "invoice:pay", scope=TEAM)
    with pytest.raises(NotHeldError):
        await house.of(ANNA).revoke_role(user_id=CARL, role_id=role_id, scope=TEAM)
    await house.host.assign_role(user_id=ANNA, role_id=role_id, scope=TEAM)
    await house.of(ANNA).revoke_role(user_id=CARL, role_id=role_id, scope=TEAM)
    await house.of(ANNA).revoke_role(user_id=ANNA, role_id=role_id, scope=TEAM)

    for user_id in (ANNA, CARL):
        member = await house.member(user_id, TEAM)
        assert member is not None
        assert () == member.extra_roles


async def test_what_is_left_of_a_deleted_role_is_taken(house: House) -> None:
    """A role that is gone, of which a membership still has the id, makes room again; one never held changes nothing."""
    role_id = await house.given(CARL, "invoice:pay", scope=TEAM)
    await house.host.delete_role(role_id=role_id)
    for gone in (role_id, RoleId("none")):
        await house.of(ANNA).revoke_role(user_id=CARL, role_id=gone, scope=TEAM)

    member = await house.member(CARL, TEAM)
    assert member is not None
    assert () == member.extra_roles
    assert 1 == (await house.events(f"channel:{TEAM}")).count(MemberRoleRevoked)


@pytest.mark.parametrize(
    ("who", "whom", "role_id", "error"),
    [
        (ANNA, CARL, MEMBER, LowestRoleError),
        (ANNA, CARL, RoleId("guest"), LowestRoleError),
        (ANNA, ANNA, OWNER, OwnerByTransferError),
        (ANNA, ANNA, CHANNEL_ADMIN, OwnerMustStayError),
        (CARL, BERT, MODERATOR, AccessDeniedError),
        (ANNA, CARL, USER, RoleNotFoundError),
    ],
)
async def test_what_is_not_taken_in_a_channel(
    house: House, who: UserId, whom: UserId, role_id: RoleId, error: type[Exception]
) -> None:
    """Members stay members, owners owners, and moderators are not for members to take."""
    with pytest.raises(error):
        await house.of(who).revoke_role(user_id=whom, role_id=role_id, scope=TEAM)
