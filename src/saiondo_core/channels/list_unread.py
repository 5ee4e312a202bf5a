"""Counting what was not read."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.channels.model import Activity, Unread
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.paging import Page, checked_limit
from saiondo_core.kernel.policies import CHANNEL_LIST, Policy
from saiondo_core.kernel.rights import UseCase

_KIND = "unread"


@frozen(kw_only=True)
class ListUnreadUseCase(UseCase):
    """Count what somebody has not read."""

    policy: ClassVar[Policy] = CHANNEL_LIST
    channels: ChannelRepository

    async def execute(
        self, *, user_id: UserId | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[Unread]:
        """Count the unread messages of each channel *user_id* is in, the latest activity first.

        One's own messages count as read, and so does what was said before one joined. Channels without anything
        unread are in the list too.

        Args:
            user_id: Who asks.
            cursor: The `next_cursor` of the page before.
            limit: 1 to 200.

        Returns:
            A page of counts.

        Raises:
            InvalidInputError: *cursor* or *limit* is not as said above.
            AccessDeniedError: The acting user may not list channels.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(user_id)
        before = Activity.of_cursor(cursor, _KIND)
        found = await self.channels.of_user(user_id=who.id, before=before, limit=checked_limit(limit) + 1)
        await self.acting.require(who, self.policy)
        shown = found[:limit]
        return Page(
            items=tuple(
                Unread(
                    channel_id=standing.channel.id,
                    unread=standing.unread,
                    last_sequence=standing.channel.last_sequence,
                )
                for standing in shown
            ),
            next_cursor=shown[-1].channel.last_activity.cursor(_KIND) if len(found) > limit else None,
        )

    __call__ = execute
