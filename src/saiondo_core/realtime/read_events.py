"""Read what happened."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.channels.model import ChannelId
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import permitted_standing
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.paging import checked_limit
from saiondo_core.kernel.policies import CHANNEL_READ, Policy
from saiondo_core.kernel.retrying import rejudged
from saiondo_core.kernel.rights import UseCase
from saiondo_core.messages.ports import MessageRepository
from saiondo_core.realtime.errors import UnsteadyLogError
from saiondo_core.realtime.feed import stream_of
from saiondo_core.realtime.model import HISTORY_EVENTS_MOST, Gap
from saiondo_core.realtime.recovery import may_follow, read_page
from saiondo_core.realtime.replies import Happened
from saiondo_core.realtime.telling import entries_of

_TRIES = 3


@frozen(kw_only=True)
class EventPage:
    """A page of what happened in a channel.

    Attributes:
        epoch: Of the log that was read.
        head: The offset of the last event there is.
        events: Oldest first, offset by offset.
        gap: What is missing before them, where something is. Where the past is another one, or the cursor is none, that
            is all there is; where the log has forgotten some of it, it is what the log has forgotten.
    """

    epoch: str
    head: int
    events: tuple[Happened, ...]
    gap: Gap | None = None


@frozen(kw_only=True)
class ReadEventsUseCase(UseCase):
    """Read what happened in a channel."""

    policy: ClassVar[Policy] = CHANNEL_READ
    channels: ChannelRepository
    messages: MessageRepository

    async def execute(
        self,
        *,
        channel_id: ChannelId,
        since: str | None = None,
        limit: int = HISTORY_EVENTS_MOST,
        user_id: UserId | None = None,
    ) -> EventPage:
        """Give *user_id* a page of what happened in *channel_id*, for whoever was told of a gap.

        The event at the cursor is looked at: what is told follows it in one past, or the page says why it cannot be
        told. So pages that follow each other by the cursor of the last event miss nothing, repeat nothing and mix
        nothing. Messages are as they are now, not as they were then.

        Args:
            channel_id: Where.
            since: The cursor up to where they have heard; by default, all that happened is read.
            limit: At most so many, 1 to 25.
            user_id: Who reads.

        Returns:
            The page, and how far the channel has got.

        Raises:
            InvalidInputError: *limit* is not 1 to 25.
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
        page = await rejudged(lambda: self._page(channel_id, since, limit), on=UnsteadyLogError, tries=_TRIES)
        # Judged last: whoever is removed meanwhile is given nothing that happened after.
        await permitted_standing(self.channels, self.acting, channel_id, who, self.policy)
        return page

    async def _page(self, channel_id: ChannelId, since: str | None, limit: int) -> EventPage:
        log, stream = self.channels.log, stream_of(channel_id)
        before = await log.head(stream=stream)
        found, gap = await read_page(log, stream, since, head=before, limit=limit)
        head = await log.head(stream=stream)
        if not may_follow(head, before):
            raise UnsteadyLogError
        entries = await entries_of(found, self.messages, epoch=head.epoch)
        events = tuple(entry.happened for entry in entries)
        return EventPage(epoch=head.epoch, head=head.offset, events=events, gap=gap)

    __call__ = execute
