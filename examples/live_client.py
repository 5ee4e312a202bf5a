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

PEACE_SECONDS, PATIENCE_SECONDS = 60.0, 10.0
OBEYED = {1000, 1003, 1007, 1009, *range(4100, 4200)}
VOID = {"epoch_changed", "cursor_unknown"}


@dataclass
class ChannelLog:
    """All that happened in one channel, in order; the head it is paged up to; and the request that asks for more."""

    events: list[Json] = field(default_factory=list[Json])
    last: int = 0
    cursor: str | None = None
    epoch: str = ""
    head: int = 0
    asked: str = ""


class LiveClient:
    """Keeps the whole log of each channel, and sends in order, whatever becomes of its connections."""

    socket: ClientConnection | None = None
    retrying: "asyncio.Task[None] | None" = None

    def __init__(
        self, url: str, token: str, channels: Iterable[str], hear: Callable[[str, Json], None], reconnect: float = 5.0
    ) -> None:
        self.url, self.token, self.hear, self.reconnect = url, token, hear, reconnect
        self.logs = {channel: ChannelLog() for channel in channels}
        self.outbox = dict[str, tuple[str, str, asyncio.Future[Json]]]()

    async def send(self, channel: str, content: str) -> Json:
        """Send a message once those before it are; gives the `ack`, or the `error` that rejects it."""
        done: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self.outbox[str(uuid4())] = channel, content, done
        if len(self.outbox) == 1:
            await self._send_next()
        return await done

    async def run(self) -> None:
        """Stay connected, until the server says not to come back: then raise that."""
        attempt = 0
        while True:
            began = time.monotonic()
            try:
                async with connect(self.url, ping_interval=None, close_timeout=1, max_size=2**22) as self.socket:
                    await self._listen(self.socket)
            except (OSError, TimeoutError, WebSocketException) as ended:
                if is_final(ended):
                    raise
            attempt = 1 if time.monotonic() - began > PEACE_SECONDS else attempt + 1
            wait = min(30.0, self.reconnect * 2**attempt)
            await asyncio.sleep(random.uniform(0, wait))  # noqa: S311 - it spreads the crowd, and guards nothing.

    async def _listen(self, socket: ClientConnection) -> None:
        silence = PATIENCE_SECONDS
        await self._say("auth", None, None, {"token": self.token})
        while True:
            frame: Json = json.loads(await asyncio.wait_for(socket.recv(), silence))
            kind, data, channel, asked = frame["type"], frame["data"], frame.get("channel_id"), frame.get("id")
            if kind == "welcome":
                silence = data["heartbeat_seconds"] + data["answer_seconds"]
            if kind in {"welcome", "heartbeat"}:
                await self._say("pong", None, None, {})
                await self._send_next()
                for each, log in self.logs.items():
                    if kind == "welcome" or data["heads"].get(each) != log.last:
                        await self._ask(each, "join_channel", {"since": log.cursor})
            elif asked in self.outbox and data.get("retryable"):
                self.retrying = asyncio.create_task(self._send_next(data["retry_after"] or 1.0))
            elif asked in self.outbox:
                done = self.outbox.pop(asked)[2]
                if not done.done():
                    done.set_result(frame)
                await self._send_next()
            elif channel in self.logs and (kind in {"gap", "event"} or asked == self.logs[channel].asked):
                await self._take(channel, frame)

    async def _take(self, channel: str, frame: Json) -> None:
        kind, data, log = frame["type"], frame["data"], self.logs[channel]
        if (data.get("gap") or data).get("reason") in VOID:
            log = self.logs[channel] = ChannelLog()
        events: list[Json] = data.get("events", [])
        match kind:
            case "event":
                events, log.head = [data], max(log.head, data["offset"])
            case "snapshot" | "gap":
                log.epoch, log.head, log.cursor = data["epoch"], data["head"], log.cursor or data["cursor"]
            case "history" if data["epoch"] == log.epoch:
                # What a page does not go on from is gone for good.
                log.last = max(log.last, events[0]["offset"] - 1 if events else log.head)
            case "error" if not data["retryable"]:
                return
            case _:
                raise ConnectionError(kind)  # To begin anew is to join again.
        log.asked = log.asked if kind == "event" else ""
        for event in events:
            if event["offset"] == log.last + 1:
                log.events.append(event)
                log.last, log.cursor = event["offset"], event["cursor"]
                self.hear(channel, event)
        if log.last < log.head and not log.asked:
            missing = ("join_channel", {"since": log.cursor}) if kind == "event" else ("history", {"after": log.last})
            await self._ask(channel, *missing)

    async def _ask(self, channel: str, kind: str, data: Json) -> None:
        self.logs[channel].asked = asked = str(uuid4())
        await self._say(kind, channel, asked, data)

    async def _send_next(self, after: float = 0.0) -> None:
        await asyncio.sleep(after)
        for key, (channel, content, _) in list(self.outbox.items())[:1]:
            await self._say("message", channel, key, {"content": content, "client_message_id": key})

    async def _say(self, kind: str, channel: str | None, id: str | None, data: Json) -> None:
        with suppress(ConnectionClosed):  # All that matters is said again on the next connection.
            if self.socket is not None:
                await self.socket.send(json.dumps({"type": kind, "id": id, "channel_id": channel, "data": data}))


def is_final(error: BaseException) -> bool:
    """Whether there is no use in coming back."""
    if isinstance(error, InvalidStatus):
        return error.response.status_code in range(400, 500)
    return isinstance(error, ConnectionClosed) and error.rcvd is not None and error.rcvd.code in OBEYED


if __name__ == "__main__":
    match sys.argv[1:]:
        case [url, token, channel]:
            with suppress(KeyboardInterrupt):
                asyncio.run(LiveClient(url, token, [channel], print).run())
        case _:
            print(__doc__)
