"""Leaving a channel."""

from attrs import evolve, frozen

from saiondo_core.channels.errors import DirectChannelError, NotAMemberError, OwnerMustStayError
from saiondo_core.channels.events import MemberLeft
from saiondo_core.channels.model import ChannelChange, ChannelId, ChannelRole, ChannelType
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import CHANGE_TRIES, known_standing, rejudged
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.rights import Acting


@frozen(kw_only=True)
class LeaveChannelUseCase:
    """Leave a channel."""

    acting: Acting
    channels: ChannelRepository

    async def execute(self, *, channel_id: ChannelId, user_id: UserId | None = None) -> None:
        """End the membership of *user_id* in *channel_id*; what they said stays.

        Raises:
            ChannelNotFoundError: No such channel, or none the user may know of.
            NotAMemberError: It is public, but the user has not joined it.
            DirectChannelError: It is a direct channel.
            OwnerMustStayError: The user owns it.
            StaleMembershipError: Others changed the channel at the same time, 20 times in a row.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(user_id)

        async def attempt() -> None:
            standing = await known_standing(self.channels, channel_id, who)
            if standing.membership is None:
                raise NotAMemberError(channel_id=channel_id)
            if standing.channel.type is ChannelType.DIRECT:
                raise DirectChannelError(channel_id=channel_id)
            if standing.membership.role is ChannelRole.OWNER:
                raise OwnerMustStayError(channel_id=channel_id)
            revision = standing.channel.next_revision
            change = ChannelChange(channel=evolve(standing.channel, membership_revision=revision), drop=(who.id,))
            left = MemberLeft(
                stamp=self.acting.stamp(who), channel_id=channel_id, membership_revision=revision, user_id=who.id
            )
            await self.channels.change(change=change, events=(left,))

        await rejudged(attempt, tries=CHANGE_TRIES)

    __call__ = execute
