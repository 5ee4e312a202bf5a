"""A client of the protocol that loses nothing: frames and moments in, frames and effects out."""

from collections.abc import Callable, Mapping

from attrs import define, field

from saiondo_core.channels.model import ChannelId
from saiondo_core.realtime.client_channel import ClientChannel
from saiondo_core.realtime.client_effects import (
    ClientPolicy,
    ConnectionStatus,
    Deliver,
    Effects,
    Settled,
    Transmit,
)
from saiondo_core.realtime.client_link import ClientLink
from saiondo_core.realtime.client_requests import Lanes, Lasting, Requests
from saiondo_core.realtime.frames import Data, Frame
from saiondo_core.realtime.replies import (
    Ack,
    Failure,
    HistoryPage,
    Left,
    Presence,
    ReadMovedTo,
    ServerHeartbeat,
    ServerPong,
    Snapshot,
    Welcome,
)
from saiondo_core.realtime.requests import (
    Broadcast,
    JoinChannel,
    LeaveChannel,
    Pong,
    ReadHistory,
    ReadReceipt,
    Say,
    Typing,
)


@define(eq=False)
class ClientMachine:
    """What a client does, whatever carries its frames. Moments are seconds of one monotonic clock.

    Each call gives effects, which the shell carries out in order before it makes the next call. What was said is said
    again under the same `client_message_id` until it is answered; what happens in a channel is delivered once and in
    order, over as many connections as it takes, or is said to be missed.
    """

    policy: ClientPolicy
    random: Callable[[], float]
    _link: ClientLink = field(init=False)
    _requests: Requests = field(init=False)
    _lanes: Lanes = field(init=False)
    _channels: dict[ChannelId, ClientChannel] = field(factory=dict[ChannelId, ClientChannel], init=False)

    def __attrs_post_init__(self) -> None:
        """Put its parts together."""
        self._link = ClientLink(policy=self.policy, random=self.random)
        self._requests = Requests(self.policy)
        self._lanes = Lanes(self._requests)

    @property
    def status(self) -> ConnectionStatus:
        """How the client stands to its server."""
        return self._link.status

    @property
    def due(self) -> float | None:
        """When to say `ticked`, where nothing happens before; None where only something else can."""
        asked = self._requests.due if self._link.is_open else None
        return min((due for due in (self._link.due, asked) if due is not None), default=None)

    @property
    def unsettled(self) -> tuple[tuple[ChannelId, Lasting], ...]:
        """What was said and is not answered, in order within each channel; it is kept over `disconnect`."""
        return self._lanes.unsettled

    @property
    def cursors(self) -> Mapping[ChannelId, str | None]:
        """How far each channel was delivered; None for one that was never joined yet."""
        return {channel_id: channel.cursor for channel_id, channel in self._channels.items()}

    def connect(self) -> Effects:
        """Connect, and stay connected. Does nothing where that was said before."""
        return self._link.connect()

    def authorized(self, token: str | None) -> Effects:
        """The token that was asked for; None where there is none to be had."""
        return self._link.authorized(token)

    def unauthorized(self) -> Effects:
        """The token that was asked for cannot be had for the moment."""
        return self._link.unauthorized()

    def connected(self, now: float) -> Effects:
        """The connection is made."""
        return self._link.connected(now)

    def lost(self, close_code: int | None, now: float) -> Effects:
        """The connection has ended, or could not be made; a handshake that refuses the token counts as 4101."""
        return self._link.lost(close_code, now)

    def disconnect(self) -> Effects:
        """End the connection, and make no other one until `connect`."""
        return self._link.disconnect()

    def ticked(self, now: float) -> Effects:
        """Do what is due."""
        effects = self._link.ticked(now)
        return (*effects, *self._requests.ticked(now)) if self._link.is_open else effects

    def send(self, channel_id: ChannelId, data: Lasting, now: float) -> Effects:
        """Say *data* once all that was said in the channel before is answered; what becomes of it is `Settled`."""
        return self._lanes.put(channel_id, data, now, is_open=self._link.is_open)

    def pass_on(self, channel_id: ChannelId, data: Typing | Broadcast) -> Effects:
        """Say *data* now, or never."""
        return self._say_now(channel_id, data)

    def join(self, channel_id: ChannelId, now: float, since: str | None = None) -> Effects:
        """Follow a channel: from the cursor *since*, or from where one has got to, or from now on."""
        channel = self._channels.get(channel_id)
        if channel is None or since is not None:
            if channel is not None:
                channel.leave()
            channel = ClientChannel(channel_id=channel_id, policy=self.policy, requests=self._requests, cursor=since)
            self._channels[channel_id] = channel
        return channel.join(now) if self._link.is_open else ()

    def leave(self, channel_id: ChannelId) -> Effects:
        """Follow a channel no more."""
        return self._say_now(channel_id, LeaveChannel()) if self._drop(channel_id) else ()

    def hold(self, channel_id: ChannelId) -> Effects:
        """Hear nothing of a channel for now, for the application cannot keep up."""
        channel = self._channels.get(channel_id)
        if channel is None or channel.is_held:
            return ()
        channel.hold()
        return self._say_now(channel_id, LeaveChannel())

    def release(self, channel_id: ChannelId, now: float) -> Effects:
        """Follow a channel that was held, from where one has got to."""
        channel = self._channels.get(channel_id)
        if channel is None or not channel.is_held:
            return ()
        channel.is_held = False
        return channel.join(now) if self._link.is_open else ()

    def received(self, frame: Frame[Data] | None, now: float) -> Effects:
        """The server said something; None, where it is of a kind that is not known here."""
        self._link.heard(now)
        if frame is None:
            return ()
        if self._link.is_opening:
            return self._greeted(frame, now)
        return self._told(frame, now) if self._link.is_open else ()

    def _greeted(self, frame: Frame[Data], now: float) -> Effects:
        match frame.data:
            case Welcome():
                return (*self._link.welcomed(now), *self._resume(now))
            case Failure() as failure:
                return (Settled(request=None, answer=failure),)
            case _:
                return ()

    def _told(self, frame: Frame[Data], now: float) -> Effects:
        match frame.data:
            case Failure() as failure if frame.id is None:
                return (Settled(request=None, answer=failure),)
            case Failure() | Ack() | Snapshot() | HistoryPage():
                return self._answered(frame, now)
            case ServerHeartbeat(heads=heads):
                return (Transmit(Frame(type=Pong.type, data=Pong())), *self._compared(heads, now))
            case ServerPong(heads=heads):
                return self._compared(heads, now)
            case _:
                return self._happened(frame, now)

    def _answered(self, frame: Frame[Data], now: float) -> Effects:
        request, answer = self._requests.get(frame.id), frame.data
        if request is None:
            return ()
        if isinstance(answer, Failure) and answer.retryable:
            request.put_off(answer.retry_after, now)
            return ()
        match request.frame.data:
            case Say() | ReadReceipt() if isinstance(answer, Ack | Failure):
                self._requests.forget(frame.id)
                settled = Settled(request=request.frame, answer=answer)
                return (settled, *self._lanes.advance(request.channel_id, now))
            case JoinChannel() if isinstance(answer, Failure):
                self._drop(request.channel_id)
                return (Settled(request=request.frame, answer=answer),)
            case JoinChannel() | ReadHistory():
                return self._channels[request.channel_id].received(frame, now)
            case _:
                return ()

    def _happened(self, frame: Frame[Data], now: float) -> Effects:
        channel = None if frame.channel_id is None else self._channels.get(frame.channel_id)
        match frame.data:
            case _ if channel is None:
                return ()
            case Left() if channel.is_joining:
                return ()  # It tells of the time before: the answer to the join is still to come.
            case Left():
                self._drop(channel.channel_id)
                return (Deliver(frame=frame),)
            case Typing() | ReadMovedTo() | Broadcast() | Presence():
                return (Deliver(frame=frame),)
            case _:
                return channel.received(frame, now)

    def _resume(self, now: float) -> Effects:
        self._requests.clear()
        joins = (effect for channel in self._channels.values() for effect in channel.join(now))
        return (*self._lanes.resume(now), *joins)

    def _compared(self, heads: Mapping[str, int], now: float) -> Effects:
        channels = self._channels.items()
        return tuple(
            effect for channel_id, channel in channels for effect in channel.compared(heads.get(channel_id), now)
        )

    def _say_now(self, channel_id: ChannelId, data: Data) -> Effects:
        frame = Frame(type=data.type, data=data, channel_id=channel_id)
        return (Transmit(frame),) if self._link.is_open else ()

    def _drop(self, channel_id: ChannelId) -> bool:
        channel = self._channels.pop(channel_id, None)
        if channel is not None:
            channel.leave()
        return channel is not None
