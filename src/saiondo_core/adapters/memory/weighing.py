"""How much memory a cached value takes, about."""

import sys
from collections.abc import Collection, Mapping
from typing import cast

from attrs import fields, has

_OVERHEAD = 200
"""What an entry takes beside its key and value: itself, its times, and its place in a dictionary (see benchmarks)."""


def octets_of(key: str, value: object) -> int:
    """The bytes of an entry: what *key* and *value* take, and what keeping them takes.

    Entities, tuples, lists and dictionaries are looked into. What several entries share is counted in each.
    """
    return _OVERHEAD + sys.getsizeof(key) + _octets(value)


def _octets(value: object) -> int:
    octets = sys.getsizeof(value)
    if value is None or isinstance(value, str | int | float):
        return octets
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value)
        return octets + sum(_octets(key) + _octets(item) for key, item in pairs.items())
    if isinstance(value, tuple | list | frozenset):
        return octets + sum(_octets(item) for item in cast("Collection[object]", value))
    kind = type(value)
    if has(kind):
        return octets + sum(_octets(cast("object", getattr(value, field.name))) for field in fields(kind))
    return octets
