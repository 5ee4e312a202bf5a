"""Mirror structs: for each entity a msgspec struct of its fields, and generated code from the one to the other.

A mirror knows documents of exactly the entity's own form, with every field and no other. What else may be said of a
document, or of an entity, is left to the authority: `UndecidedError`.
"""

from collections.abc import Mapping
from enum import StrEnum
from itertools import count
from types import GenericAlias
from typing import NewType, TypeVar, Union, cast, get_args, get_type_hints

import msgspec
from attrs import AttrsInstance, define, field, fields, has

from saiondo_core.wire.families import TAGS, is_told, members, root_of, tag_of
from saiondo_core.wire.parts import JSON, NAMES, SCALARS, Function, Part, UndecidedError, optional, several, undecided
from saiondo_core.wire.reading import is_a
from saiondo_core.wire.travelling import TERSE, class_of, is_json, optional_of, secrets_of


@define
class Workshop:
    """Makes the mirrors. Where *secrets* is false, classes that hold secrets have none.

    Attributes:
        names: What the expressions refer to; `reflect_any` is the accelerator's.
    """

    secrets: bool
    names: dict[str, object] = field(factory=lambda: dict(NAMES), init=False)
    _parts: dict[object, Part] = field(factory=dict[object, Part])
    _numbers: "count[int]" = field(factory=count)

    def function(self, expression: str) -> Function:
        """The function of one value that *expression* says."""
        name = expression.removesuffix("({0})")
        if name in self.names:
            return cast("Function", self.names[name])
        return cast("Function", eval(f"lambda value: {expression.format('value')}", self.names))  # noqa: S307 - Made of the names of our own fields.

    def part(self, kind: object) -> Part:
        """How values of *kind* pass.

        Raises:
            UndecidedError: They have no mirror.
        """
        if kind not in self._parts:
            self._parts[kind] = self._part(kind)
        return self._parts[kind]

    def reflection(self, kind: type) -> Part:
        """How entities of exactly the class *kind* are written."""
        return self._member(kind) if is_a(kind, *TAGS) else self.part(cast("object", kind))

    def _part(self, kind: object) -> Part:  # noqa: C901, PLR0911 - a table.
        origin, arguments = class_of(kind), get_args(kind)
        if isinstance(kind, NewType):
            return self.part(kind.__supertype__)
        if isinstance(kind, TypeVar):
            return self._open()
        if is_a(kind, Mapping) and is_json(arguments[1]):
            return JSON
        if origin is tuple:
            return several(self.part(arguments[0]) if arguments else self._open())
        if (wanted := optional_of(kind)) is not None and not is_json(kind):
            return optional(self.part(wanted))
        if origin is None:
            raise UndecidedError
        if origin in SCALARS:
            return SCALARS[origin]
        if issubclass(origin, StrEnum):
            return Part(mirrored=origin, reflect="{0}._value_")
        if is_a(origin, *TAGS):
            return self._family(origin)
        if not has(origin):
            raise UndecidedError
        variables: tuple[object, ...] = getattr(origin, "__parameters__", ())
        # Left open, they are told by the values.
        return self._entity(origin, dict(zip(variables, arguments, strict=False)))

    def _open(self) -> Part:
        """How values pass whose class nothing tells but themselves: they can be written only."""
        if "reflect_any" not in self.names:
            raise UndecidedError
        return Part(mirrored=msgspec.Raw, reflect="reflect_any({0})")

    def _family(self, root: type[object]) -> Part:
        parts = [self._member(member) for member in members(root) if is_told(member)]
        builds = {part.mirrored: self.function(part.build) for part in parts}
        counts = {part.mirrored: self.function(part.members) for part in parts}
        # Where there is no choice, msgspec does without the tag: no family has one member only.
        nobody = msgspec.defstruct("Nobody", [], tag="", tag_field=TAGS[root_of(root)])
        build, counted = (self._named("table", {nobody: undecided, **table}) for table in (builds, counts))
        return Part(
            mirrored=Union[(nobody, *builds)],
            build=f"{build}[type({{0}})]({{0}})",
            reflect="reflect_any({0})",
            members=f"{counted}[type({{0}})]({{0}})",
        )

    def _member(self, kind: type[object]) -> Part:
        key = kind, TAGS[root_of(kind)]
        if not is_told(kind):
            raise UndecidedError
        if key not in self._parts:
            self._parts[key] = self._entity(kind, {}, tag=tag_of(kind))
        return self._parts[key]

    def _entity(self, entity: type, filled: Mapping[object, object], tag: str | None = None) -> Part:
        if not _is_plain(entity) or (secrets_of(entity) and not self.secrets):
            raise UndecidedError
        hints = get_type_hints(entity)
        parts = {each.name: self.part(_fill(hints[each.name], filled)) for each in fields(entity)}
        spare = [each.name for each in fields(entity) if entity in TERSE and each.default is None]
        mirror = msgspec.defstruct(
            entity.__name__,
            [(name, part.mirrored, None if name in spare else msgspec.NODEFAULT) for name, part in parts.items()],
            kw_only=True,
            omit_defaults=True,
            forbid_unknown_fields=True,
            tag=tag,
            tag_field=tag and TAGS[root_of(entity)],
        )
        said = {f"value.{name}": part for name, part in parts.items()}
        keys = len(parts) - len(spare) + (tag is not None)
        given = [f"(value.{name} is not None)" for name in spare]
        source = _SOURCE.format(
            fill="\n    ".join(
                f"made.{place.removeprefix('value.')} = {part.build.format(place)}" for place, part in said.items()
            ),
            texts="".join(f"{part.text.format(place)}, " for place, part in said.items() if part.text),
            mirrored=", ".join(
                f"{place.removeprefix('value.')}={part.reflect.format(place)}" for place, part in said.items()
            ),
            members=" + ".join([str(keys), *given, *(part.members.format(place) for place, part in said.items())]),
        )
        nursery = type(entity)(entity.__name__, (entity,), dict(_NURSERY))
        names = {"Entity": entity, "Mirror": mirror, "Nursery": nursery}
        scope = self.names | names
        exec(source, scope)  # noqa: S102 - As attrs does: made of the names of our own fields.
        build, reflect, counted = (self._named(does, scope[does]) for does in ("build", "reflect", "members"))
        return Part(mirrored=mirror, build=f"{build}({{0}})", reflect=f"{reflect}({{0}})", members=f"{counted}({{0}})")

    def _named(self, does: str, thing: object) -> str:
        name = f"{does}_{next(self._numbers)}"
        self.names[name] = thing
        return name


_SOURCE = """
def build(value):
    made = new(Nursery)
    {fill}
    made.__class__ = Entity
    return made

def reflect(value):
    if type(value) is not Entity:
        undecided(value)
    join(({texts}))
    return Mirror({mirrored})

def members(value):
    return {members}
"""

_NURSERY = {"__slots__": (), "__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
"""What makes a subclass in which an entity is filled before it becomes what it is: frozen. It is four times as fast as
its `__init__`, which has to go around the frozen `__setattr__` field by field."""


def _is_plain(entity: type[object]) -> bool:
    """Whether *entity* is its fields and nothing else, so that filling them in makes it."""
    return (
        not issubclass(entity, BaseException)
        and not hasattr(entity, "__attrs_post_init__")
        and all(
            each.init and each.alias == each.name and not (each.converter or each.validator)
            for each in fields(cast("type[AttrsInstance]", entity))
        )
    )


def _fill(kind: object, filled: Mapping[object, object]) -> object:
    """*kind* with its type variables filled in."""
    if isinstance(kind, TypeVar):
        return filled.get(kind, kind)
    variables: tuple[object, ...] = getattr(kind, "__parameters__", ())
    if not (filled and variables):
        return kind
    return cast("GenericAlias", kind)[tuple(filled[variable] for variable in variables)]
