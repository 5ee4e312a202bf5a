"""Declining an invitation, and taking one back."""

from attrs import evolve, frozen

from saiondo_core.channels.errors import InvitationNotFoundError
from saiondo_core.channels.events import InvitationDeclined, InvitationRevoked
from saiondo_core.channels.invitations import standing_of_invited
from saiondo_core.channels.model import ChannelChange, InvitationId, InvitationState
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import CHANGE_TRIES, rejudged
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import Gate
from saiondo_core.kernel.rights import Acting, require


@frozen(kw_only=True)
class DeclineInvitationUseCase:
    """Decline an invitation."""

    acting: Acting
    channels: ChannelRepository

    async def execute(self, *, invitation_id: InvitationId, user_id: UserId | None = None) -> None:
        """Decline an invitation that names *user_id*: it does not work any more.

        Raises:
            InvitationNotFoundError: There is none, it does not name the user, or it is no longer pending.
            StaleMembershipError: Others changed the channel at the same time, 20 times in a row.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(user_id)

        async def attempt() -> None:
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
                stamp=self.acting.stamp(who),
                channel_id=standing.channel.id,
                membership_revision=revision,
                invitation_id=invitation_id,
            )
            await self.channels.change(change=change, events=(declined,))

        await rejudged(attempt, tries=CHANGE_TRIES)

    __call__ = execute


@frozen(kw_only=True)
class RevokeInvitationUseCase:
    """Take an invitation back."""

    acting: Acting
    gate: Gate
    channels: ChannelRepository

    async def execute(self, *, invitation_id: InvitationId, actor: UserId | None = None) -> None:
        """Take an invitation back, on behalf of *actor*, who sent it or manages the channel's members.

        Who joined by it stays.

        Raises:
            InvitationNotFoundError: There is none, it is no longer pending, or the acting user is not in its channel.
            AccessDeniedError: The acting user did not send it, and may not manage the channel's members.
            StaleMembershipError: Others changed the channel at the same time, 20 times in a row.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(actor)

        async def attempt() -> None:
            found = await self.channels.invitation(invitation_id=invitation_id)
            standing, invitation = await standing_of_invited(self.channels, found, who.id)
            member, channel_id = standing.membership, standing.channel.id
            if member is None and not who.is_system:
                raise InvitationNotFoundError
            if invitation.inviter_id != who.id:
                role = None if member is None else member.role.value
                await require(self.gate, who, "channel:manage_members", scope=channel_id, role=role)
            if invitation.state_at(self.acting.clock.now()) is not InvitationState.PENDING:
                raise InvitationNotFoundError
            revision = standing.channel.next_revision
            change = ChannelChange(
                channel=evolve(standing.channel, membership_revision=revision),
                invitations=(evolve(invitation, state=InvitationState.REVOKED),),
            )
            revoked = InvitationRevoked(
                stamp=self.acting.stamp(who),
                channel_id=channel_id,
                membership_revision=revision,
                invitation_id=invitation_id,
            )
            await self.channels.change(change=change, events=(revoked,))

        await rejudged(attempt, tries=CHANGE_TRIES)

    __call__ = execute
