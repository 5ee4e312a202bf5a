"""Who wants to be told of what."""

import asyncio
from collections.abc import Callable
from inspect import isawaitable
from typing import Generic, TypeAlias, TypeVar

from attrs import define, field, frozen

from saiondo_core.composition.errors import HandlerNotFoundError
from saiondo_core.kernel.ids import UserId
from saiondo_core.realtime.client_told import EVERYTHING, WebSocketEvent, WebSocketMessage

T = TypeVar("T")
Handler: TypeAlias = Callable[[T], object]
"""A function, async or not. What it gives is of no interest."""


class NotDoneError(Exception):
    """A handler was ended before it was done: what it was told is not told for good."""


@frozen(eq=False)
class Registration(Generic[T]):
    """One handler, and what it wants to be told of."""

    handler: Handler[T]
    type: str
    user_id: UserId | None

    def wants(self, type: str, user_id: UserId) -> bool:
        """Whether it is to be told of something of *type* by *user_id*'s connection."""
        return self.type in {EVERYTHING, type} and self.user_id in {None, user_id}


@define(eq=False)
class Registrations(Generic[T]):
    """Handlers by what they want to be told of, in the order in which they came."""

    _all: list[Registration[T]] = field(factory=list[Registration[T]], init=False)

    def add(self, handler: Handler[T], type: str, user_id: UserId | None) -> None:
        """Tell *handler* of everything of *type*, `*` for any, that *user_id*, or anybody where it is None, is told."""
        self._all.append(Registration(handler, type, user_id))

    def clear(self) -> None:
        """Tell nobody anything more."""
        self._all.clear()

    def remove(self, handler: Callable[..., object], user_id: UserId | None) -> bool:
        """Tell *handler* nothing more; whether it was registered by that user, or by anybody where that is None."""
        kept = [each for each in self._all if each.handler != handler or user_id not in {None, each.user_id}]
        found, self._all = len(kept) < len(self._all), kept
        return found

    def wanting(self, type: str, user_id: UserId) -> tuple[Registration[T], ...]:
        """Who is to be told of something of *type* by *user_id*'s connection."""
        return tuple(each for each in self._all if each.wants(type, user_id))


@frozen
class Ears:
    """Who is told of what is heard, and of what happens to connections."""

    messages: Registrations[WebSocketMessage] = field(factory=Registrations[WebSocketMessage])
    events: Registrations[WebSocketEvent] = field(factory=Registrations[WebSocketEvent])


async def call(handler: Handler[T], told: T) -> Exception | None:
    """Tell *handler*, async or not, and wait until it is done; the error it raised.

    Raises:
        CancelledError: Whoever calls was cancelled. A handler that cancels itself has failed, and no more.
    """
    try:
        given = handler(told)
        if isawaitable(given):
            await given
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        return RuntimeError("the handler was cancelled")
    except Exception as error:  # noqa: BLE001 - whatever a handler raises is its own, and stops nothing
        return error
    return None


def not_found(handler: Callable[..., object]) -> HandlerNotFoundError:
    """The error that tells that *handler* is not registered."""
    return HandlerNotFoundError(name=getattr(handler, "__qualname__", repr(handler)))
