"""Saying something, with rights, event and relay, however much was said before."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import cycle

from benchmarks.harness import Bench, Contender
from benchmarks.rows import Goal, Of
from benchmarks.texts import english, repeated
from benchmarks.worlds import open_world

TITLE = "Send a message, in memory"
CALLS = 50
ROUNDS = 41


async def measure(bench: Bench) -> None:
    """Send into a channel of 1,000 messages and into one of a million, beside appending to a list."""
    kept: list[tuple[str, str]] = []

    async def clear() -> None:
        kept.clear()

    limit = Contender(name="append to a list", call=lambda: kept.append(("anna", "hello")), after=clear, collects=True)
    async with _sender(1_000, "1 k messages") as few, _sender(1_000_000, "1 M messages") as many:
        cost = Goal(of=Of.VALUE, most=60e-6)
        await bench.compare("into 1 k messages", limit=limit, ours=few, goal=cost, rounds=ROUNDS)
        await bench.compare("into 1 M messages", limit=limit, ours=many, goal=cost, rounds=ROUNDS)
        growth = Goal(of=Of.RATIO, most=1.2)
        await bench.compare("1 M messages to 1 k", limit=few, ours=many, goal=growth, rounds=ROUNDS)


@asynccontextmanager
async def _sender(size: int, name: str) -> AsyncGenerator[Contender]:
    lines = english()
    async with open_world(repeated(lines, size)) as world:
        contents = cycle(line.content for line in lines if line.content.strip())
        send, channel_id = world.anna.message.send, world.channel.id

        async def call() -> None:
            await send(channel_id=channel_id, content=next(contents))

        yield Contender(name=name, call=call, calls=CALLS, after=world.use_cases.settle, collects=True)
