"""The tagged families: events by their action, notes by their kind, errors by their code.

Whatever class of a family was imported belongs to it, a host's own too; nothing needs to be registered.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TypeVar

from saiondo_core.kernel.errors import SaiondoError
from saiondo_core.kernel.events import Event
from saiondo_core.realtime.notes import Note

TAGS: Mapping[type[object], str] = MappingProxyType({Event: "action", Note: "kind", SaiondoError: "code"})
"""The root of each family, and the member of its documents that names a class, as the attribute of that class does."""

BRANCH = "branch"
"""The member of an error's document that names its branch, for readers who do not know the code."""

T = TypeVar("T")


def root_of(member: type) -> type[object]:
    """The root of the family of *member*."""
    return next(root for root in TAGS if issubclass(member, root))


def tag_of(member: type) -> str | None:
    """The tag that *member* has of its own; None where it only stands between the root and the leaves."""
    tag: str | None = vars(member).get(TAGS[root_of(member)])
    return tag


def members(root: type[T]) -> Iterator[type[T]]:
    """Go through the classes of the family under *root*, itself included, that have tags of their own."""
    # attrs makes a slotted class anew; the one it was made from lingers as a subclass without attributes of its own.
    if "__attrs_attrs__" in vars(root) and tag_of(root) is not None:
        yield root
    for member in root.__subclasses__():
        yield from members(member)


def named(wanted: type[T], tag: object) -> type[T] | None:
    """The kind of *wanted* with that *tag*; None where it is unknown, or where two of the family claim it."""
    found = [member for member in members(root_of(wanted)) if tag_of(member) == tag]
    return found[0] if len(found) == 1 and issubclass(found[0], wanted) else None


def is_told(member: type) -> bool:
    """Whether *member* has a tag that is its own, and no other class's."""
    return named(member, tag_of(member)) is member


def branch_of(error: type[SaiondoError]) -> type[SaiondoError]:
    """The branch that *error* hangs on: what its caller can do about it."""
    return error.__mro__[error.__mro__.index(SaiondoError) - 1] if error is not SaiondoError else error


def remembered(make: Callable[[type], T]) -> Callable[[type], T]:
    """*make*, asked once only for each class."""
    made: dict[type, T] = {}

    def recall(kind: type) -> T:
        if kind not in made:
            made[kind] = make(kind)
        return made[kind]

    return recall
