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
from websockets.frames import Close

Json: TypeAlias = dict[str, Any]
Hear: TypeAlias = Callable[[str, Json], None]
"""What is told of each event, with its channel."""

PEACE_SECONDS = 60.0
OBEYED = {1000, 1003, 1007, 1009, *range(4100, 4200)}
VOID = {"epoch_changed", "cursor_unknown"}


def ignore(_channel: str, _event: Json) -> None:
    """Do nothing: whoever looks at the logs needs not be told."""


@dataclass
class ChannelLog:
    """All that happened in one channel, in order, and where to go on."""

    channel: str
    hear: Hear
    events: list[Json] = field(default_factory=list[Json])
    last: int = 0
    cursor: str | None = None
    inbox: asyncio.Queue[Json] = field(default_factory=asyncio.Queue[Json])

    def keep(self, event: Json) -> None:
        """Keep the next event, and its cursor with it."""
        self.events.append(event)
        self.last, self.cursor = event["offset"], event["cursor"]
        self.hear(self.channel, event)


class LiveClient:
    """Keeps the whole log of each channel, and sends in order, whatever becomes of its connections."""

    def __init__(
        self, url: str, token: str, channels: Iterable[str], *, hear: Hear = ignore, reconnect: float = 5.0
    ) -> None:
        self.url, self.token, self.reconnect = url, token, reconnect
        self.logs = {channel: ChannelLog(channel, hear) for channel in channels}
        self._outbox = asyncio.Queue[tuple[str, Json, asyncio.Future[Json]]]()
        self._sending: tuple[str, Json, asyncio.Future[Json]] | None = None
        self._answers = dict[str, asyncio.Future[Json]]()
        self._patience = 10.0

    def send(self, channel: str, content: str) -> "asyncio.Future[Json]":
        """Send a message once those before it are; gives the `ack`, or the `error` that rejects it."""
        answer = asyncio.get_running_loop().create_future()
        self._outbox.put_nowait((channel, {"content": content, "client_message_id": str(uuid4())}, answer))
        return answer

    async def run(self) -> None:
        """Stay connected, until the server says not to come back: then raise that."""
        attempt = 0
        while True:
            began = time.monotonic()
            try:
                async with connect(self.url, ping_interval=None, close_timeout=1, max_size=2**22) as socket:
                    await self._listen(socket)
            except* (OSError, TimeoutError, WebSocketException) as failed:
                if any(map(is_final, failed.exceptions)):
                    raise
            attempt = 1 if time.monotonic() - began > PEACE_SECONDS else attempt + 1
            wait = min(30.0, self.reconnect * 2**attempt)
            await asyncio.sleep(random.uniform(0, wait))  # noqa: S311 - it spreads the crowd, and guards nothing.

    async def _listen(self, socket: ClientConnection) -> None:
        silence = self._patience
        self._answers.clear()
        await socket.send(json.dumps({"type": "auth", "data": {"token": self.token}}))
        async with asyncio.TaskGroup() as tasks:
            while True:
                async with asyncio.timeout(silence):
                    frame: Json = json.loads(await socket.recv())
                kind, data, log = frame["type"], frame["data"], self.logs.get(frame.get("channel_id", ""))
                if kind == "welcome":
                    self._patience, silence = data["answer_seconds"], data["heartbeat_seconds"] + data["answer_seconds"]
                    for work in (self._deliver(socket), *(self._follow(socket, each) for each in self.logs.values())):
                        tasks.create_task(work)
                elif kind == "heartbeat":
                    await socket.send('{"type": "pong"}')
                    for each in self.logs.values():
                        head = data["heads"].get(each.channel, math.inf)
                        each.inbox.put_nowait({"type": "head", "data": {"offset": head}})
                elif log and kind == "snapshot":
                    log.inbox = asyncio.Queue()  # What waits there came before.
                elif log and kind in {"event", "gap", "leave_channel"}:
                    log.inbox.put_nowait(frame)
                answer = self._answers.pop(frame.get("id", ""), None)
                if answer and not answer.done():
                    answer.set_result(frame)

    async def _ask(self, socket: ClientConnection, kind: str, channel: str, data: Json) -> Json:
        """Ask until there is an answer: every request may be repeated."""
        while True:
            self._answers[name := str(uuid4())] = answer = asyncio.get_running_loop().create_future()
            await socket.send(json.dumps({"type": kind, "id": name, "channel_id": channel, "data": data}))
            try:
                async with asyncio.timeout(self._patience):
                    frame: Json = await answer
            except TimeoutError:
                continue
            if not frame["data"].get("retryable"):
                return frame
            await asyncio.sleep(frame["data"]["retry_after"] or 1.0)

    async def _deliver(self, socket: ClientConnection) -> None:
        while True:
            self._sending = self._sending or await self._outbox.get()
            channel, said, answer = self._sending
            frame = await self._ask(socket, "message", channel, said)
            if not answer.done():
                answer.set_result(frame)
            self._sending = None

    async def _follow(self, socket: ClientConnection, log: ChannelLog) -> None:
        """Join; while nothing is missing, take what comes; then join again, unless there is nothing to hear."""
        frame: Json = {}
        while frame.get("type") not in {"error", "leave_channel"}:
            frame = await self._ask(socket, "join_channel", log.channel, {"since": log.cursor})
            while await self._take(socket, log, frame):
                frame = await log.inbox.get()

    async def _take(self, socket: ClientConnection, log: ChannelLog, frame: Json) -> bool:
        """Take what a channel has to tell; whether nothing is missing after it."""
        kind, data = frame["type"], frame["data"]
        if kind == "event" and data["offset"] == log.last + 1:
            log.keep(data)
        if kind in {"event", "head"}:
            return bool(data["offset"] <= log.last)
        if kind not in {"snapshot", "gap"}:
            return False
        if (data.get("gap") or data).get("reason") in VOID:
            log.events.clear()
            log.last, log.cursor = 0, None
        while log.last < data["head"]:
            page = (await self._ask(socket, "history", log.channel, {"after": log.last}))["data"]
            if page.get("epoch") != data["epoch"]:
                return False
            for event in page["events"]:
                log.keep(event)
            if not page["events"]:
                log.last, log.cursor = data["head"], data["cursor"]
        log.cursor = log.cursor or data["cursor"]
        return True


def is_final(error: BaseException) -> bool:
    """Whether there is no use in coming back."""
    match error:
        case InvalidStatus():
            return error.response.status_code in range(400, 500)
        case ConnectionClosed(rcvd=Close(code=code)):
            return code in OBEYED
        case _:
            return False


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
