"""What users who go must hand over first, and what they leave behind."""

from attrs import evolve, frozen

from saiondo_core.channels.events import MemberLeft
from saiondo_core.channels.model import Activity, ChannelChange, ChannelId, ChannelRole, ChannelType, Standing
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import CHANGE_TRIES, rejudged
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.events import Recorded
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.rights import Acting
from saiondo_core.users.events import UserDeactivated
from saiondo_core.users.ports import Belongings

_AT_ONCE = 200


@frozen(kw_only=True)
class OwnedChannels(Belongings):
    """The channels somebody owns, as what they must hand over before they go."""

    channels: ChannelRepository

    async def owned_channels(self, *, user_id: UserId) -> tuple[str, ...]:
        """See `Belongings.owned_channels`."""
        owned = await self.channels.owned_by(user_id=user_id)
        return tuple(channel.id for channel in owned if channel.type is not ChannelType.DIRECT)


@frozen(kw_only=True)
class LeaveAllOfDeleted:
    """Ends the memberships of deleted users: a handler of `UserDeactivated`, which may come more than once.

    Direct channels keep both members, so that the other one still knows with whom they spoke; a channel keeps its
    owner.
    """

    acting: Acting
    channels: ChannelRepository

    async def __call__(self, recorded: Recorded) -> None:
        """End what is left of the memberships of the user who was deleted, on behalf of whoever deleted them.

        Raises:
            StaleMembershipError: Others changed one of the channels at the same time, 20 times in a row.
        """
        event = recorded.event
        if not isinstance(event, UserDeactivated):
            return
        actor = Actor(id=event.stamp.actor)
        # Whatever moves to the front while the pages are read is found by the next round.
        while leavable := await self._leavable(event.user_id):
            for channel_id in leavable:
                await self._leave(channel_id, event.user_id, actor)

    async def _leavable(self, user_id: UserId) -> tuple[ChannelId, ...]:
        found: list[ChannelId] = []
        before: Activity | None = None
        while page := await self.channels.of_user(user_id=user_id, before=before, limit=_AT_ONCE):
            found += [standing.channel.id for standing in page if _is_leavable(standing)]
            before = page[-1].channel.last_activity
        return tuple(found)

    async def _leave(self, channel_id: ChannelId, user_id: UserId, actor: Actor) -> None:
        async def attempt() -> None:
            standing = await self.channels.standing(channel_id=channel_id, user_id=user_id)
            if standing is None or not _is_leavable(standing):
                return
            revision = standing.channel.next_revision
            change = ChannelChange(channel=evolve(standing.channel, membership_revision=revision), drop=(user_id,))
            left = MemberLeft(
                stamp=self.acting.stamp(actor), channel_id=channel_id, membership_revision=revision, user_id=user_id
            )
            await self.channels.change(change=change, events=(left,))

        await rejudged(attempt, tries=CHANGE_TRIES)


def _is_leavable(standing: Standing) -> bool:
    member = standing.membership
    is_direct = standing.channel.type is ChannelType.DIRECT
    return member is not None and member.role is not ChannelRole.OWNER and not is_direct
