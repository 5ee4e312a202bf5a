"""Read what happened."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.channels.model import ChannelId
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import permitted_standing
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.paging import checked_limit
from saiondo_core.kernel.policies import CHANNEL_READ, Policy
from saiondo_core.kernel.retrying import rejudged
from saiondo_core.kernel.rights import UseCase
from saiondo_core.messages.ports import MessageRepository
from saiondo_core.realtime.errors import UnsteadyLogError
from saiondo_core.realtime.feed import stream_of
from saiondo_core.realtime.model import HISTORY_EVENTS_MOST
from saiondo_core.realtime.replies import Happened
from saiondo_core.realtime.telling import entries_of

_OFFSET_MOST = 2**63 - 1
_TRIES = 3


@frozen(kw_only=True)
class EventPage:
    """A page of what happened in a channel.

    Attributes:
        epoch: Of the log that was read: the pages of one history have one epoch.
        head: The offset of the last event there is.
        events: Oldest first, offset by offset.
    """

    epoch: str
    head: int
    events: tuple[Happened, ...]


@frozen(kw_only=True)
class ReadEventsUseCase(UseCase):
    """Read what happened in a channel."""

    policy: ClassVar[Policy] = CHANNEL_READ
    channels: ChannelRepository
    messages: MessageRepository

    async def execute(
        self, *, channel_id: ChannelId, after: int = 0, limit: int = HISTORY_EVENTS_MOST, user_id: UserId | None = None
    ) -> EventPage:
        """Give *user_id* a page of what happened in *channel_id*, for whoever was told of a gap.

        Offsets have no holes, so pages that follow each other miss nothing and repeat nothing. Messages are as they are
        now, not as they were then.

        Args:
            channel_id: Where.
            after: The first events whose offset is above it.
            limit: At most so many, 1 to 25.
            user_id: Who reads.

        Returns:
            The page, and how far the channel has got.

        Raises:
            InvalidInputError: *limit* is not 1 to 25, or *after* is no offset.
            ChannelNotFoundError: No such channel, or none the user may know of.
            NotAMemberError: The user may know of it, but is not in it.
            AccessDeniedError: The user may not read there.
            UnsteadyLogError: The channel's log was replaced over and over meanwhile.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(user_id)
        checked_limit(limit, most=HISTORY_EVENTS_MOST)
        if not 0 <= after <= _OFFSET_MOST:
            raise InvalidInputError(field="after", expected="an event's offset, or 0")
        page = await rejudged(lambda: self._page(channel_id, after, limit), on=UnsteadyLogError, tries=_TRIES)
        # Judged last: whoever is removed meanwhile is given nothing that happened after.
        await permitted_standing(self.channels, self.acting, channel_id, who, self.policy)
        return page

    async def _page(self, channel_id: ChannelId, after: int, limit: int) -> EventPage:
        log, stream = self.channels.log, stream_of(channel_id)
        before = await log.head(stream=stream)
        found = await log.stream(stream=stream, after=after, limit=limit)
        head = await log.head(stream=stream)
        if head.epoch != before.epoch:
            raise UnsteadyLogError
        entries = await entries_of(found, self.messages, epoch=head.epoch)
        return EventPage(epoch=head.epoch, head=head.offset, events=tuple(entry.happened for entry in entries))

    __call__ = execute
