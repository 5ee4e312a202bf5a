"""One user's handlers in this process: a connection without a wire."""

import asyncio
from collections import deque
from collections.abc import Callable
from inspect import isawaitable
from weakref import WeakValueDictionary

from attrs import define, field

from saiondo_core.channels.model import ChannelId
from saiondo_core.composition.reports import Report
from saiondo_core.kernel.concurrency import within
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.errors import SaiondoError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import Clock
from saiondo_core.messages.events import MessageSent
from saiondo_core.messages.model import Message
from saiondo_core.realtime.handlers import MessageHandler
from saiondo_core.realtime.joining import Joining
from saiondo_core.realtime.listening import Listener, Told
from saiondo_core.realtime.model import ChannelSnapshot, Cursor, EndReason, GapReason
from saiondo_core.realtime.read_events import ReadEventsUseCase
from saiondo_core.realtime.replies import GapFound, Happened
from saiondo_core.realtime.subscriptions import Subscription

_REST = 3_600.0


@define(eq=False)
class Missing:
    """Events that are still to be read from the log, in the place of what would wait there."""

    channel_id: ChannelId
    since: str | None
    last: int


@define(eq=False, repr=False, kw_only=True)
class UserListener(Listener):
    """One user's handlers. A job: `step` tells them what waits, one message after the other.

    At most `most` messages wait. The channel of the next one is left, and joined again from where it was, once all that
    waited was told; so slow handlers cost time, and no message.

    Attributes:
        heard: The channels that are listened to, each with the cursor up to where it was told.
        idle: Called when a channel was left.
        wake: Called when there is something to do.
        guests: How many are about to let it listen to a channel.
        turns: Whose turn it is to join a channel.
    """

    actor: Actor
    _id: str = field(alias="id")
    joining: Joining
    read: ReadEventsUseCase
    clock: Clock
    report: Report
    most: int
    time_limit: float
    idle: "Callable[[UserListener], None]"
    wake: Callable[[], None] = field(default=lambda: None)
    handlers: list[MessageHandler] = field(factory=list[MessageHandler], init=False)
    heard: dict[ChannelId, Cursor] = field(factory=dict[ChannelId, Cursor], init=False)
    guests: int = field(default=0, init=False)
    connecting: asyncio.Lock = field(factory=asyncio.Lock, init=False)
    is_connected: bool = field(default=False, init=False)
    turns: WeakValueDictionary[ChannelId, asyncio.Lock] = field(
        factory=WeakValueDictionary[ChannelId, asyncio.Lock], init=False
    )
    _waiting: deque[Message | Missing] = field(factory=deque[Message | Missing], init=False)
    _telling: asyncio.Lock = field(factory=asyncio.Lock, init=False)

    @property
    def id(self) -> str:
        """See `Listener.id`."""
        return self._id

    @property
    def session_id(self) -> None:
        """See `Listener.session_id`: the host vouches for the user."""

    @property
    def user_id(self) -> UserId:
        """See `Listener.user_id`."""
        return self.actor.id

    def joined(self, snapshot: ChannelSnapshot) -> None:
        """See `Listener.joined`; what are too many events to be told at once is read from the log."""
        channel_id, gap = snapshot.channel.id, snapshot.gap
        self.heard[channel_id] = snapshot.cursor
        if gap is not None and gap.reason is GapReason.TOO_MANY and self.handlers:
            self._waiting.append(Missing(channel_id, snapshot.since, gap.last))
            self.wake()

    def tell(self, told: Told) -> None:
        """See `Listener.tell`."""
        channel_id = told.frame.channel_id
        match told.frame.data:
            case Happened() as happened if channel_id is not None:
                message = self._worth_telling(happened)
                if message is not None and len(self._waiting) >= self.most:
                    self.joining.hub.leave(self, channel_id)
                    return
                self.heard[channel_id] = happened.cursor
                if message is not None:
                    self._waiting.append(message)
                    self.wake()
            case GapFound() as gap if channel_id is not None:
                self.heard[channel_id] = gap.cursor
                self._report_missed(channel_id, gap.reason)
            case _:
                pass  # What passes by is not for handlers of messages.

    def dropped(self, channel_id: ChannelId, reason: EndReason) -> None:  # noqa: ARG002 - whichever it is
        """See `Listener.dropped`."""
        self.forget(channel_id)

    def end(self) -> None:
        """See `Listener.end`: its user was deleted."""
        for channel_id in tuple(self.heard):
            self.leave(channel_id)

    def leave(self, channel_id: ChannelId) -> None:
        """Hear of a channel no more."""
        self.joining.hub.leave(self, channel_id)
        self.forget(channel_id)

    def forget(self, channel_id: ChannelId) -> None:
        """Keep nothing of a channel that is not listened to any more."""
        self.heard.pop(channel_id, None)
        for each in tuple(self._waiting):
            if isinstance(each, Missing) and each.channel_id == channel_id:
                self._waiting.remove(each)
        self.idle(self)

    def hush(self) -> None:
        """Forget what waits, for nobody is left to be told."""
        self._waiting.clear()

    async def step(self) -> float:
        """See `Job.step`."""
        async with self._telling:  # The last step of a runner that is ending may still be under way.
            while self._waiting or self._left:
                while self._waiting:
                    match self._waiting[0]:
                        case Missing() as missing:
                            await self._read_on(missing)
                        case message:
                            self._waiting.popleft()
                            await self._hand(message)
                await self._rejoin()
        return _REST

    async def _read_on(self, missing: Missing) -> None:
        try:
            page = await self.read(channel_id=missing.channel_id, since=missing.since)
        except SaiondoError as error:
            if error.retryable:
                raise
            self._drop(missing)
            return
        happened = [each for each in page.events if each.offset <= missing.last]
        if page.gap is not None or not happened:
            reason = GapReason.EPOCH_CHANGED if page.gap is None else page.gap.reason
            self._report_missed(missing.channel_id, reason)
        for each in happened:
            missing.since = each.cursor
            message = self._worth_telling(each)
            if message is not None:
                await self._hand(message)
        if not happened or happened[-1].offset == missing.last:
            self._drop(missing)

    def _drop(self, missing: Missing) -> None:
        if missing in self._waiting:  # Else its channel was left meanwhile.
            self._waiting.remove(missing)

    @property
    def _left(self) -> frozenset[ChannelId]:
        """The channels that it hears of and is told nothing of: too much waits, or joining again failed."""
        return frozenset(self.heard.keys() - self.joining.hub.place_of(self).subscriptions.keys())

    async def _rejoin(self) -> None:
        for channel_id in self._left:
            if channel_id not in self._left:
                continue  # Somebody has joined or left it meanwhile.
            subscription = Subscription(channel_id=channel_id, listener=self, actor=self.actor)
            try:
                snapshot, _ = await self.joining.join(subscription, self.heard[channel_id])
            except SaiondoError as error:
                if error.retryable:
                    raise
                self.forget(channel_id)
                continue
            if snapshot.gap is not None and snapshot.gap.reason is not GapReason.TOO_MANY:
                self._report_missed(channel_id, snapshot.gap.reason)

    async def _hand(self, message: Message) -> None:
        for handler in tuple(self.handlers):
            if handler not in self.handlers:  # Another one has just ended it.
                continue
            try:
                given = handler(message)
                if isawaitable(given):
                    await within(self.clock, self.time_limit, given)
            except Exception as error:  # noqa: BLE001 - whatever a handler raises is its own, and stops nothing
                kind = type(error).__name__
                self.report("message_handler_failed", user_id=self.user_id, message_id=message.id, error=kind)

    def _worth_telling(self, happened: Happened) -> Message | None:
        return happened.message if self.handlers and happened.action == MessageSent.action else None

    def _report_missed(self, channel_id: ChannelId, reason: GapReason) -> None:
        self.report("messages_missed", user_id=self.user_id, channel_id=channel_id, reason=reason.value)
