"""What every search for messages must do."""

import asyncio
from datetime import datetime, timedelta

import pytest
from attrs import evolve

from saiondo_core.channels.model import ChannelId
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.ids import UserId
from saiondo_core.messages.model import Message, MessageId
from saiondo_core.messages.ports import MessageRepository, MessageSearch
from saiondo_core.messages.search_model import Place, Search, Term, place_of
from saiondo_core.testing.contracts.opening import Opener, missing
from saiondo_core.testing.contracts.talk import ANNA, BERT, Talk, new_talk

Searched = tuple[ChannelRepository, MessageRepository, MessageSearch]
"""A suite is given both stores of a family, and the search that finds what they hold."""


def search(
    *talks: Talk,
    word: str = "hello",
    is_prefix: bool = False,
    sender_id: UserId | None = None,
    before: datetime | None = None,
    after: datetime | None = None,
) -> Search:
    """What to find in *talks*."""
    return Search(
        channel_ids=tuple(talk.channel.id for talk in talks),
        terms=(Term(word, is_prefix=is_prefix),),
        sender_id=sender_id,
        before=before,
        after=after,
    )


async def found(searching: MessageSearch, wanted: Search) -> list[MessageId]:
    """All that is found, on one page."""
    candidates = await searching.candidates(search=wanted, limit=1_000, most=10_000)
    assert candidates.reached is None
    return list(candidates.message_ids)


async def said_at(talk: Talk, content: str, at: datetime) -> Message:
    """Have Anna say something at some time, as imported messages are."""
    return (await talk.append(evolve(talk.draft(content), created_at=at))).message


def newest_first(*messages: Message) -> list[MessageId]:
    """The order of what is found."""
    return [one.id for one in sorted(messages, key=lambda one: (one.created_at, one.id), reverse=True)]


@pytest.mark.asyncio
class MessageSearchContract:
    """The laws of `MessageSearch`. Derive it, and give the fixture `opener`."""

    @pytest.fixture
    def opener(self) -> Opener[Searched]:
        """Open an empty family of stores, and the search over it."""
        return missing(self)

    @pytest.mark.parametrize(
        ("content", "tokens"),
        [
            ("Hello, WORLD!", ["hello", "world"]),
            ("a_b c3", ["a_b", "c3"]),
            ("Straße \uff21\uff22", ["strasse", "ab"]),
            ("우분투12", ["우", "분", "투", "우분", "분투", "12"]),
            ("東京タワー", ["東", "東京", "京タ", "ワー"]),
        ],
    )
    async def test_what_was_written_is_found(self, opener: Opener[Searched], content: str, tokens: list[str]) -> None:
        """Each token of a text finds it, from the moment it was sent, or edited to say that; and so do prefixes."""
        async with opener() as (channels, messages, searching):
            talk = await new_talk((channels, messages))
            edited = await talk.say("something else")
            assert [edited.id] == await found(searching, search(talk, word="else"))
            await talk.edit(edited, content)
            sent = await talk.say(content)
            wanted = [sent.id, edited.id]

            for token in tokens:
                assert wanted == await found(searching, search(talk, word=token))
                if token.isascii():
                    assert wanted == await found(searching, search(talk, word=token[:1], is_prefix=True))
            concurrent = [found(searching, search(talk, word=tokens[0])) for _ in range(5)]
            assert [wanted] * 5 == await asyncio.gather(*concurrent)

    async def test_only_the_channels_asked_for(self, opener: Opener[Searched]) -> None:
        """What stands in other channels is not found, and what is found is the same without them."""
        async with opener() as (channels, messages, searching):
            own, other = await new_talk((channels, messages)), await new_talk((channels, messages))
            first, foreign = await own.say("hello"), await other.say("hello")
            second = await own.say("hello")

            assert [second.id, first.id] == await found(searching, search(own))
            assert [foreign.id] == await found(searching, search(other))
            assert [second.id, foreign.id, first.id] == await found(searching, search(other, own))
            assert [] == await found(searching, search())
            assert [] == await found(searching, evolve(search(), channel_ids=(ChannelId("unknown"),)))

    async def test_filters_are_exact(self, opener: Opener[Searched]) -> None:
        """Only that sender's messages, and only those that are strictly before and after the moments given."""
        async with opener() as (channels, messages, searching):
            talk = await new_talk((channels, messages))
            said = [await talk.say("hello", sender=sender) for sender in (ANNA, BERT, ANNA, BERT)]
            times = [message.created_at for message in said]
            ids = [message.id for message in said]

            assert [ids[3], ids[1]] == await found(searching, search(talk, sender_id=BERT))
            assert [] == await found(searching, search(talk, sender_id=UserId("hello")))
            assert [ids[1], ids[0]] == await found(searching, search(talk, before=times[2]))
            assert [ids[3]] == await found(searching, search(talk, after=times[2]))
            assert [ids[2]] == await found(searching, search(talk, sender_id=ANNA, after=times[0], before=times[3]))
            assert [] == await found(searching, search(talk, after=times[3], before=times[0]))

    async def test_the_newest_come_first(self, opener: Opener[Searched]) -> None:
        """The order is that of the times, and of the ids where times are the same, however messages came."""
        async with opener() as (channels, messages, searching):
            one, two = await new_talk((channels, messages)), await new_talk((channels, messages))
            said = [await one.say("hello"), await two.say("hello")]
            start = said[0].created_at
            for days in (-3, -9, 5, -3, 0, -27, -1, 5, -81, -2, -30, -60, -90, -3):
                talk = one if days % 2 else two
                said.append(await said_at(talk, "hello", start + timedelta(days=days)))
                assert newest_first(*said) == await found(searching, search(one, two))
            own = [message for message in said if message.channel_id == two.channel.id]
            assert newest_first(*own) == await found(searching, search(two))

    async def test_pages_go_on_exactly(self, opener: Opener[Searched]) -> None:
        """Pages of any size that follow each other give everything once, in order, whatever is said meanwhile."""
        async with opener() as (channels, messages, searching):
            talks = [await new_talk((channels, messages)) for _ in range(2)]
            start = (await talks[0].say("bye")).created_at
            said = [await said_at(talks[n % 2], "hello", start - timedelta(days=n * n % 7)) for n in range(30)]
            for limit in (1, 7, 30, 31):
                pages: list[MessageId] = []
                wanted: Search | None = search(*talks)
                while wanted is not None:
                    page = await searching.candidates(search=wanted, limit=limit, most=1_000)
                    pages += page.message_ids
                    await talks[0].say("hello")
                    wanted = None if page.reached is None else evolve(wanted, below=page.reached)
                older = search(*talks, before=start)
                assert newest_first(*said) == [one for one in pages if one in {message.id for message in said}]
                assert await found(searching, older) == [one.id for one in _sorted(said) if one.created_at < start]
            below = place_of(_sorted(said)[3])
            assert newest_first(*_sorted(said)[4:]) == await found(searching, evolve(search(*talks), below=below))

    async def test_looking_is_bounded(self, opener: Opener[Searched]) -> None:
        """A page ends at its limit, and once it has looked at so many; the next ones still come to the end."""
        async with opener() as (channels, messages, searching):
            talk = await new_talk((channels, messages))
            both = await talk.say("rare hello there")
            for _ in range(120):
                await talk.say("hello")
                await talk.say("rare")
            wanted: Search | None = evolve(search(talk), terms=(Term("hello"), Term("rare")))
            found: list[MessageId] = []
            places: list[Place] = []
            while wanted is not None:
                page = await searching.candidates(search=wanted, limit=2, most=10)
                assert len(page.message_ids) <= 2
                found += page.message_ids
                wanted = None if page.reached is None else evolve(wanted, below=page.reached)
                places += [] if page.reached is None else [page.reached]
            assert both.id == found[-1]
            assert len(set(found)) == len(found)
            assert sorted(set(places), key=lambda place: place.created_at, reverse=True) == places


def _sorted(messages: list[Message]) -> list[Message]:
    return sorted(messages, key=lambda one: (one.created_at, one.id), reverse=True)
