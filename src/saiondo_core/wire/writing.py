"""Entities to plain values, in the one form in which `reading` takes them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import TypeAlias, TypeVar, cast, get_args

from cattrs import Converter
from cattrs.gen import make_dict_unstructure_fn

from saiondo_core.kernel.errors import SaiondoError
from saiondo_core.wire.errors import CannotTravelError
from saiondo_core.wire.families import BRANCH, TAGS, branch_of, is_told, remembered, root_of, tag_of
from saiondo_core.wire.reading import is_a, is_entity
from saiondo_core.wire.scalars import (
    RefusedError,
    check_float,
    check_json,
    read_bool,
    read_integer,
    read_none,
    write_member,
    write_text,
    write_time,
)
from saiondo_core.wire.travelling import TERSE, class_of, is_json, secrets_of

Hook: TypeAlias = Callable[[object], object]
"""What cattrs calls to unstructure."""

_SCALARS: dict[type, Callable[..., object]] = {
    str: write_text,
    StrEnum: write_member,  # The hook of str would catch these too.
    int: read_integer,
    float: check_float,
    bool: read_bool,
    type(None): read_none,
    datetime: write_time,
}


@cache
def writer(*, secrets: bool) -> Converter:
    """The converter that writes what can be read again, and secrets only where it is told to."""
    made = Converter()
    entity_hook = _entity_hook if secrets else _guarded_hook
    for scalar, write_scalar in _SCALARS.items():
        made.register_unstructure_hook(scalar, write_scalar)
    # What is registered later is asked first.
    made.register_unstructure_hook_factory(is_entity, entity_hook)
    made.register_unstructure_hook_factory(lambda kind: is_a(kind, *TAGS), _tagged_hook)
    made.register_unstructure_hook_factory(lambda kind: is_a(kind, tuple), _items_hook)
    made.register_unstructure_hook_factory(lambda kind: is_a(kind, frozenset), _set_hook)
    made.register_unstructure_hook_factory(lambda kind: is_a(kind, Mapping), _mapping_hook)
    made.register_unstructure_hook_func(is_json, check_json)
    return made


def write(value: object, *, secrets: bool) -> object:
    """What *value* is written as, in lists, dictionaries and scalars.

    Raises:
        CannotTravelError: Part of it cannot, or not without *secrets*.
    """
    try:
        return writer(secrets=secrets).unstructure(value)
    except RefusedError as error:
        raise CannotTravelError(field=f"a {type(value).__name__} with such a value", expected=error.expected) from None


def _entity_hook(kind: type, made: Converter) -> Hook:
    exact = class_of(kind) or kind
    inner = cast("Hook", make_dict_unstructure_fn(kind, made))

    def write_entity(value: object) -> object:
        if type(value) is not exact:
            raise RefusedError(f"a {exact.__name__}, and no {type(value).__name__}: what that has more would be lost")
        return inner(value)

    def write_tersely(value: object) -> object:
        return {name: item for name, item in cast("dict[str, object]", write_entity(value)).items() if item is not None}

    return write_tersely if exact in TERSE else write_entity


def _guarded_hook(kind: type, made: Converter) -> Hook:
    hook = _entity_hook(kind, made)
    secrets = ", ".join(secrets_of(class_of(kind) or kind))

    def refuse(value: object) -> object:
        raise CannotTravelError(
            field=f"{type(value).__name__} ({secrets})", expected="secrets=True, where it is meant to be told"
        )

    return refuse if secrets else hook


def _tagged_hook(member: type, made: Converter) -> Hook:
    inner = remembered(lambda kind: _fields_of(kind, made))
    tag = TAGS[root_of(member)]

    def write_tagged(value: object) -> object:
        kind = type(value)
        branch = {BRANCH: branch_of(kind).code} if issubclass(kind, SaiondoError) else {}
        return {tag: tag_of(kind), **branch, **inner(kind)(value)}

    return write_tagged


def _fields_of(kind: type, made: Converter) -> Callable[[object], dict[str, object]]:
    if not is_told(kind):
        raise RefusedError("a class whose tag is its own, and no other class's")
    return cast("Callable[[object], dict[str, object]]", make_dict_unstructure_fn(kind, made))


def _items_hook(kind: object, made: Converter) -> Hook:
    inner = _hook_of(get_args(kind)[:1], made)
    return lambda items: [inner(item) for item in cast("tuple[object, ...]", items)]


def _set_hook(kind: object, made: Converter) -> Hook:
    inner = _hook_of(get_args(kind)[:1], made)
    # In one order, so that equal sets are equal texts.
    return lambda items: sorted([inner(item) for item in cast("frozenset[object]", items)], key=repr)


def _mapping_hook(kind: object, made: Converter) -> Hook:
    item = get_args(kind)[1]
    inner = _hook_of((item,), made)

    def write_mapping(pairs: object) -> object:
        named = dict(cast("Mapping[str, object]", pairs))
        if is_json(item):
            return check_json(named)
        return {write_text(name): inner(item) for name, item in named.items()}

    return write_mapping


def _hook_of(item: tuple[object, ...], made: Converter) -> Hook:
    """The hook for items of that type; where it is left open, each item's own class decides."""
    if not item or isinstance(item[0], TypeVar):
        return made.unstructure
    return cast("Hook", made.get_unstructure_hook(item[0]))
