"""Looking through the users."""

import pytest

from saiondo_core.kernel.errors import InvalidCursorError, InvalidInputError, TextLengthError
from saiondo_core.kernel.paging import encode_cursor
from saiondo_core.kernel.refusals import MissingActorError
from tests.auth.house import House

NAMES = ("anna", "Bert", "carl", "Dora", "eve", "김안나")


@pytest.fixture
async def house() -> House:
    """A house in which some people are mirrored."""
    house = House()
    for name in NAMES[::-1]:
        await house.system.ensure(id=name, username=name, email=f"{name}@example.org", display_name=f"{name} X")
    return house


@pytest.mark.parametrize("limit", [1, 2, 5, 6, 200])
async def test_pages_hold_everybody_once_by_name(house: House, limit: int) -> None:
    """Whatever the length of a page, following the cursors shows everybody, in order, and ends."""
    shown: list[str] = []
    cursor = None
    for _ in range(-(-len(NAMES) // limit)):
        page = await house.of("eve").list(limit=limit, cursor=cursor)
        shown += [user.username for user in page]
        cursor = page.next_cursor

    assert list(NAMES) == shown
    assert cursor is None


async def test_addresses_are_hidden_as_everywhere(house: House) -> None:
    """One sees one's own address only, the system sees all."""
    assert ["eve@example.org"] == [user.email for user in await house.of("eve").list() if user.email]
    assert len(NAMES) == len([user for user in await house.system.list() if user.email])


async def test_text_is_found_in_both_names(house: House) -> None:
    """In any case, at any place, trimmed; not in what is not shown."""
    assert ["anna"] == [user.username for user in await house.of("eve").list(text=" ANN ")]
    assert ["김안나"] == [user.username for user in await house.of("eve").list(text="안나")]
    assert len(NAMES) == len(await house.of("eve").list(text="x"))
    assert 0 == len(await house.of("eve").list(text="example.org"))


async def test_the_deleted_are_not_listed(house: House) -> None:
    """A deleted user is found under no name."""
    await house.of("anna").delete()

    assert list(NAMES[1:]) == [user.username for user in await house.of("eve").list()]
    assert 0 == len(await house.of("eve").list(text="deleted"))


async def test_what_is_not_valid_is_refused(house: House) -> None:
    """Too long a text, a limit out of bounds, and a cursor of another list."""
    listing = house.of("eve").list
    assert 0 == len(await listing(text="y" * 50))
    with pytest.raises(TextLengthError):
        await listing(text="y" * 51)
    for limit in (0, 201):
        with pytest.raises(InvalidInputError):
            await listing(limit=limit)
    for cursor in ("", "?", encode_cursor("members", "anna"), encode_cursor("users", "anna", "x")):
        with pytest.raises(InvalidCursorError):
            await listing(cursor=cursor)
    with pytest.raises(MissingActorError):
        await house.unbound.list()
