"""The text that is measured with: real chat, as often as it takes."""

import csv
import os
from collections.abc import Iterator, Sequence
from itertools import count, islice
from pathlib import Path
from random import Random

from attrs import frozen

from examples.replay.irc import Kind, read_log

DATA = Path(__file__).parents[1] / os.environ.get("SAIONDO_DATA", "../shared/data")
CONTENT_MOST = 2_000


class NoTextError(Exception):
    """The chat logs are not there."""

    def __str__(self) -> str:
        """Say where they were looked for."""
        return f"There are no chat logs in {DATA}: point SAIONDO_DATA at the folder that holds them."


@frozen
class Said:
    """A line of a chat log."""

    nick: str
    content: str


def english() -> tuple[Said, ...]:
    """What was said on the Ubuntu days, in order.

    Raises:
        NoTextError: They are not there.
    """
    logs = [read_log(path) for path in sorted((DATA / "ubuntu-irc").glob("*.txt"))]
    if not logs:
        raise NoTextError
    lines = (line for log in logs for line in log.lines if line.kind is Kind.SAID)
    return tuple(
        Said(line.nick, line.text) for line in lines if "\0" not in line.text and len(line.text) <= CONTENT_MOST
    )


def korean() -> tuple[Said, ...]:
    """Questions and their answers, in order.

    Raises:
        NoTextError: They are not there.
    """
    source = DATA / "korean-qa" / "chatbot.csv"
    if not source.exists():
        raise NoTextError
    with source.open(encoding="utf-8", newline="") as rows:
        return tuple(
            said for row in csv.DictReader(rows) for said in (Said("asker", row["Q"]), Said("answerer", row["A"]))
        )


def repeated(lines: Sequence[Said], size: int) -> tuple[Said, ...]:
    """So many of *lines*: as they are, then shuffled anew each time they are used up, always in the same ways."""
    return tuple(islice(_rounds(lines), size))


def _rounds(lines: Sequence[Said]) -> Iterator[Said]:
    yield from lines
    for seed in count(1):
        shuffled = list(lines)
        Random(seed).shuffle(shuffled)  # noqa: S311 - it must be repeatable
        yield from shuffled
