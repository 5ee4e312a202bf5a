"""Banning somebody from a channel, and lifting the ban."""

import pytest

from saiondo_core.channels.errors import (
    BannedError,
    DirectChannelError,
    InvitationNotFoundError,
    OwnerMustStayError,
)
from saiondo_core.channels.events import InvitationRevoked, MemberBanned, MemberUnbanned
from saiondo_core.errors import AccessDeniedError
from saiondo_core.kernel.ids import UserId
from saiondo_core.users.errors import UserNotFoundError
from tests.channels.house import ANNA, BERT, CARL, DORA, House


async def test_a_ban_ends_the_membership(house: House) -> None:
    """The banned are out, and cannot join until the ban is lifted; lifting it lets nobody in by itself."""
    channel = await house.of(ANNA).create(name="lobby", type="public", members=[BERT])
    await house.of(ANNA).ban(channel_id=channel.id, user_id=BERT)
    assert [ANNA] == await house.people(channel.id)
    with pytest.raises(BannedError):
        await house.of(BERT).join(channel_id=channel.id)

    await house.of(ANNA).unban(channel_id=channel.id, user_id=BERT)
    assert [ANNA] == await house.people(channel.id)
    await house.of(BERT).join(channel_id=channel.id)
    events = (await house.events(channel.id))[3:5]
    assert [MemberBanned, MemberUnbanned] == [type(event) for event in events]
    assert [2, 3] == [event.membership_revision for event in events if isinstance(event, MemberBanned | MemberUnbanned)]


async def test_a_stranger_can_be_banned(house: House) -> None:
    """Somebody who never was in it does not get in; their invitations are taken back, others' are not."""
    channel = await house.of(ANNA).create(name="team")
    named = [await house.of(ANNA).invite(channel_id=channel.id, invitee_id=BERT) for _ in range(2)]
    others = await house.of(ANNA).invite(channel_id=channel.id, invitee_id=CARL)
    await house.of(ANNA).ban(channel_id=channel.id, user_id=BERT)

    banned, *revoked = (await house.events(channel.id))[-3:]
    assert isinstance(banned, MemberBanned)
    assert [invitation.id for invitation in named] == [
        event.invitation_id for event in revoked if isinstance(event, InvitationRevoked)
    ]
    await house.of(ANNA).unban(channel_id=channel.id, user_id=BERT)
    with pytest.raises(InvitationNotFoundError):
        await house.of(BERT).join(code=named[0].code)
    await house.of(CARL).join(code=others.code)


async def test_nothing_happens_twice(house: House) -> None:
    """Whoever is banned stays so, and whoever is not needs no lifting: neither is written."""
    channel = await house.of(ANNA).create(name="team", members=[BERT])
    for verb, expected in ((house.of(ANNA).ban, 4), (house.of(ANNA).unban, 5)):
        for _ in range(2):
            await verb(channel_id=channel.id, user_id=BERT)
            assert expected == len(await house.events(channel.id))


async def test_who_cannot_be_banned(house: House) -> None:
    """Neither the owner, nor anybody from a direct channel, nor who does not exist or was deleted."""
    channel = await house.of(ANNA).create(name="team", members=[BERT])
    direct = await house.of(ANNA).create(name="us", type="direct", members=[BERT])
    await house.deactivate(DORA)
    with pytest.raises(OwnerMustStayError):
        await house.system.ban(channel_id=channel.id, user_id=ANNA)
    with pytest.raises(DirectChannelError):
        await house.of(ANNA).ban(channel_id=direct.id, user_id=BERT)
    for nobody in (UserId("nobody"), DORA):
        with pytest.raises(UserNotFoundError):
            await house.of(ANNA).ban(channel_id=channel.id, user_id=nobody)


async def test_only_who_manages_members_bans(house: House) -> None:
    """Members neither ban nor lift bans."""
    channel = await house.of(ANNA).create(name="team", members=[BERT])
    for verb in (house.of(BERT).ban, house.of(BERT).unban):
        with pytest.raises(AccessDeniedError):
            await verb(channel_id=channel.id, user_id=CARL)
