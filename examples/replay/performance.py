"""The demo as a whole: replay the logs, hold the channel against them, play what follows, and sum up."""

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from itertools import chain
from time import perf_counter

from examples.replay.caching import cache
from examples.replay.checking import check_channel, check_events
from examples.replay.irc import Kind, Log
from examples.replay.losing_redis import lose_redis
from examples.replay.people import register
from examples.replay.replaying import Replay
from examples.replay.report import Report
from examples.replay.story import Story
from examples.replay.summary import Summary
from saiondo_core import Ports, UseCaseFactory
from saiondo_core.events import Event

PEOPLE = 100
"""How many are looked up in Redis, at most."""


async def perform(logs: Sequence[Log], ports: Ports, report: Report, *, is_told: bool) -> Summary:
    """Replay *logs* over *ports*, line for line where it *is_told*.

    Returns:
        What it came to.

    Raises:
        DoesNotAddUpError: What happened is not what the logs say.
    """
    lines = tuple(chain.from_iterable(log.lines for log in logs))
    room = next((line.text for line in lines if line.kind is Kind.JOINED), "#replay")
    heard: Counter[str] = Counter()

    async def hear(event: Event) -> None:
        heard[event.action] += 1

    began = perf_counter()
    async with UseCaseFactory(ports=ports) as use_cases:
        use_cases.on(Event, hear, name="demo")
        host = await register(use_cases, "archivist")
        channel = await host.calls.channel.create(name=room[:50], type="public")
        replay = Replay(use_cases=use_cases, channel=channel)
        report.heading(f"{host.nick} opens {channel.name}, and the conversation begins")
        replaying = await _replay(replay, logs, report, is_told=is_told)
        await check_channel(replay, len(lines), host)
        check_events(replay, heard)
        await Story(use_cases, replay, host, report).play()
        await cache(replay, host, report)
        await use_cases.settle()
    await lose_redis(ports, tuple(person.user.id for person in replay.people.values())[:PEOPLE], report)
    return Summary(
        logs=len(logs),
        mended=sum(log.mended for log in logs),
        replay=replay,
        heard=heard,
        replaying=replaying,
        whole=perf_counter() - began,
    )


async def _replay(replay: Replay, logs: Sequence[Log], report: Report, *, is_told: bool) -> float:
    """Perform all lines, and give the seconds until the last of their events was relayed."""
    began = perf_counter()
    with closing(report.walk(logs, is_told=is_told)) as walk:
        for log, line in walk:
            outcome = await replay.perform(log, line)
            if is_told:
                report.line(line, outcome, replay)
    await replay.use_cases.settle()
    return perf_counter() - began
