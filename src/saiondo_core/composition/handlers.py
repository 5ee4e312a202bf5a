"""All users' handlers in this process."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from attrs import define, field

from saiondo_core.channels.model import ChannelId
from saiondo_core.composition.errors import HandlerNotFoundError
from saiondo_core.composition.jobs import Runner
from saiondo_core.composition.listening import UserListener
from saiondo_core.composition.ports import Ports
from saiondo_core.composition.reports import Report
from saiondo_core.composition.settings import Settings
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.rights import Acting
from saiondo_core.realtime.attending import Attending
from saiondo_core.realtime.handlers import MessageHandler, MessageHandlers
from saiondo_core.realtime.joining import Joining
from saiondo_core.realtime.listening import Listener
from saiondo_core.realtime.model import Cursor
from saiondo_core.realtime.read_events import ReadEventsUseCase


@define(eq=False, repr=False, kw_only=True)
class UserHandlers(MessageHandlers):
    """A listener for each user who has handlers, or listens without a connection; a task for each who has handlers."""

    ports: Ports
    settings: Settings
    report: Report
    acting: Callable[[Actor], Acting]
    attending: Attending
    _listeners: dict[UserId, UserListener] = field(factory=dict[UserId, UserListener], init=False)
    _runners: dict[UserId, Runner] = field(factory=dict[UserId, Runner], init=False)

    @asynccontextmanager
    async def joining(self, actor: Actor, channel_id: ChannelId) -> AsyncGenerator[Listener]:
        """See `MessageHandlers.joining`."""
        listener = self._of(actor)
        listener.guests += 1
        try:
            async with listener.connecting:
                if not listener.is_connected:
                    await self.attending.connect(listener)
                    listener.is_connected = True
            async with listener.turns.setdefault(channel_id, asyncio.Lock()):
                yield listener
        finally:
            listener.guests -= 1
            listener.wake()  # Joining again has ended what it was told before, also where it failed.
            self._tidy(listener)

    def heard(self, actor: Actor, channel_id: ChannelId) -> Cursor | None:
        """See `MessageHandlers.heard`."""
        listener = self._listeners.get(actor.id)
        return None if listener is None else listener.heard.get(channel_id)

    def leave(self, actor: Actor, channel_id: ChannelId) -> None:
        """See `MessageHandlers.leave`."""
        listener = self._listeners.get(actor.id)
        if listener is not None:
            listener.leave(channel_id)

    def add(self, actor: Actor, handler: MessageHandler) -> None:
        """See `MessageHandlers.add`."""
        listener = self._of(actor)
        listener.handlers.append(handler)
        if actor.id not in self._runners:
            runner = self._runners[actor.id] = Runner(listener, self.ports.clock, self.report)
            listener.wake = runner.wake
            runner.start()

    def remove(self, actor: Actor | None, handler: MessageHandler) -> None:
        """See `MessageHandlers.remove`."""
        everybody = tuple(self._listeners.values())
        found = [each for each in everybody if actor in (None, each.actor) and handler in each.handlers]
        if not found:
            raise HandlerNotFoundError(name=getattr(handler, "__qualname__", repr(handler)))
        for listener in found:
            listener.handlers.remove(handler)
            if not listener.handlers:
                listener.hush()
                self._runners.pop(listener.user_id).retire()
                self._tidy(listener)

    def close(self) -> tuple[Runner, ...]:
        """Tell nobody anything more; the tasks that are to be waited for."""
        runners = tuple(self._runners.values())
        self._runners.clear()
        for listener in tuple(self._listeners.values()):
            listener.handlers.clear()
            listener.hush()
            listener.end()
            self._tidy(listener)
        return runners

    def _of(self, actor: Actor) -> UserListener:
        if actor.id not in self._listeners:
            ports, policy = self.ports, self.settings.real_time
            self._listeners[actor.id] = UserListener(
                id=ports.ids.new(),
                actor=actor,
                joining=Joining(hub=self.attending.hub, presence=ports.presence),
                read=ReadEventsUseCase(acting=self.acting(actor), channels=ports.channels, messages=ports.messages),
                clock=ports.clock,
                report=self.report,
                most=policy.waiting_events,
                time_limit=self.settings.relay.time_limit,
                idle=self._tidy,
            )
        return self._listeners[actor.id]

    def _tidy(self, listener: UserListener) -> None:
        """Let a listener go that hears of nothing, and nobody is about to let hear."""
        if listener.guests or listener.heard:
            return
        if listener.is_connected:
            listener.is_connected = False
            self.attending.disconnect(listener)
        if not listener.handlers and self._listeners.get(listener.user_id) is listener:
            del self._listeners[listener.user_id]
