"""What the memory stores of channels and messages held at one moment, and the way back to it."""

from copy import deepcopy
from typing import TypeAlias

from attrs import fields

from saiondo_core.adapters.memory.rooms import Rooms

Past: TypeAlias = list[dict[str, object]]
"""What stores held at one moment."""


def past_of(rooms: Rooms) -> Past:
    """What they hold now."""
    return deepcopy([{name: getattr(kept, name) for name in names} for kept, names in _kept(rooms)])


def set_back(rooms: Rooms, past: Past) -> None:
    """Let them hold what they held then, under the same epoch; whoever reads them notices nothing."""
    for (kept, names), then in zip(_kept(rooms), deepcopy(past), strict=True):
        for name in names:
            setattr(kept, name, then[name])


def _kept(rooms: Rooms) -> tuple[tuple[object, tuple[str, ...]], ...]:
    names = tuple(each.name for each in fields(Rooms) if each.name != "log")
    return (rooms, names), (rooms.log, ("_partitions", "_streams", "_positions"))
