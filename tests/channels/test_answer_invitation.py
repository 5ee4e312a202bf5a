"""Declining an invitation, and taking one back."""

import pytest

from saiondo_core.channels.errors import InvitationNotFoundError
from saiondo_core.channels.events import InvitationDeclined, InvitationRevoked
from saiondo_core.channels.model import Invitation, InvitationId, InvitationState
from saiondo_core.errors import AccessDeniedError
from tests.channels.house import ANNA, BERT, CARL, DORA, EVE, House


@pytest.fixture(params=["private", "public"])
async def invitation(house: House, request: pytest.FixtureRequest) -> Invitation:
    """Carl's, by Bert, into Anna's team, in which Dora is too."""
    channel = await house.of(ANNA).create(name="team", type=request.param, members=[BERT, DORA])
    return await house.of(BERT).invite(channel_id=channel.id, invitee_id=CARL)


async def state(house: House, invitation: Invitation) -> InvitationState:
    """What became of an invitation."""
    found = await house.channels.invitation(invitation_id=invitation.id)
    assert found is not None
    return found.state


async def test_the_invitee_declines(house: House, invitation: Invitation) -> None:
    """It does not work any more, and the channel's log says so."""
    await house.of(CARL).decline(invitation_id=invitation.id)

    assert InvitationState.DECLINED is await state(house, invitation)
    last = (await house.events(invitation.channel_id))[-1]
    assert isinstance(last, InvitationDeclined)
    assert (CARL, invitation.id, 3) == (last.stamp.actor, last.invitation_id, last.membership_revision)
    with pytest.raises(InvitationNotFoundError):
        await house.of(CARL).decline(invitation_id=invitation.id)


async def test_nobody_else_declines(house: House, invitation: Invitation) -> None:
    """For all others, its inviter too, there is no such invitation; a link is nobody's to decline."""
    link = await house.of(BERT).invite(channel_id=invitation.channel_id)
    for who in (house.of(ANNA), house.of(BERT), house.of(EVE), house.system):
        for invitation_id in (invitation.id, link.id, InvitationId("none")):
            with pytest.raises(InvitationNotFoundError):
                await who.decline(invitation_id=invitation_id)
    assert InvitationState.PENDING is await state(house, invitation)


@pytest.mark.parametrize("who", ["bert", "anna", "system"])
async def test_who_sent_it_or_manages_members_takes_it_back(house: House, invitation: Invitation, who: str) -> None:
    """The inviter, the channel's owner and the system do; it does not work any more."""
    acting = {"bert": house.of(BERT), "anna": house.of(ANNA), "system": house.system}[who]
    await acting.revoke_invitation(invitation_id=invitation.id)

    assert InvitationState.REVOKED is await state(house, invitation)
    assert isinstance((await house.events(invitation.channel_id))[-1], InvitationRevoked)
    with pytest.raises(InvitationNotFoundError):
        await house.of(CARL).join(code=invitation.code)
    with pytest.raises(InvitationNotFoundError):
        await acting.revoke_invitation(invitation_id=invitation.id)


async def test_others_do_not_take_it_back(house: House, invitation: Invitation) -> None:
    """Another member is denied it; for strangers, the invitee and an inviter who left there is none to take back."""
    with pytest.raises(AccessDeniedError):
        await house.of(DORA).revoke_invitation(invitation_id=invitation.id)
    await house.of(BERT).leave(channel_id=invitation.channel_id)
    for who in (BERT, CARL, EVE):
        with pytest.raises(InvitationNotFoundError):
            await house.of(who).revoke_invitation(invitation_id=invitation.id)
    assert InvitationState.PENDING is await state(house, invitation)


async def test_what_is_over_is_not_answered(house: House, invitation: Invitation) -> None:
    """Once expired, an invitation is neither declined nor taken back."""
    await house.clock.advance(86_400)
    with pytest.raises(InvitationNotFoundError):
        await house.of(CARL).decline(invitation_id=invitation.id)
    with pytest.raises(InvitationNotFoundError):
        await house.of(BERT).revoke_invitation(invitation_id=invitation.id)
