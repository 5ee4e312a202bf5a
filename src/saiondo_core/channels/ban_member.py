"""Banning somebody from a channel, and lifting the ban."""

from typing import ClassVar

from attrs import evolve, frozen

from saiondo_core.channels.events import InvitationRevoked, MemberBanned, MemberUnbanned
from saiondo_core.channels.managing import managed_standing
from saiondo_core.channels.model import Ban, ChannelChange, ChannelId, InvitationState
from saiondo_core.channels.people import check_active
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import CHANGE_TRIES, rejudged
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import CHANNEL_MANAGE_MEMBERS, Policy
from saiondo_core.kernel.rights import UseCase
from saiondo_core.users.ports import UserRepository


@frozen(kw_only=True)
class BanMemberUseCase(UseCase):
    """Ban somebody from a channel."""

    policy: ClassVar[Policy] = CHANNEL_MANAGE_MEMBERS
    channels: ChannelRepository
    users: UserRepository

    async def execute(self, *, channel_id: ChannelId, user_id: UserId, actor: UserId | None = None) -> None:
        """Ban *user_id*, a member or not, from *channel_id*, on behalf of *actor*.

        Their membership ends, their pending invitations are taken back, and they cannot join until the ban is lifted.
        Whoever is banned already stays so.

        Raises:
            ChannelNotFoundError: No such channel, or none the acting user may know of.
            NotAMemberError: The acting user may know of it, but is not in it, and may not manage members from outside.
            AccessDeniedError: The acting user may not manage such members.
            DirectChannelError: It is a direct channel.
            OwnerMustStayError: *user_id* owns it.
            UserNotFoundError: *user_id* does not exist, or was deleted.
            StaleMembershipError: Others changed the channel at the same time, 20 times in a row.
            StaleRightsError: The acting user's rights were changed by others all the time.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(actor)

        async def attempt() -> None:
            judged, own, theirs = await managed_standing(self.channels, self.acting, channel_id, who, user_id)
            if theirs.is_banned:
                return
            await check_active(self.users, user_id)
            revision = own.channel.next_revision
            banned = MemberBanned(
                stamp=self.acting.stamp(judged), channel_id=channel_id, membership_revision=revision, user_id=user_id
            )
            pending = await self.channels.invitations_for(channel_id=channel_id, user_id=user_id)
            change = ChannelChange(
                channel=evolve(own.channel, membership_revision=revision),
                drop=(user_id,),
                ban=(Ban(channel_id=channel_id, user_id=user_id, banned_by=judged.id, banned_at=banned.stamp.at),),
                invitations=tuple(evolve(invitation, state=InvitationState.REVOKED) for invitation in pending),
            )
            revoked = (
                InvitationRevoked(
                    stamp=self.acting.stamp(judged),
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
class UnbanMemberUseCase(UseCase):
    """Lift a ban."""

    policy: ClassVar[Policy] = CHANNEL_MANAGE_MEMBERS
    channels: ChannelRepository

    async def execute(self, *, channel_id: ChannelId, user_id: UserId, actor: UserId | None = None) -> None:
        """Let *user_id* join *channel_id* again, on behalf of *actor*; they do not by this.

        Nothing happens where they are not banned.

        Raises:
            ChannelNotFoundError: No such channel, or none the acting user may know of.
            NotAMemberError: The acting user may know of it, but is not in it, and may not manage members from outside.
            AccessDeniedError: The acting user may not manage such members.
            DirectChannelError: It is a direct channel.
            OwnerMustStayError: *user_id* owns it.
            StaleMembershipError: Others changed the channel at the same time, 20 times in a row.
            StaleRightsError: The acting user's rights were changed by others all the time.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(actor)

        async def attempt() -> None:
            judged, own, theirs = await managed_standing(self.channels, self.acting, channel_id, who, user_id)
            if not theirs.is_banned:
                return
            revision = own.channel.next_revision
            change = ChannelChange(channel=evolve(own.channel, membership_revision=revision), unban=(user_id,))
            unbanned = MemberUnbanned(
                stamp=self.acting.stamp(judged), channel_id=channel_id, membership_revision=revision, user_id=user_id
            )
            await self.channels.change(change=change, events=(unbanned,))

        await rejudged(attempt, tries=CHANGE_TRIES)

    __call__ = execute
