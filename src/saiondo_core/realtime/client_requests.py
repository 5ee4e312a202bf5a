"""What a client has asked for and waits to be answered; and what it has to say, in order."""

from collections import deque
from typing import TypeAlias

from attrs import define, field

from saiondo_core.channels.model import ChannelId
from saiondo_core.realtime.client_effects import ClientPolicy, Effects, Transmit
from saiondo_core.realtime.frames import Frame
from saiondo_core.realtime.requests import JoinChannel, ReadHistory, ReadReceipt, Say

Lasting: TypeAlias = Say | ReadReceipt
"""What a client says until it is answered."""

Asked: TypeAlias = Lasting | JoinChannel | ReadHistory
"""What a server has to answer."""


@define(eq=False)
class Request:
    """A frame that waits to be answered.

    Attributes:
        due: When it is sent again, if it is not answered by then.
    """

    frame: Frame[Asked]
    channel_id: ChannelId
    policy: ClientPolicy
    due: float

    def put_off(self, after: float | None, now: float) -> None:
        """Send it again in *after* seconds."""
        self.due = now + max(self.policy.retry_seconds, after or 0.0)

    def repeated(self, now: float) -> Transmit:
        """Send it again."""
        self.due = now + self.policy.answer_seconds
        return Transmit(self.frame)


@define(eq=False)
class Requests:
    """What was asked for on the present connection. Each is asked for again, as it was, until it is answered."""

    policy: ClientPolicy
    _pending: dict[str, Request] = field(factory=dict[str, Request], init=False)
    _count: int = field(default=0, init=False)

    @property
    def due(self) -> float | None:
        """When the next is asked for again."""
        return min((request.due for request in self._pending.values()), default=None)

    def ask(self, channel_id: ChannelId, data: Asked, now: float) -> Transmit:
        """Ask for *data* under a new id."""
        self._count += 1
        frame = Frame(type=data.type, id=str(self._count), data=data, channel_id=channel_id)
        request = Request(frame, channel_id, self.policy, now + self.policy.answer_seconds)
        self._pending[str(self._count)] = request
        return Transmit(frame)

    def get(self, id: str | None) -> Request | None:
        """What was asked for under *id* and is not answered."""
        return None if id is None else self._pending.get(id)

    def forget(self, id: str | None) -> None:
        """Wait for it no more."""
        if id is not None:
            self._pending.pop(id, None)

    def clear(self) -> None:
        """Wait for nothing: the connection is another one."""
        self._pending.clear()

    def ticked(self, now: float) -> Effects:
        """Ask again for what is due."""
        return tuple(request.repeated(now) for request in self._pending.values() if request.due <= now)


@define(eq=False)
class Lanes:
    """What is to be said, until it is answered: a lane for each channel, in order.

    Of one channel, one is under way at a time, so that nothing overtakes what is lost or put off.
    """

    _requests: Requests
    _lanes: dict[ChannelId, deque[Lasting]] = field(factory=dict[ChannelId, deque[Lasting]], init=False)

    @property
    def unsettled(self) -> tuple[tuple[ChannelId, Lasting], ...]:
        """All of it, in order within each channel."""
        return tuple((channel_id, data) for channel_id, lane in self._lanes.items() for data in lane)

    def put(self, channel_id: ChannelId, data: Lasting, now: float, *, is_open: bool) -> Effects:
        """Say *data* when all before it is answered."""
        lane = self._lanes.setdefault(channel_id, deque())
        lane.append(data)
        return (self._requests.ask(channel_id, data, now),) if is_open and len(lane) == 1 else ()

    def resume(self, now: float) -> Effects:
        """Say again what is not answered."""
        return tuple(self._requests.ask(channel_id, lane[0], now) for channel_id, lane in self._lanes.items())

    def advance(self, channel_id: ChannelId, now: float) -> Effects:
        """The first in a channel was answered: say the next."""
        lane = self._lanes[channel_id]
        lane.popleft()
        if lane:
            return (self._requests.ask(channel_id, lane[0], now),)
        del self._lanes[channel_id]
        return ()
