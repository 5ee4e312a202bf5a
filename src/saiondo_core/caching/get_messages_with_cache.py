"""Read what was said, from the cache."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.caching.reading import CachedReads
from saiondo_core.channels.errors import ChannelNotFoundError
from saiondo_core.channels.model import ChannelId
from saiondo_core.channels.standing import permitted_standing
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.paging import checked_limit
from saiondo_core.kernel.policies import CHANNEL_READ, Policy
from saiondo_core.kernel.rights import UseCase
from saiondo_core.messages.model import Message
from saiondo_core.messages.read_history import SEQUENCE_MOST


@frozen(kw_only=True)
class GetMessagesWithCacheUseCase(UseCase):
    """Read what was said in a channel, from the cache."""

    policy: ClassVar[Policy] = CHANNEL_READ
    reads: CachedReads

    async def execute(self, channel_id: ChannelId, limit: int = 50, before: int | None = None) -> tuple[Message, ...]:
        """Give the acting user the last messages of that channel, as `message.history` does; unbound, the host.

        Whether the acting user may read them is judged each time, by how they stand to the channel now.

        Args:
            channel_id: Where.
            limit: At most so many, 1 to 200.
            before: Those whose sequence is below it; the newest where it is None.

        Returns:
            The messages, tombstones too, by rising sequence; no message, edit or deletion is missed that was told of.

        Raises:
            NotOpenError: The factory is not open.
            ChannelNotFoundError: No such channel, or none the acting user may know of.
            NotAMemberError: The channel is public, but the acting user has not joined it.
            AccessDeniedError: They may not read there.
            InvalidInputError: *limit* is not 1 to 200, or *before* is negative.
        """
        self.acting.check_open()
        checked_limit(limit)
        if before is not None and not 0 <= before <= SEQUENCE_MOST:
            raise InvalidInputError(field="before", expected="a sequence, or 0")
        page = await self.reads.page(channel_id, limit=limit, before=before)
        who = self.acting.actor
        # Last, as without a cache: whoever is removed meanwhile is given nothing that was said after.
        if who is not None:
            await permitted_standing(self.reads.channels, self.acting, channel_id, who, self.policy)
        elif await self.reads.channel(channel_id) is None:
            raise ChannelNotFoundError(channel_id=channel_id)
        return page

    __call__ = execute
