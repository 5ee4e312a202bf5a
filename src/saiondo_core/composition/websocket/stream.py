"""What handlers are told, as something to go through."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from weakref import finalize

from attrs import define, field

from saiondo_core.composition.websocket.handlers import Ears, NotDoneError
from saiondo_core.kernel.ids import UserId
from saiondo_core.realtime.client_effects import Ending
from saiondo_core.realtime.client_told import WebSocketEvent, WebSocketEventType, WebSocketMessage


@define(eq=False, repr=False, kw_only=True)
class _Handler:
    """A handler that hands on what it is told, and is done with each thing once it is asked for the next."""

    ears: Ears
    type: str
    user_id: UserId | None
    is_last: Callable[[], bool]
    _waiting: "deque[tuple[WebSocketMessage, asyncio.Future[bool]]]" = field(
        factory=deque["tuple[WebSocketMessage, asyncio.Future[bool]]"], init=False
    )
    _changed: asyncio.Event = field(factory=asyncio.Event, init=False)
    _is_at_it: bool = field(default=False, init=False)
    _is_over: bool = field(default=False, init=False)
    _is_closed: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        """Listen."""
        self.ears.messages.add(self._hand_on, self.type, self.user_id)
        self.ears.events.add(self._end, WebSocketEventType.CLOSE, self.user_id)

    async def next(self) -> WebSocketMessage | None:
        """Be done with the last, and give the next; None at the end."""
        if self._is_at_it:
            self._is_at_it = False
            _finish(self._waiting.popleft()[1], is_done=True)
        while not self._waiting:
            if self._is_over:
                self.close()
                return None
            self._changed.clear()
            await self._changed.wait()
        self._is_at_it = True
        return self._waiting[0][0]

    def close(self) -> None:
        """Listen no more, and be done with nothing that was not gone through."""
        self._is_over = self._is_closed = True
        self._is_at_it = False
        self.ears.messages.remove(self._hand_on, None)
        self.ears.events.remove(self._end, None)
        self._give_up(None)
        self._waiting.clear()
        self._changed.set()

    async def _hand_on(self, told: WebSocketMessage) -> None:
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((told, done))
        self._changed.set()
        if self._is_closed or not await done:
            raise NotDoneError

    def _end(self, event: WebSocketEvent) -> None:
        if event.ending is Ending.ASKED:
            self._give_up(event.user_id)  # Whoever disconnects while they are at something cannot wait for themselves.
        if self.user_id is not None or self.is_last():
            self._is_over = True
            self._changed.set()

    def _give_up(self, user_id: UserId | None) -> None:
        for told, done in self._waiting:
            if user_id in {None, told.to}:
                _finish(done, is_done=False)


@define(eq=False, repr=False)
class Stream(AsyncIterator[WebSocketMessage]):
    """What handlers are told, from the moment on at which it is made, to go through with `async for`.

    Each thing counts as handled once the next is asked for. It ends with its user's connection, where it is nobody's
    with the last one, once all that came before was gone through. Whoever lets go of it, or closes it, has not handled
    what they were at.
    """

    _handler: _Handler

    def __attrs_post_init__(self) -> None:
        """Hold nobody up once nobody goes through it any more."""
        finalize(self, _let_go, asyncio.get_running_loop(), self._handler.close).atexit = False

    async def __anext__(self) -> WebSocketMessage:
        """The next thing.

        Raises:
            StopAsyncIteration: There will be none.
        """
        told = await self._handler.next()
        if told is None:
            raise StopAsyncIteration
        return told

    async def aclose(self) -> None:
        """Go through nothing more."""
        self._handler.close()


def open_stream(ears: Ears, type: str, user_id: UserId | None, is_last: Callable[[], bool]) -> Stream:
    """What handlers of *type* are told from now on of *user_id*'s connection, or of all until *is_last* says so."""
    return Stream(_Handler(ears=ears, type=type, user_id=user_id, is_last=is_last))


def _let_go(loop: asyncio.AbstractEventLoop, close: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(close)  # Nobody knows which thread collects what nobody refers to.


def _finish(done: "asyncio.Future[bool]", *, is_done: bool) -> None:
    if not done.done():
        done.set_result(is_done)
