"""Banning somebody from a channel, and lifting the ban."""

from attrs import evolve, frozen

from saiondo_core.channels.errors import OwnerMustStayError
from saiondo_core.channels.events import InvitationRevoked, MemberBanned, MemberUnbanned
from saiondo_core.channels.managing import managed_standing
from saiondo_core.channels.model import Ban, ChannelChange, ChannelId, InvitationState
from saiondo_core.channels.people import check_active
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import CHANGE_TRIES, rejudged
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import Gate
from saiondo_core.kernel.rights import Acting
from saiondo_core.users.ports import UserRepository


@frozen(kw_only=True)
class BanMemberUseCase:
    """Ban somebody from a channel."""

    acting: Acting
    gate: Gate
    channels: ChannelRepository
    users: UserRepository

    async def execute(self, *, channel_id: ChannelId, user_id: UserId, actor: UserId | None = None) -> None:
        """Ban *user_id*, a member or not, from *channel_id*, on behalf of *actor*.

        Their membership ends, their pending invitations are taken back, and they cannot join until the ban is lifted.
        Whoever is banned already stays so.

        Raises:
            ChannelNotFoundError: No such channel, or none the acting user may know of.
            NotAMemberError: It is public, but the acting user has not joined it.
            AccessDeniedError: The acting user may not manage its members.
            DirectChannelError: It is a direct channel.
            OwnerMustStayError: *user_id* owns it.
            UserNotFoundError: *user_id* does not exist, or was deleted.
            StaleMembershipError: Others changed the channel at the same time, 20 times in a row.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(actor)

        async def attempt() -> None:
            theirs = await managed_standing(self.channels, self.gate, channel_id, who, user_id)
            if theirs.channel.owner_id == user_id:
                raise OwnerMustStayError(channel_id=channel_id)
            if theirs.is_banned:
                return
            await check_active(self.users, user_id)
            revision = theirs.channel.next_revision
            banned = MemberBanned(
                stamp=self.acting.stamp(who), channel_id=channel_id, membership_revision=revision, user_id=user_id
            )
            pending = await self.channels.invitations_for(channel_id=channel_id, user_id=user_id)
            change = ChannelChange(
                channel=evolve(theirs.channel, membership_revision=revision),
                drop=(user_id,),
                ban=(Ban(channel_id=channel_id, user_id=user_id, banned_by=who.id, banned_at=banned.stamp.at),),
                invitations=tuple(evolve(invitation, state=InvitationState.REVOKED) for invitation in pending),
            )
            revoked = (
                InvitationRevoked(
                    stamp=self.acting.stamp(who),
                    channel_id=channel_id,
                    membership_revision=revision,
                    invitation_id=invitation.id,
                )
                for invitation in pending
            )
            await self.channels.change(change=change, events=(banned, *revoked))

        await rejudged(attempt, tries=CHANGE_TRIES)

    __call__ = execute


@frozen(kw_only=True)
class UnbanMemberUseCase:
    """Lift a ban."""

    acting: Acting
    gate: Gate
    channels: ChannelRepository

    async def execute(self, *, channel_id: ChannelId, user_id: UserId, actor: UserId | None = None) -> None:
        """Let *user_id* join *channel_id* again, on behalf of *actor*; they do not by this.

        Nothing happens where they are not banned.

        Raises:
            ChannelNotFoundError: No such channel, or none the acting user may know of.
            NotAMemberError: It is public, but the acting user has not joined it.
            AccessDeniedError: The acting user may not manage its members.
            DirectChannelError: It is a direct channel.
            StaleMembershipError: Others changed the channel at the same time, 20 times in a row.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(actor)

        async def attempt() -> None:
            theirs = await managed_standing(self.channels, self.gate, channel_id, who, user_id)
            if not theirs.is_banned:
                return
            revision = theirs.channel.next_revision
            change = ChannelChange(channel=evolve(theirs.channel, membership_revision=revision), unban=(user_id,))
            unbanned = MemberUnbanned(
                stamp=self.acting.stamp(who), channel_id=channel_id, membership_revision=revision, user_id=user_id
            )
            await self.channels.change(change=change, events=(unbanned,))

        await rejudged(attempt, tries=CHANGE_TRIES)

    __call__ = execute
