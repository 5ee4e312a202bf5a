"""Who is there, and who types."""

from collections.abc import AsyncIterator
from typing import ClassVar

from attrs import frozen

from saiondo_core.channels.model import ChannelId
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import permitted_standing
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import CHANNEL_READ, Policy
from saiondo_core.kernel.rights import UseCase
from saiondo_core.realtime.ports import PresenceStore
from saiondo_core.realtime.presence import online_topic, typing_topic

_BATCH = 1_000


@frozen(kw_only=True)
class GetOnlineUsersUseCase(UseCase):
    """See who is there."""

    policy: ClassVar[Policy] = CHANNEL_READ
    channels: ChannelRepository
    presence: PresenceStore

    async def execute(self, *, channel_id: ChannelId, user_id: UserId | None = None) -> tuple[UserId, ...]:
        """Tell *user_id* which members of *channel_id* are connected, wherever they listen.

        Somebody is online until 15 seconds, by default, after their last connection was seen.

        Returns:
            Their ids, in order.

        Raises:
            ChannelNotFoundError: No such channel, or none the user may know of.
            NotAMemberError: The user may know of it, but is not in it.
            AccessDeniedError: The user may not read there.
            UnavailableError: It is not known at present.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(user_id)
        found = [member async for members in self._members(channel_id) for member in await self._online(members)]
        await permitted_standing(self.channels, self.acting, channel_id, who, self.policy)
        return tuple(found)

    async def _members(self, channel_id: ChannelId) -> AsyncIterator[tuple[UserId, ...]]:
        after: UserId | None = None
        while page := await self.channels.members(channel_id=channel_id, after=after, limit=_BATCH):
            yield tuple(member.user_id for member in page)
            after = page[-1].user_id

    async def _online(self, members: tuple[UserId, ...]) -> tuple[UserId, ...]:
        topics = tuple(map(online_topic, members))
        held = await self.presence.held(topics=topics, at=self.acting.clock.now())
        return tuple(member for member, topic in zip(members, topics, strict=True) if topic in held)

    __call__ = execute


@frozen(kw_only=True)
class GetTypingUsersUseCase(UseCase):
    """See who types."""

    policy: ClassVar[Policy] = CHANNEL_READ
    channels: ChannelRepository
    presence: PresenceStore

    async def execute(self, *, channel_id: ChannelId, user_id: UserId | None = None) -> tuple[UserId, ...]:
        """Tell *user_id* who types in *channel_id* at the moment.

        Returns:
            Their ids, in order.

        Raises:
            ChannelNotFoundError: No such channel, or none the user may know of.
            NotAMemberError: The user may know of it, but is not in it.
            AccessDeniedError: The user may not read there.
            UnavailableError: It is not known at present.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(user_id)
        holders = await self.presence.holders(topic=typing_topic(channel_id), at=self.acting.clock.now())
        await permitted_standing(self.channels, self.acting, channel_id, who, self.policy)
        return holders

    __call__ = execute
