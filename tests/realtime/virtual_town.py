"""People who talk over a virtual network, by two servers over one store, and the proof that nobody missed anything."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from random import Random
from typing import Generic, TypeAlias, TypeVar

from attrs import define, field

from saiondo_core import ChannelId, Message, Ports, Settings, UserId
from saiondo_core.adapters.memory.channels import MemoryChannels
from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.adapters.memory.messages import MemoryMessages
from saiondo_core.adapters.memory.roles import MemoryRoles
from saiondo_core.adapters.memory.rooms import Rooms
from saiondo_core.gateway.handshake import Handshake
from saiondo_core.kernel.errors import UnavailableError
from saiondo_core.kernel.events import Event, Head, Recorded
from saiondo_core.messages.events import MessageSent
from saiondo_core.messages.model import Appended, MessageDraft, MessageId
from saiondo_core.realtime.client_effects import ConnectionStatus
from saiondo_core.realtime.feed import stream_of
from saiondo_core.realtime.model import RealTimePolicy
from saiondo_core.realtime.replies import Happened
from saiondo_core.realtime.requests import Say
from saiondo_core.testing.ports import cheap_ports
from saiondo_core.testing.virtual_faults import Faults, Mishaps
from saiondo_core.testing.virtual_network import VirtualNetwork
from saiondo_core.testing.virtual_server import VirtualServer
from saiondo_core.testing.virtual_time import VirtualClock, until
from tests.realtime.virtual_guests import Come, Guest

SEEDS = range(5_000 if os.environ.get("SAIONDO_LONG") else 100)
"""For each kind of weather."""

MESSAGES = 12

_NOTES = Mishaps(dropped=0.1, doubled=0.1, reordered=0.1)
TORN = Faults(
    refused=0.1,
    unanswered=0.05,
    reset=0.06,
    closed=0.03,
    black_hole=0.03,
    half_open=0.03,
    restart=0.04,
    notes=_NOTES,
)
"""All that happens in life, a hundred times as often."""

LOSSY = Faults(
    reset=0.02,
    black_hole=0.01,
    restart=0.02,
    notes=_NOTES,
    frames=Mishaps(dropped=0.05, doubled=0.05, reordered=0.05),
)
"""What does not happen on TCP, and some of what does."""

PEOPLE = "anna", "bert", "carl"
PATIENCE = 600.0
"""Virtual seconds within which everybody has heard everything, once all is well."""

SERVER = RealTimePolicy(recover_most=6, events_per_minute=60)
"""So little that histories are paged, and now and then somebody says too much."""

G = TypeVar("G", bound=Guest)
Messages: TypeAlias = Callable[[Rooms, Random], MemoryMessages]


async def by_name(handshake: Handshake) -> UserId | None:
    """Whoever says a name for a token is taken at their word."""
    return None if handshake.token is None else UserId(handshake.token)


@define(eq=False)
class UnsteadyMessages(MemoryMessages):
    """Messages in a store of which one in ten calls fails: half of those before the commit, half after it."""

    random: Random

    async def append(
        self, *, draft: MessageDraft, fingerprint: str, membership_revision: int, events: tuple[Event, ...]
    ) -> Appended:
        """See `MessageRepository.append`."""
        fate = self.random.random()
        if fate < 0.05:
            raise UnavailableError(outcome_unknown=True)
        appended = await super().append(
            draft=draft, fingerprint=fingerprint, membership_revision=membership_revision, events=events
        )
        if fate < 0.1:
            raise UnavailableError(outcome_unknown=True)
        return appended


@define(eq=False, kw_only=True)
class Town(Generic[G]):
    """Who is there.

    Attributes:
        said: The keys of what each client has said in each channel, in order.
        changes: How often something was done to a message.
    """

    random: Random
    network: VirtualNetwork
    rooms: Rooms
    ports: Ports
    servers: tuple[VirtualServer, ...]
    clients: tuple[G, ...]
    channels: tuple[ChannelId, ...]
    said: dict[tuple[G, ChannelId], list[str]] = field(factory=dict[tuple[G, ChannelId], list[str]], init=False)
    changes: Counter[str] = field(factory=Counter[str], init=False)

    def is_open(self) -> bool:
        """Whether everybody follows all channels."""
        return all(each.first is not None for client in self.clients for each in client.channels.values())

    async def talk(self, messages: int) -> None:
        """Let somebody say something about every second, and somebody change what was said before."""
        for number in range(messages):
            await asyncio.sleep(self.random.uniform(0, 2))
            client, channel_id = self.random.choice(self.clients), self.random.choice(self.channels)
            key = f"{client.name}-{number}"
            self.said.setdefault((client, channel_id), []).append(key)
            client.say(channel_id, Say(content=f"This is {key}.", client_message_id=key))
            await self._change(number)

    async def settle(self) -> None:
        """Let everything heal, and return once everybody knows everything, or it has taken too long."""
        self.network.heal()
        with suppress(TimeoutError):  # What is still missing then is told by `assert_delivered`, and better.
            await until(lambda: not any(client.unsettled for client in self.clients), within=PATIENCE)
            heads = {each: await self.rooms.log.head(stream=stream_of(each)) for each in self.channels}
            await until(lambda: all(self._is_back(client, heads) for client in self.clients), within=PATIENCE)

    def _is_back(self, client: G, heads: Mapping[ChannelId, Head]) -> bool:
        """Whether *client* has heard up to the *heads*, or was told of a hole up to there."""
        if client.status is not ConnectionStatus.CONNECTED:
            return False
        for channel_id, following in client.channels.items():
            head, last = heads[channel_id], following.heard[-1] if following.heard else None
            # A store that was set back may have grown to where it was.
            is_other = last is not None and last.event_id != head.event_id
            if is_other or (following.first or 0) + len(following.heard) != head.offset:
                return False
        return True

    async def stored(self, channel_id: ChannelId) -> tuple[Recorded, ...]:
        """All that happened there."""
        return await self.rooms.log.stream(stream=stream_of(channel_id), after=0, limit=1_000_000)

    async def assert_delivered(self) -> None:
        """Nothing was lost or doubled, and all is in order: where it was said, where it is kept, where it was heard."""
        for channel_id in self.channels:
            stored = await self.stored(channel_id)
            for client in self.clients:
                assert ConnectionStatus.CONNECTED is client.status
                self._assert_stored(client, channel_id, stored)
                await self._assert_heard(client, channel_id, stored)

    def _assert_stored(self, client: G, channel_id: ChannelId, stored: tuple[Recorded, ...]) -> None:
        """What the client said is stored once, in its order, and was acknowledged as it is stored."""
        acked = [(key, message.id) for key, message in client.acknowledged(channel_id)]
        sent = [each.event for each in stored if isinstance(each.event, MessageSent)]
        mine = [event.message_id for event in sent if event.stamp.actor == client.name]
        assert self.said.get((client, channel_id), []) == [key for key, _ in acked]
        assert [message_id for _, message_id in acked] == mine

    async def _assert_heard(self, client: G, channel_id: ChannelId, stored: tuple[Recorded, ...]) -> None:
        """What the client heard is what is stored, and shows every message as it is."""
        following = client.channels[channel_id]
        kept = [(each.offset, each.event.stamp.id) for each in stored[following.first or 0 :]]
        assert kept == [event and (event.offset, event.event_id) for event in following.heard]
        for message_id, shown in last_shown(following.heard).items():
            message = await self.ports.messages.get(message_id=message_id)
            assert message is not None
            assert (message.content, message.deleted_at) == (shown.content, shown.deleted_at)

    async def _change(self, number: int) -> None:
        """Do something to a message that was acknowledged, by a server that is up, if there are both."""
        up = [server for server in self.servers if server.is_up]
        client, channel_id = self.random.choice(self.clients), self.random.choice(self.channels)
        acked = client.acknowledged(channel_id)
        what = self.random.choice(("edit", "delete", "nothing", "nothing"))
        if not (up and acked) or what == "nothing":
            return
        message = await self.ports.messages.get(message_id=self.random.choice(acked)[1].id)
        if message is None or message.deleted_at is not None:
            return
        self.changes[what] += 1
        mine = self.random.choice(up).use_cases.as_user(UserId(client.name)).message
        if what == "edit":
            await mine.edit(message_id=message.id, content=f"This was edited at {number}.")
        else:
            await mine.delete(message_id=message.id)


def last_shown(heard: list[Happened | None]) -> dict[MessageId, Message]:
    """Each message as the last event that tells of it shows it."""
    return {event.message.id: event.message for event in heard if event is not None and event.message is not None}


@asynccontextmanager
async def town(
    random: Random, come: Come[G], *, messages: Messages = UnsteadyMessages, log: MemoryLog | None = None
) -> AsyncGenerator[Town[G]]:
    """Let everybody follow two channels by two servers, in fair weather.

    Args:
        random: Decides everything.
        come: How everybody comes.
        messages: Where what they say is kept.
        log: Where all that happens is.
    """
    network, rooms = VirtualNetwork(random), Rooms(log=log or MemoryLog())
    ports = cheap_ports(
        clock=VirtualClock(),
        channels=MemoryChannels(rooms),
        messages=messages(rooms, random),
        roles=MemoryRoles(rooms.log),
        bus=network.bus(),
    )
    settings = Settings(real_time=SERVER)
    async with AsyncExitStack() as stack:
        servers = [
            await stack.enter_async_context(network.serve(ports, settings, authenticate=by_name)) for _ in range(2)
        ]
        owner, *others = (UserId(name) for name in PEOPLE)
        use_cases = servers[0].use_cases
        for name in PEOPLE:
            await use_cases.as_system("test").user.ensure(id=name, username=name)
        create = use_cases.as_user(owner).channel.create
        channels = [(await create(name=name, members=others)).id for name in ("work", "rest")]
        clients = [await stack.enter_async_context(come(network, name)) for name in PEOPLE]
        for client in clients:
            for channel_id in channels:
                client.join(channel_id)
        there = Town(
            random=random,
            network=network,
            rooms=rooms,
            ports=ports,
            servers=tuple(servers),
            clients=tuple(clients),
            channels=tuple(channels),
        )
        await until(there.is_open, within=60)
        yield there


async def live_through(
    random: Random, faults: Faults, count: int, come: Come[Guest], *, messages: Messages = UnsteadyMessages
) -> Counter[str]:
    """Let so much be said under *faults*, and check that nobody missed anything; how often each fault has struck."""
    async with town(random, come, messages=messages) as there:
        there.network.storm(faults)
        await there.talk(count)
        await there.settle()
        await there.assert_delivered()
        return there.network.weather.struck + there.changes
