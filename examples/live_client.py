"""A real-time client on the bare websockets package, written from docs/realtime-protocol.md alone.

`python examples/live_client.py ws://127.0.0.1:8080 TOKEN CHANNEL` prints what happens in a channel.
"""

import asyncio
import json
import random
import sys
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from itertools import count
from typing import Any, TypeAlias
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

Json: TypeAlias = dict[str, Any]

OBEYED = {1000, 1003, 1007, 1009, *range(4100, 4200)}
RECONNECT_SECONDS = 5.0


def waits() -> Generator[float]:
    """For how many seconds to wait before each attempt to connect."""
    for attempt in count(1):
        yield random.uniform(0, min(30.0, RECONNECT_SECONDS * 2**attempt))  # noqa: S311 - it guards nothing.


class LiveClient:
    """Hears what happens in its channels, in order or of a gap, and sends, whatever becomes of its connections."""

    def __init__(self, url: str, token: str, channels: Iterable[str], hear: Callable[[Json], None]) -> None:
        self.url, self.token, self.hear = url, token, hear
        self.cursors: dict[str, str | None] = dict.fromkeys(channels)
        self.offsets = dict.fromkeys(self.cursors, 0)
        self.turn, self.key, self.answer, self.answered = asyncio.Lock(), "", Json(), asyncio.Event()
        self.socket: ClientConnection | None = None

    async def send(self, channel: str, content: str) -> Json:
        """Send a message once those before it are answered; gives the `ack`, or the `error` that rejects it."""
        async with self.turn:
            self.key = str(uuid4())
            while True:
                self.answered.clear()
                await self._say("message", channel, self.key, content=content, client_message_id=self.key)
                await self.answered.wait()
                if self.answer.get("id") == self.key and not self.answer["data"].get("retryable"):
                    return self.answer
                await asyncio.sleep(self.answer["data"].get("retry_after", 0.01) or 1)

    async def run(self) -> None:
        """Stay connected, until the server says not to come back: then raise that."""
        async for socket in connect(self.url, reconnect_delays=waits, close_timeout=1, max_size=2**22):
            with suppress(ConnectionClosed, OSError):
                await self._listen(socket)
            if socket.close_code in OBEYED:
                raise PermissionError(socket.close_code, socket.close_reason)
            await asyncio.sleep(next(waits()))

    async def _listen(self, socket: ClientConnection) -> None:
        await socket.send(json.dumps({"type": "auth", "data": {"token": self.token}}))
        self.socket = socket
        for channel, cursor in self.cursors.items():
            await self._say("join_channel", channel, since=cursor)
        async for text in socket:
            frame: Json = json.loads(text)
            kind, data, channel = frame["type"], frame["data"], frame.get("channel_id", "")
            step = data["offset"] - self.offsets[channel] if kind == "event" else 1
            if frame.get("id") == self.key or kind in {"welcome", "heartbeat"}:
                self.answer = frame
                self.answered.set()
            elif step > 1 or (kind == "error" and data["retryable"]):
                raise ConnectionError("something was lost, or has to wait: join again")
            if kind == "heartbeat":
                await self._say("pong")
            if step == 1:
                if "cursor" in data:
                    self.offsets[channel], self.cursors[channel] = data.get("head", data.get("offset")), data["cursor"]
                self.hear(frame)

    async def _say(self, kind: str, channel: str | None = None, id: str | None = None, **data: object) -> None:
        with suppress(ConnectionClosed):  # All that matters is said again on the next connection.
            if self.socket is not None:
                await self.socket.send(json.dumps({"type": kind, "id": id, "channel_id": channel, "data": data}))


if __name__ == "__main__":
    match sys.argv[1:]:
        case [url, token, channel]:
            with suppress(KeyboardInterrupt):
                asyncio.run(LiveClient(url, token, [channel], print).run())
        case _:
            print(__doc__)
