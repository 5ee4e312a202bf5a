"""Two people live, each over a client of this library, and a cable that is cut in the middle of what they say."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from attrs import define, field, frozen

from examples.replay.checking import must_equal
from examples.replay.people import PASSWORD, Person
from examples.replay.replaying import Replay
from examples.replay.report import Report
from saiondo_core import UseCases
from saiondo_core.composition.settings import WebSocketSettings
from saiondo_core.composition.websocket.standalone import web_socket_client
from saiondo_core.composition.websocket.web_socket import WebSocketUseCase
from saiondo_core.gateway.websocket import serve
from saiondo_core.messages.model import Message, MessageId
from saiondo_core.realtime.client_told import WebSocketEvent, WebSocketMessage
from saiondo_core.testing.fault_proxy import FaultProxy
from saiondo_core.testing.faults import Direction

_GUARD = 30.0
"""Nobody waits longer for anything, in seconds: only a fault does."""

_SAID = 20
"""How many messages are sent: some before the cable is cut, some while it is, and some after."""


@define(eq=False)
class End:
    """One of the two: who it is, their client, and all that it was told."""

    person: Person
    client: WebSocketUseCase
    heard: list[WebSocketMessage] = field(factory=list[WebSocketMessage], init=False)
    events: list[WebSocketEvent] = field(factory=list[WebSocketEvent], init=False)
    _news: asyncio.Event = field(factory=asyncio.Event, init=False)

    def __attrs_post_init__(self) -> None:
        """Listen to everything."""
        self.client.on_message("*", self._hear)
        self.client.on_event("*", self._happen)

    async def until(self, count: int) -> list[WebSocketMessage]:
        """The messages that it was told of, once there are so many."""
        async with asyncio.timeout(_GUARD):
            while len(messages := [told for told in self.heard if told.type == "message"]) < count:
                self._news.clear()
                await self._news.wait()
        return messages

    async def until_heard(self, type: str) -> WebSocketMessage:
        """The first thing of that type that it was told of, once there is one."""
        async with asyncio.timeout(_GUARD):
            while not (found := [told for told in self.heard if told.type == type]):
                self._news.clear()
                await self._news.wait()
        return found[0]

    def _hear(self, told: WebSocketMessage) -> None:
        self.heard.append(told)
        self._news.set()

    def _happen(self, event: WebSocketEvent) -> None:
        self.events.append(event)
        self._news.set()


@frozen(repr=False)
class Live:
    """Real time in the replayed channel: *host* and its last speaker, and a gateway on loopback."""

    use_cases: UseCases
    replay: Replay
    host: Person
    report: Report

    async def play(self) -> None:
        """Talk, have the cable cut, miss nothing, and be signed out.

        Raises:
            DoesNotAddUpError: Somebody heard something else than was said.
        """
        self.report.heading("Live: two people on WebSockets, and a cable that is cut")
        guest, channel_id = self.replay.said[-1].person, self.replay.channel.id
        await guest.calls.channel.join(channel_id=channel_id)
        tokens = [await self._token(person) for person in (self.host, guest)]
        async with (
            serve(self.use_cases) as server,
            FaultProxy("127.0.0.1", server.port) as network,
            self._end(self.host, network, tokens[0]) as mine,
            self._end(guest, network, tokens[1]) as theirs,
        ):
            self.report.tell("a gateway serves on 127.0.0.1, and both connect to it through a network that can break")
            await self._talk(mine, theirs)
            await self._cut(network, mine, theirs)
            await self._sign_out(mine, tokens[0])

    async def _token(self, person: Person) -> str:
        session = await self.use_cases.auth.authenticate(email=person.user.email or "", password=PASSWORD)
        return session.access_token

    @asynccontextmanager
    async def _end(self, person: Person, network: FaultProxy, token: str) -> AsyncGenerator[End]:
        settings = WebSocketSettings(url=network.url(), reconnect_interval=0.1, heartbeat_interval=1, answer_seconds=1)
        async with web_socket_client(settings) as client:
            end = End(person, client)
            await client.connect(person.user.id, access_token=token)
            must_equal("connected", client.connection_status.value, "how one stands to the server")
            snapshot = await client.join_channel(channel_id=self.replay.channel.id)
            must_equal(self.replay.channel.name, snapshot.channel.name, "the channel that is joined")
            yield end

    async def _talk(self, mine: End, theirs: End) -> None:
        """Type, talk and wave."""
        channel_id, nick = self.replay.channel.id, theirs.person.nick
        await theirs.client.send_typing_indicator(channel_id=channel_id, is_typing=True)
        typing = await mine.until_heard("typing")
        must_equal(theirs.person.user.id, typing.user_id, "who is typing")
        self.report.tell(f"{nick} is typing …")
        stored = await theirs.client.send_message(channel_id=channel_id, content="Are you there? 거기 있어요?")
        (heard,) = await mine.until(1)
        must_equal(stored, heard.message, "the message that was heard, and the one that was acknowledged")
        self.report.said(nick, stored.content, stored.sequence)
        await self.host.calls.message.react(message_id=stored.id, emoji="👋")
        for end in (mine, theirs):
            await end.until_heard("reaction.added")
        self.report.tell(f"{self.host.nick} waves 👋 by a use case, and both hear of that too")

    async def _cut(self, network: FaultProxy, mine: End, theirs: End) -> None:
        """Talk on while the cable is cut, in the middle of a frame, for both and in both directions."""
        nick = theirs.person.nick
        sending = [self._say(theirs, number) for number in range(_SAID // 2)]
        await asyncio.gather(*sending[:3])
        for connection in network.connections:
            for direction in Direction:
                connection.cut_mid_frame(direction, reset=True)
        sending += [self._say(theirs, number) for number in range(_SAID // 2, _SAID)]
        self.report.tell(f"{nick} sends {_SAID} messages; after the first three, the cable of both is cut mid-frame")
        async with asyncio.timeout(_GUARD):
            acknowledged = [message.id for message in await asyncio.gather(*sending)]
        await self._prove(acknowledged, mine, theirs)

    def _say(self, theirs: End, number: int) -> "asyncio.Task[Message]":
        said = theirs.client.send_message(channel_id=self.replay.channel.id, content=f"Number {number + 1} of {_SAID}")
        return asyncio.create_task(said)

    async def _prove(self, acknowledged: list[MessageId], mine: End, theirs: End) -> None:
        """What was acknowledged, what is stored, and what was heard at either end: the same, once and in order."""
        history = await self.host.calls.message.history(channel_id=self.replay.channel.id, limit=_SAID)
        must_equal([message.id for message in history], acknowledged, "what is stored, and what was acknowledged")
        self.report.tell(f"of {_SAID} messages {len(acknowledged)} are acknowledged, and stored once, in their order")
        for end in (mine, theirs):
            heard = [told.message.id for told in await end.until(1 + _SAID) if told.message is not None]
            must_equal(acknowledged, heard[1:], f"what {end.person.nick} has heard")
            stats, times = (
                end.client.get_web_socket_stats(),
                len({told.event_id for told in end.heard if told.event_id}),
            )
            must_equal(0, stats.gaps, f"the gaps that {end.person.nick} was told of")
            must_equal(2, min(2, stats.connections), f"how often {end.person.nick} was connected, at least")
            must_equal(
                times, sum(told.event_id is not None for told in end.heard), "the events, and what was told twice"
            )
            self.report.tell(
                f"{end.person.nick}, over {stats.connections} connections, has heard all {len(heard) - 1}: "
                "0 lost, 0 doubled, in order"
            )

    async def _sign_out(self, mine: End, token: str) -> None:
        running = asyncio.create_task(mine.client.run())
        await self.use_cases.auth.logout(token)
        async with asyncio.timeout(_GUARD):
            await asyncio.wait((running,))
        must_equal("AuthenticationError", type(running.exception()).__name__, "what ends a client without a session")
        must_equal(["close"], [event.type.value for event in mine.events[-1:]], "the last that is told of a connection")
        self.report.tell(f"{self.host.nick} signs out, and with the session its connection ends, for good")
