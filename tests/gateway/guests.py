"""The example's client, behind a network of its own."""

import asyncio

from attrs import define, field, frozen

from examples.live_client import Json, LiveClient
from saiondo_core import ChannelId
from saiondo_core.auth.model import AuthSession
from saiondo_core.testing.fault_proxy import FaultProxy, FaultyConnection


@frozen(kw_only=True)
class Past:
    """What somebody heard of a channel without a gap.

    Attributes:
        reason: Of the gap before it; None for the first one.
        after: The offset after which it begins.
        events: All of it.
    """

    reason: str | None
    after: int
    events: list[Json] = field(factory=list[Json])


@define(eq=False)
class Guest:
    """The example's client, behind a network of its own, and all that its application hears.

    Attributes:
        network: Leads to one of the gateways.
        pasts: What it heard of each channel.
    """

    person: AuthSession
    network: FaultProxy
    channels: tuple[ChannelId, ...]
    client: LiveClient = field(init=False)
    pasts: dict[str, list[Past]] = field(init=False)
    _running: "asyncio.Task[None]" = field(init=False)
    _is_welcome: bool = field(default=False, init=False)
    _struck: set[FaultyConnection] = field(factory=set[FaultyConnection], init=False)

    def __attrs_post_init__(self) -> None:
        """Come."""
        self.pasts = {channel_id: list[Past]() for channel_id in self.channels}
        self.client = LiveClient(self.network.url(), self.person.access_token, self.channels, hear=self._hear)
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
        return not self._struck & set(self.network.connections)

    def _unstruck(self) -> list[FaultyConnection]:
        return [each for each in self.network.connections if each not in self._struck]

    def _hear(self, frame: Json) -> None:
        self._is_welcome |= frame["type"] == "welcome"
        if frame["type"] in {"snapshot", "gap"}:
            pasts, data = self.pasts[frame["channel_id"]], frame["data"]
            gap = data.get("gap") or data
            if "reason" in gap or not pasts:
                pasts.append(Past(reason=gap.get("reason"), after=data["head"]))
        if frame["type"] == "event":
            self.pasts[frame["channel_id"]][-1].events.append(frame["data"])
