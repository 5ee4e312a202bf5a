"""A search over any store of messages that has a log."""

from collections import defaultdict
from functools import partial
from heapq import merge

from attrs import define, field

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.concurrency import SingleFlight
from saiondo_core.kernel.events import Recorded
from saiondo_core.messages.events import MessageDeleted, MessageEdited, MessageSent
from saiondo_core.messages.model import Message, MessageId
from saiondo_core.messages.ports import MessageRepository, MessageSearch
from saiondo_core.messages.search_index import ChannelIndex, place_at
from saiondo_core.messages.search_model import Candidates, Search
from saiondo_core.messages.search_postings import Key

BATCH = 200
"""How many events are followed at once, before others have their turn."""


@define(eq=False)
class LogSearch(MessageSearch):
    """An index in this process's memory of what *messages* hold.

    It follows a channel's log when the channel is searched, so that it needs no job, and is never behind.
    """

    messages: MessageRepository
    _indexes: defaultdict[ChannelId, ChannelIndex] = field(factory=lambda: defaultdict(ChannelIndex), init=False)
    _flights: SingleFlight[ChannelId, None] = field(factory=SingleFlight[ChannelId, None], init=False)

    async def candidates(self, *, search: Search, limit: int, most: int) -> Candidates:
        """See `MessageSearch.candidates`."""
        for channel_id in search.channel_ids:
            await self._catch_up(channel_id)
        walks = (walk for channel_id in search.channel_ids for walk in self._indexes[channel_id].walks(search))
        found, looked_at = list[MessageId](), 0
        reached: Key | None = None
        for time, message_id, looked, is_found in merge(*walks, reverse=True):
            if reached is not None and (len(found) == limit or looked_at >= most):
                return Candidates(message_ids=tuple(found), looked_at=looked_at, reached=place_at(reached))
            reached = time, message_id
            looked_at += looked
            if is_found:
                found.append(message_id)
        return Candidates(message_ids=tuple(found), looked_at=looked_at, reached=None)

    async def _catch_up(self, channel_id: ChannelId) -> None:
        """Follow the channel's log up to where it reached when this was called, or further."""
        index, log = self._indexes[channel_id], self.messages.log
        while news := await log.stream(stream=f"channel:{channel_id}", after=index.offset, limit=BATCH):
            follow = partial(self._follow, channel_id, index, news)
            # A single event is followed before others could be told to wait for it. A long way is gone once, however
            # many ask meanwhile, and in turns with whatever else there is to do.
            await (follow() if len(news) == 1 else self._flights.load(channel_id, follow))
            if len(news) < BATCH and news[-1].offset <= index.offset:
                return

    async def _follow(self, channel_id: ChannelId, index: ChannelIndex, news: tuple[Recorded, ...]) -> None:
        """Bring *index* up to the end of *news*, unless it got there meanwhile."""
        messages = await self._named_by(channel_id, news)
        if news[-1].offset > index.offset:
            index.put(messages)
            index.offset = news[-1].offset

    async def _named_by(self, channel_id: ChannelId, news: tuple[Recorded, ...]) -> tuple[Message, ...]:
        """The messages that were sent or changed in *news*, as they are now."""
        sequences = [recorded.sequence for recorded in news if recorded.sequence is not None]
        messages: dict[MessageId, Message] = {}
        if sequences:
            sent = await self.messages.history(
                channel_id=channel_id, before=None, after=min(sequences) - 1, limit=len(sequences)
            )
            messages = {message.id: message for message in sent}
        for recorded in news:
            event = recorded.event
            if isinstance(event, MessageSent | MessageEdited | MessageDeleted) and event.message_id not in messages:
                message = await self.messages.get(message_id=event.message_id)
                if message is not None:
                    messages[message.id] = message
        return tuple(messages.values())
