"""Emoji, put to messages and taken back."""

import asyncio
from random import Random

import pytest
from attrs import evolve

from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.messages.errors import MessageDeletedError, TooManyReactionsError
from saiondo_core.messages.events import MessageSent, ReactionAdded, ReactionRemoved
from saiondo_core.messages.model import REACTIONS_MOST, MessageId, Reaction
from saiondo_core.testing.schedules import interleaved
from tests.messages.house import ANNA, BERT, CARL, TEAM, House


async def said(house: House) -> MessageId:
    """Have Anna say something."""
    return (await house.of(ANNA).send(channel_id=TEAM, content="hello")).id


async def test_reactions_are_put_and_taken(house: House) -> None:
    """Members see who put which, in order; taking back removes one's own; each is told of once."""
    message_id = await said(house)
    for user_id, emoji in ((BERT, "👍"), (CARL, "👍"), (BERT, "👍"), (BERT, ":party:")):
        await house.of(user_id).react(message_id=message_id, emoji=emoji)
    for _ in range(2):
        await house.of(BERT).unreact(message_id=message_id, emoji="👍")

    now = house.clock.now()
    assert (
        Reaction(message_id=message_id, user_id=CARL, emoji="👍", created_at=now),
        Reaction(message_id=message_id, user_id=BERT, emoji=":party:", created_at=now),
    ) == await house.of(ANNA).reactions(message_id)
    assert [MessageSent, *[ReactionAdded] * 3, ReactionRemoved] == await house.events()


async def test_at_most_20_of_one_user(house: House) -> None:
    """One user has at most 20 different emoji at one message, also when all are put at once; taking one makes room."""
    message_id = await said(house)
    slow = evolve(house, messages=interleaved(house.messages, Random(1))).of(BERT)
    puts = (slow.react(message_id=message_id, emoji=f"emoji{number}") for number in range(REACTIONS_MOST + 5))
    answers = await asyncio.gather(*puts, return_exceptions=True)
    put = await house.of(BERT).reactions(message_id)
    assert 5 == sum(isinstance(answer, TooManyReactionsError) for answer in answers)
    assert REACTIONS_MOST == len(put)

    await house.of(BERT).react(message_id=message_id, emoji=put[3].emoji)
    await house.of(CARL).react(message_id=message_id, emoji="👍")
    await house.of(BERT).unreact(message_id=message_id, emoji=put[3].emoji)
    await house.of(BERT).react(message_id=message_id, emoji="👍")
    with pytest.raises(TooManyReactionsError):
        await house.of(BERT).react(message_id=message_id, emoji="🎉")


@pytest.mark.parametrize("emoji", ["", " ", "👍 👍", "a" * 33, "\x00", "a\nb"])
async def test_an_emoji_is_one_word(house: House, emoji: str) -> None:
    """Blanks, control characters and more than 32 code points are refused, on putting and on taking."""
    message_id = await said(house)
    for call in (house.of(ANNA).react, house.of(ANNA).unreact):
        with pytest.raises(InvalidInputError) as refused:
            await call(message_id=message_id, emoji=emoji)
        assert "emoji" == refused.value.field


async def test_tombstones_take_no_reactions(house: House) -> None:
    """A reaction to a deleted message is refused; there is none to take back."""
    message_id = await said(house)
    await house.of(BERT).react(message_id=message_id, emoji="👍")
    await house.of(ANNA).delete(message_id=message_id)
    events = await house.events()
    with pytest.raises(MessageDeletedError):
        await house.of(BERT).react(message_id=message_id, emoji="🎉")

    await house.of(BERT).unreact(message_id=message_id, emoji="👍")
    assert () == await house.of(BERT).reactions(message_id)
    assert events == await house.events()
