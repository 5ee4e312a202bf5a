"""Pages and their opaque cursors."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from attrs import frozen

from saiondo_core.kernel.errors import InvalidCursorError, InvalidInputError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_DIGITS_MOST = 18


@frozen(kw_only=True)
class Page(Generic[T_co]):
    """Some of what was asked for, and the cursor that asks for what follows (None at the end)."""

    items: tuple[T_co, ...]
    next_cursor: str | None = None

    def __iter__(self) -> Iterator[T_co]:
        """Go through the items of this page."""
        return iter(self.items)

    def __len__(self) -> int:
        """How many items this page has."""
        return len(self.items)


def page_of(items: Sequence[T], *, limit: int, cursor: Callable[[T], str]) -> Page[T]:
    """The page that *items* fill, where one more than *limit* was fetched to learn whether more follow."""
    shown = tuple(items[:limit])
    return Page(items=shown, next_cursor=cursor(shown[-1]) if len(items) > limit else None)


def encode_cursor(kind: str, *parts: str) -> str:
    """An opaque cursor of *kind*, which `decode_cursor` reads."""
    return ".".join(urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in (kind, *parts))


def decode_cursor(cursor: str, kind: str, parts: int) -> tuple[str, ...]:
    """The *parts* of a cursor that `encode_cursor` made of *kind*.

    Raises:
        InvalidCursorError: It is no such cursor.
    """
    try:
        _, *rest = (urlsafe_b64decode(f"{part}==").decode() for part in cursor.split("."))
    except ValueError as error:
        raise InvalidCursorError from error
    if len(rest) != parts or encode_cursor(kind, *rest) != cursor:
        raise InvalidCursorError
    return tuple(rest)


def number_of(part: str) -> int:
    """The number in a part of a cursor.

    Raises:
        InvalidCursorError: There is none.
    """
    if not (part.isascii() and part.isdigit() and len(part) <= _DIGITS_MOST):
        raise InvalidCursorError
    return int(part)


def checked_limit(limit: int, *, most: int = 200) -> int:
    """*limit*, if a page may be that long.

    Raises:
        InvalidInputError: It is not between 1 and *most*.
    """
    if not 1 <= limit <= most:
        raise InvalidInputError(field="limit", expected=f"1 to {most}")
    return limit
