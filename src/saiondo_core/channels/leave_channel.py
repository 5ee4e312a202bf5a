"""Leaving a channel."""

from typing import ClassVar

from attrs import evolve, frozen

from saiondo_core.channels.errors import DirectChannelError, NotAMemberError, OwnerMustStayError
from saiondo_core.channels.events import MemberLeft
from saiondo_core.channels.model import ChannelChange, ChannelId, ChannelRole, ChannelType
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import CHANGE_TRIES, permitted_standing, rejudged
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import CHANNEL_LEAVE, Policy
from saiondo_core.kernel.rights import UseCase


@frozen(kw_only=True)
class LeaveChannelUseCase(UseCase):
    """Leave a channel."""

    policy: ClassVar[Policy] = CHANNEL_LEAVE
    channels: ChannelRepository

    async def execute(self, *, channel_id: ChannelId, user_id: UserId | None = None) -> None:
        """End the membership of *user_id* in *channel_id*; what they said stays.

        Raises:
            ChannelNotFoundError: No such channel, or none the user may know of.
            NotAMemberError: The user may know of it, but is not in it.
            AccessDeniedError: The user may not leave channels.
            DirectChannelError: It is a direct channel.
            OwnerMustStayError: The user owns it.
            StaleMembershipError: Others changed the channel at the same time, 20 times in a row.
            StaleRightsError: The acting user's rights were changed by others all the time.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(user_id)

        async def attempt() -> None:
            judged, standing = await permitted_standing(self.channels, self.acting, channel_id, who, self.policy)
            if standing.membership is None:
                raise NotAMemberError(channel_id=channel_id, permission=self.policy.permission)
            if standing.channel.type is ChannelType.DIRECT:
                raise DirectChannelError(channel_id=channel_id)
            if standing.membership.role is ChannelRole.OWNER:
                raise OwnerMustStayError(channel_id=channel_id)
            revision = standing.channel.next_revision
            change = ChannelChange(channel=evolve(standing.channel, membership_revision=revision), drop=(who.id,))
            left = MemberLeft(
                stamp=self.acting.stamp(judged), channel_id=channel_id, membership_revision=revision, user_id=who.id
            )
            await self.channels.change(change=change, events=(left,))

        await rejudged(attempt, tries=CHANGE_TRIES)

    __call__ = execute
