"""The example's bot answers each mention once, whatever happens to it."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from random import Random

from saiondo_core import ChannelId, Settings, UseCaseFactory, UserId
from saiondo_core.adapters.system.clock import SystemClock
from saiondo_core.gateway.websocket import serve
from saiondo_core.messages.events import MessageSent
from saiondo_core.realtime.feed import stream_of
from saiondo_core.testing.people import sign_up
from saiondo_core.testing.ports import cheap_ports
from tests.gateway.two_gateways import GUARD_SECONDS, QUICK, SEED

BOT = Path(__file__).parents[2] / "examples/bot.py"
MENTIONS = 30


async def start(url: str, user_id: UserId, token: str, cursors: Path, channel_id: ChannelId) -> Process:
    """Start the bot, and wait until it is ready."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(BOT), url, user_id, str(cursors), channel_id),
        env={**os.environ, "SAIONDO_BOT_TOKEN": token},
        stdout=PIPE,
    )
    assert process.stdout is not None
    while (line := await process.stdout.readline()) != b"ready\n":
        assert line, "the bot has ended"
    return process


async def test_it_answers_each_mention_once(tmp_path: Path) -> None:
    """Killed twice while it is mentioned again and again, it answers all of that, each once, and nobody else."""
    random, mentions = Random(SEED), set[str]()
    ports = cheap_ports(clock=SystemClock())
    async with (
        asyncio.timeout(GUARD_SECONDS),
        UseCaseFactory(Settings(real_time=QUICK), ports) as use_cases,
        serve(use_cases) as server,
    ):
        anna, bot = await sign_up(use_cases, "anna"), await sign_up(use_cases, "bot")
        mine = use_cases.as_user(anna.user.id)
        team = (await mine.channel.create(name="team", members=(bot.user.id,))).id
        arguments = server.url, bot.user.id, bot.access_token, tmp_path / "cursors.json", team

        async def talk(count: int) -> None:
            for number in range(count):
                text = f"{'hello @bot' if number % 2 else 'nobody is meant'} {number}"
                message = await mine.message.send(channel_id=team, content=text)
                mentions.update([message.id] if message.mentions else [])
                await asyncio.sleep(0.005)

        process = await start(*arguments)
        for _ in range(2):
            talking = asyncio.create_task(talk(2 * MENTIONS // 3))
            await asyncio.sleep(random.uniform(0.1, 0.3))
            process.send_signal(signal.SIGKILL)
            await process.wait()
            await talking
            process = await start(*arguments)
        await talk(2 * MENTIONS // 3)
        answered = list[str | None]()
        while len(answered) < MENTIONS:
            await asyncio.sleep(0.02)
            log = await ports.channels.log.stream(stream=stream_of(team), after=0, limit=1_000_000)
            said = [each.event.message_id for each in log if isinstance(each.event, MessageSent)]
            messages = [await ports.messages.get(message_id=message_id) for message_id in said]
            answered = [each.reply_to for each in messages if each is not None and each.sender_id == bot.user.id]
        process.send_signal(signal.SIGKILL)
        await process.wait()

        assert MENTIONS == len(mentions)
        assert mentions == set(answered)
        assert MENTIONS == len(answered)
