"""What handlers are told, as something to go through."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator

from attrs import define, field

from saiondo_core.composition.websocket.handlers import Ears, NotDoneError
from saiondo_core.kernel.ids import UserId
from saiondo_core.realtime.client_effects import Ending
from saiondo_core.realtime.client_told import WebSocketEvent, WebSocketEventType, WebSocketMessage


@define(eq=False, repr=False, kw_only=True)
class Stream:
    """A handler that hands on what it is told, and is done with each thing once it is asked for the next.

    It listens as soon as it is made, and ends with the connection, once all that came before was gone through.
    """

    ears: Ears
    type: str
    user_id: UserId | None
    _waiting: "deque[tuple[WebSocketMessage, asyncio.Future[bool]]]" = field(
        factory=deque["tuple[WebSocketMessage, asyncio.Future[bool]]"], init=False
    )
    _changed: asyncio.Event = field(factory=asyncio.Event, init=False)
    _is_over: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        """Listen."""
        self.ears.messages.add(self._hand_on, self.type, self.user_id)
        self.ears.events.add(self._end, WebSocketEventType.CLOSE, self.user_id)

    async def told(self) -> AsyncGenerator[WebSocketMessage]:
        """Go through what is told."""
        try:
            while True:
                while self._waiting:
                    told, done = self._waiting[0]
                    yield told
                    self._waiting.popleft()
                    _finish(done, is_done=True)
                if self._is_over:
                    return
                self._changed.clear()
                await self._changed.wait()
        finally:
            self.ears.messages.remove(self._hand_on, None)
            self.ears.events.remove(self._end, None)
            self._give_up()

    async def _hand_on(self, told: WebSocketMessage) -> None:
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((told, done))
        self._changed.set()
        if not await done:
            raise NotDoneError

    def _end(self, event: WebSocketEvent) -> None:
        self._is_over = True
        self._changed.set()
        if event.ending is Ending.ASKED:
            self._give_up()  # Whoever disconnects while they are at something cannot wait for themselves.

    def _give_up(self) -> None:
        for _, done in self._waiting:
            _finish(done, is_done=False)


def _finish(done: "asyncio.Future[bool]", *, is_done: bool) -> None:
    if not done.done():
        done.set_result(is_done)
