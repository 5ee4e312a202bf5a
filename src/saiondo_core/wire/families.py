"""The two tagged families: events by their action, errors by their code.

Whatever class of a family was imported belongs to it, a host's own too; nothing needs to be registered.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

from saiondo_core.kernel.errors import SaiondoError
from saiondo_core.kernel.events import Event

ACTION = "action"
"""The member of an event's document that names its class."""

CODE = "code"
"""The member of an error's document that names its class."""

BRANCH = "branch"
"""The member of an error's document that names its branch, for readers who do not know the code."""

T = TypeVar("T")


def tag_of(member: type) -> str | None:
    """The tag that *member* has of its own; None where it only stands between the root and the leaves."""
    tag: str | None = vars(member).get(ACTION if issubclass(member, Event) else CODE)
    return tag


def members(root: type[T]) -> Iterator[type[T]]:
    """Go through the classes of the family under *root*, itself included, that have tags of their own."""
    # attrs makes a slotted class anew; the one it was made from lingers as a subclass without attributes of its own.
    if "__attrs_attrs__" in vars(root) and tag_of(root) is not None:
        yield root
    for member in root.__subclasses__():
        yield from members(member)


def event_named(action: str) -> type[Event] | None:
    """The class of events with that *action*; None where it is unknown, or where two claim it."""
    return _named(Event, action)


def error_named(code: str) -> type[SaiondoError] | None:
    """The class of errors with that *code*; None where it is unknown, or where two claim it."""
    return _named(SaiondoError, code)


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


def _named(root: type[T], tag: str) -> type[T] | None:
    found = [member for member in members(root) if tag_of(member) == tag]
    return found[0] if len(found) == 1 else None
