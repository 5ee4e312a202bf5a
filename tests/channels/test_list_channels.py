"""Listing channels."""

import pytest

from saiondo_core.errors import InvalidCursorError
from saiondo_core.kernel.paging import encode_cursor
from tests.channels.house import ANNA, BERT, Attempt, House, refused_field


async def several(house: House, *names: str) -> None:
    """Have public channels of Anna's, one a minute."""
    for name in names:
        await house.of(ANNA).create(name=name, type="public")
        await house.clock.advance(60)


async def test_one_lists_ones_own_or_the_public_ones(house: House) -> None:
    """Mine are those I am in, whatever their type; public are those that everybody may join."""
    await several(house, "lobby")
    await house.of(BERT).create(name="bert's")
    await house.of(BERT).create(name="us", type="direct", members=[ANNA])

    assert {"lobby", "us"} == {channel.name for channel in await house.of(ANNA).list()}
    assert ["lobby"] == [channel.name for channel in await house.of(BERT).list(which="public")]
    assert {"bert's", "us"} == {channel.name for channel in await house.unbound.list(user_id=BERT)}
    assert () == (await house.system.list()).items


async def test_the_latest_activity_comes_first(house: House) -> None:
    """A word brings a channel to the front."""
    await several(house, "one", "two", "three")
    channels = {channel.name: channel for channel in await house.of(ANNA).list()}
    assert ["three", "two", "one"] == list(channels)

    await house.say(channels["two"], ANNA)
    for which in ("mine", "public"):
        assert ["two", "three", "one"] == [channel.name for channel in await house.of(ANNA).list(which=which)]


async def test_pages_follow_each_other(house: House) -> None:
    """The pages of a list, one after the other, are the list; the last one has no cursor."""
    await several(house, *"abcdefg")
    for which in ("mine", "public"):
        for limit in (1, 2, 3, 7, 200):
            names = list[str]()
            cursor: str | None = None
            while True:
                page = await house.of(ANNA).list(which=which, cursor=cursor, limit=limit)
                names += [channel.name for channel in page]
                if page.next_cursor is None:
                    break
                cursor = page.next_cursor
            assert [*"gfedcba"] == names


async def test_a_cursor_belongs_to_its_list(house: House) -> None:
    """The cursor of another list, or what never was one, is refused."""
    await several(house, "one", "two")
    cursor = (await house.of(ANNA).list(limit=1)).next_cursor
    naive = encode_cursor("channels:public", "2026-01-01T00:00:00", "c1")
    undated = encode_cursor("channels:public", "yesterday", "c1")
    for wrong in (cursor, naive, undated, "", "x", "한"):
        with pytest.raises(InvalidCursorError):
            await house.of(ANNA).list(which="public", cursor=wrong)


REFUSED: list[tuple[str, Attempt]] = [
    ("which", lambda anna: anna.list(which="all")),
    ("limit", lambda anna: anna.list(limit=0)),
    ("limit", lambda anna: anna.list(limit=201)),
]


async def test_bad_input_is_refused(house: House) -> None:
    """There are two lists, and pages of 1 to 200."""
    expected = [field for field, _ in REFUSED]
    assert expected == [await refused_field(attempt(house.of(ANNA))) for _, attempt in REFUSED]
