"""The forms that replies have. Whoever says something else answers another question, or is no Redis.

Each function gives what a reply says, or reads replies so, and raises `InvalidResponse` where one says nothing of the
kind.
"""

from collections.abc import Callable
from typing import TypeAlias

from redis.exceptions import InvalidResponse

Word: TypeAlias = str | bytes | int
Reply: TypeAlias = "bytes | int | list[Reply] | None"


def anything(reply: Reply) -> Reply:
    """Whatever it is."""
    return reply


def number(reply: Reply) -> int:
    """A number."""
    if not isinstance(reply, int):
        raise InvalidResponse("no number")
    return reply


def text(reply: Reply) -> bytes:
    """A text."""
    if not isinstance(reply, bytes):
        raise InvalidResponse("no text")
    return reply


def exactly(expected: Reply) -> Callable[[Reply], None]:
    """Nothing but *expected*."""

    def read(reply: Reply) -> None:
        if reply != expected:
            raise InvalidResponse("nothing that was asked for")

    return read


def texts(count: int) -> Callable[[Reply], list[bytes | None]]:
    """So many texts, or nothing in the place of each."""

    def read(reply: Reply) -> list[bytes | None]:
        return [None if each is None else text(each) for each in _listed(reply, count)]

    return read


def numbers(count: int) -> Callable[[Reply], list[int]]:
    """So many numbers."""

    def read(reply: Reply) -> list[int]:
        return [number(each) for each in _listed(reply, count)]

    return read


def leases(count: int) -> Callable[[Reply], tuple[bytes, list[tuple[int, bytes | None]]]]:
    """What `BEGIN` gives: versions; and for so many keys whether the lease is ours, and what is kept."""

    def read(reply: Reply) -> tuple[bytes, list[tuple[int, bytes | None]]]:
        versions, *rest = _listed(reply, 1 + 2 * count)
        pairs = zip(rest[::2], rest[1::2], strict=True)
        return text(versions), [(number(is_ours), None if raw is None else text(raw)) for is_ours, raw in pairs]

    return read


def counted(reply: Reply) -> int | str:
    """What `COUNT` gives: a number as text, or the word for what is wrong."""
    said = text(reply)
    if said in {b"kind", b"range"}:
        return said.decode()
    try:
        return int(said)
    except ValueError:
        raise InvalidResponse("no counter") from None


def page(reply: Reply) -> tuple[bytes, list[bytes]]:
    """What `SCAN` gives: where to go on, and names."""
    cursor, names = _listed(reply, 2)
    if not text(cursor).isdigit() or not isinstance(names, list):
        raise InvalidResponse("no page")
    return text(cursor), [text(name) for name in names]


def _listed(reply: Reply, count: int) -> list[Reply]:
    if not isinstance(reply, list) or len(reply) != count:
        raise InvalidResponse("no list of that length")
    return reply
