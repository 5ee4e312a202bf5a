"""Joining a channel."""

import asyncio
from random import Random

import pytest

from saiondo_core.channels.errors import (
    BannedError,
    ChannelNotFoundError,
    InvitationNotFoundError,
)
from saiondo_core.channels.events import MemberJoined
from saiondo_core.channels.model import ChannelId, Invitation, InvitationState, Membership
from saiondo_core.errors import DeactivatedError, InvalidInputError, RateLimitedError
from saiondo_core.kernel.ids import UserId
from saiondo_core.testing.schedules import at_every_moment, interleaved, on_schedules
from saiondo_core.users.errors import UserNotFoundError
from tests.channels.house import ANNA, BERT, CARL, DORA, EVE, NOWHERE, PEOPLE, House


async def state(house: House, invitation: Invitation) -> tuple[InvitationState, int]:
    """What became of an invitation, and how often it was used."""
    found = await house.channels.invitation(invitation_id=invitation.id)
    assert found is not None
    return found.state, found.uses


async def test_everybody_may_join_a_public_channel(house: House) -> None:
    """One joins by its id alone; what was said before counts as read."""
    channel = await house.of(ANNA).create(name="lobby", type="public")
    await house.say(channel, ANNA)
    joined = await house.of(BERT).join(channel_id=channel.id)

    assert joined == Membership(
        channel_id=channel.id, user_id=BERT, joined_at=house.clock.now(), joined_sequence=1, read_sequence=1
    )
    assert joined == (await house.standing(channel.id, BERT)).membership
    last = (await house.events(channel.id))[-1]
    assert isinstance(last, MemberJoined)
    assert (BERT, BERT, 2) == (last.user_id, last.stamp.actor, last.membership_revision)


async def test_a_named_invitation_is_redeemed_by_code_or_by_channel(house: House) -> None:
    """Its code leads its invitee in, in any case; and so does the channel's id alone."""
    channel = await house.of(ANNA).create(name="team")
    for user_id in (BERT, CARL, DORA):
        invitation = await house.of(ANNA).invite(channel_id=channel.id, invitee_id=user_id)
        if user_id == BERT:
            await house.of(BERT).join(code=f" {invitation.code.lower()}\n")
        elif user_id == CARL:
            await house.of(CARL).join(channel_id=channel.id)
        else:
            await house.unbound.join(user_id=DORA, channel_id=channel.id, code=invitation.code)
        assert (InvitationState.ACCEPTED, 1) == await state(house, invitation)
    assert [ANNA, BERT, CARL, DORA] == await house.people(channel.id)


async def test_a_link_is_spent_by_its_last_use(house: House) -> None:
    """It lets in as many as it said, then no one."""
    channel = await house.of(ANNA).create(name="team")
    link = await house.of(ANNA).invite(channel_id=channel.id, max_uses=2)
    for user_id, expected in ((BERT, InvitationState.PENDING), (CARL, InvitationState.ACCEPTED)):
        await house.of(user_id).join(code=link.code)
        assert expected is (await state(house, link))[0]
    with pytest.raises(InvitationNotFoundError):
        await house.of(DORA).join(code=link.code)


async def test_a_member_uses_nothing_up(house: House) -> None:
    """Joining again gives the membership that is there: a repeated call whose reply was lost does no harm."""
    channel = await house.of(ANNA).create(name="team", members=[BERT])
    link = await house.of(ANNA).invite(channel_id=channel.id)
    for code in (link.code, None):
        membership = await house.of(BERT).join(channel_id=channel.id, code=code)
        assert membership == (await house.standing(channel.id, BERT)).membership
    assert (InvitationState.PENDING, 0) == await state(house, link)

    joined = await house.of(CARL).join(code=link.code)
    assert joined == await house.of(CARL).join(code=link.code)
    assert (InvitationState.ACCEPTED, 1) == await state(house, link)


async def test_joining_redeems_all_invitations_of_the_user(house: House) -> None:
    """Whoever is removed later does not come back by an invitation they did not need."""
    channel = await house.of(ANNA).create(name="team", members=[CARL])
    first, second = [await house.of(who).invite(channel_id=channel.id, invitee_id=BERT) for who in (ANNA, CARL)]
    await house.of(BERT).join(code=first.code)
    await house.of(ANNA).remove_member(channel_id=channel.id, user_id=BERT)

    assert (InvitationState.ACCEPTED, 1) == await state(house, second)
    with pytest.raises(ChannelNotFoundError):
        await house.of(BERT).join(channel_id=channel.id)
    with pytest.raises(InvitationNotFoundError):
        await house.of(BERT).join(code=second.code)


async def test_what_does_not_work_looks_the_same(house: House) -> None:
    """Codes unknown, expired, taken back, declined, somebody else's, elsewhere or for the banned: one answer."""
    channel = await house.of(ANNA).create(name="team")
    anna = house.of(ANNA)
    expired = await anna.invite(channel_id=channel.id, invitee_id=EVE, expires_in=1)
    await house.clock.advance(1)
    revoked, declined, other, elsewhere, banned = [
        await anna.invite(channel_id=channel.id, invitee_id=invitee) for invitee in (EVE, EVE, BERT, EVE, EVE)
    ]
    link = await anna.invite(channel_id=channel.id)
    await anna.revoke_invitation(invitation_id=revoked.id)
    await house.of(EVE).decline(invitation_id=declined.id)

    async def answer(code: str, channel_id: ChannelId | None = None) -> str:
        with pytest.raises(InvitationNotFoundError) as refused:
            await house.of(EVE).join(code=code, channel_id=channel_id)
        return str(refused.value)

    answers = {
        await answer(code) for code in ("NOSUCH22", "x", *(found.code for found in (expired, revoked, declined)))
    }
    answers |= {await answer(other.code), await answer(elsewhere.code, NOWHERE)}
    await anna.ban(channel_id=channel.id, user_id=EVE)
    answers |= {await answer(banned.code), await answer(link.code)}
    assert 1 == len(answers)


async def test_private_channels_are_not_joined_uninvited(house: House) -> None:
    """Without a pending invitation that names the user, the channel does not exist for them."""
    channel = await house.of(ANNA).create(name="team")
    await house.of(ANNA).invite(channel_id=channel.id)
    await house.of(ANNA).invite(channel_id=channel.id, invitee_id=CARL)
    await house.of(ANNA).invite(channel_id=channel.id, invitee_id=BERT, expires_in=1)
    await house.clock.advance(1)
    direct = await house.of(ANNA).create(name="us", type="direct", members=[CARL])
    for channel_id in (channel.id, direct.id, NOWHERE):
        with pytest.raises(ChannelNotFoundError):
            await house.of(BERT).join(channel_id=channel_id)


async def test_the_banned_stay_out(house: House) -> None:
    """Of a public channel they are told why; a private one does not exist for them."""
    public = await house.of(ANNA).create(name="lobby", type="public")
    private = await house.of(ANNA).create(name="team")
    for channel in (public, private):
        await house.of(ANNA).invite(channel_id=channel.id, invitee_id=BERT)
        await house.of(ANNA).ban(channel_id=channel.id, user_id=BERT)
    with pytest.raises(BannedError):
        await house.of(BERT).join(channel_id=public.id)
    with pytest.raises(ChannelNotFoundError):
        await house.of(BERT).join(channel_id=private.id)


async def test_one_joins_something_as_somebody(house: House) -> None:
    """A call names a channel or a code, and acts for a user who is there, and was not deleted."""
    channel = await house.of(ANNA).create(name="lobby", type="public")
    for code in (None, " "):
        with pytest.raises(InvalidInputError):
            await house.of(BERT).join(code=code)
    for nobody in (house.of(UserId("nobody")), house.system):
        with pytest.raises(UserNotFoundError):
            await nobody.join(channel_id=channel.id)
    await house.deactivate(BERT)
    with pytest.raises(DeactivatedError):
        await house.of(BERT).join(channel_id=channel.id)


async def test_guessing_is_throttled(house: House) -> None:
    """After 20 wrong codes in 15 minutes no code is looked up, not even the right one; others are not affected."""
    channel = await house.of(ANNA).create(name="team")
    link = await house.of(ANNA).invite(channel_id=channel.id, max_uses=2)
    guesses = await asyncio.gather(
        *(house.of(EVE).join(code=f"GUESS{number:03}") for number in range(100)), return_exceptions=True
    )
    kinds = [type(guess) for guess in guesses]
    assert [20, 80] == [kinds.count(InvitationNotFoundError), kinds.count(RateLimitedError)]
    with pytest.raises(RateLimitedError) as limited:
        await house.of(EVE).join(code=link.code)
    assert 900 == limited.value.retry_after
    await house.of(BERT).join(code=link.code)

    await house.clock.advance(limited.value.retry_after)
    await house.of(EVE).join(code=link.code)


async def test_right_codes_are_not_counted(house: House) -> None:
    """Whoever has good links may use as many as they like."""
    for number in range(30):
        channel = await house.of(ANNA).create(name=f"team {number}")
        link = await house.of(ANNA).invite(channel_id=channel.id)
        await house.of(EVE).join(code=link.code)


async def test_a_link_is_not_used_more_often_than_it_says() -> None:
    """In whatever order people redeem a link at once, exactly as many come in as it allows."""

    async def scenario(random: Random) -> None:
        house = House()
        await house.move_in(*PEOPLE)
        channel = await house.of(ANNA).create(name="team")
        link = await house.of(ANNA).invite(channel_id=channel.id, max_uses=2)
        house.channels = interleaved(house.channels, random)
        outcomes = await asyncio.gather(
            *(house.of(who).join(code=link.code) for who in (BERT, CARL, DORA, EVE)), return_exceptions=True
        )
        assert 2 == sum(isinstance(outcome, InvitationNotFoundError) for outcome in outcomes)
        assert 3 == len(await house.people(channel.id))
        assert (InvitationState.ACCEPTED, 2) == await state(house, link)

    await on_schedules(scenario, seeds=range(100))


async def test_many_join_at_once(house: House) -> None:
    """Everybody who joins a public channel at the same moment is let in: none is told of the unrest."""
    crowd = [UserId(f"user{number:02}") for number in range(20)]
    await house.move_in(*crowd)
    channel = await house.of(ANNA).create(name="lobby", type="public")
    house.channels = interleaved(house.channels, Random(1))
    await asyncio.gather(*(house.of(who).join(channel_id=channel.id) for who in crowd))
    assert [ANNA, *crowd] == await house.people(channel.id)


@pytest.mark.parametrize("by", ["ban", "revocation", "deletion"])
async def test_whatever_happens_meanwhile_is_judged(by: str) -> None:
    """A ban, a revocation or a deletion at any moment of joining refuses it, or follows it."""

    async def scenario(moment: int) -> bool:
        house = House()
        await house.move_in(*PEOPLE)
        channel = await house.of(ANNA).create(name="team")
        invitation = await house.of(ANNA).invite(channel_id=channel.id, invitee_id=BERT)
        anna = house.of(ANNA)

        async def interrupt() -> None:
            if by == "ban":
                await anna.ban(channel_id=channel.id, user_id=BERT)
            elif by == "deletion":
                await anna.delete(channel_id=channel.id)
            elif (await state(house, invitation))[0] is InvitationState.PENDING:
                await anna.revoke_invitation(invitation_id=invitation.id)

        with house.interrupted(moment, interrupt) as interruption:
            joining = house.of(BERT).join(code=invitation.code)
            if moment < 9:  # The write is the fifth call: its moments are 8 and 9.
                with pytest.raises(InvitationNotFoundError):
                    await joining
            else:
                assert BERT == (await joining).user_id
        is_joined = any(isinstance(event, MemberJoined) for event in (await house.events(channel.id))[2:])
        assert is_joined == (moment >= 9)
        return interruption.happened

    assert 10 == await at_every_moment(scenario)
