"""All clients of one namespace of this process."""

import asyncio
from collections.abc import Callable, Coroutine

from attrs import asdict, define, evolve, field

from saiondo_core.composition.websocket.client import ENDED, Client
from saiondo_core.composition.websocket.handlers import Ears, not_found
from saiondo_core.composition.websocket.stream import Stream, open_stream
from saiondo_core.composition.websocket.tools import ClientTools
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.refusals import MissingActorError
from saiondo_core.realtime.client_told import WebSocketStats
from saiondo_core.realtime.errors import NotConnectedError


@define(eq=False, repr=False)
class Clients:
    """One client for each user who has connected and not disconnected.

    Attributes:
        make_tools: Called when somebody connects, so that whoever never does loads no driver.
        ears: Who is told of what.
    """

    make_tools: Callable[[], ClientTools]
    ears: Ears = field(factory=Ears, init=False)
    _tools: ClientTools | None = field(default=None, init=False)
    _clients: dict[UserId, Client] = field(factory=dict[UserId, Client], init=False)
    _endings: "set[asyncio.Task[None]]" = field(factory=set["asyncio.Task[None]"], init=False)
    _past: list[WebSocketStats] = field(factory=list[WebSocketStats], init=False)

    @property
    def tools(self) -> ClientTools:
        """What all clients need."""
        if self._tools is None:
            self._tools = self.make_tools()
        return self._tools

    @property
    def users(self) -> tuple[UserId, ...]:
        """Whose clients there are."""
        return tuple(self._clients)

    def only(self) -> UserId:
        """Whose client the one and only is.

        Raises:
            MissingActorError: There is none, or there are several.
        """
        if len(self._clients) != 1:
            raise MissingActorError
        return next(iter(self._clients))

    def find(self, user_id: UserId) -> Client | None:
        """The client of *user_id*, where there is one."""
        return self._clients.get(user_id)

    def get(self, user_id: UserId) -> Client:
        """The client of *user_id*.

        Raises:
            NotConnectedError: They never connected, or have disconnected.
        """
        client = self._clients.get(user_id)
        if client is None:
            raise NotConnectedError
        return client

    def get_or_make(self, user_id: UserId) -> Client:
        """The client of *user_id*, a new one where there is none."""
        if user_id not in self._clients:
            self._clients[user_id] = Client(user_id=user_id, tools=self.tools, ears=self.ears)
        return self._clients[user_id]

    async def disconnect(self, *user_ids: UserId) -> None:
        """End the clients of *user_ids*, where there are any, and keep nothing of them but what they have counted.

        All end at once, and to their end, even where nobody waits for that any more.
        """
        clients = [client for user_id in user_ids if (client := self._clients.pop(user_id, None)) is not None]
        endings = [asyncio.create_task(self._end(client, client.disconnect())) for client in clients]
        for ending in endings:
            self._endings.add(ending)
            ending.add_done_callback(self._endings.discard)
        await asyncio.shield(asyncio.gather(*endings))

    async def close(self) -> None:
        """End all clients, and tell nobody anything more."""
        await self.disconnect(*self.users)
        await asyncio.shield(asyncio.gather(*self._endings))
        self.ears.messages.clear()
        self.ears.events.clear()

    def stats(self, user_id: UserId | None) -> WebSocketStats:
        """What the client of *user_id* has counted; where that is None, all there are and have been."""
        if user_id is not None:
            client = self._clients.get(user_id)
            return WebSocketStats() if client is None else client.stats
        return _sum(*self._past, *(client.stats for client in self._clients.values()))

    def stream(self, type: str, user_id: UserId | None) -> Stream:
        """What handlers of *type* are told from now on."""
        return open_stream(
            self.ears, type, user_id, lambda: all(client.status in ENDED for client in self._clients.values())
        )

    def off(self, handler: Callable[..., object], user_id: UserId | None) -> None:
        """Tell *handler* nothing more.

        Raises:
            HandlerNotFoundError: It is not registered.
        """
        found = [each.remove(handler, user_id) for each in (self.ears.messages, self.ears.events)]
        if not any(found):
            raise not_found(handler)

    async def _end(self, client: Client, work: Coroutine[object, object, None]) -> None:
        await work
        self._past = [_sum(*self._past, evolve(client.stats, waiting=0, untold=0))]


def _sum(*stats: WebSocketStats) -> WebSocketStats:
    totals = dict.fromkeys(asdict(WebSocketStats()), 0)
    for each in stats:
        for name, count in asdict(each).items():
            totals[name] += count
    return WebSocketStats(**totals)
