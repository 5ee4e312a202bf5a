"""The example's client, behind a network of its own."""

import asyncio

from attrs import define, field

from examples.live_client import Json, LiveClient
from saiondo_core import ChannelId
from saiondo_core.auth.model import AuthSession
from saiondo_core.testing.fault_proxy import FaultProxy, FaultyConnection
from saiondo_core.testing.faults import Direction
from saiondo_core.testing.websocket_frames import Frame


@define(eq=False)
class Guest:
    """The example's client, which keeps all that it hears, behind a network of its own to each gateway.

    Attributes:
        heard: The events that its application was told of, by channel.
        voids: How often it was told that all it knew of a channel is void.
    """

    person: AuthSession
    networks: tuple[FaultProxy, ...]
    channels: tuple[ChannelId, ...]
    client: LiveClient = field(init=False)
    heard: dict[str, list[Json]] = field(init=False)
    voids: int = field(default=0, init=False)
    _running: "asyncio.Task[None]" = field(init=False)
    _is_welcome: bool = field(default=False, init=False)
    _struck: set[FaultyConnection] = field(factory=set[FaultyConnection], init=False)

    def __attrs_post_init__(self) -> None:
        """Come by the first gateway, and look at all that either says."""
        for network in self.networks:
            network.drop_frames(Direction.TO_CLIENT, when=self._looks_away)
        self.heard = {channel_id: list[Json]() for channel_id in self.channels}
        token = self.person.access_token
        self.client = LiveClient(self.networks[0].url(), token, self.channels, hear=self._hear)
        self.client.reconnect_seconds = 0.01
        self.come()

    def come(self) -> None:
        """Begin to run."""
        self._running = asyncio.create_task(self.client.run())

    async def leave(self) -> None:
        """Say goodbye, as a client does whose application goes to sleep.

        Raises:
            Exception: Whatever has ended it before.
        """
        while not self._running.done():
            self._running.cancel()  # Again, for a connection that fails at the same moment takes the first one's place.
            await asyncio.wait({self._running}, timeout=3)
        if not self._running.cancelled():
            await self._running

    def turn_to(self, gateway: int) -> None:
        """Connect to that gateway from the next time on."""
        self.client.url = self.networks[gateway].url()

    @property
    def is_in(self) -> bool:
        """Whether a gateway has let it in by a connection that was not struck."""
        return self._is_welcome and bool(self._unstruck())

    def struck(self) -> FaultyConnection:
        """The connection by which it is in: it will not be struck again."""
        connection = self._unstruck()[-1]
        self._struck.add(connection)
        self._is_welcome = False
        return connection

    def has_lost_all_struck(self) -> bool:
        """Whether all its connections that were struck have ended."""
        return not any(self._struck & set(network.connections) for network in self.networks)

    def pasts(self, channel_id: ChannelId) -> list[list[str]]:
        """The events that its application was told of, by id, each time that it was told from the first one on."""
        pasts = list[list[str]]()
        for event in self.heard[channel_id]:
            if event["offset"] == 1:
                pasts.append([])
            pasts[-1].append(event["event_id"])
            assert len(pasts[-1]) == event["offset"]
        return pasts

    def _unstruck(self) -> list[FaultyConnection]:
        return [each for network in self.networks for each in network.connections if each not in self._struck]

    def _looks_away(self, frame: Frame) -> bool:
        """Lose nothing of what passes by, but look at it."""
        self._is_welcome |= frame.payload.startswith(b'{"type":"welcome"')
        self.voids += b'"reason":"epoch_changed"' in frame.payload
        return False

    def _hear(self, channel_id: str, event: Json) -> None:
        self.heard[channel_id].append(event)
