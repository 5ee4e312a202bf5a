"""Who comes to a virtual network: a bare machine, or the client that applications use."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from random import Random
from typing import Protocol, TypeAlias, TypeVar

from attrs import define, field

from saiondo_core import ChannelId, Message, UserId
from saiondo_core.composition.settings import WebSocketSettings
from saiondo_core.composition.websocket.web_socket import WebSocketUseCase
from saiondo_core.realtime.client import ClientMachine
from saiondo_core.realtime.client_effects import ClientPolicy, ConnectionStatus
from saiondo_core.realtime.client_told import WebSocketMessage
from saiondo_core.realtime.requests import Say
from saiondo_core.testing.virtual_client import Following, VirtualClient
from saiondo_core.testing.virtual_network import VirtualNetwork
from saiondo_core.testing.virtual_web_socket import virtual_web_socket

FOR_EVER = 10_000


class Guest(Protocol):
    """Somebody who talks and listens, by whichever client."""

    name: str
    channels: dict[ChannelId, Following]

    @property
    def status(self) -> ConnectionStatus:
        """How they stand to their server."""
        ...

    @property
    def unsettled(self) -> int:
        """How much of what they said is not answered."""
        ...

    def join(self, channel_id: ChannelId) -> None:
        """Follow a channel from now on."""

    def say(self, channel_id: ChannelId, data: Say) -> None:
        """Say something."""

    def acknowledged(self, channel_id: ChannelId) -> list[tuple[str, Message]]:
        """The messages that they were told to be stored, each after its key, in the order in which they were."""
        ...


G_co = TypeVar("G_co", bound=Guest, covariant=True)
Machine: TypeAlias = Callable[[ClientPolicy, Callable[[], float]], ClientMachine]


class Come(Protocol[G_co]):
    """How somebody comes."""

    def __call__(self, network: VirtualNetwork, name: str, /) -> AbstractAsyncContextManager[G_co]:
        """Let whoever has that *name* connect, until the end of the block."""
        ...


def by_machine(machine: Machine = ClientMachine) -> Come[VirtualClient]:
    """Come by a bare machine, which pages what it missed by a few events at a time."""
    policy = ClientPolicy(max_reconnect_attempts=FOR_EVER, page_events=4, waiting_events=5)

    def come(network: VirtualNetwork, name: str) -> VirtualClient:
        random = Random(f"{network.seed}/{name}")
        return VirtualClient(name=name, token=name, network=network, machine=machine(policy, random.random))

    return come


@define(eq=False)
class Bot:
    """Somebody who comes by `WebSocketUseCase`."""

    name: str
    client: WebSocketUseCase
    channels: dict[ChannelId, Following] = field(factory=dict[ChannelId, Following], init=False)
    _acknowledged: dict[ChannelId, list[tuple[str, Message]]] = field(
        factory=dict[ChannelId, list[tuple[str, Message]]], init=False
    )
    _tasks: "set[asyncio.Task[object]]" = field(factory=set["asyncio.Task[object]"], init=False)

    @property
    def status(self) -> ConnectionStatus:
        """See `Guest.status`."""
        return self.client.connection_status

    @property
    def unsettled(self) -> int:
        """See `Guest.unsettled`."""
        return len(self._tasks)

    def join(self, channel_id: ChannelId) -> None:
        """See `Guest.join`."""
        self.channels[channel_id], self._acknowledged[channel_id] = Following(), []
        self._begin(self.client.join_channel(channel_id=channel_id))

    def say(self, channel_id: ChannelId, data: Say) -> None:
        """See `Guest.say`."""
        self._begin(self._send(channel_id, data))

    def acknowledged(self, channel_id: ChannelId) -> list[tuple[str, Message]]:
        """See `Guest.acknowledged`."""
        return self._acknowledged[channel_id]

    async def listen(self, told: WebSocketMessage) -> None:
        """Hear of a channel, which takes a while."""
        await asyncio.sleep(0.1)
        self.channels[told.channel_id].tell(told.data)

    async def _send(self, channel_id: ChannelId, data: Say) -> None:
        key = data.client_message_id
        message = await self.client.send_message(channel_id=channel_id, content=data.content, client_message_id=key)
        self._acknowledged[channel_id].append((key, message))

    def _begin(self, work: Coroutine[object, object, object]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[object]") -> None:
        self._tasks.discard(task)
        task.result()


@asynccontextmanager
async def by_web_socket(network: VirtualNetwork, name: str) -> AsyncGenerator[Bot]:
    """Come by the client that applications use."""
    settings = WebSocketSettings(max_reconnect_attempts=FOR_EVER)
    async with virtual_web_socket(network, name, settings) as client:
        bot = Bot(name, client)
        client.on_message("*", bot.listen)
        await client.connect(UserId(name), access_token=name)
        yield bot
