"""Of channels that one may not know of, one learns nothing."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from attrs import frozen

from saiondo_core.channels.model import Channel, ChannelId, ChannelType, InvitationId
from saiondo_core.errors import SaiondoError
from tests.channels.house import ANNA, BERT, CARL, DORA, EVE, NOWHERE, Channels, House

LATER = datetime(2027, 1, 1, tzinfo=UTC)
PAST = datetime(2020, 1, 1, tzinfo=UTC)


@frozen
class Secret:
    """The ids of a channel, of an invitation to it that names somebody else, and of a link."""

    channel: ChannelId
    invitation: InvitationId
    link: InvitationId


Probe = Callable[[Channels, Secret], Awaitable[object]]

PROBES: dict[str, Probe] = {
    "get": lambda eve, secret: eve.get(secret.channel),
    "update": lambda eve, secret: eve.update(channel_id=secret.channel, name="x"),
    "update nothing": lambda eve, secret: eve.update(channel_id=secret.channel),
    "update badly": lambda eve, secret: eve.update(channel_id=secret.channel, name=""),
    "delete": lambda eve, secret: eve.delete(channel_id=secret.channel),
    "invite": lambda eve, secret: eve.invite(channel_id=secret.channel),
    "invite a member": lambda eve, secret: eve.invite(channel_id=secret.channel, invitee_id=BERT),
    "invite oneself": lambda eve, secret: eve.invite(channel_id=secret.channel, invitee_id=EVE),
    "join": lambda eve, secret: eve.join(channel_id=secret.channel),
    "join by a code": lambda eve, secret: eve.join(channel_id=secret.channel, code="NOSUCH22"),
    "leave": lambda eve, secret: eve.leave(channel_id=secret.channel),
    "members": lambda eve, secret: eve.members(channel_id=secret.channel),
    "members badly": lambda eve, secret: eve.members(channel_id=secret.channel, limit=0),
    "remove": lambda eve, secret: eve.remove_member(channel_id=secret.channel, user_id=BERT),
    "remove the owner": lambda eve, secret: eve.remove_member(channel_id=secret.channel, user_id=ANNA),
    "ban": lambda eve, secret: eve.ban(channel_id=secret.channel, user_id=BERT),
    "unban": lambda eve, secret: eve.unban(channel_id=secret.channel, user_id=CARL),
    "mute": lambda eve, secret: eve.mute(channel_id=secret.channel, user_id=BERT, until=LATER),
    "mute badly": lambda eve, secret: eve.mute(channel_id=secret.channel, user_id=BERT, until=PAST),
    "unmute": lambda eve, secret: eve.unmute(channel_id=secret.channel, user_id=BERT),
    "transfer": lambda eve, secret: eve.transfer_ownership(channel_id=secret.channel, user_id=EVE),
    "mark read": lambda eve, secret: eve.mark_read(channel_id=secret.channel, sequence=1),
    "mark read badly": lambda eve, secret: eve.mark_read(channel_id=secret.channel, sequence=-1),
    "decline": lambda eve, secret: eve.decline(invitation_id=secret.invitation),
    "decline a link": lambda eve, secret: eve.decline(invitation_id=secret.link),
    "revoke": lambda eve, secret: eve.revoke_invitation(invitation_id=secret.invitation),
    "revoke a link": lambda eve, secret: eve.revoke_invitation(invitation_id=secret.link),
}


async def answer(probe: Awaitable[object], secret: Secret) -> str:
    """What a stranger is told, but for the ids that they named themselves."""
    with pytest.raises(SaiondoError) as refused:
        await probe
    told = f"{type(refused.value).__name__}: {refused.value} {refused.value.user_message()}"
    for named in (secret.channel, secret.invitation, secret.link):
        told = told.replace(named, "…")
    return told


async def private(house: House) -> Channel:
    """Anna's, with Bert in it, and Carl banned from it."""
    channel = await house.of(ANNA).create(name="team", members=[BERT])
    await house.of(ANNA).ban(channel_id=channel.id, user_id=CARL)
    return channel


async def left(house: House) -> Channel:
    """One in which Eve was."""
    channel = await house.of(ANNA).create(name="team", members=[BERT, EVE])
    await house.of(EVE).leave(channel_id=channel.id)
    return channel


async def banned(house: House) -> Channel:
    """One from which Eve is banned."""
    channel = await house.of(ANNA).create(name="team", members=[BERT, EVE])
    await house.of(ANNA).ban(channel_id=channel.id, user_id=EVE)
    return channel


async def direct(house: House) -> Channel:
    """Anna's and Bert's own."""
    return await house.of(ANNA).create(name="us", type="direct", members=[BERT])


async def deleted(house: House) -> Channel:
    """One in which Eve was to its end."""
    channel = await house.of(ANNA).create(name="team", members=[BERT, EVE])
    await house.of(ANNA).delete(channel_id=channel.id)
    return channel


@pytest.mark.parametrize("probe", PROBES.values(), ids=PROBES.keys())
@pytest.mark.parametrize("make", [private, left, banned, direct, deleted], ids=lambda make: make.__name__)
async def test_a_stranger_is_told_what_they_would_be_of_nothing(
    house: House, probe: Probe, make: Callable[[House], Awaitable[Channel]]
) -> None:
    """Every operation answers for a channel one is not in to the letter as for one that does not exist."""
    channel = await make(house)
    invitation, link = await invitations(house, channel)
    secret = Secret(channel.id, invitation, link)
    nothing = Secret(NOWHERE, InvitationId("no-such-invitation"), InvitationId("no-such-link"))
    before = await house.events(channel.id)

    expected = await answer(probe(house.of(EVE), nothing), nothing)
    assert expected == await answer(probe(house.of(EVE), secret), secret)
    assert before == await house.events(channel.id)


async def invitations(house: House, channel: Channel) -> tuple[InvitationId, InvitationId]:
    """A named invitation and a link, where the channel can have any."""
    is_there = await house.channels.standing(channel_id=channel.id, user_id=ANNA)
    if is_there is None or channel.type is ChannelType.DIRECT:
        return InvitationId("not-to-be-had"), InvitationId("not-to-be-had-either")
    named = await house.of(ANNA).invite(channel_id=channel.id, invitee_id=DORA)
    return named.id, (await house.of(ANNA).invite(channel_id=channel.id)).id


async def test_others_channels_are_in_no_list(house: House) -> None:
    """Neither one's own channels nor the public ones, nor the unread counts, name any of them."""
    for make in (private, left, banned, direct, deleted):
        await make(house)
    eve = house.of(EVE)
    assert [(), (), ()] == [
        (await eve.list()).items,
        (await eve.list(which="public")).items,
        (await eve.unread()).items,
    ]
