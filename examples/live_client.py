"""A real-time client on the bare websockets package, written from docs/realtime-protocol.md alone.

`python examples/live_client.py ws://127.0.0.1:8080 TOKEN CHANNEL` prints what happened and happens in a channel.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

Json: TypeAlias = dict[str, Any]

OBEYED = {1000, 1003, 1007, 1009, *({*range(400, 500)} - {408, 429}), *range(4100, 4200)}
VOID = {"epoch_changed", "cursor_unknown"}
AGAIN: Json = {"data": {"retryable": True, "retry_after": 0.01}}
TAKEN = {"snapshot", "history", "event", "gap", "error"}
PEACE_SECONDS = 60.0


@dataclass
class ChannelLog:
    """All that happened in one channel, in order: kept up to `last`, and known to go on up to `head`."""

    events: list[Json] = field(default_factory=list[Json])
    last: int = 0
    head: int = 0
    epoch: str = ""


class LiveClient:
    """Keeps the whole log of each channel, and sends in order, whatever becomes of its connections."""

    reconnect_seconds = 5.0
    socket: ClientConnection | None = None

    def __init__(self, url: str, token: str, channels: Iterable[str], hear: Callable[[str, Json], None]) -> None:
        self.url, self.token, self.hear = url, token, hear
        self.logs = {channel: ChannelLog() for channel in channels}
        self.turn, self.answers = asyncio.Lock(), dict[str | None, asyncio.Future[Json]]()

    async def send(self, channel: str, content: str) -> Json:
        """Send a message once those before it are; gives the `ack`, or the `error` that rejects it."""
        key = str(uuid4())
        async with self.turn:
            while True:
                self.answers = {key: asyncio.get_running_loop().create_future()}
                await self._say("message", channel, key, content=content, client_message_id=key)
                answer = await self.answers[key]
                if not answer["data"].get("retryable"):
                    return answer
                await asyncio.sleep(answer["data"]["retry_after"] or 1.0)

    async def run(self) -> None:
        """Stay connected, until the server says not to come back: then raise that."""
        longest = self.reconnect_seconds
        while True:
            began = time.monotonic()
            try:
                async with connect(self.url, ping_interval=None, close_timeout=1, max_size=2**22) as socket:
                    await self._listen(socket)
            except (OSError, WebSocketException) as ended:
                if code_of(ended) in OBEYED:
                    raise
            is_peace = time.monotonic() - began > PEACE_SECONDS
            longest = min(30.0, 2 * (self.reconnect_seconds if is_peace else longest))
            await asyncio.sleep(random.uniform(0, longest))  # noqa: S311 - it spreads a crowd, and guards nothing.

    async def _listen(self, socket: ClientConnection) -> None:
        patience = 10.0
        await socket.send(json.dumps({"type": "auth", "data": {"token": self.token}}))
        while True:
            frame: Json = json.loads(await asyncio.wait_for(socket.recv(), patience))
            kind, data, channel, key = frame["type"], frame["data"], frame.get("channel_id"), frame.get("id")
            if kind == "welcome":
                self.socket = socket
                patience = data["heartbeat_seconds"] + data["answer_seconds"]
                for each, log in self.logs.items():
                    await self._say("join_channel", each, since=log.events[-1]["cursor"] if log.events else None)
            if kind == "heartbeat":
                await self._say("pong")
                for each in self.logs.keys() & data["heads"].keys():
                    await self._take(each, kind, {"head": data["heads"][each]})
            if key in self.answers or kind in {"welcome", "heartbeat"}:
                self._answer(frame if key in self.answers else AGAIN)
            elif channel in self.logs and kind in TAKEN and data.get("retryable") is not False:
                await self._take(channel, kind, data)

    async def _take(self, channel: str, kind: str, data: Json) -> None:
        log, events = self.logs[channel], [data] if kind == "event" else data.get("events", [])
        if (data.get("gap") or data).get("reason") in VOID:
            log = self.logs[channel] = ChannelLog()
        if kind in {"gap", "error"} or (kind == "history" and data["epoch"] != log.epoch):
            raise ConnectionError(kind)  # To begin anew is to join again.
        if kind == "snapshot":
            log.epoch = data["epoch"]
        if kind == "history":  # What a page does not go on from is gone for good.
            log.last = max(log.last, events[0]["offset"] - 1 if events else log.head)
        for event in events:
            if event["offset"] == log.last + 1:
                log.events.append(event)
                log.last = event["offset"]
                self.hear(channel, event)
        is_paging = log.last < log.head and kind in {"event", "heartbeat"}
        log.head = max(log.head, data.get("head", 0), data.get("offset", 0))
        if log.last < log.head and not is_paging:
            await self._say("history", channel, after=log.last)

    def _answer(self, frame: Json) -> None:
        for waiting in self.answers.values():
            if not waiting.done():
                waiting.set_result(frame)

    async def _say(self, kind: str, channel: str | None = None, id: str | None = None, **data: object) -> None:
        with suppress(ConnectionClosed):  # All that matters is said again on the next connection.
            if self.socket is not None:
                await self.socket.send(json.dumps({"type": kind, "id": id, "channel_id": channel, "data": data}))


def code_of(ended: Exception) -> int | None:
    """The close code, or the HTTP status, by which the server ended it or refused."""
    if isinstance(ended, InvalidStatus):
        return ended.response.status_code
    return ended.rcvd.code if isinstance(ended, ConnectionClosed) and ended.rcvd else None


if __name__ == "__main__":
    match sys.argv[1:]:
        case [url, token, channel]:
            with suppress(KeyboardInterrupt):
                asyncio.run(LiveClient(url, token, [channel], print).run())
        case _:
            print(__doc__)
