"""A real-time client on the bare websockets package, written from docs/realtime-protocol.md alone.

`python examples/live_client.py ws://127.0.0.1:8080 TOKEN CHANNEL` prints what happened and happens in a channel, and
says there what you type.
"""

import asyncio
import json
import math
import random
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import Any, TypeAlias
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

Json: TypeAlias = dict[str, Any]
Hear: TypeAlias = Callable[[str, Json], None]
"""What is told of each event, with its channel."""

Sending: TypeAlias = "tuple[str, Json, asyncio.Future[Json]]"
"""A message on its way: where to, what it says, and what becomes of it."""

PEACE_SECONDS, PATIENCE_SECONDS = 60.0, 10.0
OBEYED = {1000, 1003, 1007, 1009, *range(4100, 4200)}
VOID = {"epoch_changed", "cursor_unknown"}


@dataclass
class ChannelLog:
    """All that happened in one channel, in order, and where to go on.

    Attributes:
        until: What the server told of the log's head, when last it did.
        early: The events that came before their turn, by offset.
    """

    events: list[Json] = field(default_factory=list[Json])
    last: int = 0
    cursor: str | None = None
    until: Json = field(default_factory=dict[str, Any])
    early: dict[int, Json] = field(default_factory=dict[int, Json])


class LiveClient:
    """Keeps the whole log of each channel, and sends in order, whatever becomes of its connections."""

    def __init__(
        self, url: str, token: str, channels: Iterable[str], *, hear: Hear = print, reconnect: float = 5.0
    ) -> None:
        self.url, self.token, self.hear, self.reconnect = url, token, hear, reconnect
        self.logs = {channel: ChannelLog() for channel in channels}
        self.outbox = asyncio.Queue[Sending]()
        self.sending: Sending | None = None
        self.answers = dict[str, asyncio.Future[Json]]()

    def send(self, channel: str, content: str) -> "asyncio.Future[Json]":
        """Send a message once those before it are; gives the `ack`, or the `error` that rejects it."""
        answer = asyncio.get_running_loop().create_future()
        self.outbox.put_nowait((channel, {"content": content, "client_message_id": str(uuid4())}, answer))
        return answer

    async def run(self) -> None:
        """Stay connected, until the server says not to come back: then raise that."""
        attempt = 0
        while True:
            began = time.monotonic()
            try:
                opening = connect(self.url, ping_interval=None, close_timeout=1, max_size=2**22)
                async with opening as socket, asyncio.TaskGroup() as tasks:
                    await self._listen(socket, tasks)
            except* (OSError, TimeoutError, WebSocketException) as failed:
                if any(map(is_final, failed.exceptions)):
                    raise
            attempt = 1 if time.monotonic() - began > PEACE_SECONDS else attempt + 1
            wait = min(30.0, self.reconnect * 2**attempt)
            await asyncio.sleep(random.uniform(0, wait))  # noqa: S311 - it spreads the crowd, and guards nothing.

    async def _listen(self, socket: ClientConnection, tasks: asyncio.TaskGroup) -> None:
        silence = PATIENCE_SECONDS
        await say(socket, "auth", token=self.token)
        while True:
            frame: Json = json.loads(await asyncio.wait_for(socket.recv(), silence))
            kind, data, channel = frame["type"], frame["data"], frame.get("channel_id", "")
            if kind == "welcome":
                silence = data["heartbeat_seconds"] + data["answer_seconds"]
                tasks.create_task(self._deliver(socket, data["answer_seconds"]))
            elif kind == "heartbeat":
                await say(socket, "pong")
            elif answer := self.answers.pop(frame.get("id", ""), None):
                if not answer.done():
                    answer.set_result(frame)
            elif channel in self.logs:
                await self._take(socket, channel, kind, data)
            for each, log in self.logs.items():
                if kind == "welcome" or (kind == "heartbeat" and log.last != data["heads"].get(each)):
                    await self._join(socket, each)

    async def _deliver(self, socket: ClientConnection, patience: float) -> None:
        while True:
            self.sending = channel, said, done = self.sending or await self.outbox.get()
            self.answers = {said["client_message_id"]: (answer := asyncio.get_running_loop().create_future())}
            await say(socket, "message", channel, id=said["client_message_id"], **said)
            with suppress(TimeoutError):
                frame = await asyncio.wait_for(answer, patience)
                if frame["data"].get("retryable"):
                    await asyncio.sleep(frame["data"]["retry_after"] or 1.0)
                    continue
                self.sending = None
                if not done.done():
                    done.set_result(frame)

    async def _join(self, socket: ClientConnection, channel: str) -> None:
        self.logs[channel].until = {}
        await say(socket, "join_channel", channel, since=self.logs[channel].cursor)

    async def _take(self, socket: ClientConnection, channel: str, kind: str, data: Json) -> None:
        """Keep what follows the last event, and ask for what is missing before the rest."""
        log, events = self.logs[channel], list[Json]()
        match kind:
            case "snapshot" | "gap":
                if (data.get("gap") or data).get("reason") in VOID:
                    log = self.logs[channel] = ChannelLog()
                log.until, log.early, log.cursor = data, {}, log.cursor or data["cursor"]
            case "history" if data["epoch"] == log.until.get("epoch"):
                events = data["events"]
                if not events:
                    log.last, log.cursor = log.until["head"], log.until["cursor"]
            case "event":
                events = [data]
            case "error" if data["retryable"]:
                raise ConnectionError(data["message"])
            case _:
                return
        log.early |= {event["offset"]: event for event in events if event["offset"] > log.last}
        while event := log.early.pop(log.last + 1, None):
            log.events.append(event)
            log.last, log.cursor = event["offset"], event["cursor"]
            self.hear(channel, event)
        is_paging = log.last < log.until.get("head", math.inf)
        if is_paging and kind != "event":
            await say(socket, "history", channel, after=log.last)
        elif log.early and not is_paging:
            await self._join(socket, channel)


async def say(
    socket: ClientConnection, kind: str, channel: str | None = None, *, id: str | None = None, **data: object
) -> None:
    """Send one frame."""
    await socket.send(json.dumps({"type": kind, "id": id, "channel_id": channel, "data": data}))


def is_final(error: BaseException) -> bool:
    """Whether there is no use in coming back."""
    if isinstance(error, InvalidStatus):
        return error.response.status_code in range(400, 500)
    return isinstance(error, ConnectionClosed) and error.rcvd is not None and error.rcvd.code in OBEYED


def show(channel: str, event: Json) -> None:
    """Print what happened."""
    message: Json = event["message"] or {}
    print(event["offset"], channel, event["action"], message.get("sender_id", ""), message.get("content", ""))


async def main(url: str, token: str, channel: str) -> None:
    """Print what happens in *channel*, and say there what is typed."""
    client, loop = LiveClient(url, token, [channel], hear=show), asyncio.get_running_loop()

    def say(line: str) -> None:
        client.send(channel, line).add_done_callback(lambda answer: print("→", answer.result()["type"]))

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(say, line.strip())

    Thread(target=read, daemon=True).start()
    await client.run()


if __name__ == "__main__":
    match sys.argv[1:]:
        case [url, token, channel]:
            with suppress(KeyboardInterrupt):
                asyncio.run(main(url, token, channel))
        case _:
            print(__doc__)
