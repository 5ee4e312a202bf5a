"""Listing who is in a channel."""

import pytest

from saiondo_core.channels.errors import ChannelNotFoundError, NotAMemberError
from saiondo_core.errors import InvalidCursorError, InvalidInputError
from tests.channels.house import ANNA, BERT, CARL, DORA, EVE, House


async def test_members_see_each_other(house: House) -> None:
    """The list goes by user id, page after page, and ends without a cursor."""
    channel = await house.of(ANNA).create(name="team", members=[EVE, DORA, BERT])
    for limit in (1, 2, 3, 4):
        found = list[str]()
        cursor: str | None = None
        while True:
            page = await house.of(BERT).members(channel_id=channel.id, cursor=cursor, limit=limit)
            found += [member.user_id for member in page]
            if page.next_cursor is None:
                break
            cursor = page.next_cursor
        assert [ANNA, BERT, DORA, EVE] == found
    assert 4 == len(await house.system.members(channel_id=channel.id))


async def test_others_do_not(house: House) -> None:
    """Who is in a public channel, only its members see; a private one does not exist for others."""
    public = await house.of(ANNA).create(name="lobby", type="public")
    private = await house.of(ANNA).create(name="team")
    with pytest.raises(NotAMemberError):
        await house.of(CARL).members(channel_id=public.id)
    with pytest.raises(ChannelNotFoundError):
        await house.of(CARL).members(channel_id=private.id)


async def test_bad_input_is_refused(house: House) -> None:
    """A cursor is one that the list gave, and a limit is 1 to 200."""
    channel = await house.of(ANNA).create(name="team")
    await house.of(ANNA).create(name="other")
    with pytest.raises(InvalidCursorError):
        await house.of(ANNA).members(channel_id=channel.id, cursor=(await house.of(ANNA).list(limit=1)).next_cursor)
    with pytest.raises(InvalidInputError):
        await house.of(ANNA).members(channel_id=channel.id, limit=201)
