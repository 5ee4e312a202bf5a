"""Pages, and cursors that nobody can make up."""

import string

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from saiondo_core.kernel.errors import InvalidCursorError, InvalidInputError
from saiondo_core.kernel.paging import Page, checked_limit, decode_cursor, encode_cursor, number_of, page_of

some_parts = st.lists(st.text(max_size=8), max_size=4)


@given(kind=st.text(max_size=8), parts=some_parts)
@example(kind="members", parts=["a\x1fb", "", "c.d", "한", "\x00"])
def test_a_cursor_reads_back(kind: str, parts: list[str]) -> None:
    """Whatever its parts are made of, empty ones and would-be separators included, a cursor gives exactly them."""
    assert tuple(parts) == decode_cursor(encode_cursor(kind, *parts), kind, len(parts))


@given(one=some_parts, other=some_parts)
@example(one=["a", "b"], other=["a\x1fb"])
@example(one=["", ""], other=[""])
def test_no_two_cursors_are_the_same(one: list[str], other: list[str]) -> None:
    """Different parts make different cursors."""
    assume(one != other)

    assert encode_cursor("k", *one) != encode_cursor("k", *other)


@given(parts=some_parts)
def test_a_cursor_is_safe_in_an_address(parts: list[str]) -> None:
    """It holds only characters that need no escaping in a URL (RFC 3986, 2.3)."""
    assert set(encode_cursor("k", *parts)) <= {*string.ascii_letters, *string.digits, *"-_."}


@pytest.mark.parametrize(("kind", "parts"), [("history", 2), ("members", 1), ("members", 3), ("", 2), ("members", 0)])
def test_a_cursor_is_of_one_operation(kind: str, parts: int) -> None:
    """Another operation's cursor, or one of another shape, is refused."""
    with pytest.raises(InvalidCursorError):
        decode_cursor(encode_cursor("members", "anna", "7"), kind, parts)


@given(cursor=st.text() | st.text(alphabet=string.ascii_letters + string.digits + "-_.=+/\n"), parts=st.integers(0, 3))
@example(cursor="", parts=0)
@example(cursor="\ud800", parts=0)
@example(cursor="_w", parts=0)
def test_a_made_up_cursor_is_refused(cursor: str, parts: int) -> None:
    """Any text is refused as an invalid cursor, and as nothing else, unless it is the very one that was given."""
    try:
        found = decode_cursor(cursor, "members", parts)
    except InvalidCursorError:
        return
    assert cursor == encode_cursor("members", *found)


@pytest.mark.parametrize(
    "spelling", ["{}=", "{}==", "{}\n", " {}", "{}.", ".{}", "{}*", "bWVtYmVycw.YR", "bWVtYmVycw==.YQ"]
)
def test_a_cursor_has_one_spelling(spelling: str) -> None:
    """What base64 decoders let pass (padding, noise, stray bits) is not the cursor that was given, and is refused."""
    cursor = encode_cursor("members", "a")
    assert "bWVtYmVycw.YQ" == cursor
    with pytest.raises(InvalidCursorError):
        decode_cursor(spelling.format(cursor), "members", 1)


def test_a_number_reads_back() -> None:
    """Numbers in a cursor are the plain ones that were put there."""
    assert [0, 7, 10**17] == [number_of(part) for part in ("0", "7", str(10**17))]


@pytest.mark.parametrize("part", ["", "-1", "+1", "1.0", " 1", "1_000", "٣", "²", "0x1", "9" * 19, "9" * 100_000])
def test_what_is_no_number_is_no_cursor(part: str) -> None:
    """Signs, other digits, and numbers larger than any store's are refused, not converted."""
    with pytest.raises(InvalidCursorError):
        number_of(part)


@given(count=st.integers(0, 12), limit=st.integers(1, 10))
def test_pages_hold_everything_once(count: int, limit: int) -> None:
    """Going from cursor to cursor gives each item once, in order, in pages of at most the limit, none of them empty."""
    seen: list[int] = []
    page = page_of(range(min(count, limit + 1)), limit=limit, cursor=str)
    while True:
        seen += page
        assert len(page) <= limit
        if page.next_cursor is None:
            break
        after = int(page.next_cursor) + 1
        page = page_of(range(after, min(count, after + limit + 1)), limit=limit, cursor=str)
        assert len(page) > 0

    assert list(range(count)) == seen


def test_a_page_is_gone_through_like_its_items() -> None:
    """A page is iterable, and as long as what it shows."""
    page = Page(items=("a", "b"), next_cursor="c")

    assert ["a", "b"] == list(page)
    assert 2 == len(page)


@pytest.mark.parametrize("limit", [1, 50, 200])
def test_a_limit_may_be_as_large_as_a_page(limit: int) -> None:
    """One to two hundred is a page, unless an operation says otherwise."""
    assert limit == checked_limit(limit)
    assert 1000 == checked_limit(1000, most=1000)


@pytest.mark.parametrize("limit", [0, -1, 201, 10**9])
def test_another_limit_is_refused(limit: int) -> None:
    """Nothing, less than nothing and too much are the caller's mistake, not silently mended."""
    with pytest.raises(InvalidInputError) as caught:
        checked_limit(limit)

    assert ("limit", "1 to 200") == (caught.value.field, caught.value.expected)
