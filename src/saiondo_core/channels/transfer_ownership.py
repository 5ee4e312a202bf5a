"""Handing a channel over."""

from typing import ClassVar

from attrs import evolve, frozen

from saiondo_core.channels.errors import DirectChannelError, MemberNotFoundError
from saiondo_core.channels.events import OwnershipTransferred
from saiondo_core.channels.model import Channel, ChannelChange, ChannelId, ChannelRole, ChannelType, Membership
from saiondo_core.channels.people import check_active
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import CHANGE_TRIES, permitted_standing, rejudged
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import CHANNEL_TRANSFER, Policy
from saiondo_core.kernel.rights import UseCase
from saiondo_core.users.ports import UserRepository


@frozen(kw_only=True)
class TransferOwnershipUseCase(UseCase):
    """Hand a channel over."""

    policy: ClassVar[Policy] = CHANNEL_TRANSFER
    channels: ChannelRepository
    users: UserRepository

    async def execute(self, *, channel_id: ChannelId, user_id: UserId, actor: UserId | None = None) -> Channel:
        """Make *user_id*, who is a member, the owner of *channel_id*, on behalf of *actor*.

        The old owner stays, as a member. A muted new owner may speak again. Nothing happens where *user_id* owns the
        channel already.

        Returns:
            The channel as it is now.

        Raises:
            ChannelNotFoundError: No such channel, or none the acting user may know of.
            NotAMemberError: The acting user may know of it, but is not in it, and may not hand it over from outside.
            AccessDeniedError: The acting user may not hand it over.
            DirectChannelError: It is a direct channel.
            MemberNotFoundError: *user_id* is not a member.
            UserNotFoundError: *user_id* was deleted.
            StaleMembershipError: Others changed the channel at the same time, 20 times in a row.
            StaleRightsError: The acting user's rights were changed by others all the time.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(actor)

        async def attempt() -> Channel:
            judged, standing = await permitted_standing(self.channels, self.acting, channel_id, who, self.policy)
            channel, owner_id = standing.channel, standing.channel.owner_id
            if channel.type is ChannelType.DIRECT:
                raise DirectChannelError(channel_id=channel_id)
            if user_id == owner_id:
                return channel
            both = await self.channels.memberships(channel_id=channel_id, user_ids=(owner_id, user_id))
            if user_id not in {member.user_id for member in both}:
                raise MemberNotFoundError(channel_id=channel_id, user_id=user_id)
            await check_active(self.users, user_id)
            revision = channel.next_revision
            event = OwnershipTransferred(
                stamp=self.acting.stamp(judged), channel_id=channel_id, membership_revision=revision, user_id=user_id
            )
            change = ChannelChange(
                channel=evolve(channel, owner_id=user_id, membership_revision=revision, updated_at=event.stamp.at),
                put=tuple(_under_the_new_owner(member, user_id) for member in both),
            )
            return await self.channels.change(change=change, events=(event,))

        return await rejudged(attempt, tries=CHANGE_TRIES)

    __call__ = execute


def _under_the_new_owner(member: Membership, owner_id: UserId) -> Membership:
    if member.user_id == owner_id:
        return evolve(member, role=ChannelRole.OWNER, muted_until=None)
    return evolve(member, role=ChannelRole.MEMBER)
