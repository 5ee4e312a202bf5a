"""What the suite of roles tries the fence on."""

import inspect
from typing import get_args, get_type_hints

from attrs import has

from saiondo_core.kernel.events import Event
from saiondo_core.kernel.ports import Logged
from saiondo_core.testing.contracts.roles import WRITES
from tests.architecture.house import ports


def carries_events(annotation: object) -> bool:
    """Whether something of that type is, or has in it, an event."""
    if isinstance(annotation, type) and has(annotation):
        return issubclass(annotation, Event) or any(
            carries_events(found) for found in get_type_hints(annotation).values()
        )
    return any(carries_events(inner) for inner in get_args(annotation))


def test_the_fence_is_tried_on_every_write() -> None:
    """Whatever method of a logged store takes events, the suite has a call of it."""
    writes = {
        method
        for port in ports()
        if Logged in port.__mro__
        for method in vars(port).values()
        if inspect.isfunction(method)
        and any(carries_events(hint) for name, hint in get_type_hints(method).items() if name != "return")
    }

    assert writes == set(WRITES)
