"""Which types can travel: those that every codec and every store can carry without knowing the feature."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import ForwardRef, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

from attrs import fields, has

from saiondo_core.kernel.text import Json
from saiondo_core.realtime.frames import Frame

SCALARS = frozenset({str, int, float, bool, NoneType, None, datetime})

TERSE: frozenset[type] = frozenset({Frame})
"""The classes of whose documents nulls are left out."""


def obstacle(annotation: object, seen: frozenset[object] = frozenset()) -> str | None:  # noqa: PLR0911 - a table.
    """Name the part of *annotation* that cannot travel; None if all of it can.

    Attrs classes are looked into; *seen* are those that are being looked into already.
    """
    arguments = get_args(annotation)
    if isinstance(annotation, NewType):
        return obstacle(annotation.__supertype__, seen)
    if annotation in SCALARS or is_json(annotation) or isinstance(annotation, TypeVar):
        return None  # What a type variable stands for is judged where it is filled in.
    if is_union(annotation):
        wanted = optional_of(annotation)
        return f"{annotation}, a free union" if wanted is None else obstacle(wanted, seen)
    if get_origin(annotation) is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:  # noqa: PLR2004 - T and …
        return obstacle(arguments[0], seen)
    if get_origin(annotation) is frozenset:
        return obstacle(arguments[0], seen)
    if get_origin(annotation) is Mapping and arguments[0] is str:
        return obstacle(arguments[1], seen)
    origin = get_origin(annotation) or annotation
    if isinstance(origin, type) and issubclass(origin, StrEnum):
        return None
    if isinstance(origin, type) and has(origin):
        inside = [obstacle(argument, seen) for argument in arguments]
        return next(filter(None, inside), None) or (
            None if origin in seen else obstacle_in_fields(origin, seen | {origin})
        )
    return str(annotation)


def obstacle_in_fields(entity: type, seen: frozenset[object]) -> str | None:
    """Name the first field of *entity*, an attrs class, that cannot travel; None if all can."""
    if getattr(entity, "__setattr__", None) is object.__setattr__:
        return f"{entity.__name__}, which is not frozen"
    hints = get_type_hints(entity)
    for field in fields(entity):
        if found := obstacle(hints[field.name], seen):
            return f"{entity.__name__}.{field.name}: {found}"
    return None


def secrets_of(entity: type) -> tuple[str, ...]:
    """Name the fields of *entity*, an attrs class, that hold secrets: those it keeps out of its own `repr`."""
    return tuple(field.name for field in fields(entity) if field.repr is False)


def class_of(annotation: object) -> type[object] | None:
    """The class that *annotation* is, or is a special case of; None where it is none."""
    found: object = get_origin(annotation) or annotation
    return found if isinstance(found, type) else None


def is_union(annotation: object) -> bool:
    """Whether *annotation* is a union, with None or without."""
    return get_origin(annotation) in {Union, UnionType}


def optional_of(annotation: object) -> object | None:
    """The `T` of `T | None`; None where *annotation* is nothing of the kind."""
    wanted = [argument for argument in get_args(annotation) if argument is not NoneType]
    return wanted[0] if is_union(annotation) and len(wanted) == 1 else None


def is_json(annotation: object) -> bool:
    """Whether *annotation* is the alias `Json`, however far it was resolved."""
    if isinstance(annotation, ForwardRef):
        annotation = annotation.__forward_arg__
    if isinstance(annotation, str):
        return annotation in {Json, "Json"}
    return {list, dict} <= {get_origin(argument) for argument in get_args(annotation)}


def is_byte_stream(annotation: object) -> bool:
    """Whether *annotation* is `AsyncIterator[bytes]`, the one thing that may be too large to hold."""
    return get_origin(annotation) is AsyncIterator and get_args(annotation) == (bytes,)
