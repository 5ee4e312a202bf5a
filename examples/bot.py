"""A bot that answers whoever mentions it: once, whatever breaks, and however often it is killed and started again.

    SAIONDO_BOT_TOKEN=… python examples/bot.py wss://chat.example.org BOT_USER_ID cursors.json CHANNEL_ID …

How far it has got stands in the file. What it says in answer to a message is named after that message, so it is said
once, even where the bot was killed between saying it and noting that it had.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from saiondo_core import ChannelId, UserId
from saiondo_core.adapters.disk.cursors import DiskCursors
from saiondo_core.composition.settings import WebSocketSettings
from saiondo_core.composition.websocket.standalone import web_socket_client
from saiondo_core.realtime.client_told import TokenSource, WebSocketEvent, WebSocketMessage


async def run_bot(url: str, user_id: UserId, token: TokenSource, cursors: Path, channels: Sequence[ChannelId]) -> None:
    """Answer until it is cancelled, or the server will not have it any more."""
    settings = WebSocketSettings(url=url, cursor_store=DiskCursors(cursors))
    async with web_socket_client(settings) as client:

        @client.on_message("message")
        async def answer(told: WebSocketMessage) -> None:
            message = told.message
            if message is None or user_id not in message.mentions or message.sender_id == user_id:
                return
            await client.send_message(
                channel_id=told.channel_id,
                content=f"You said {len(message.content)} characters, and I heard them all.",
                reply_to=message.id,
                client_message_id=f"answer to {message.id}",
            )

        @client.on_event()
        def show(event: WebSocketEvent) -> None:
            print(event.type, event.error or event.ending or "", flush=True)

        await client.connect(user_id, access_token=token)
        for channel_id in channels:
            await client.join_channel(channel_id=channel_id)
        print("ready", flush=True)
        await client.run()


if __name__ == "__main__":
    match sys.argv[1:]:
        case [url, user_id, cursors, *channels] if channels:
            token = os.environ["SAIONDO_BOT_TOKEN"]
            with suppress(KeyboardInterrupt):
                asyncio.run(run_bot(url, UserId(user_id), token, Path(cursors), [ChannelId(each) for each in channels]))
        case _:
            print(__doc__)
