"""Who manages whom in a channel."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from saiondo_core.channels.errors import ChannelNotFoundError, DirectChannelError, NotAMemberError, OwnerMustStayError
from saiondo_core.channels.events import MemberRemoved
from saiondo_core.channels.model import Channel, ChannelRole
from saiondo_core.errors import AccessDeniedError, SaiondoError
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import (
    ADMIN,
    CHANNEL_MANAGE_ADMINS,
    CHANNEL_MANAGE_MEMBERS,
    CHANNEL_MANAGE_MODERATORS,
    MODERATOR,
    Policy,
)
from tests.channels.house import ANNA, BERT, CARL, DORA, EVE, House

GUEST, MEMBER, CHANNEL_MODERATOR, CHANNEL_ADMIN, OWNER = reversed(ChannelRole)

MANAGED_BY = {
    GUEST: set[ChannelRole](),
    MEMBER: set[ChannelRole](),
    CHANNEL_MODERATOR: {GUEST, MEMBER},
    CHANNEL_ADMIN: {GUEST, MEMBER, CHANNEL_MODERATOR},
    OWNER: {GUEST, MEMBER, CHANNEL_MODERATOR, CHANNEL_ADMIN},
}
"""Whom each may remove, ban, mute and make what they are."""

ASKED_FOR = {
    GUEST: CHANNEL_MANAGE_MEMBERS,
    MEMBER: CHANNEL_MANAGE_MEMBERS,
    CHANNEL_MODERATOR: CHANNEL_MANAGE_MODERATORS,
    CHANNEL_ADMIN: CHANNEL_MANAGE_ADMINS,
}

Deed = Callable[[House, Channel, UserId, UserId], Awaitable[object]]

DEEDS: dict[str, Deed] = {
    "remove": lambda house, channel, who, whom: house.of(who).remove_member(channel_id=channel.id, user_id=whom),
    "ban": lambda house, channel, who, whom: house.of(who).ban(channel_id=channel.id, user_id=whom),
    "unban": lambda house, channel, who, whom: house.of(who).unban(channel_id=channel.id, user_id=whom),
    "mute": lambda house, channel, who, whom: house.of(who).mute(
        channel_id=channel.id, user_id=whom, until=house.clock.now() + timedelta(hours=1)
    ),
    "unmute": lambda house, channel, who, whom: house.of(who).unmute(channel_id=channel.id, user_id=whom),
    "make a guest": lambda house, channel, who, whom: house.assign(channel.id, whom, GUEST, by=Actor(id=who)),
}


async def team(house: House, who: ChannelRole, whom: ChannelRole = MEMBER) -> tuple[Channel, UserId, UserId]:
    """Anna's channel, somebody in it who is *who*, and somebody else who is *whom*."""
    channel = await house.of(ANNA).create(name="team", members=[BERT, CARL])
    for user_id, role in ((BERT, who), (CARL, whom)):
        if role is not OWNER:
            await house.assign(channel.id, user_id, role)
    return channel, ANNA if who is OWNER else BERT, ANNA if whom is OWNER else CARL


async def asked_for(deed: Awaitable[object]) -> str | None:
    """The permission that is missing for *deed*, or None where it is done."""
    try:
        await deed
    except AccessDeniedError as denied:
        return denied.permission
    return None


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS.keys())
@pytest.mark.parametrize("whom", ASKED_FOR)
@pytest.mark.parametrize("who", MANAGED_BY)
async def test_everybody_manages_those_below_them(who: ChannelRole, whom: ChannelRole, deed: Deed) -> None:
    """Moderators manage members and guests, admins moderators too, and the owner everybody; nobody their like."""
    house = House()
    await house.move_in(ANNA, BERT, CARL)
    channel, acting, target = await team(house, who, whom)

    expected = None if whom in MANAGED_BY[who] else ASKED_FOR[whom]
    if who in (GUEST, MEMBER):
        expected = CHANNEL_MANAGE_MEMBERS
    assert (None if expected is None else expected.permission) == await asked_for(deed(house, channel, acting, target))


@pytest.mark.parametrize("role", ASKED_FOR)
@pytest.mark.parametrize("who", MANAGED_BY)
async def test_nobody_is_made_what_one_does_not_manage(house: House, who: ChannelRole, role: ChannelRole) -> None:
    """Into the channel, or up in it, one helps others as far as one could throw them out again."""
    channel, acting, _ = await team(house, who)
    for newcomer in (CARL, DORA):
        denied = await asked_for(house.assign(channel.id, newcomer, role, by=Actor(id=acting)))
        assert (role in MANAGED_BY[who]) == (denied is None)


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS.keys())
@pytest.mark.parametrize("who", [CHANNEL_MODERATOR, CHANNEL_ADMIN, OWNER])
async def test_nobody_manages_the_owner(house: House, who: ChannelRole, deed: Deed) -> None:
    """Not even the owner, nor the host: they hand the channel over first."""
    channel, acting, owner = await team(house, who, OWNER)
    for user_id in (acting, ANNA):
        with pytest.raises(OwnerMustStayError):
            await deed(house, channel, user_id, owner)


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS.keys())
async def test_nobody_manages_a_direct_channel(house: House, deed: Deed) -> None:
    """Its owner does not, nor does a global admin; for the other one of the two it is not a question of rights."""
    direct = await house.of(ANNA).create(name="us", type="direct", members=[BERT])
    await house.grant(EVE, ADMIN)
    for who in (ANNA, EVE):
        with pytest.raises(DirectChannelError):
            await deed(house, direct, who, BERT)
    assert CHANNEL_MANAGE_MEMBERS.permission == await asked_for(deed(house, direct, BERT, ANNA))


OUTSIDE: list[tuple[str, ChannelRole, Policy | type[SaiondoError] | None, Policy | type[SaiondoError] | None]] = [
    ("public", MEMBER, None, None),
    ("public", CHANNEL_MODERATOR, CHANNEL_MANAGE_MODERATORS, None),
    ("public", CHANNEL_ADMIN, CHANNEL_MANAGE_ADMINS, None),
    ("private", MEMBER, ChannelNotFoundError, None),
    ("private", CHANNEL_MODERATOR, ChannelNotFoundError, None),
    ("private", CHANNEL_ADMIN, ChannelNotFoundError, None),
]
"""In a channel of which kind, and of whom: what a global moderator is told from outside, and what a global admin."""


@pytest.mark.parametrize(("kind", "whom", "moderator", "admin"), OUTSIDE)
async def test_global_roles_manage_from_outside(
    house: House,
    kind: str,
    whom: ChannelRole,
    moderator: Policy | type[SaiondoError] | None,
    admin: Policy | type[SaiondoError] | None,
) -> None:
    """Moderators manage the members of channels they may know of; admins know of all, and manage all but the owner."""
    channel = await house.of(ANNA).create(name="team", type=kind, members=[BERT])
    await house.assign(channel.id, BERT, whom)
    await house.grant(DORA, MODERATOR)
    await house.grant(EVE, ADMIN)
    for who, expected in ((DORA, moderator), (EVE, admin)):
        removing = house.of(who).remove_member(channel_id=channel.id, user_id=BERT)
        if isinstance(expected, type):
            with pytest.raises(expected):
                await removing
        else:
            assert (expected and expected.permission) == await asked_for(removing)
            await house.assign(channel.id, BERT, whom)
    by = [event.stamp.actor for event in await house.events(channel.id) if isinstance(event, MemberRemoved)]
    assert [who for who, refusal in ((DORA, moderator), (EVE, admin)) if refusal is None] == by


async def test_a_global_admin_manages_without_reading(house: House) -> None:
    """They change, hand over and delete channels they are not in, take invitations back, and see no member of them."""
    team, other = [await house.of(ANNA).create(name=name, members=[BERT]) for name in ("team", "other")]
    invitation = await house.of(BERT).invite(channel_id=team.id, invitee_id=CARL)
    await house.grant(EVE, ADMIN)
    eve = house.of(EVE)

    assert "new" == (await eve.update(channel_id=team.id, name="new")).name
    assert BERT == (await eve.transfer_ownership(channel_id=team.id, user_id=BERT)).owner_id
    await eve.revoke_invitation(invitation_id=invitation.id)
    await eve.delete(channel_id=other.id)
    for inside in (
        eve.members(channel_id=team.id),
        eve.mark_read(channel_id=team.id, sequence=0),
        eve.invite(channel_id=team.id),
        eve.leave(channel_id=team.id),
    ):
        with pytest.raises(NotAMemberError):
            await inside


async def test_a_global_moderator_answers_for_public_channels(house: House) -> None:
    """They take invitations to those back, and to no others; they neither change, nor hand over, nor delete any."""
    public, private = [await house.of(ANNA).create(name="team", type=kind) for kind in ("public", "private")]
    await house.grant(DORA, MODERATOR)
    dora = house.of(DORA)
    await dora.revoke_invitation(invitation_id=(await house.of(ANNA).invite(channel_id=public.id)).id)
    hidden = await house.of(ANNA).invite(channel_id=private.id)
    with pytest.raises(SaiondoError, match="invitation_not_found"):
        await dora.revoke_invitation(invitation_id=hidden.id)
    for denied in (
        dora.update(channel_id=public.id, name="new"),
        dora.transfer_ownership(channel_id=public.id, user_id=ANNA),
        dora.delete(channel_id=public.id),
    ):
        with pytest.raises(NotAMemberError):
            await denied


@pytest.mark.parametrize("who", MANAGED_BY)
async def test_what_else_roles_allow(house: House, who: ChannelRole) -> None:
    """Members invite, moderators take others' invitations back, admins change the channel, the owner ends it."""
    channel, acting, _ = await team(house, who)
    invitation = await house.of(ANNA).invite(channel_id=channel.id, invitee_id=DORA)
    bert = house.of(acting)
    allowed = [
        await asked_for(deed) is None
        for deed in (
            bert.members(channel_id=channel.id),
            bert.invite(channel_id=channel.id),
            bert.revoke_invitation(invitation_id=invitation.id),
            bert.update(channel_id=channel.id, name="new"),
            bert.delete(channel_id=channel.id),
        )
    ]
    lowest = (GUEST, MEMBER, CHANNEL_MODERATOR, CHANNEL_ADMIN, OWNER)
    ranks = list(MANAGED_BY)
    # Anna's own invitation is Anna's to take back, as it is a moderator's.
    assert [ranks.index(who) >= ranks.index(least) for least in lowest] == allowed
