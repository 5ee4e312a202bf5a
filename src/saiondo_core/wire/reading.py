"""Plain values to entities, strictly: cattrs, with a hook of ours at every boundary where it would coerce."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import TypeAlias, TypeVar, cast, get_args

from attrs import has
from cattrs import BaseValidationError, Converter, ForbiddenExtraKeysError, StructureHandlerNotFoundError
from cattrs.errors import AttributeValidationNote
from cattrs.gen import make_dict_structure_fn

from saiondo_core.kernel.errors import SaiondoError
from saiondo_core.kernel.events import Event
from saiondo_core.realtime.notes import Note
from saiondo_core.wire.errors import CannotTravelError, DecodeError
from saiondo_core.wire.families import BRANCH, TAGS, branch_of, named, remembered, root_of
from saiondo_core.wire.scalars import (
    RefusedError,
    check_json,
    read_bool,
    read_integer,
    read_none,
    read_number,
    read_text,
    read_time,
)
from saiondo_core.wire.travelling import class_of, is_json, obstacle

Hook: TypeAlias = Callable[[object, object], object]
"""What cattrs calls to structure: given a value and the type to make of it."""

T = TypeVar("T")

_CHECKED: set[object] = set()
_NAME_MOST = 64
_REFUSED = (BaseValidationError, RefusedError)
_SCALARS: dict[type, Callable[[object], object]] = {
    str: read_text,
    int: read_integer,
    float: read_number,
    bool: read_bool,
    type(None): read_none,
    datetime: read_time,
}


@cache
def reader(*, stored: bool) -> Converter:
    """The converter that takes nothing but what is expected; where *stored*, it ignores unknown fields."""
    made = Converter(forbid_extra_keys=not stored, detailed_validation=True)
    for scalar, read_scalar in _SCALARS.items():
        made.register_structure_hook(scalar, _of_any_kind(read_scalar))
    # The hook of str would catch these too.
    made.register_structure_hook(StrEnum, _read_member)
    # What is registered later is asked first.
    made.register_structure_hook_factory(is_entity, _entity_hook)
    made.register_structure_hook_factory(lambda kind: is_a(kind, Event, Note), _tagged_hook)
    made.register_structure_hook_factory(lambda kind: is_a(kind, SaiondoError), _error_hook)
    made.register_structure_hook_factory(lambda kind: is_a(kind, tuple), _tuple_hook)
    made.register_structure_hook_factory(lambda kind: is_a(kind, frozenset), _set_hook)
    made.register_structure_hook_factory(lambda kind: is_a(kind, Mapping), _mapping_hook)
    made.register_structure_hook_func(is_json, _of_any_kind(check_json))
    return made


def read(kind: type[T], value: object, *, stored: bool) -> T:
    """The *kind* that *value*, made of lists, dictionaries and scalars, stands for.

    Raises:
        DecodeError: It stands for none.
        CannotTravelError: No *kind* can travel.
    """
    check_kind(kind)
    try:
        return reader(stored=stored).structure(value, kind)
    except _REFUSED as error:
        refused = _told(error)
    except StructureHandlerNotFoundError:
        raise CannotTravelError(
            field=str(kind), expected="generic classes with their types, as Page[Message]"
        ) from None
    # Raised out here: cattrs' errors hold what came in, and are not to travel along as the context.
    raise DecodeError(field=f"${refused.at}", expected=refused.expected)


def check_kind(kind: object) -> None:
    """Make sure that *kind* can travel.

    Raises:
        CannotTravelError: Part of it cannot.
    """
    if kind in _CHECKED:
        return
    if found := obstacle(kind):
        raise CannotTravelError(field=found, expected="types that can travel; CONTRIBUTING.md lists them")
    _CHECKED.add(kind)


def is_a(kind: object, *wanted: type) -> bool:
    """Whether *kind* is one of *wanted*, a special case or a subclass of it."""
    origin = class_of(kind)
    return origin is not None and issubclass(origin, wanted)


def is_entity(kind: object) -> bool:
    """Whether *kind* is an attrs class, or a special case of one."""
    origin = class_of(kind)
    return origin is not None and has(origin)


def _of_any_kind(read_scalar: Callable[[object], object]) -> Hook:
    return lambda value, _: read_scalar(value)


def _entity_hook(kind: type, made: Converter) -> Hook:
    inner = _fields_of(kind, made)
    return lambda value, _: inner(_object(value), kind)


def _tagged_hook(wanted: type[object], made: Converter) -> Hook:
    inner = remembered(lambda found: _fields_of(found, made))
    tag = TAGS[root_of(wanted)]

    def read_tagged(value: object, _: object) -> object:
        rest = dict(_object(value))
        found = named(wanted, rest.pop(tag, None))
        if found is None:
            raise RefusedError(f"the {tag} of a kind of {wanted.__name__}", at=f".{tag}")
        return inner(found)(rest, found)

    return read_tagged


def _error_hook(wanted: type, made: Converter) -> Hook:
    exactly = remembered(lambda found: _fields_of(found, made))
    # A class that is not known has fields that its branch has not.
    roughly = remembered(lambda found: _fields_of(found, reader(stored=True)))
    tag = TAGS[SaiondoError]

    def read_error(value: object, _: object) -> object:
        rest = dict(_object(value))
        known, nearest = (named(SaiondoError, rest.pop(name, None)) for name in (tag, BRANCH))
        found = known or branch_of(nearest or SaiondoError)
        if not issubclass(found, wanted):
            raise RefusedError(f"the {tag} of a kind of {wanted.__name__}", at=f".{tag}")
        return (exactly if known else roughly)(found)(rest, found)

    return read_error


def _fields_of(kind: type, made: Converter) -> Hook:
    return cast("Hook", make_dict_structure_fn(kind, made))


def _read_member(value: object, kind: type[StrEnum]) -> StrEnum:
    members = {member.value: member for member in kind}
    if type(value) is not str or value not in members:
        raise RefusedError("one of " + ", ".join(members))
    return members[value]


def _tuple_hook(kind: object, made: Converter) -> Hook:
    (item, _) = get_args(kind)
    return lambda value, _: tuple(_items(enumerate(_array(value)), item, made, "[{}]".format))


def _set_hook(kind: object, made: Converter) -> Hook:
    (item,) = get_args(kind)

    def read_set(value: object, _: object) -> object:
        items = list(_items(enumerate(_array(value)), item, made, "[{}]".format))
        if len(found := frozenset(items)) != len(items):
            raise RefusedError("an array that names nothing twice")
        return found

    return read_set


def _mapping_hook(kind: object, made: Converter) -> Hook:
    (_, item) = get_args(kind)

    def read_mapping(value: object, _: object) -> object:
        if is_json(item):
            return check_json(_object(value))
        pairs = _object(value)
        names = _items(((name, name) for name in pairs), str, made, _member)
        return dict(zip(names, _items(pairs.items(), item, made, _member), strict=True))

    return read_mapping


def _items(
    numbered: Iterable[tuple[T, object]], kind: object, made: Converter, step: Callable[[T], str]
) -> Iterable[object]:
    """Structure item after item, up to the first that is refused: a stranger does not get an error for each."""
    hook = cast("Hook", made.get_structure_hook(kind))
    for place, item in numbered:
        try:
            yield hook(item, kind)
        except _REFUSED as error:
            told = _told(error)
            raise RefusedError(told.expected, at=step(place) + told.at) from None


def _object(value: object) -> dict[str, object]:
    if type(value) is not dict:
        raise RefusedError("an object")
    return cast("dict[str, object]", value)


def _array(value: object) -> list[object]:
    if type(value) is not list:
        raise RefusedError("an array")
    return cast("list[object]", value)


def _told(error: Exception, at: str = "") -> RefusedError:
    """The first thing that is wrong, and its place."""
    if isinstance(error, BaseValidationError):
        first = error.exceptions[0]
        notes = cast("list[str]", getattr(first, "__notes__", []))
        return _told(
            first, at + "".join(_member(note.name) for note in notes if isinstance(note, AttributeValidationNote))
        )
    if isinstance(error, RefusedError):
        return RefusedError(error.expected, at=at + error.at)
    if isinstance(error, ForbiddenExtraKeysError):
        return RefusedError("no such field", at=at + _member(min(map(str, error.extra_fields))))
    if isinstance(error, KeyError):
        return RefusedError("a value, which is missing", at=at)
    raise error  # A defect of this package, not of the document.


def _member(name: str) -> str:
    """A step of a path; what a stranger named is cut short, and quoted unless it is a plain word."""
    plain = name.isascii() and name.isidentifier() and len(name) <= _NAME_MOST
    return f".{name}" if plain else f"[{str(name)[:_NAME_MOST]!a}]"
