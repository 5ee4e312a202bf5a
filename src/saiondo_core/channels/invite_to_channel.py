"""Inviting people into a channel."""

from datetime import timedelta
from typing import ClassVar

from attrs import evolve, frozen

from saiondo_core.channels.errors import (
    AlreadyAMemberError,
    DirectChannelError,
    InvitationCodeTakenError,
    InviteeBannedError,
)
from saiondo_core.channels.events import InvitationSent
from saiondo_core.channels.inputs import CODE_ALPHABET, CODE_LENGTH
from saiondo_core.channels.model import ChannelChange, ChannelId, ChannelType, Invitation, InvitationId
from saiondo_core.channels.people import check_active
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import CHANGE_TRIES, permitted_standing, rejudged
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import CHANNEL_INVITE, Policy
from saiondo_core.kernel.ports import SecretSource
from saiondo_core.kernel.retrying import rejudged as rejudged_on
from saiondo_core.kernel.rights import UseCase
from saiondo_core.users.ports import UserRepository

USES_MOST = 1_000
EXPIRES_IN_MOST = 30 * 86_400.0
CODE_TRIES = 3
"""How many codes are drawn: of 32 ** 8, even a million present invitations make the first one a repetition once in a
million times."""


@frozen(kw_only=True)
class InviteToChannelUseCase(UseCase):
    """Invite somebody into a channel, or make a link for whoever holds it."""

    policy: ClassVar[Policy] = CHANNEL_INVITE
    channels: ChannelRepository
    users: UserRepository
    secrets: SecretSource

    async def execute(
        self,
        *,
        channel_id: ChannelId,
        inviter_id: UserId | None = None,
        invitee_id: UserId | None = None,
        max_uses: int = 1,
        expires_in: float = 86_400.0,
    ) -> Invitation:
        """Invite *invitee_id* into *channel_id*, or, without one, make a link for whoever holds its code.

        Args:
            channel_id: Where to.
            inviter_id: Who invites.
            invitee_id: The only one who can use it.
            max_uses: How often a link can be used, 1 to 1,000; once, where it names an invitee.
            expires_in: For how many seconds it works, at most 30 days.

        Returns:
            The invitation, with its code.

        Raises:
            InvalidInputError: *max_uses* or *expires_in* is not as said above, or one invites oneself.
            ChannelNotFoundError: No such channel, or none the inviter may know of.
            NotAMemberError: The inviter may know of it, but is not in it.
            AccessDeniedError: The inviter may not invite.
            DirectChannelError: It is a direct channel.
            UserNotFoundError: The invitee does not exist, or was deleted.
            AlreadyAMemberError: The invitee is a member.
            InviteeBannedError: The invitee is banned.
            StaleMembershipError: Others changed the channel at the same time, 20 times in a row.
            StaleRightsError: The acting user's rights were changed by others all the time.
            InvitationCodeTakenError: Three codes in a row were other invitations'.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(inviter_id)
        if invitee_id == who.id:
            raise InvalidInputError(field="invitee_id", expected="somebody else than the inviter")
        most = USES_MOST if invitee_id is None else 1
        if not 1 <= max_uses <= most:
            raise InvalidInputError(field="max_uses", expected=f"1 to {USES_MOST}, and 1 where it names an invitee")
        if not 0 < expires_in <= EXPIRES_IN_MOST:
            raise InvalidInputError(field="expires_in", expected="seconds: more than 0, and at most 30 days")

        async def attempt() -> Invitation:
            judged, standing = await permitted_standing(self.channels, self.acting, channel_id, who, self.policy)
            if standing.channel.type is ChannelType.DIRECT:
                raise DirectChannelError(channel_id=channel_id)
            if invitee_id is not None:
                await self._check_invitee(channel_id, invitee_id)
            revision = standing.channel.next_revision
            stamp = self.acting.stamp(judged)
            invitation = Invitation(
                id=InvitationId(self.acting.ids.new()),
                channel_id=channel_id,
                inviter_id=judged.id,
                invitee_id=invitee_id,
                code=self.secrets.code(length=CODE_LENGTH, alphabet=CODE_ALPHABET),
                max_uses=max_uses,
                expires_at=stamp.at + timedelta(milliseconds=round(expires_in * 1_000)),
            )
            change = ChannelChange(
                channel=evolve(standing.channel, membership_revision=revision), invitations=(invitation,)
            )
            sent = InvitationSent(
                stamp=stamp, channel_id=channel_id, membership_revision=revision, invitation_id=invitation.id
            )
            await self.channels.change(change=change, events=(sent,))
            return invitation

        async def with_this_code() -> Invitation:
            return await rejudged(attempt, tries=CHANGE_TRIES)

        return await rejudged_on(with_this_code, on=InvitationCodeTakenError, tries=CODE_TRIES)

    async def _check_invitee(self, channel_id: ChannelId, invitee_id: UserId) -> None:
        await check_active(self.users, invitee_id)
        theirs = await self.channels.standing(channel_id=channel_id, user_id=invitee_id)
        if theirs is not None and theirs.membership is not None:
            raise AlreadyAMemberError(channel_id=channel_id, user_id=invitee_id)
        if theirs is not None and theirs.is_banned:
            raise InviteeBannedError(channel_id=channel_id, user_id=invitee_id)

    __call__ = execute
