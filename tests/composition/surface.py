"""The surface, read off the groups: every operation, and arguments with which it can be called."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime
from inspect import Parameter, signature
from typing import Protocol, cast

from attrs import fields, frozen, has

from saiondo_core import UseCases, errors
from saiondo_core.errors import SaiondoError
from saiondo_core.testing.people import PASSWORD

Operation = Callable[..., Awaitable[object]]


async def load() -> str:
    """Give something to cache."""
    return "loaded"


SENSIBLE: Mapping[str, object] = {
    "action": "send",
    "as_": str,
    "checks": (),
    "content": "hello",
    "data": {"wave": True},
    "email": "new@example.org",
    "emoji": "👍",
    "expires_in": 60.0,
    "id": "host-1",
    "key": "order:1",
    "load": load,
    "messages": (),
    "name": "name",
    "new_password": "quiet paper moon",
    "old_password": PASSWORD,
    "password": PASSWORD,
    "query": "hello",
    "resource": "message",
    "sequence": 1,
    "ttl": 60.0,
    "until": datetime(2026, 6, 1, tzinfo=UTC),
    "user_ids": (),
    "username": "newcomer",
    "users": (),
    "value": "kept",
}
"""An acceptable value for each argument that is no id."""

TOKENS = frozenset({"access_token", "refresh_token"})
IDS = frozenset({"channel_id", "message_id", "invitation_id", "role_id", "session_id", "user_id"})


class Leaf(Protocol):
    """A use case as the surface shows it."""

    async def execute(self, *args: object, **kwargs: object) -> object:
        """Do it."""


@frozen(kw_only=True)
class Entry:
    """One operation of the surface, by its path."""

    path: str
    call: Operation

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """What it takes, by name."""
        return signature(self.call).parameters

    def documents(self, error: str) -> bool:
        """Whether its *Raises* names *error*, or a class of errors that it is one of."""
        kinds = [kind.__name__ for kind in vars(errors)[error].__mro__]
        return any(f"{kind}: " in (self.call.__doc__ or "") for kind in kinds)

    def arguments(self, **given: object) -> dict[str, object]:
        """Arguments for everything it requires, and what of *given* it takes."""
        needed = {
            name: SENSIBLE.get(name, "nobody" if name in IDS else "no-token")
            for name, parameter in self.parameters.items()
            if parameter.default is Parameter.empty and parameter.kind is not Parameter.VAR_POSITIONAL
        }
        return needed | {name: value for name, value in given.items() if name in self.parameters}


def operations(use_cases: UseCases) -> Iterator[Entry]:
    """Every operation of every group: `group.verb`, and what a verb has beside it."""
    for group in ("auth", "user", "channel", "message", "permission", "real_time", "cache"):
        yield from _operations(group, getattr(use_cases, group))


async def outcome(operation: Operation, arguments: Mapping[str, object]) -> tuple[str, str]:
    """What a call comes to: the kind and the text of its result or error."""
    try:
        result = await operation(**arguments)
    except SaiondoError as error:
        return type(error).__name__, str(error)
    return "result", repr(result)


def _operations(path: str, node: object) -> Iterator[Entry]:
    if hasattr(node, "execute"):
        yield Entry(path=path, call=cast("Leaf", node).execute)
        if hasattr(node, "everywhere"):
            yield Entry(path=f"{path}.everywhere", call=cast("Operation", getattr(node, "everywhere")))  # noqa: B009 - it is there at run time only
    else:
        kind = type(node)
        for attribute in fields(kind) if has(kind) else ():
            if not attribute.name.startswith("_"):
                yield from _operations(f"{path}.{attribute.name}", getattr(node, attribute.name))
