"""Counting what was not read."""

import pytest

from saiondo_core.channels.model import Unread
from saiondo_core.errors import InvalidCursorError, InvalidInputError
from tests.channels.house import ANNA, BERT, CARL, House


async def test_what_others_said_since_is_unread(house: House) -> None:
    """Neither what was said before one joined counts, nor what one said or has read."""
    channel = await house.of(ANNA).create(name="lobby", type="public", members=[BERT])

    async def unread() -> list[int]:
        return [count.unread for who in (ANNA, BERT, CARL) for count in await house.of(who).unread()]

    for _ in range(3):
        await house.say(channel, ANNA)
    await house.of(CARL).join(channel_id=channel.id)
    assert [0, 3, 0] == await unread()
    await house.say(channel, ANNA)
    await house.of(BERT).mark_read(channel_id=channel.id, sequence=2)
    assert [0, 2, 1] == await unread()
    await house.say(channel, CARL)
    assert [1, 3, 0] == await unread()


async def test_every_channel_is_counted(house: House) -> None:
    """Those without anything unread are in the list too, the latest activity first, page after page."""
    channels = [await house.of(ANNA).create(name=name, members=[BERT]) for name in "abc"]
    await house.clock.advance(1)
    await house.say(channels[1], ANNA)

    whole = await house.unbound.unread(user_id=BERT)
    assert whole.next_cursor is None
    assert Unread(channel_id=channels[1].id, unread=1, last_sequence=1) == whole.items[0]
    assert {(channel.id, 0) for channel in channels[::2]} == {
        (count.channel_id, count.unread) for count in whole.items[1:]
    }
    first = await house.of(BERT).unread(limit=2)
    second = await house.of(BERT).unread(limit=2, cursor=first.next_cursor)
    assert whole.items == (*first, *second)
    assert second.next_cursor is None


async def test_bad_input_is_refused(house: House) -> None:
    """A cursor is one that the list gave, and a limit is 1 to 200."""
    for name in "ab":
        await house.of(ANNA).create(name=name)
    with pytest.raises(InvalidCursorError):
        await house.of(ANNA).unread(cursor=(await house.of(ANNA).list(limit=1)).next_cursor)
    with pytest.raises(InvalidInputError):
        await house.of(ANNA).unread(limit=0)
