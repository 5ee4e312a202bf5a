"""Listing channels."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.channels.inputs import clean_choice
from saiondo_core.channels.model import Activity, Channel, ChannelListing
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.paging import Page, checked_limit, page_of
from saiondo_core.kernel.policies import CHANNEL_LIST, Policy
from saiondo_core.kernel.rights import UseCase


@frozen(kw_only=True)
class ListChannelsUseCase(UseCase):
    """List channels."""

    policy: ClassVar[Policy] = CHANNEL_LIST
    channels: ChannelRepository

    async def execute(
        self,
        *,
        which: ChannelListing | str = ChannelListing.MINE,
        cursor: str | None = None,
        limit: int = 50,
        user_id: UserId | None = None,
    ) -> Page[Channel]:
        """List the channels *user_id* is in, or those that anybody may join, the latest activity first.

        A channel in which something is said while its list is read moves to the front of it, where the pages that
        follow do not come by.

        Args:
            which: `mine` or `public`.
            cursor: The `next_cursor` of the page before.
            limit: 1 to 200.
            user_id: Who asks.

        Returns:
            A page of channels.

        Raises:
            InvalidInputError: *which*, *cursor* or *limit* is not as said above.
            AccessDeniedError: The acting user may not list channels.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(user_id)
        listing = clean_choice(ChannelListing, which, "which")
        kind = f"channels:{listing}"
        before, more = Activity.of_cursor(cursor, kind), checked_limit(limit) + 1
        if listing is ChannelListing.PUBLIC:
            found = await self.channels.public(before=before, limit=more)
        else:
            own = await self.channels.of_user(user_id=who.id, before=before, limit=more)
            found = tuple(standing.channel for standing in own)
        # Reads are judged last: what changed after the right was lost cannot be in what is given.
        await self.acting.require(who, self.policy)
        return page_of(found, limit=limit, cursor=lambda last: last.last_activity.cursor(kind))

    __call__ = execute
