"""Giving somebody a role in a channel, and taking it."""

from datetime import timedelta

import pytest

from saiondo_core.channels.errors import (
    DirectChannelError,
    InvitationNotFoundError,
    MemberNotFoundError,
    OwnerByTransferError,
    OwnerMustStayError,
)
from saiondo_core.channels.events import MemberJoined, MemberRoleAssigned, MemberRoleRevoked, MemberUnbanned
from saiondo_core.channels.member_roles import (
    EXTRA_ROLES_MOST,
    GrantCheck,
    with_channel_role,
    with_extra_role,
    without_channel_role,
)
from saiondo_core.channels.model import ChannelId, ChannelRole, Membership, Standing
from saiondo_core.errors import AccessDeniedError, DeactivatedError, InvalidInputError
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.ids import RoleId, UserId
from saiondo_core.kernel.policies import ADMIN
from saiondo_core.testing.schedules import at_every_moment
from saiondo_core.users.errors import UserNotFoundError
from tests.channels.house import ANNA, BERT, CARL, DORA, EVE, HOST, PEOPLE, House, anything_goes

EDITOR, CRITIC = RoleId("editor"), RoleId("critic")


async def take(house: House, channel_id: ChannelId, user_id: UserId, role: ChannelRole) -> Membership:
    """Have the host take a channel role from *user_id*."""
    return await without_channel_role(
        house.channels,
        house.acting(),
        channel_id=channel_id,
        actor=HOST,
        user_id=user_id,
        role=role,
        check=anything_goes,
    )


async def extra(
    house: House,
    channel_id: ChannelId,
    user_id: UserId,
    role_id: RoleId = EDITOR,
    *,
    held: bool = True,
    by: Actor = HOST,
    check: GrantCheck = anything_goes,
) -> Membership:
    """Have *user_id* hold a role beside their channel role, or not."""
    return await with_extra_role(
        house.channels,
        house.acting(),
        channel_id=channel_id,
        actor=by,
        user_id=user_id,
        role_id=role_id,
        held=held,
        check=check,
    )


async def test_a_role_takes_the_place_of_the_one_before(house: House) -> None:
    """All else of the membership stays, the log says which role it is, and to give it again is not written."""
    channel = await house.of(ANNA).create(name="team", members=[BERT])
    await house.of(ANNA).mute(channel_id=channel.id, user_id=BERT, until=house.clock.now() + timedelta(hours=1))
    before = await extra(house, channel.id, BERT)
    for _ in range(2):
        given = await house.assign(channel.id, BERT, ChannelRole.ADMIN)
        assert given == (await house.standing(channel.id, BERT)).membership
        assert (ChannelRole.ADMIN, (EDITOR,), before.muted_until) == (given.role, given.extra_roles, given.muted_until)
    *_, last = await house.events(channel.id)
    assert isinstance(last, MemberRoleAssigned)
    assert (BERT, ChannelRole.ADMIN.id, 4) == (last.user_id, last.role_id, last.membership_revision)
    assert 6 == len(await house.events(channel.id))


@pytest.mark.parametrize("role", [ChannelRole.GUEST, ChannelRole.MEMBER, ChannelRole.MODERATOR])
async def test_whoever_is_not_in_it_joins_by_it(house: House, role: ChannelRole) -> None:
    """A ban is lifted, what was said before counts as read, and their invitations are used up."""
    channel = await house.of(ANNA).create(name="team")
    await house.say(channel, ANNA)
    await house.of(ANNA).ban(channel_id=channel.id, user_id=CARL)
    invitation = await house.of(ANNA).invite(channel_id=channel.id, invitee_id=BERT)
    before = len(await house.events(channel.id))
    for user_id in (BERT, CARL):
        joined = await house.assign(channel.id, user_id, role)
        assert (role, 1, 1) == (joined.role, joined.joined_sequence, joined.read_sequence)
        standing = await house.standing(channel.id, user_id)
        assert (joined, False) == (standing.membership, standing.is_banned)

    assigned = [] if role is ChannelRole.MEMBER else [MemberRoleAssigned]
    expected = [MemberJoined, *assigned, MemberUnbanned, MemberJoined, *assigned]
    assert expected == [type(event) for event in (await house.events(channel.id))[before:]]
    await house.of(ANNA).remove_member(channel_id=channel.id, user_id=BERT)
    with pytest.raises(InvitationNotFoundError):
        await house.of(BERT).join(code=invitation.code)


async def test_who_loses_a_role_is_a_member(house: House) -> None:
    """Only of the role that they have; to take another is not written."""
    channel = await house.of(ANNA).create(name="team", members=[BERT])
    await house.assign(channel.id, BERT, ChannelRole.MODERATOR)
    assert ChannelRole.MODERATOR is (await take(house, channel.id, BERT, ChannelRole.ADMIN)).role
    taken = await take(house, channel.id, BERT, ChannelRole.MODERATOR)

    assert taken == (await house.standing(channel.id, BERT)).membership
    assert ChannelRole.MEMBER is taken.role
    *_, assigned, revoked = await house.events(channel.id)
    assert isinstance(assigned, MemberRoleAssigned)
    assert isinstance(revoked, MemberRoleRevoked)
    assert (BERT, ChannelRole.MODERATOR.id) == (revoked.user_id, revoked.role_id)


async def test_the_owners_role_is_handed_over(house: House) -> None:
    """It is neither given nor taken, and the owner gets no other, whoever asks."""
    channel = await house.of(ANNA).create(name="team", members=[BERT])
    for giving in (
        house.assign(channel.id, BERT, ChannelRole.OWNER),
        take(house, channel.id, ANNA, ChannelRole.OWNER),
    ):
        with pytest.raises(OwnerByTransferError, match=r"channel\.transfer_ownership"):
            await giving
    for giving in (
        house.assign(channel.id, ANNA, ChannelRole.ADMIN),
        take(house, channel.id, ANNA, ChannelRole.ADMIN),
    ):
        with pytest.raises(OwnerMustStayError):
            await giving
    assert 3 == len(await house.events(channel.id))


async def test_what_a_role_takes_is_asked_before_whom_it_is_for(house: House) -> None:
    """An admin may make nobody an admin: not the owner either, whom the host itself cannot make one."""
    channel = await house.of(ANNA).create(name="team", members=[BERT])
    await house.assign(channel.id, BERT, ChannelRole.ADMIN)

    for whom in (ANNA, CARL):
        with pytest.raises(AccessDeniedError):
            await house.assign(channel.id, whom, ChannelRole.ADMIN, by=Actor(id=BERT))
    with pytest.raises(OwnerMustStayError):
        await house.assign(channel.id, ANNA, ChannelRole.MODERATOR, by=Actor(id=BERT))


async def test_who_cannot_be_given_a_role(house: House) -> None:
    """Neither who does not exist or was deleted, nor anybody in a direct channel, nor, beside another, a stranger."""
    channel = await house.of(ANNA).create(name="team", members=[BERT])
    direct = await house.of(ANNA).create(name="us", type="direct", members=[BERT])
    await house.deactivate(BERT)
    for user_id in (BERT, UserId("nobody")):
        with pytest.raises(UserNotFoundError):
            await house.assign(channel.id, user_id, ChannelRole.MODERATOR)
    for giving in (
        house.assign(direct.id, BERT, ChannelRole.MODERATOR),
        take(house, direct.id, BERT, ChannelRole.MODERATOR),
        extra(house, direct.id, BERT),
    ):
        with pytest.raises(DirectChannelError):
            await giving
    for giving in (take(house, channel.id, CARL, ChannelRole.MODERATOR), extra(house, channel.id, CARL)):
        with pytest.raises(MemberNotFoundError):
            await giving


async def test_roles_are_held_beside_the_channel_role(house: House) -> None:
    """In the order in which they were given; each is told of once, as it comes and as it goes."""
    channel = await house.of(ANNA).create(name="team", members=[BERT])
    changes = ((EDITOR, True), (CRITIC, True), (EDITOR, False))
    for (role_id, held), expected in zip(changes, [(EDITOR,), (EDITOR, CRITIC), (CRITIC,)], strict=True):
        for _ in range(2):
            member = await extra(house, channel.id, BERT, role_id, held=held)
            assert expected == member.extra_roles
            assert member == (await house.standing(channel.id, BERT)).membership
    told = [
        (event.role_id, isinstance(event, MemberRoleAssigned))
        for event in await house.events(channel.id)
        if isinstance(event, MemberRoleAssigned | MemberRoleRevoked)
    ]
    assert [*changes] == told


async def test_so_many_are_held_at_most(house: House) -> None:
    """20 are, and none beyond, until one is taken."""
    channel = await house.of(ANNA).create(name="team", members=[BERT])
    for number in range(EXTRA_ROLES_MOST):
        await extra(house, channel.id, BERT, RoleId(f"role {number}"))
    with pytest.raises(InvalidInputError) as refused:
        await extra(house, channel.id, BERT)
    assert "role_id" == refused.value.field
    await extra(house, channel.id, BERT, RoleId("role 0"), held=False)
    assert EXTRA_ROLES_MOST == len((await extra(house, channel.id, BERT)).extra_roles)


@pytest.mark.parametrize("how", ["leave", "removal", "ban"])
async def test_roles_end_with_the_membership(house: House, how: str) -> None:
    """Whoever comes back is a plain member."""
    channel = await house.of(ANNA).create(name="team", type="public", members=[BERT])
    await house.assign(channel.id, BERT, ChannelRole.ADMIN)
    await extra(house, channel.id, BERT)
    if how == "leave":
        await house.of(BERT).leave(channel_id=channel.id)
    elif how == "removal":
        await house.of(ANNA).remove_member(channel_id=channel.id, user_id=BERT)
    else:
        await house.of(ANNA).ban(channel_id=channel.id, user_id=BERT)
        await house.of(ANNA).unban(channel_id=channel.id, user_id=BERT)
    assert (ChannelRole.MEMBER.id,) == (await house.of(BERT).join(channel_id=channel.id)).roles
    assert (ChannelRole.MEMBER.id,) == (await house.standing(channel.id, BERT)).roles


async def test_they_stay_when_the_channel_is_handed_over(house: House) -> None:
    """Both the old owner and the new one keep what they hold beside their role."""
    channel = await house.of(ANNA).create(name="team", members=[BERT])
    await extra(house, channel.id, ANNA)
    await extra(house, channel.id, BERT, CRITIC)
    await house.of(ANNA).transfer_ownership(channel_id=channel.id, user_id=BERT)
    expected = [(ChannelRole.MEMBER.id, EDITOR), (ChannelRole.OWNER.id, CRITIC)]
    assert expected == [(await house.standing(channel.id, who)).roles for who in (ANNA, BERT)]


async def test_who_assigns_roles_beside_the_channel_role(house: House) -> None:
    """The channel's admins and owner, and from outside a global admin; a moderator of it does not."""
    channel = await house.of(ANNA).create(name="team", members=[BERT, CARL, DORA])
    await house.assign(channel.id, BERT, ChannelRole.ADMIN)
    await house.assign(channel.id, CARL, ChannelRole.MODERATOR)
    await house.grant(EVE, ADMIN)
    for number, who in enumerate((ANNA, BERT, EVE)):
        given = await extra(house, channel.id, DORA, RoleId(f"role {number}"), by=Actor(id=who))
        assert number + 1 == len(given.extra_roles)
    with pytest.raises(AccessDeniedError) as denied:
        await extra(house, channel.id, DORA, by=Actor(id=CARL))
    assert "role:assign" == denied.value.permission


async def test_the_check_is_asked_of_who_acts_and_refuses_all(house: House) -> None:
    """It is told who was judged and how they stand, once the table allows it; what it refuses leaves nothing."""
    channel = await house.of(ANNA).create(name="team", members=[BERT, CARL])
    asked = list[tuple[UserId, bool, tuple[RoleId, ...]]]()

    async def refuse(judged: Actor, own: Standing) -> None:
        asked.append((judged.id, judged.rights is not None, own.roles))
        raise AccessDeniedError(permission="all")

    acting, anna = house.acting(), Actor(id=ANNA)
    for by in (anna, Actor(id=BERT)):
        for giving in (
            with_channel_role(
                house.channels,
                house.users,
                acting,
                channel_id=channel.id,
                actor=by,
                user_id=CARL,
                role=ChannelRole.ADMIN,
                check=refuse,
            ),
            without_channel_role(
                house.channels,
                acting,
                channel_id=channel.id,
                actor=by,
                user_id=CARL,
                role=ChannelRole.GUEST,
                check=refuse,
            ),
            extra(house, channel.id, CARL, by=by, check=refuse),
        ):
            with pytest.raises(AccessDeniedError) as denied:
                await giving
            assert (by == anna) == (denied.value.permission == "all")
    assert 3 * [(ANNA, True, (ChannelRole.OWNER.id,))] == asked
    assert 4 == len(await house.events(channel.id))


@pytest.mark.parametrize("which", ["channel role", "extra role"])
async def test_who_loses_their_rights_meanwhile_gives_nothing(which: str) -> None:
    """Deleted at any moment of giving a role: it is refused, or was given before."""

    async def scenario(moment: int) -> bool:
        house = House()
        await house.move_in(*PEOPLE)
        channel = await house.of(ANNA).create(name="team", members=[BERT])
        with house.interrupted(moment, lambda: house.roles.admit(user_id=ANNA, admitted=False, word=last)) as happening:
            last = house.stamp().id
            giving = (
                house.assign(channel.id, BERT, ChannelRole.ADMIN, by=Actor(id=ANNA))
                if which == "channel role"
                else extra(house, channel.id, BERT, by=Actor(id=ANNA))
            )
            if moment < 5:  # The write is the third call: its moments are 4 and 5.
                with pytest.raises(DeactivatedError):
                    await giving
            else:
                await giving
        assert (moment < 5) == ((ChannelRole.MEMBER.id,) == (await house.standing(channel.id, BERT)).roles)
        return happening.happened

    assert 6 == await at_every_moment(scenario)
