"""Muting a member, and letting them speak again."""

from datetime import UTC, datetime
from typing import ClassVar

from attrs import evolve, frozen

from saiondo_core.channels.events import MemberMuted, MemberUnmuted
from saiondo_core.channels.managing import managed_member
from saiondo_core.channels.model import ChannelChange, ChannelId, Membership
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import CHANGE_TRIES, rejudged
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import CHANNEL_MANAGE_MEMBERS, Policy
from saiondo_core.kernel.rights import UseCase

_LATEST = datetime.max.replace(tzinfo=UTC)


@frozen(kw_only=True)
class MuteMemberUseCase(UseCase):
    """Mute a member."""

    policy: ClassVar[Policy] = CHANNEL_MANAGE_MEMBERS
    channels: ChannelRepository

    async def execute(
        self, *, channel_id: ChannelId, user_id: UserId, until: datetime, actor: UserId | None = None
    ) -> Membership:
        """Keep *user_id* from sending to *channel_id* before *until*, on behalf of *actor*; they may read.

        A mute takes the place of an earlier one.

        Args:
            channel_id: Which channel.
            user_id: Whom to mute.
            until: A moment in the future, with its time zone; kept in whole milliseconds.
            actor: Who acts.

        Returns:
            The membership as it is now.

        Raises:
            InvalidInputError: *until* has no time zone, or is not in the future.
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
        if until.utcoffset() is None or not self.acting.clock.now() < until <= _LATEST:
            raise InvalidInputError(field="until", expected="a moment in the future, with its time zone")
        end = until.astimezone(UTC)
        end = end.replace(microsecond=end.microsecond // 1_000 * 1_000)

        async def attempt() -> Membership:
            judged, standing, member = await managed_member(self.channels, self.acting, channel_id, who, user_id)
            revision = standing.channel.next_revision
            muted = evolve(member, muted_until=end)
            change = ChannelChange(channel=evolve(standing.channel, membership_revision=revision), put=(muted,))
            event = MemberMuted(
                stamp=self.acting.stamp(judged), channel_id=channel_id, membership_revision=revision, user_id=user_id
            )
            await self.channels.change(change=change, events=(event,))
            return muted

        return await rejudged(attempt, tries=CHANGE_TRIES)

    __call__ = execute


@frozen(kw_only=True)
class UnmuteMemberUseCase(UseCase):
    """Let a muted member speak again."""

    policy: ClassVar[Policy] = CHANNEL_MANAGE_MEMBERS
    channels: ChannelRepository

    async def execute(self, *, channel_id: ChannelId, user_id: UserId, actor: UserId | None = None) -> Membership:
        """Let *user_id* send to *channel_id* again, on behalf of *actor*.

        Nothing happens where they are not muted.

        Returns:
            The membership as it is now.

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

        async def attempt() -> Membership:
            judged, standing, member = await managed_member(self.channels, self.acting, channel_id, who, user_id)
            if member.muted_until is None:
                return member
            revision = standing.channel.next_revision
            heard = evolve(member, muted_until=None)
            change = ChannelChange(channel=evolve(standing.channel, membership_revision=revision), put=(heard,))
            event = MemberUnmuted(
                stamp=self.acting.stamp(judged), channel_id=channel_id, membership_revision=revision, user_id=user_id
            )
            await self.channels.change(change=change, events=(event,))
            return heard

        return await rejudged(attempt, tries=CHANGE_TRIES)

    __call__ = execute
