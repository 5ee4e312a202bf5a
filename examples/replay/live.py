"""Two people live, each over a WebSocket of their own: the bare `websockets` package, and JSON."""

import asyncio
import json
from types import TracebackType
from typing import Any, Self, TypeAlias

from attrs import define, frozen
from websockets.asyncio.client import ClientConnection, connect

from examples.replay.checking import must_equal
from examples.replay.people import PASSWORD, Person
from examples.replay.replaying import Replay
from examples.replay.report import Report
from saiondo_core import UseCases
from saiondo_core.gateway.websocket import serve

Json: TypeAlias = dict[str, Any]

_GUARD = 30.0
"""Nobody waits longer for a frame, in seconds: only a fault does."""


@define(eq=False)
class Socket:
    """Somebody's connection, from their token on."""

    url: str
    token: str
    connection: ClientConnection

    @classmethod
    async def open(cls, url: str, token: str) -> Self:
        """Connect, and say who it is."""
        socket = cls(url, token, await connect(url, compression=None))
        await socket.say("auth", {"token": token})
        await socket.hear("welcome")
        return socket

    async def __aenter__(self) -> Self:
        """Be connected for a while."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Say goodbye."""
        await self.connection.close()

    async def say(self, type: str, data: Json, channel_id: str | None = None) -> None:
        """Send a frame."""
        await self.connection.send(json.dumps({"type": type, "channel_id": channel_id, "data": data}))

    async def hear(self, type: str) -> Json:
        """The next frame of that type."""
        async with asyncio.timeout(_GUARD):
            while True:
                frame: Json = json.loads(await self.connection.recv())
                if frame["type"] == type:
                    return frame

    async def join(self, channel_id: str, since: str | None = None) -> Json:
        """Listen to a channel, and give the snapshot."""
        await self.say("join_channel", {"since": since}, channel_id)
        snapshot: Json = (await self.hear("snapshot"))["data"]
        return snapshot


@frozen(repr=False)
class Live:
    """Real time in the replayed channel: *host* and its last speaker, and a gateway on loopback."""

    use_cases: UseCases
    replay: Replay
    host: Person
    report: Report

    async def play(self) -> None:
        """Talk, lose the line, come back to what was missed, and be signed out.

        Raises:
            DoesNotAddUpError: Somebody heard something else than was said.
        """
        self.report.heading("Live: two people on WebSockets, and a line that breaks")
        guest, channel_id = self.replay.said[-1].person, self.replay.channel.id
        await guest.calls.channel.join(channel_id=channel_id)
        tokens = [await self._token(person) for person in (self.host, guest)]
        async with serve(self.use_cases) as server:
            self.report.tell("a gateway serves on 127.0.0.1, and both say in their first frame who they are")
            mine, theirs = [await Socket.open(server.url, token) for token in tokens]
            async with mine, theirs:
                cursor = await self._talk(mine, theirs, guest)
            async with await Socket.open(server.url, tokens[1]) as theirs:
                await self._miss(theirs, guest, cursor)
            async with await Socket.open(server.url, tokens[0]) as mine:
                await mine.join(channel_id, cursor)
                await self._catch_up(mine, guest)
                await self._sign_out(mine, tokens[0])

    async def _token(self, person: Person) -> str:
        session = await self.use_cases.auth.authenticate(email=person.user.email or "", password=PASSWORD)
        return session.access_token

    async def _talk(self, mine: Socket, theirs: Socket, guest: Person) -> str:
        """Join, type and talk; the cursor of what *mine* has heard."""
        channel = self.replay.channel
        snapshots = [await socket.join(channel.id) for socket in (mine, theirs)]
        must_equal([channel.name] * 2, [snapshot["channel"]["name"] for snapshot in snapshots], "the joined channels")
        await theirs.say("typing", {"is_typing": True}, channel.id)
        typing = await mine.hear("typing")
        must_equal((guest.user.id, True), (typing["user_id"], typing["data"]["is_typing"]), "who is typing")
        await theirs.hear("ack")
        self.report.tell(f"{guest.nick} is typing …")
        await theirs.say(
            "message", {"content": "Are you there? 거기 있어요?", "client_message_id": "live-1"}, channel.id
        )
        heard = (await mine.hear("event"))["data"]
        message, stored = heard["message"], (await theirs.hear("ack"))["data"]["message"]
        must_equal(stored, message, "the message that was heard, and the one that was acknowledged")
        self.report.said(guest.nick, message["content"], message["sequence"])
        await self.host.calls.message.react(message_id=message["id"], emoji="👋")
        reaction = (await mine.hear("event"))["data"]
        must_equal(heard["offset"] + 1, reaction["offset"], "the offset of the event that follows")
        self.report.tell(f"{self.host.nick} waves 👋 by a use case, and both hear of that too")
        return str(reaction["cursor"])

    async def _miss(self, theirs: Socket, guest: Person, cursor: str) -> None:
        channel_id = self.replay.channel.id
        self.report.tell(f"the line of {self.host.nick} breaks; {guest.nick} comes back first, and talks on")
        recovered = await theirs.join(channel_id, cursor)
        must_equal((True, None), (recovered["recovered"], recovered["gap"]), "coming back where nothing was missed")
        for number in (2, 3, 4):
            data = {"content": f"Number {number} of what you miss", "client_message_id": f"live-{number}"}
            await theirs.say("message", data, channel_id)
            await theirs.say("message", data, channel_id)  # Nobody knows whether it arrived: it is said once more.
            answers = [(await theirs.hear("ack"))["data"] for _ in range(2)]
            must_equal([False, True], [answer["duplicate"] for answer in answers], "what is said twice")
        self.report.tell(f"{guest.nick} sends three messages, each twice under one client_message_id")

    async def _catch_up(self, mine: Socket, guest: Person) -> None:
        events = [(await mine.hear("event"))["data"] for _ in range(3)]
        first = events[0]["offset"]
        must_equal(
            [first, first + 1, first + 2], [event["offset"] for event in events], "the offsets of what was missed"
        )
        self.report.tell(f"{self.host.nick} comes back with a cursor, and is told what was missed, once and in order:")
        for event in events:
            self.report.said(guest.nick, event["message"]["content"], event["message"]["sequence"])

    async def _sign_out(self, mine: Socket, token: str) -> None:
        await self.use_cases.auth.logout(token)
        async with asyncio.timeout(_GUARD):
            await mine.connection.wait_closed()
        code = mine.connection.close_code
        must_equal(4102, code, "the close code of a session that is over")
        self.report.tell(f"{self.host.nick} signs out, and with the session its connection ends: close code {code}")
