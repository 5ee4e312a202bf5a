"""Removing a member."""

from attrs import evolve, frozen

from saiondo_core.channels.errors import OwnerMustStayError
from saiondo_core.channels.events import MemberRemoved
from saiondo_core.channels.managing import managed_member
from saiondo_core.channels.model import ChannelChange, ChannelId, ChannelRole
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import CHANGE_TRIES, rejudged
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import Gate
from saiondo_core.kernel.rights import Acting


@frozen(kw_only=True)
class RemoveMemberUseCase:
    """Remove a member."""

    acting: Acting
    gate: Gate
    channels: ChannelRepository

    async def execute(self, *, channel_id: ChannelId, user_id: UserId, actor: UserId | None = None) -> None:
        """End the membership of *user_id* in *channel_id*, on behalf of *actor*. They may come back.

        Raises:
            ChannelNotFoundError: No such channel, or none the acting user may know of.
            NotAMemberError: It is public, but the acting user has not joined it.
            AccessDeniedError: The acting user may not manage its members.
            DirectChannelError: It is a direct channel.
            MemberNotFoundError: *user_id* is not a member.
            OwnerMustStayError: *user_id* owns it.
            StaleMembershipError: Others changed the channel at the same time, 20 times in a row.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(actor)

        async def attempt() -> None:
            standing, member = await managed_member(self.channels, self.gate, channel_id, who, user_id)
            if member.role is ChannelRole.OWNER:
                raise OwnerMustStayError(channel_id=channel_id)
            revision = standing.channel.next_revision
            change = ChannelChange(channel=evolve(standing.channel, membership_revision=revision), drop=(user_id,))
            removed = MemberRemoved(
                stamp=self.acting.stamp(who), channel_id=channel_id, membership_revision=revision, user_id=user_id
            )
            await self.channels.change(change=change, events=(removed,))

        await rejudged(attempt, tries=CHANGE_TRIES)

    __call__ = execute
