"""Deleting a channel."""

from attrs import evolve, frozen

from saiondo_core.channels.events import ChannelDeleted
from saiondo_core.channels.model import ChannelChange, ChannelId
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import CHANGE_TRIES, permitted_standing, rejudged
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import Gate
from saiondo_core.kernel.rights import Acting


@frozen(kw_only=True)
class DeleteChannelUseCase:
    """Delete a channel."""

    acting: Acting
    gate: Gate
    channels: ChannelRepository

    async def execute(self, *, channel_id: ChannelId, actor: UserId | None = None) -> None:
        """Delete *channel_id*, on behalf of *actor*: from then on nobody finds it, nor its invitations.

        Its key is free again.

        Raises:
            ChannelNotFoundError: No such channel, or none the acting user may know of.
            NotAMemberError: It is public, but the acting user has not joined it.
            AccessDeniedError: The acting user may not delete it.
            StaleMembershipError: Others changed the channel at the same time, 20 times in a row.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(actor)

        async def attempt() -> None:
            standing = await permitted_standing(self.channels, self.gate, channel_id, who, "channel:delete")
            revision = standing.channel.next_revision
            deleted = ChannelDeleted(stamp=self.acting.stamp(who), channel_id=channel_id, membership_revision=revision)
            now = deleted.stamp.at
            after = evolve(standing.channel, membership_revision=revision, updated_at=now, deleted_at=now)
            await self.channels.change(change=ChannelChange(channel=after), events=(deleted,))

        await rejudged(attempt, tries=CHANGE_TRIES)

    __call__ = execute
