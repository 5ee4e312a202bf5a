"""Listing who is in a channel."""

import pytest

from saiondo_core.channels.errors import ChannelNotFoundError, NotAMemberError
from saiondo_core.channels.model import ChannelRole
from saiondo_core.errors import InvalidCursorError, InvalidInputError
from saiondo_core.testing.schedules import at_every_moment
from tests.channels.house import ANNA, BERT, CARL, DORA, EVE, PEOPLE, House


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


async def test_who_is_removed_meanwhile_sees_nobody_who_came_later() -> None:
    """Removed at any moment of a reading, they are refused, or see who was there before."""

    async def scenario(moment: int) -> bool:
        house = House()
        await house.move_in(*PEOPLE)
        channel = await house.of(ANNA).create(name="team", members=[BERT])
        anna = house.of(ANNA)

        async def remove_and_go_on() -> None:
            await anna.remove_member(channel_id=channel.id, user_id=BERT)
            await house.assign(channel.id, CARL, ChannelRole.MEMBER)

        with house.interrupted(moment, remove_and_go_on) as interruption:
            reading = house.of(BERT).members(channel_id=channel.id)
            if moment < 3:  # The judgement is the second call: its moments are 2 and 3.
                with pytest.raises(ChannelNotFoundError):
                    await reading
            else:
                assert [ANNA, BERT] == [member.user_id for member in await reading]
        return interruption.happened

    assert 4 == await at_every_moment(scenario)


async def test_bad_input_is_refused(house: House) -> None:
    """A cursor is one that the list gave, and a limit is 1 to 200."""
    channel = await house.of(ANNA).create(name="team")
    await house.of(ANNA).create(name="other")
    with pytest.raises(InvalidCursorError):
        await house.of(ANNA).members(channel_id=channel.id, cursor=(await house.of(ANNA).list(limit=1)).next_cursor)
    with pytest.raises(InvalidInputError):
        await house.of(ANNA).members(channel_id=channel.id, limit=201)
