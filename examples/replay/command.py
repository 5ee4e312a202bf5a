"""The demo as a command."""

import asyncio
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from examples.replay.checking import DoesNotAddUpError
from examples.replay.irc import Kind, UnreadableLineError, read_log
from examples.replay.performance import perform
from examples.replay.report import Report
from saiondo_core import memory_ports
from saiondo_core.errors import SaiondoError
from saiondo_core.testing.passwords import CheapPasswords

CONVERSATION = Path(__file__).parents[1] / "conversation.txt"


def main(arguments: Sequence[str] | None = None) -> int:
    """Replay the logs that *arguments* name, or the short conversation, and give the exit code."""
    parser = ArgumentParser(description="Replays a conversation through saiondo_core's public API.")
    parser.add_argument("logs", metavar="CHAT_LOG", type=Path, nargs="*", help="an IRC log; by default a short example")
    paths: list[Path] = list(dict.fromkeys(parser.parse_args(arguments).logs))
    try:
        logs = [read_log(path) for path in paths or [CONVERSATION]]
    except OSError as error:
        parser.error(f"{error.filename}: {error.strerror}")
    except UnreadableLineError as error:
        parser.error(str(error))
    if not any(line.kind is Kind.SAID for log in logs for line in log.lines):
        parser.error("nobody says anything in these logs")
    report = Report()
    if paths:
        report.tell("Many people sign up: passwords are hashed cheaply, through their port, as no product may do it.")
    ports = memory_ports(passwords=CheapPasswords()) if paths else memory_ports()
    try:
        summary = asyncio.run(perform(logs, ports, report, is_told=not paths))
    except (DoesNotAddUpError, SaiondoError) as error:
        report.verdict("red", str(error))
        return 1
    summary.show(report)
    return 0
