"""The pieces of which mirrors are made: how values of each type pass from a document to an entity and back."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import GenericAlias, NoneType
from typing import Annotated, NoReturn, TypeAlias, Union, cast

import msgspec
from attrs import frozen

from saiondo_core.wire.scalars import SAFE_INTEGER, check_json, read_bool, read_time, write_time

Function: TypeAlias = Callable[[object], object]


class UndecidedError(Exception):
    """The accelerator does not know; the authority does."""


@frozen(kw_only=True)
class Part:
    """How values of one type pass. In its expressions `{0}` is the value.

    Attributes:
        mirrored: The type that msgspec is to expect.
        build: Makes the entity's value from the mirror's.
        reflect: Makes the mirror's value from the entity's.
        text: What of the entity's value has to be text; None where nothing has.
        members: How many members, of all its objects together, the JSON of the mirror's value has.
    """

    mirrored: object
    build: str = "{0}"
    reflect: str = "{0}"
    text: str | None = None
    members: str = "0"


def optional(part: Part) -> Part:
    """How values pass that may be None."""

    def unless_none(otherwise: str, expression: str) -> str:
        return f"({otherwise} if {{0}} is None else {expression})"

    return Part(
        mirrored=Union[(part.mirrored, None)],  # noqa: UP007 - Computed.
        build=part.build if part.build == "{0}" else unless_none("None", part.build),
        reflect=part.reflect if part.reflect == "{0}" else unless_none("None", part.reflect),
        text=part.text and part.text.format(unless_none("''", "{0}")),
        members=part.members if part.members == "0" else unless_none("0", part.members),
    )


def several(part: Part) -> Part:
    """How tuples of such values pass.

    Raises:
        UndecidedError: Which texts are to be checked cannot be said in one expression.
    """
    if part.text not in {None, "{0}"}:
        raise UndecidedError

    def each(expression: str) -> str:
        return f"[{expression.format('each')} for each in {{0}}]"

    return Part(
        mirrored=GenericAlias(tuple, (part.mirrored, ...)),
        build=part.build if part.build == "{0}" else f"tuple({each(part.build)})",
        reflect=part.reflect if part.reflect == "{0}" else each(part.reflect),
        text=part.text and "*{0}",
        members=part.members if part.members == "0" else f"sum({each(part.members)})",
    )


def undecided(_: object) -> NoReturn:
    """Leave it to the authority."""
    raise UndecidedError


def _quick_time(value: datetime) -> str:
    """What `write_time` gives, through msgspec, which is four times as fast."""
    text: str = msgspec.to_builtins(value)
    # To the microsecond, where it is not the full second.
    if value.tzinfo is UTC and text[_MILLISECONDS:] == "000Z":
        return text[:_MILLISECONDS] + "Z"
    return write_time(value)


def _members_of(value: object) -> int:
    """How many members the objects in a JSON value have together."""
    if isinstance(value, dict):
        named = cast("dict[str, object]", value)
        return len(named) + sum(map(_members_of, named.values()))
    if isinstance(value, list):
        return sum(map(_members_of, cast("list[object]", value)))
    return 0


def _quick_json(value: Mapping[str, object]) -> msgspec.Raw:
    return msgspec.Raw(json.dumps(check_json(dict(value)), ensure_ascii=False, separators=(",", ":")).encode())


_MILLISECONDS = len("2026-01-31T12:00:00.000")

SCALARS: dict[type, Part] = {
    str: Part(mirrored=str, text="{0}"),
    int: Part(
        mirrored=Annotated[int, msgspec.Meta(ge=-SAFE_INTEGER, le=SAFE_INTEGER - 1)],
        reflect="({0} if type({0}) is int and -MOST <= {0} < MOST else undecided({0}))",
    ),
    bool: Part(mirrored=bool, reflect="read_bool({0})"),
    NoneType: Part(mirrored=None),
    datetime: Part(mirrored=str, build="read_time({0})", reflect="quick_time({0})"),
}
JSON = Part(
    mirrored=dict,
    build="({0} and check_json({0}))",
    reflect="({0} and quick_json({0}))",
    members="({0} and members_of({0}) or 0)",
)
NAMES: dict[str, object] = {
    "MOST": SAFE_INTEGER,
    "check_json": check_json,
    "join": "".join,
    "new": object.__new__,
    "members_of": _members_of,
    "quick_json": _quick_json,
    "quick_time": _quick_time,
    "read_bool": read_bool,
    "read_time": read_time,
    "undecided": undecided,
}
