"""What is kept in Redis under a key: a line about the value, and the value, as JSON."""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TypeVar, cast, get_args

from attrs import define, field

from saiondo_core.caching.model import Lifespan
from saiondo_core.wire import CannotTravelError, DecodeError, decode, encode

T = TypeVar("T")
_NOTHING = b"null"
_MILLISECOND = timedelta(milliseconds=1)
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00Z")
_NEVER = 2**60
HASH = b"hash"
"""The kind of hashes, which no class is called."""

RECENT, RECENT_OCTETS = 2_000, 2_048
"""How many records a process remembers, and how large one may be for that: 4 MiB at the most, and their values."""


@define(eq=False)
class Record:
    """A value with what decides whether it is told. Times are milliseconds since 1970.

    It is decoded once, for what can be kept cannot be changed.

    Attributes:
        until: Its end.
        refresh_at: From when on it is to be loaded anew, while it is still told.
        stale_until: Until when it is told where it cannot be loaded.
        kind: What it was kept as.
        generation: That of the namespace when it was kept.
        tags: The tags it bears, each as `name=version`: with another version, it was invalidated by it.
        body: The value, as JSON.
    """

    until: int
    refresh_at: int
    stale_until: int
    kind: bytes
    generation: bytes
    tags: tuple[bytes, ...]
    body: bytes
    _kind: object = field(default=None, init=False)
    _told: tuple[object] | None = field(default=None, init=False)

    def told_as(self, kind: type[T]) -> tuple[T | None] | None:
        """The value, if it was kept as *kind*, and by a version of us that knows that kind alike."""
        if self._kind != kind:
            self._told = None
            if self.kind == kind_name(kind):
                with suppress(DecodeError):
                    self._told = (_decoded(kind, self.body),)
            self._kind = kind
        return cast("tuple[T | None] | None", self._told)

    @property
    def versions(self) -> bytes:
        """Its generation and its tags, as Redis puts them together."""
        return b" ".join((self.generation, *self.tags))

    @property
    def borne(self) -> tuple[str, ...]:
        """The names of its tags."""
        return tuple(tag.partition(b"=")[0].decode() for tag in self.tags)


def line(lifespan: Lifespan, kind: bytes, now: int, *, is_nothing: bool) -> tuple[bytes, int]:
    """The beginning of a record's line, before the versions, and for how many milliseconds Redis is to keep it."""
    lasting = lifespan.missing_ttl if is_nothing else lifespan.ttl
    until = now + _milliseconds(lasting)
    refresh_after = lifespan.refresh_after
    refresh_at = until if refresh_after is None else min(until, now + _milliseconds(refresh_after))
    stale_until = until + _milliseconds(lifespan.stale_for)
    return b"%d %d %d %b" % (until, refresh_at, stale_until, kind), stale_until - now


def parsed(raw: bytes) -> Record | None:
    """The record that *raw* is; None where it is none of ours. What was read lately is not parsed again."""
    return _remembered(raw) if len(raw) <= RECENT_OCTETS else _parsed(raw)


def _parsed(raw: bytes) -> Record | None:
    head, _, body = raw.partition(b"\n")
    try:
        until, refresh_at, stale_until, kind, generation, *tags = head.split(b" ")
        return Record(int(until), int(refresh_at), int(stale_until), kind, generation, tuple(tags), body)
    except ValueError:
        return None


_remembered = lru_cache(RECENT)(_parsed)


def kind_name(kind: object) -> bytes:
    """What values kept as *kind* are marked with: a word."""
    name = _NAMES.get(kind)
    if name is None:
        if isinstance(kind, type) and not get_args(kind):
            name = f"{kind.__module__}.{kind.__qualname__}".encode()
        else:
            name = repr(kind).replace(" ", "").encode()
        _NAMES[kind] = name
    return name


_NAMES: dict[object, bytes] = {}


def body_of(value: object, kind: object) -> bytes | None:
    """*value* as JSON; None where it is of no kind that can be written, or holds secrets."""
    if value is None:
        return _NOTHING
    if kind is str:  # Any text is a text here, lone surrogates and NUL included.
        return json.dumps(value).encode()
    try:
        return encode(value)
    except CannotTravelError:
        return None


def _decoded(kind: type[T], body: bytes) -> T | None:
    if body == _NOTHING:
        return None
    if kind is str:
        return cast("T", json.loads(body))
    return decode(kind, body, stored=True, most=None)


def hash_of(record: Record) -> dict[str, str]:
    """The fields of *record*, a hash."""
    return cast("dict[str, str]", json.loads(record.body))


def hash_body(fields: Mapping[str, str]) -> bytes:
    """A hash as JSON."""
    return json.dumps(dict(fields)).encode()


def milliseconds(moment: datetime) -> int:
    """*moment* as milliseconds since 1970."""
    return (moment - _EPOCH) // _MILLISECOND


def _milliseconds(seconds: float) -> int:
    return round(min(seconds * 1000, _NEVER))
