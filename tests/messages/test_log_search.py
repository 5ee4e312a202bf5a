"""The search that comes with the library, over the memory stores."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from heapq import merge
from random import Random

import pytest
from attrs import define, evolve, field

from saiondo_core.adapters.memory.channels import MemoryChannels
from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.adapters.memory.messages import MemoryMessages
from saiondo_core.adapters.memory.rooms import Rooms
from saiondo_core.channels.model import ChannelId
from saiondo_core.messages.log_search import BATCH, LogSearch
from saiondo_core.messages.model import Message, MessageId
from saiondo_core.messages.search_index import PARTS_MOST, ChannelIndex, key_of
from saiondo_core.messages.search_messages import CANDIDATES_MOST
from saiondo_core.messages.search_model import Search, Term
from saiondo_core.testing.clocks import breathe
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.contracts.search import MessageSearchContract, Searched
from saiondo_core.testing.contracts.talk import new_talk
from tests.messages.house import ANNA, BERT, TEAM, House
from tests.messages.searching import Searching, say, talking

NOON = datetime(2020, 1, 1, 12, tzinfo=UTC)


@asynccontextmanager
async def fresh() -> AsyncGenerator[Searched]:
    """Open a new family of memory stores, and the search over it."""
    rooms = Rooms(log=MemoryLog())
    messages = MemoryMessages(rooms)
    yield MemoryChannels(rooms), messages, LogSearch(messages)


class TestLogSearch(MessageSearchContract):
    """`LogSearch` is a `MessageSearch`."""

    @pytest.fixture
    def opener(self) -> Opener[Searched]:
        """Open a new family of memory stores, and the search over it."""
        return fresh


@define(eq=False)
class CountedMessages(MemoryMessages):
    """Messages that count how often each is given out; whoever asks for them has to wait a turn."""

    given: Counter[MessageId] = field(factory=Counter[MessageId], init=False)

    async def get(self, *, message_id: MessageId) -> Message | None:
        """See `MessageRepository.get`."""
        await asyncio.sleep(0)
        self.given[message_id] += 1
        return await super().get(message_id=message_id)

    async def history(
        self, *, channel_id: ChannelId, before: int | None, after: int | None, limit: int
    ) -> tuple[Message, ...]:
        """See `MessageRepository.history`."""
        await asyncio.sleep(0)
        found = await super().history(channel_id=channel_id, before=before, after=after, limit=limit)
        self.given.update(message.id for message in found)
        return found


async def counted(*texts: str) -> tuple[Searching, Counter[MessageId]]:
    """Have *texts* said in a channel of Anna's and Bert's, in stores that count."""
    rooms = Rooms(log=MemoryLog())
    messages = CountedMessages(rooms)
    searching = Searching(house=House(rooms=rooms, messages=messages))
    for user_id in (ANNA, BERT):
        await searching.house.user(user_id)
    await searching.house.channel(ANNA, BERT)
    await say(searching, *texts)
    messages.given.clear()
    return searching, messages.given


async def test_each_message_is_read_once() -> None:
    """However many search at once, and however long the log is, each message is read once to be indexed."""
    searching, given = await counted(*["hello"] * (3 * BATCH + 7))
    search = searching.of(ANNA)
    await asyncio.gather(*(search(query="nowhere") for _ in range(20)))
    assert {1} == set(given.values())
    assert 3 * BATCH + 7 == len(given)

    given.clear()
    sent = await searching.house.of(BERT).send(channel_id=TEAM, content="hello")
    await search(query="nowhere")
    await search(query="nowhere")
    assert {sent.id: 1} == given


async def test_a_page_looks_at_no_more_than_500() -> None:
    """A page ends once 500 messages were read for it; it may be empty, and the next ones still come to the end."""
    searching, given = await counted("a needle b", *["b needle a"] * 1_700)
    search = searching.of(ANNA)
    await search(query="nowhere")
    looked, hits, cursor = list[int](), list[str](), None
    while not looked or cursor:
        given.clear()
        page = await search(query='"a needle b"', cursor=cursor)
        looked.append(given.total())
        hits += [hit.message.content for hit in page]
        cursor = page.next_cursor
    assert CANDIDATES_MOST == max(looked) == 500
    assert 4 == len(looked)
    assert ["a needle b"] == hits


async def test_a_search_that_is_given_up_leaves_no_hole() -> None:
    """Cancelled while it follows the log, a search changes nothing of what the next one finds."""
    searching, given = await counted(*["hello"] * (2 * BATCH))
    giving_up = asyncio.ensure_future(searching.of(ANNA)(query="hello"))
    await breathe(3)
    giving_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await giving_up
    assert BATCH - 1 == len(given)  # The first event is that of the channel.
    assert 2 * BATCH == len(await searching.found("hello"))


async def test_messages_that_come_in_any_order() -> None:
    """Each older than the one before, or anywhere between: they are found by their times, in few parts."""
    rooms = Rooms(log=MemoryLog())
    talk = await new_talk((MemoryChannels(rooms), MemoryMessages(rooms)))
    draw, index, said = Random(2), ChannelIndex(), list[Message]()
    wanted = Search(channel_ids=(talk.channel.id,), terms=(Term("hello"), Term("t", is_prefix=True)))
    for number in range(60):
        days = -number if number < 30 else draw.randint(-40, 10)
        draft = evolve(talk.draft("hello there" if number % 3 else "hello"), created_at=NOON + timedelta(days=days))
        said.append((await talk.append(draft)).message)
        index.put(said[-1:])
        walks = list(index.walks(wanted))
        found = [message_id for _, message_id, _, is_found in merge(*walks, reverse=True) if is_found]
        expected = sorted((key_of(message) for message in said if "there" in message.content), reverse=True)
        assert [message_id for _, message_id in expected] == found
        assert len(walks) <= PARTS_MOST


async def test_the_beginning_of_very_many_words() -> None:
    """Prefixes of more words than are worth asking for find what a scan finds, alone and beside others."""
    draw = Random(1)
    words = [f"{draw.choice('ab')}{draw.choice('ab')}{number}" for number in range(3_000)]
    searching = await talking(*(f"{word} {draw.choice(('x', 'yz'))}" for word in words))
    for query in ("a", "ab", "a x", "ab y", "a b", "aa1", "y"):
        found = [message.content for message in await searching.found(query)]
        expected = [
            f"{message.content}"
            for message in await searching.house.messages.history(channel_id=TEAM, before=None, after=0, limit=5_000)
            if all(any(word.startswith(part) for word in message.content.split()) for part in query.split())
        ]
        assert expected[::-1] == found, query
