"""Inviting people into a channel."""

import asyncio
from datetime import timedelta
from itertools import chain, repeat

import pytest
from attrs import define, field

from saiondo_core.channels.errors import (
    AlreadyAMemberError,
    DirectChannelError,
    InvitationCodeTakenError,
    InviteeBannedError,
    NotAMemberError,
)
from saiondo_core.channels.events import InvitationSent
from saiondo_core.channels.inputs import CODE_ALPHABET
from saiondo_core.channels.invite_to_channel import CODE_TRIES
from saiondo_core.channels.model import Invitation, InvitationState
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import SecretSource
from saiondo_core.testing.randomness import SeededSecrets
from saiondo_core.users.errors import UserNotFoundError
from tests.channels.house import ANNA, BERT, CARL, DORA, NOWHERE, SYSTEM, Attempt, House, refused_field


@define(eq=False)
class RepeatedCodes(SecretSource):
    """Draws the same code some times, before it draws others."""

    times: int
    _others: SeededSecrets = field(factory=SeededSecrets, init=False)

    def token(self, *, octets: int) -> str:
        """See `SecretSource.token`."""
        return self._others.token(octets=octets)

    def code(self, *, length: int, alphabet: str) -> str:
        """See `SecretSource.code`."""
        self.times -= 1
        return self._others.code(length=length, alphabet=alphabet) if self.times < 0 else alphabet[0] * length


async def test_an_invitation_names_one_person(house: House) -> None:
    """It is theirs, works once, and for a day; its code is 8 characters that nobody mistakes."""
    channel = await house.of(ANNA).create(name="team", members=[BERT])
    invitation = await house.of(BERT).invite(channel_id=channel.id, invitee_id=CARL)

    assert invitation == Invitation(
        id=invitation.id,
        channel_id=channel.id,
        inviter_id=BERT,
        invitee_id=CARL,
        code=invitation.code,
        expires_at=house.clock.now() + timedelta(days=1),
    )
    assert 8 == len(invitation.code)
    assert {*invitation.code} <= {*CODE_ALPHABET}
    assert 32 == len({*CODE_ALPHABET})
    assert invitation == await house.channels.invitation(invitation_id=invitation.id)


async def test_a_link_is_for_many(house: House) -> None:
    """Without an invitee it works for whoever holds it, as often and as long as said."""
    channel = await house.of(ANNA).create(name="team")
    link = await house.unbound.invite(channel_id=channel.id, inviter_id=ANNA, max_uses=1_000, expires_in=0.5)

    assert (None, 1_000, 0) == (link.invitee_id, link.max_uses, link.uses)
    assert house.clock.now() + timedelta(milliseconds=500) == link.expires_at


async def test_an_invitation_is_told_by_its_id(house: House) -> None:
    """The channel's log names it, and never its code."""
    channel = await house.of(ANNA).create(name="team")
    invitation = await house.of(ANNA).invite(channel_id=channel.id)

    last = (await house.events(channel.id))[-1]
    assert isinstance(last, InvitationSent)
    assert (invitation.id, 2) == (last.invitation_id, last.membership_revision)
    assert invitation.code not in repr(last) + repr(invitation)


REFUSED: list[tuple[str, Attempt]] = [
    ("invitee_id", lambda anna: anna.invite(channel_id=NOWHERE, invitee_id=ANNA)),
    ("max_uses", lambda anna: anna.invite(channel_id=NOWHERE, max_uses=0)),
    ("max_uses", lambda anna: anna.invite(channel_id=NOWHERE, max_uses=1_001)),
    ("max_uses", lambda anna: anna.invite(channel_id=NOWHERE, max_uses=2, invitee_id=BERT)),
    ("expires_in", lambda anna: anna.invite(channel_id=NOWHERE, expires_in=0)),
    ("expires_in", lambda anna: anna.invite(channel_id=NOWHERE, expires_in=30 * 86_400 + 1)),
    ("expires_in", lambda anna: anna.invite(channel_id=NOWHERE, expires_in=float("nan"))),
]


async def test_bad_input_is_refused(house: House) -> None:
    """It is refused before the channel is looked up: in the same way whether or not there is one."""
    expected = [field for field, _ in REFUSED]
    assert expected == [await refused_field(attempt(house.of(ANNA))) for _, attempt in REFUSED]


async def test_who_cannot_be_invited(house: House) -> None:
    """Neither members nor the banned are invited, nor people who do not exist or were deleted."""
    channel = await house.of(ANNA).create(name="team", members=[BERT])
    await house.of(ANNA).ban(channel_id=channel.id, user_id=CARL)
    await house.deactivate(DORA)

    for invitee_id, error in (
        (BERT, AlreadyAMemberError),
        (CARL, InviteeBannedError),
        (DORA, UserNotFoundError),
        (UserId("nobody"), UserNotFoundError),
        (SYSTEM, UserNotFoundError),
    ):
        with pytest.raises(error):
            await house.of(ANNA).invite(channel_id=channel.id, invitee_id=invitee_id)


async def test_nobody_comes_into_a_direct_channel(house: House) -> None:
    """It is between its two members for good."""
    direct = await house.of(ANNA).create(name="us", type="direct", members=[BERT])
    with pytest.raises(DirectChannelError):
        await house.of(BERT).invite(channel_id=direct.id, invitee_id=CARL)
    with pytest.raises(DirectChannelError):
        await house.system.invite(channel_id=direct.id)


async def test_only_members_invite(house: House) -> None:
    """A public channel is joined before one invites others; the system may from outside."""
    channel = await house.of(ANNA).create(name="lobby", type="public")
    with pytest.raises(NotAMemberError):
        await house.of(BERT).invite(channel_id=channel.id, invitee_id=CARL)
    assert SYSTEM == (await house.system.invite(channel_id=channel.id)).inviter_id


async def test_a_taken_code_is_drawn_again(house: House) -> None:
    """A code that another invitation has is not used; after three of them the inviter is told."""
    channel = await house.of(ANNA).create(name="team")
    house.secrets = RepeatedCodes(times=CODE_TRIES)
    first = await house.of(ANNA).invite(channel_id=channel.id)
    second = await house.of(ANNA).invite(channel_id=channel.id)
    assert first.code != second.code

    house.secrets = RepeatedCodes(times=CODE_TRIES)
    with pytest.raises(InvitationCodeTakenError):
        await house.of(ANNA).invite(channel_id=channel.id)
    for invitation in (first, second):
        assert invitation == await house.channels.invitation_by_code(code=invitation.code)


async def test_many_may_invite_at_once(house: House) -> None:
    """Invitations made at the same time are all made, and stay pending."""
    channel = await house.of(ANNA).create(name="team", members=[BERT])
    made = await asyncio.gather(
        *(house.of(who).invite(channel_id=channel.id) for who in chain(repeat(ANNA, 5), repeat(BERT, 5)))
    )
    assert 10 == len({invitation.code for invitation in made})
    found = [await house.channels.invitation(invitation_id=invitation.id) for invitation in made]
    assert [InvitationState.PENDING] * 10 == [invitation.state for invitation in found if invitation]
