"""What one user's handlers are told, and how far they have got."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from attrs import define, field

from saiondo_core.channels.model import ChannelId
from saiondo_core.composition.websocket.handlers import Ears, NotDoneError, Registration, call
from saiondo_core.composition.websocket.lane import Lane
from saiondo_core.composition.websocket.tools import ClientTools
from saiondo_core.kernel.concurrency import within
from saiondo_core.kernel.errors import DeadlineExceededError
from saiondo_core.kernel.ids import UserId
from saiondo_core.realtime.client_told import WebSocketEvent, WebSocketEventType, WebSocketMessage
from saiondo_core.realtime.model import Cursor
from saiondo_core.realtime.replies import Presence, ReadMovedTo
from saiondo_core.realtime.requests import Broadcast, Typing

_AnyLane: TypeAlias = "Lane[WebSocketMessage] | Lane[WebSocketEvent]"
_PASSING = (Broadcast, Presence, ReadMovedTo, Typing)


@define(eq=False, repr=False, kw_only=True)
class Telling:
    """Tells handlers of each channel in order, one thing after the other, and channels apart from each other.

    A cursor is kept once all handlers are done, whether they failed or not; where one was ended before it was done,
    none is kept of its channel any more until that is joined again from there. Where more waits than may, the channel
    is held until half of it was told; what passes by is passed over meanwhile. Of the connection, each handler is told
    in order, and waits for no other.

    Attributes:
        hold: Called, any number of times, when a channel's handlers cannot keep up.
        release: Called, any number of times, when they can.
        fail: Called with what a handler or the cursor store raised.
        note: Called with what a handler raised that was told of an error: nobody is told of that in turn.
        told: How much was told.
        passed_over: How much that passed by was not.
    """

    user_id: UserId
    tools: ClientTools
    ears: Ears
    hold: Callable[[ChannelId], None]
    release: Callable[[ChannelId], None]
    fail: Callable[[Exception], None]
    note: Callable[[Exception], None]
    told: int = field(default=0, init=False)
    passed_over: int = field(default=0, init=False)
    _lanes: dict[ChannelId, Lane[WebSocketMessage]] = field(factory=dict[ChannelId, Lane[WebSocketMessage]], init=False)
    _unfinished: set[ChannelId] = field(factory=set[ChannelId], init=False)
    _events: dict[Registration[WebSocketEvent], Lane[WebSocketEvent]] = field(
        factory=dict[Registration[WebSocketEvent], Lane[WebSocketEvent]], init=False
    )

    @property
    def untold(self) -> int:
        """How much waits, or is being told."""
        return sum(len(lane) for lane in self._lanes.values())

    def heard(self, told: WebSocketMessage) -> None:
        """Tell of something in a channel."""
        lane = self._lanes.get(told.channel_id)
        if lane is None:
            lane = self._lanes[told.channel_id] = Lane(self._tell)
        is_full = len(lane) >= self.tools.settings.waiting_events
        if is_full and isinstance(told.data, _PASSING):
            self.passed_over += 1
            return
        lane.put(told)
        if is_full:
            self.hold(told.channel_id)

    def happened(self, event: WebSocketEvent) -> None:
        """Tell of something that happened to the connection."""
        self._events = {each: lane for each, lane in self._events.items() if len(lane)}
        for each in self.ears.events.wanting(event.type, self.user_id):
            if each not in self._events:
                self._events[each] = Lane(partial(self._tell_event, each))
            self._events[each].put(event)

    def is_unfinished(self, channel_id: ChannelId) -> bool:
        """Whether some handler was ended before it was done, so that no cursor is kept."""
        return channel_id in self._unfinished

    async def leave(self, channel_id: ChannelId) -> None:
        """Tell nothing more of a channel than what is being told, and wait until that is done."""
        lane = self._lanes.pop(channel_id, None)
        if lane is not None:
            lane.clear()
            await self._done(asyncio.current_task(), lambda: (lane,))
        self._unfinished.discard(channel_id)

    def hush(self) -> None:
        """Tell nothing more but what is being told, and what happens to the connection."""
        for lane in self._lanes.values():
            lane.clear()

    async def end(self, asker: "asyncio.Task[object] | None") -> None:
        """Return once those who are at something are done with it, or were cancelled after the time to answer.

        Whoever was cancelled is told the last of what waits, in the same time. Nobody waits for *asker*.
        """
        await self._done(asker, lambda: (*self._lanes.values(), *self._events.values()))

    async def _done(self, asker: "asyncio.Task[object] | None", lanes: Callable[[], tuple[_AnyLane, ...]]) -> None:
        while busy := [lane for lane in lanes() if lane.task not in {None, asker}]:
            tasks = [lane.task for lane in busy if lane.task is not None]
            try:
                await within(self.tools.clock, self.tools.settings.answer_seconds, asyncio.wait(tasks))
            except DeadlineExceededError:
                await asyncio.gather(*(lane.hurry() for lane in busy))

    async def _tell(self, told: WebSocketMessage) -> None:
        lane = self._lanes.get(told.channel_id)
        self.told += 1
        for each in self.ears.messages.wanting(told.type, self.user_id):
            match await call(each.handler, told):
                case None:
                    pass
                case NotDoneError():
                    self._unfinished.add(told.channel_id)
                case error:
                    self.fail(error)
        if lane is None or self._lanes.get(told.channel_id) is not lane:
            return  # One has left the channel meanwhile.
        if told.cursor is not None and told.channel_id not in self._unfinished:
            await self._keep(told.channel_id, Cursor(told.cursor))
        if len(lane) <= self.tools.settings.waiting_events // 2:
            self.release(told.channel_id)

    async def _keep(self, channel_id: ChannelId, cursor: Cursor) -> None:
        try:
            await self.tools.cursors.keep(user_id=self.user_id, channel_id=channel_id, cursor=cursor)
        except Exception as error:  # noqa: BLE001 - a host's store may raise anything, and stops nobody's handlers
            self.fail(error)

    async def _tell_event(self, each: Registration[WebSocketEvent], event: WebSocketEvent) -> None:
        if each not in self.ears.events.wanting(event.type, self.user_id):
            return  # It was taken off meanwhile.
        error = await call(each.handler, event)
        if error is not None:
            (self.note if event.type is WebSocketEventType.ERROR else self.fail)(error)
