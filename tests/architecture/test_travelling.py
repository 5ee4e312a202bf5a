"""The rule about what can travel, tried on types that can and on types that cannot."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, NewType, TypeVar

import pytest
from attrs import define, frozen

from saiondo_core.kernel.text import Json
from saiondo_core.wire.travelling import obstacle

Item = TypeVar("Item")
Name = NewType("Name", str)


class Colour(StrEnum):
    """A closed set of names."""

    RED = "red"


@frozen
class Thing:
    """What may travel, all of it, and more of its kind inside."""

    name: Name
    seen: datetime | None
    colours: frozenset[Colour]
    parts: tuple["Thing", ...]
    metadata: Mapping[str, Json]


@frozen
class Several(Generic[Item]):
    """Several of a kind."""

    items: tuple[Item, ...]


@frozen
class Hook:
    """What cannot travel, for one field."""

    call: Callable[[], None]


@define
class Mutable:
    """What cannot travel, for it may change on the way."""

    name: str


@pytest.mark.parametrize(
    "kind", [int, None, Name, Colour, Thing, Several[Thing], Thing | None, Mapping[str, Thing]], ids=str
)
def test_these_can_travel(kind: object) -> None:
    """Scalars, names, closed sets, frozen classes of them, and tuples, sets and mappings of those."""
    assert obstacle(kind) is None


@pytest.mark.parametrize(
    "kind",
    [
        object,
        Any,
        bytes,
        int | str,
        int | str | None,
        list[int],
        dict[str, int],
        tuple[int, str],
        Mapping[int, str],
        Callable[[], None],
        Mutable,
        Hook,
        Several[Hook],
        tuple[Hook, ...],
        Thing | Hook,
    ],
    ids=str,
)
def test_these_cannot(kind: object) -> None:
    """Free unions, bare containers, callables, mutable classes, and whatever has one of them anywhere inside."""
    assert obstacle(kind) is not None
