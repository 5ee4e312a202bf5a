"""Deleting a channel."""

from typing import ClassVar

from attrs import evolve, frozen

from saiondo_core.channels.events import ChannelDeleted
from saiondo_core.channels.model import ChannelChange, ChannelId
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import CHANGE_TRIES, permitted_standing, rejudged
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import CHANNEL_DELETE, Policy
from saiondo_core.kernel.rights import UseCase


@frozen(kw_only=True)
class DeleteChannelUseCase(UseCase):
    """Delete a channel."""

    policy: ClassVar[Policy] = CHANNEL_DELETE
    channels: ChannelRepository

    async def execute(self, *, channel_id: ChannelId, actor: UserId | None = None) -> None:
        """Delete *channel_id*, on behalf of *actor*: from then on nobody finds it, nor its invitations.

        Its key is free again.

        Raises:
            ChannelNotFoundError: No such channel, or none the acting user may know of.
            NotAMemberError: The acting user may know of it, but is not in it, and may not delete it from outside.
            AccessDeniedError: The acting user may not delete it.
            StaleMembershipError: Others changed the channel at the same time, 20 times in a row.
            StaleRightsError: The acting user's rights were changed by others all the time.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(actor)

        async def attempt() -> None:
            judged, standing = await permitted_standing(self.channels, self.acting, channel_id, who, self.policy)
            revision = standing.channel.next_revision
            deleted = ChannelDeleted(
                stamp=self.acting.stamp(judged), channel_id=channel_id, membership_revision=revision
            )
            now = deleted.stamp.at
            after = evolve(standing.channel, membership_revision=revision, updated_at=now, deleted_at=now)
            await self.channels.change(change=ChannelChange(channel=after), events=(deleted,))

        await rejudged(attempt, tries=CHANGE_TRIES)

    __call__ = execute
