"""The values that documents are made of: which are taken, and in which one form they are written."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import cast

from saiondo_core.kernel.text import METADATA_DEPTH, METADATA_OCTETS, Json, canonical

SAFE_INTEGER = 2**63
"""Integers stay below it, and are not below its negative: 64 bits, as databases and other languages have them."""

_EXACT_FLOAT = 2**53
_TIME = re.compile(r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z", re.ASCII).fullmatch
_from_iso = datetime.fromisoformat
_UNSAFE = re.compile("[\x00\ud800-\udfff]")


class RefusedError(Exception):
    """A value, or what lies *at* some path inside it, is not what was *expected*. It never leaves this package."""

    def __init__(self, expected: str, *, at: str = "") -> None:
        super().__init__(expected, at)
        self.expected = expected
        self.at = at


def read_text(value: object) -> str:
    """*value*, if it is text."""
    if type(value) is not str:
        raise RefusedError("text")
    if _UNSAFE.search(value):
        raise RefusedError("text without NUL and lone surrogates")
    return value


def write_text(value: object) -> str:
    """*value* as plain text, if it is text that can be read again."""
    if not isinstance(value, str):
        raise RefusedError("text")
    return read_text(str.__str__(value))


def write_member(value: object) -> str:
    """The text of a member of a closed set."""
    if not isinstance(value, StrEnum):
        raise RefusedError("a member of a StrEnum")
    return value.value


def read_integer(value: object) -> int:
    """*value*, if it is an integer of 64 bits; a bool is none."""
    if type(value) is not int or not -SAFE_INTEGER <= value < SAFE_INTEGER:
        raise RefusedError("an integer of at most 64 bits")
    return value


def read_number(value: object) -> float:
    """*value* as a float, if it is a finite number. JSON writes 5.0 as 5, so integers that floats hold exactly fit."""
    if type(value) is int and abs(value) <= _EXACT_FLOAT:
        return float(value)
    return check_float(value)


def check_float(value: object) -> float:
    """*value*, if it is a finite float."""
    if type(value) is not float or value - value != 0:
        raise RefusedError("a finite number")
    return value


def read_bool(value: object) -> bool:
    """*value*, if it is true or false."""
    if type(value) is not bool:
        raise RefusedError("true or false")
    return value


def read_none(value: object) -> None:
    """Nothing, if *value* is null."""
    if value is not None:
        raise RefusedError("null")


def read_time(value: object) -> datetime:
    """The time that *value* tells, if it is text in the one form that `write_time` gives."""
    if type(value) is str and _TIME(value):
        try:
            return _from_iso(value)
        except ValueError:
            pass  # 30 February has the form, too.
    raise RefusedError("a time in UTC with milliseconds, such as 2026-01-31T12:00:00.000Z")


def write_time(value: object) -> str:
    """*value* as RFC 3339 has it, in UTC, with milliseconds and `Z`, if nothing is lost by that."""
    if not isinstance(value, datetime) or value.utcoffset() != timedelta() or value.microsecond % 1000:
        raise RefusedError("a time in UTC, in whole milliseconds")
    return f"{value.astimezone(UTC).isoformat('T', 'milliseconds')[:-6]}Z"


def check_json(value: object) -> Json:
    """*value*, if it is JSON within the bounds of `Json`."""
    if not _is_json(value, METADATA_DEPTH) or len(canonical(cast("Json", value)).encode()) > METADATA_OCTETS:
        raise RefusedError(
            f"JSON of at most {METADATA_OCTETS} bytes, {METADATA_DEPTH} deep, "
            "with text keys, 64-bit integers, finite numbers, no NUL and no lone surrogate"
        )
    return cast("Json", value)


def _is_json(value: object, depth: int) -> bool:  # noqa: PLR0911 - a table.
    if value is None or type(value) is bool:
        return True
    if type(value) is str:
        return not _UNSAFE.search(value)
    if type(value) is int:
        return -SAFE_INTEGER <= value < SAFE_INTEGER
    if type(value) is float:
        return value - value == 0  # neither infinite nor NaN
    if depth > 0 and type(value) is list:
        return all(_is_json(item, depth - 1) for item in cast("Sequence[object]", value))
    if depth > 0 and type(value) is dict:
        pairs = cast("Mapping[object, object]", value)
        return all(type(key) is str and not _UNSAFE.search(key) for key in pairs) and all(
            _is_json(item, depth - 1) for item in pairs.values()
        )
    return False
