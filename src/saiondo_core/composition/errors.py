"""What can go wrong with putting the parts together."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.kernel.errors import ConflictError, InvalidInputError, NotFoundError


@frozen(kw_only=True)
class SplitFamilyError(InvalidInputError):
    """Channels and messages were given from two families of stores."""

    code: ClassVar[str] = "split_family"
    field: str = "ports"
    expected: str = (
        "channels and messages that share one log: a channel's offsets run over the events of both, "
        "and its revision guards both"
    )


@frozen(kw_only=True)
class NoTenantsError(InvalidInputError):
    """The ports know of one namespace only."""

    code: ClassVar[str] = "no_tenants"
    field: str = "ports"
    expected: str = "a bundle with `tenants`, which gives the ports of a namespace: Ports.replace(tenants=...)"


@frozen(kw_only=True)
class AlreadyOpenError(ConflictError):
    """A factory that is open was opened again."""

    code: ClassVar[str] = "already_open"
    what: ClassVar[str] = "The factory is open already."
    hint: ClassVar[str] = "Open it once, when the host starts, and share its use cases."


@frozen(kw_only=True)
class HandlerNameTakenError(ConflictError):
    """Two handlers of events were given one name, and so one position in the log."""

    code: ClassVar[str] = "handler_name_taken"
    name: str
    what: ClassVar[str] = "There is a handler named {name} already."
    hint: ClassVar[str] = "Give each handler a name of its own: use_cases.on(Event, name=...)."


@frozen(kw_only=True)
class HandlerNotFoundError(NotFoundError):
    """No handler of that name is registered."""

    code: ClassVar[str] = "handler_not_found"
    name: str
    what: ClassVar[str] = "There is no handler named {name}."
    hint: ClassVar[str] = "Register it with use_cases.on(Event, name=...) before its dead letters are replayed."


@frozen(kw_only=True)
class DeadLetterNotFoundError(NotFoundError):
    """There is no such dead letter."""

    code: ClassVar[str] = "dead_letter_not_found"
    letter_id: str
    what: ClassVar[str] = "There is no dead letter {letter_id}."
    hint: ClassVar[str] = "List them with use_cases.dead_letters.list()."
