"""A bot that is killed at any moment goes on, when it is started again, where its handler had finished."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from itertools import pairwise
from pathlib import Path
from random import Random

from saiondo_core import Settings, UseCaseFactory
from saiondo_core.adapters.system.clock import SystemClock
from saiondo_core.gateway.websocket import serve
from saiondo_core.messages.events import MessageSent
from saiondo_core.realtime.feed import stream_of
from saiondo_core.testing.people import sign_up
from saiondo_core.testing.ports import cheap_ports
from tests.gateway.two_gateways import GUARD_SECONDS, LONG, QUICK, SEED, until

KILLS = 40 if LONG else 2

BOT = """
import asyncio, sys
from pathlib import Path
from saiondo_core.adapters.disk.cursors import DiskCursors
from saiondo_core.composition.settings import WebSocketSettings
from saiondo_core.composition.websocket.standalone import web_socket_client

async def main(url, user_id, token, channel_id, folder):
    settings = WebSocketSettings(url=url, cursor_store=DiskCursors(Path(folder) / "cursors.json"))
    async with web_socket_client(settings) as client:
        with (Path(folder) / "heard").open("a") as heard:
            @client.on_message("message")
            async def hear(told):
                heard.write(told.event_id + "\\n")
                heard.flush()
                await asyncio.sleep(0.002)

            await client.connect(user_id, access_token=token)
            await client.join_channel(channel_id=channel_id)
            print("here", flush=True)
            await client.run()

asyncio.run(main(*sys.argv[1:]))
"""


def lines_of(path: Path) -> list[str]:
    """List what was written there."""
    return path.read_text(encoding="utf-8").splitlines()


async def test_a_killed_bot_goes_on_where_its_handler_had_finished(tmp_path: Path) -> None:
    """Every message is heard, in order, however often it is killed; after a kill at most the last one is heard again.

    What is heard again bears the same event id.
    """
    random, heard = Random(SEED), tmp_path / "heard"
    ports = cheap_ports(clock=SystemClock())
    async with (
        asyncio.timeout(GUARD_SECONDS),
        UseCaseFactory(Settings(real_time=QUICK), ports) as use_cases,
        serve(use_cases) as server,
    ):
        anna, bot = await sign_up(use_cases, "anna"), await sign_up(use_cases, "bot")
        mine = use_cases.as_user(anna.user.id)
        channel = await mine.channel.create(name="team", members=(bot.user.id,))
        arguments = server.url, bot.user.id, bot.access_token, channel.id, str(tmp_path)

        async def talk() -> None:
            while True:
                await mine.message.send(channel_id=channel.id, content="hello")
                await asyncio.sleep(0.02)

        async def start() -> Process:
            process = await asyncio.create_subprocess_exec(sys.executable, "-c", BOT, *arguments, stdout=PIPE)
            assert process.stdout is not None
            assert b"here\n" == await process.stdout.readline()
            return process

        async def kill(process: Process) -> None:
            process.send_signal(signal.SIGKILL)
            await process.wait()

        process = await start()
        talking = asyncio.create_task(talk())
        for _ in range(KILLS):
            await asyncio.sleep(random.uniform(0.05, 0.3))
            await kill(process)
            process = await start()
        talking.cancel()
        await asyncio.wait((talking,))
        log = await ports.channels.log.stream(stream=stream_of(channel.id), after=0, limit=1_000_000)
        sent = [each.event.stamp.id for each in log if isinstance(each.event, MessageSent)]
        await until(lambda: lines_of(heard)[-1:] == sent[-1:])
        await kill(process)
        lines = lines_of(heard)

        assert len(sent) > 10 * KILLS
        again = [first for first, second in pairwise(lines) if first == second]
        assert sent == list(dict.fromkeys(lines))
        assert len(lines) == len(sent) + len(again)
        assert len(again) <= KILLS
        assert max(Counter(lines).values()) <= KILLS + 1
