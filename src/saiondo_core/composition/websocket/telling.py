"""What one user's handlers are told, and how far they have got."""

import asyncio
from collections.abc import Callable

from attrs import define, field

from saiondo_core.channels.model import ChannelId
from saiondo_core.composition.websocket.handlers import Ears, NotDoneError, call
from saiondo_core.composition.websocket.lane import Lane
from saiondo_core.composition.websocket.tools import ClientTools
from saiondo_core.kernel.concurrency import within
from saiondo_core.kernel.errors import DeadlineExceededError, SaiondoError
from saiondo_core.kernel.ids import UserId
from saiondo_core.realtime.client_told import WebSocketEvent, WebSocketEventType, WebSocketMessage
from saiondo_core.realtime.model import Cursor
from saiondo_core.realtime.replies import Presence, ReadMovedTo
from saiondo_core.realtime.requests import Broadcast, Typing

_PASSING = (Broadcast, Presence, ReadMovedTo, Typing)


@define(eq=False, repr=False, kw_only=True)
class Telling:
    """Tells handlers of each channel in order, one thing after the other, and channels apart from each other.

    A cursor is kept once all handlers are done, whether they failed or not. Where more waits than may, the channel is
    held until half of it was told; what passes by is passed over meanwhile.

    Attributes:
        hold: Called, any number of times, when a channel's handlers cannot keep up.
        release: Called, any number of times, when they can.
        fail: Called with what a handler or the cursor store raised.
        told: How much was told.
        passed_over: How much that passed by was not.
    """

    user_id: UserId
    tools: ClientTools
    ears: Ears
    hold: Callable[[ChannelId], None]
    release: Callable[[ChannelId], None]
    fail: Callable[[Exception], None]
    told: int = field(default=0, init=False)
    passed_over: int = field(default=0, init=False)
    _lanes: dict[ChannelId, Lane[WebSocketMessage]] = field(factory=dict[ChannelId, Lane[WebSocketMessage]], init=False)
    _events: Lane[WebSocketEvent] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Begin with nothing to tell."""
        self._events = Lane(self._tell_event)

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
        self._events.put(event)

    async def forget(self, channel_id: ChannelId) -> None:
        """Tell nothing more of a channel, and keep no cursor of it."""
        lane = self._lanes.pop(channel_id, None)
        if lane is not None:
            lane.clear()
            await self._done(lane)
        await self.tools.cursors.forget(user_id=self.user_id, channel_id=channel_id)

    def hush(self) -> None:
        """Tell nothing more but what is being told, and what happens to the connection."""
        for lane in self._lanes.values():
            lane.clear()

    async def end(self) -> None:
        """Return once those who are at something are done with it, or were cancelled after the time to answer."""
        await self._done(*self._lanes.values(), self._events)

    async def _done(self, *lanes: "Lane[WebSocketMessage] | Lane[WebSocketEvent]") -> None:
        while tasks := [task for lane in lanes if (task := lane.task) is not None]:
            try:
                await within(self.tools.clock, self.tools.settings.answer_seconds, asyncio.wait(tasks))
            except DeadlineExceededError:
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)

    async def _tell(self, told: WebSocketMessage) -> None:
        lane = self._lanes.get(told.channel_id)
        self.told += 1
        is_done = True
        for handler in self.ears.messages.wanting(told.type, self.user_id):
            match await call(handler, told):
                case None:
                    pass
                case NotDoneError():
                    is_done = False
                case error:
                    self.fail(error)
        if not is_done or lane is None or self._lanes.get(told.channel_id) is not lane:
            return  # Somebody has not finished, or one has left the channel meanwhile.
        if told.cursor is not None:
            await self._keep(told.channel_id, Cursor(told.cursor))
        if len(lane) <= self.tools.settings.waiting_events // 2:
            self.release(told.channel_id)

    async def _keep(self, channel_id: ChannelId, cursor: Cursor) -> None:
        try:
            await self.tools.cursors.keep(user_id=self.user_id, channel_id=channel_id, cursor=cursor)
        except SaiondoError as error:
            self.fail(error)

    async def _tell_event(self, event: WebSocketEvent) -> None:
        for handler in self.ears.events.wanting(event.type, self.user_id):
            error = await call(handler, event)
            if error is not None and event.type is not WebSocketEventType.ERROR:
                self.fail(error)
