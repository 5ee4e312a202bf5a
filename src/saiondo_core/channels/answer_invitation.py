"""Declining an invitation, and taking one back."""

from typing import ClassVar

from attrs import evolve, frozen

from saiondo_core.channels.errors import InvitationNotFoundError
from saiondo_core.channels.events import InvitationDeclined, InvitationRevoked
from saiondo_core.channels.invitations import standing_of_invited
from saiondo_core.channels.model import ChannelChange, InvitationId, InvitationState
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import CHANGE_TRIES, discovered, rejudged
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import CHANNEL_JOIN, INVITATION_REVOKE, Policy
from saiondo_core.kernel.rights import UseCase, refusal


@frozen(kw_only=True)
class DeclineInvitationUseCase(UseCase):
    """Decline an invitation."""

    policy: ClassVar[Policy] = CHANNEL_JOIN
    channels: ChannelRepository

    async def execute(self, *, invitation_id: InvitationId, user_id: UserId | None = None) -> None:
        """Decline an invitation that names *user_id*: it does not work any more.

        Raises:
            AccessDeniedError: The user may not answer invitations.
            InvitationNotFoundError: There is none, it does not name the user, or it is no longer pending.
            StaleMembershipError: Others changed the channel at the same time, 20 times in a row.
            StaleRightsError: The acting user's rights were changed by others all the time.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(user_id)

        async def attempt() -> None:
            judged = await self.acting.require(who, self.policy)
            found = await self.channels.invitation(invitation_id=invitation_id)
            standing, invitation = await standing_of_invited(self.channels, found, who.id)
            is_pending = invitation.state_at(self.acting.clock.now()) is InvitationState.PENDING
            if invitation.invitee_id != who.id or not is_pending:
                raise InvitationNotFoundError
            revision = standing.channel.next_revision
            change = ChannelChange(
                channel=evolve(standing.channel, membership_revision=revision),
                invitations=(evolve(invitation, state=InvitationState.DECLINED),),
            )
            declined = InvitationDeclined(
                stamp=self.acting.stamp(judged),
                channel_id=standing.channel.id,
                membership_revision=revision,
                invitation_id=invitation_id,
            )
            await self.channels.change(change=change, events=(declined,))

        await rejudged(attempt, tries=CHANGE_TRIES)

    __call__ = execute


@frozen(kw_only=True)
class RevokeInvitationUseCase(UseCase):
    """Take an invitation back."""

    policy: ClassVar[Policy] = INVITATION_REVOKE
    channels: ChannelRepository

    async def execute(self, *, invitation_id: InvitationId, actor: UserId | None = None) -> None:
        """Take an invitation back, on behalf of *actor*, who sent it or may take back any.

        Who joined by it stays.

        Raises:
            InvitationNotFoundError: There is none, it is no longer pending, or the acting user is not in its channel
                and may not take back invitations from outside.
            AccessDeniedError: The acting user did not send it, and may not take back other members' invitations.
            StaleMembershipError: Others changed the channel at the same time, 20 times in a row.
            StaleRightsError: The acting user's rights were changed by others all the time.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(actor)

        async def attempt() -> None:
            found = await self.channels.invitation(invitation_id=invitation_id)
            standing, invitation = await standing_of_invited(self.channels, found, who.id)
            channel_id, is_member = standing.channel.id, standing.membership is not None
            own = is_member and invitation.inviter_id == who.id
            decision = await self.acting.judge(who, self.policy, roles=standing.roles, scope=channel_id, own=own)
            if is_member and not decision.allowed:
                raise refusal(self.policy, decision)
            discovery = await discovered(self.acting, who, standing)
            is_pending = invitation.state_at(self.acting.clock.now()) is InvitationState.PENDING
            if not (decision.allowed and discovery.allowed and is_pending):
                raise InvitationNotFoundError
            judged = decision.judged(who)
            revision = standing.channel.next_revision
            change = ChannelChange(
                channel=evolve(standing.channel, membership_revision=revision),
                invitations=(evolve(invitation, state=InvitationState.REVOKED),),
            )
            revoked = InvitationRevoked(
                stamp=self.acting.stamp(judged),
                channel_id=channel_id,
                membership_revision=revision,
                invitation_id=invitation_id,
            )
            await self.channels.change(change=change, events=(revoked,))

        await rejudged(attempt, tries=CHANGE_TRIES)

    __call__ = execute
