"""Listing who is in a channel."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.channels.model import ChannelId, Membership
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import permitted_standing
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.paging import Page, checked_limit, decode_cursor, encode_cursor, page_of
from saiondo_core.kernel.policies import CHANNEL_READ, Policy
from saiondo_core.kernel.rights import UseCase

_KIND = "members"


@frozen(kw_only=True)
class ListMembersUseCase(UseCase):
    """List who is in a channel."""

    policy: ClassVar[Policy] = CHANNEL_READ
    channels: ChannelRepository

    async def execute(
        self, *, channel_id: ChannelId, cursor: str | None = None, limit: int = 50, user_id: UserId | None = None
    ) -> Page[Membership]:
        """List the memberships of *channel_id* by user id, on behalf of *user_id*.

        Args:
            channel_id: Which channel.
            cursor: The `next_cursor` of the page before.
            limit: 1 to 200.
            user_id: Who asks.

        Returns:
            A page of memberships.

        Raises:
            InvalidInputError: *cursor* or *limit* is not as said above.
            ChannelNotFoundError: No such channel, or none the user may know of.
            NotAMemberError: The user may know of it, but is not in it.
            AccessDeniedError: The user may not read there.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(user_id)
        after = None if cursor is None else UserId(*decode_cursor(cursor, _KIND, 1))
        more = checked_limit(limit) + 1
        found = await self.channels.members(channel_id=channel_id, after=after, limit=more)
        await permitted_standing(self.channels, self.acting, channel_id, who, self.policy)
        return page_of(found, limit=limit, cursor=lambda last: encode_cursor(_KIND, last.user_id))

    __call__ = execute
