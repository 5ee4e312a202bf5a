"""Two people in one terminal: they take turns to type a line, and each hears the other over a WebSocket of their own.

    python examples/live_chat.py

A gateway serves on loopback, over stores in memory. End of input (Ctrl-D) ends it.
"""

import asyncio
import sys
from contextlib import suppress
from itertools import cycle
from secrets import token_urlsafe

from saiondo_core import UseCaseFactory
from saiondo_core.composition.settings import WebSocketSettings
from saiondo_core.composition.websocket.standalone import web_socket_client
from saiondo_core.gateway.websocket import serve
from saiondo_core.realtime.client_told import WebSocketMessage

NAMES = "Anna", "Bert"


async def main() -> None:
    """Let them talk until the input ends."""
    async with (
        UseCaseFactory() as use_cases,
        serve(use_cases) as server,
        web_socket_client(WebSocketSettings(url=server.url)) as client,
    ):
        people = [
            await use_cases.auth.register(email=f"{name}@example.org", username=name, password=token_urlsafe())
            for name in NAMES
        ]
        anna, bert = (person.user.id for person in people)
        room = await use_cases.as_user(anna).channel.create(name="terminal", members=(bert,))
        names = dict(zip((anna, bert), NAMES, strict=True))
        heard = asyncio.Event()

        @client.on_message("message")
        def show(told: WebSocketMessage) -> None:
            if told.message is not None and told.user_id != told.to:
                print(f"{names[told.to]} hears {names[told.message.sender_id]}: {told.message.content}", flush=True)
                heard.set()

        for person in people:
            await client.connect(person.user.id, access_token=person.access_token)
            await client.join_channel(channel_id=room.id, user_id=person.user.id)
        for speaker in cycle(names):
            line = await asyncio.to_thread(read_line, names[speaker])
            if not line:
                return
            if line.strip():
                heard.clear()
                await client.send_message(channel_id=room.id, content=line.strip(), sender_id=speaker)
                await heard.wait()


def read_line(name: str) -> str:
    """Ask *name* for a line; empty at the end of input."""
    print(f"{name}> ", end="", flush=True)
    return sys.stdin.readline()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main())
