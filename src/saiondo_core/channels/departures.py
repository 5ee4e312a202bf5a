"""What users who go must hand over first, and what they leave behind."""

from datetime import datetime

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
class ChannelsOfUser(Belongings):
    """What somebody has of channels: those they must hand over before they go, and their places in others.

    Direct channels keep both members, so that the other one still knows with whom they spoke; a channel keeps its
    owner.
    """

    acting: Acting
    channels: ChannelRepository

    async def owned_channels(self, *, user_id: UserId) -> tuple[str, ...]:
        """See `Belongings.owned_channels`."""
        owned = await self.channels.owned_by(user_id=user_id)
        return tuple(channel.id for channel in owned if channel.type is not ChannelType.DIRECT)

    async def give_up(self, *, user_id: UserId, actor: UserId, until: datetime) -> None:
        """See `Belongings.give_up`.

        Raises:
            StaleMembershipError: Others changed one of the channels at the same time, 20 times in a row.
        """
        # Whatever moves to the front while the pages are read is found by the next round.
        while leavable := await self._leavable(user_id, until):
            for channel_id in leavable:
                await self._leave(channel_id, user_id, Actor(id=actor), until)

    async def _leavable(self, user_id: UserId, until: datetime) -> tuple[ChannelId, ...]:
        found: list[ChannelId] = []
        before: Activity | None = None
        while page := await self.channels.of_user(user_id=user_id, before=before, limit=_AT_ONCE):
            found += [standing.channel.id for standing in page if _is_leavable(standing, until)]
            before = page[-1].channel.last_activity
        return tuple(found)

    async def _leave(self, channel_id: ChannelId, user_id: UserId, actor: Actor, until: datetime) -> None:
        async def attempt() -> None:
            standing = await self.channels.standing(channel_id=channel_id, user_id=user_id)
            if standing is None or not _is_leavable(standing, until):
                return
            revision = standing.channel.next_revision
            change = ChannelChange(channel=evolve(standing.channel, membership_revision=revision), drop=(user_id,))
            left = MemberLeft(
                stamp=self.acting.stamp(actor), channel_id=channel_id, membership_revision=revision, user_id=user_id
            )
            await self.channels.change(change=change, events=(left,))

        await rejudged(attempt, tries=CHANGE_TRIES)


@frozen(kw_only=True)
class LeaveAllOfDeleted:
    """Ends the memberships of deleted users: a handler of `UserDeactivated`, which may come more than once.

    What began after the deletion stays, for the host may have brought the user back.
    """

    acting: Acting
    channels: ChannelRepository

    async def __call__(self, recorded: Recorded) -> None:
        """End what is left of the memberships of the user who was deleted, on behalf of whoever deleted them.

        Raises:
            StaleMembershipError: Others changed one of the channels at the same time, 20 times in a row.
        """
        event = recorded.event
        if isinstance(event, UserDeactivated):
            theirs = ChannelsOfUser(acting=self.acting, channels=self.channels)
            await theirs.give_up(user_id=event.user_id, actor=event.stamp.actor, until=event.stamp.at)


def _is_leavable(standing: Standing, until: datetime) -> bool:
    member = standing.membership
    if member is None or member.joined_at > until:
        return False
    return member.role is not ChannelRole.OWNER and standing.channel.type is not ChannelType.DIRECT
