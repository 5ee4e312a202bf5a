"""What one is told of one's connections, and can ask of them."""

from collections.abc import Callable
from typing import TypeVar, overload

from attrs import field, frozen

from saiondo_core.composition.websocket.clients import Clients
from saiondo_core.composition.websocket.stream import Stream
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.refusals import ActorMismatchError
from saiondo_core.kernel.rights import Lifetime
from saiondo_core.realtime.client_effects import ConnectionStatus
from saiondo_core.realtime.client_told import (
    EVERYTHING,
    ConnectionInfo,
    WebSocketEvent,
    WebSocketEventType,
    WebSocketMessage,
    WebSocketStats,
    valid_type,
)

M = TypeVar("M", bound=Callable[[WebSocketMessage], object])
E = TypeVar("E", bound=Callable[[WebSocketEvent], object])


@frozen(kw_only=True)
class WebSocketListening:
    """What one is told of one's connections, and can ask of them."""

    _clients: Clients = field(alias="clients", repr=False)
    _lifetime: Lifetime = field(alias="lifetime", repr=False)
    _actor: Actor | None = field(default=None, alias="actor")

    @overload
    def on_message(self, type: str = EVERYTHING, *, user_id: UserId | None = None) -> Callable[[M], M]: ...

    @overload
    def on_message(self, type: str, handler: M, *, user_id: UserId | None = None) -> M: ...

    def on_message(
        self, type: str = EVERYTHING, handler: M | None = None, *, user_id: UserId | None = None
    ) -> M | Callable[[M], M]:
        """Have *handler* told of what happens in the channels that are joined: as a call, or as a decorator.

        It is told of each channel in order, one thing after the other, and of several channels at once. What it takes
        long for waits, and holds up nothing else. Where it raises, `error` is told of, and it goes on with the next.

        Args:
            type: Of what, as `WebSocketMessage.type` lists it; `*` for everything.
            handler: A function of the `WebSocketMessage`, async or not. It is told until `off`.
            user_id: Whose connection's; by default, of those of the acting user, or of all where nobody is bound.

        Returns:
            The handler.

        Raises:
            InvalidInputError: There is no such type.
        """
        self._lifetime.check()
        whose, wanted = self._named(user_id), valid_type(type)

        def add(added: M) -> M:
            self._clients.ears.messages.add(added, wanted, whose)
            return added

        return add if handler is None else add(handler)

    @overload
    def on_event(self, type: str = EVERYTHING, *, user_id: UserId | None = None) -> Callable[[E], E]: ...

    @overload
    def on_event(self, type: str, handler: E, *, user_id: UserId | None = None) -> E: ...

    def on_event(
        self, type: str = EVERYTHING, handler: E | None = None, *, user_id: UserId | None = None
    ) -> E | Callable[[E], E]:
        """Have *handler* told of what happens to the connections themselves: as a call, or as a decorator.

        Args:
            type: Of what, as `WebSocketEventType` lists it; `*` for everything.
            handler: A function of the `WebSocketEvent`, async or not. It is told until `off`, in order, and waits for
                no other handler. One that takes long is told the last thing only, once one disconnects.
            user_id: See `on_message`.

        Returns:
            The handler.

        Raises:
            InvalidInputError: There is no such type.
        """
        self._lifetime.check()
        whose = self._named(user_id)
        if type not in {EVERYTHING, *WebSocketEventType}:
            raise InvalidInputError(field="type", expected=f"* or one of {', '.join(WebSocketEventType)}")

        def add(added: E) -> E:
            self._clients.ears.events.add(added, type, whose)
            return added

        return add if handler is None else add(handler)

    def off(self, handler: Callable[..., object]) -> None:
        """Tell *handler* nothing more.

        Raises:
            HandlerNotFoundError: It is not registered, or by somebody else than the acting user.
        """
        self._lifetime.check()
        self._clients.off(handler, self._named(None))

    def messages(self, type: str = "message", *, user_id: UserId | None = None) -> Stream:
        """What handlers of *type* are told, from now on, to go through with `async for`.

        Each thing counts as handled once the next is asked for. It ends with the connection; where nobody is named,
        with the last one. Whoever leaves it before, by an error or `break`, has not handled what they were at: that
        and all after it in its channel is told again by the next process, or once the channel is joined again.
        """
        self._lifetime.check()
        return self._clients.stream(valid_type(type), self._named(user_id))

    def is_connected(self, user_id: UserId | None = None) -> bool:
        """Whether the server has welcomed the client, and has answered since whatever it was asked."""
        return self._status(user_id) is ConnectionStatus.CONNECTED

    @property
    def connection_status(self) -> ConnectionStatus:
        """How the client stands to its server; `disconnected` where there is none."""
        return self._status(None)

    def get_connection_info(self, user_id: UserId | None = None) -> ConnectionInfo | None:
        """The connection of *user_id*, as it is at the moment; None where there is none."""
        self._lifetime.check()
        client = self._clients.find(self._who(user_id)) if self._clients.users else None
        return None if client is None else client.info

    def get_active_connections(self) -> tuple[ConnectionInfo, ...]:
        """The connections of this process that stand at the moment, to anybody's name that one may know of."""
        self._lifetime.check()
        whose = self._named(None)
        found = (self._clients.get(each) for each in self._clients.users if whose in {None, each})
        return tuple(client.info for client in found if client.status is ConnectionStatus.CONNECTED)

    def get_web_socket_stats(self, user_id: UserId | None = None) -> WebSocketStats:
        """What *user_id*'s connection has counted; by default all that there are, and have been."""
        self._lifetime.check()
        return self._clients.stats(self._named(user_id))

    def _status(self, user_id: UserId | None) -> ConnectionStatus:
        self._lifetime.check()
        client = self._clients.find(self._who(user_id)) if self._clients.users else None
        return ConnectionStatus.DISCONNECTED if client is None else client.status

    def _named(self, user_id: UserId | None) -> UserId | None:
        """The acting user, or the one who is named, if either is."""
        if self._actor is None or self._actor.is_system:
            return user_id
        if user_id not in {None, self._actor.id}:
            raise ActorMismatchError
        return self._actor.id

    def _who(self, user_id: UserId | None) -> UserId:
        """The acting user, or the one who is named, or the only one there is."""
        self._lifetime.check()
        who = self._named(user_id)
        return self._clients.only() if who is None else who
