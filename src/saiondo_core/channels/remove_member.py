"""Removing a member."""

from typing import ClassVar

from attrs import evolve, frozen

from saiondo_core.channels.events import MemberRemoved
from saiondo_core.channels.managing import managed_member
from saiondo_core.channels.model import ChannelChange, ChannelId
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import CHANGE_TRIES, rejudged
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import CHANNEL_MANAGE_MEMBERS, Policy
from saiondo_core.kernel.rights import UseCase


@frozen(kw_only=True)
class RemoveMemberUseCase(UseCase):
    """Remove a member."""

    policy: ClassVar[Policy] = CHANNEL_MANAGE_MEMBERS
    channels: ChannelRepository

    async def execute(self, *, channel_id: ChannelId, user_id: UserId, actor: UserId | None = None) -> None:
        """End the membership of *user_id* in *channel_id*, on behalf of *actor*. They may come back.

        Raises:
            ChannelNotFoundError: No such channel, or none the acting user may know of.
            NotAMemberError: The acting user may know of it, but is not in it, and may not manage members from outside.
            AccessDeniedError: The acting user may not manage such members.
            DirectChannelError: It is a direct channel.
            MemberNotFoundError: *user_id* is not a member.
            OwnerMustStayError: *user_id* owns it.
            StaleMembershipError: Others changed the channel at the same time, 20 times in a row.
            StaleRightsError: The acting user's rights were changed by others all the time.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(actor)

        async def attempt() -> None:
            judged, standing, _ = await managed_member(self.channels, self.acting, channel_id, who, user_id)
            revision = standing.channel.next_revision
            change = ChannelChange(channel=evolve(standing.channel, membership_revision=revision), drop=(user_id,))
            removed = MemberRemoved(
                stamp=self.acting.stamp(judged), channel_id=channel_id, membership_revision=revision, user_id=user_id
            )
            await self.channels.change(change=change, events=(removed,))

        await rejudged(attempt, tries=CHANGE_TRIES)

    __call__ = execute
