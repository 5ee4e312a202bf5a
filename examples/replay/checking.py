"""Holds the replay against the logs: every line accounted for, every message as it was said."""

from collections import Counter
from collections.abc import Awaitable
from typing import TypeVar
from unicodedata import normalize

from examples.replay.people import Person
from examples.replay.replaying import Outcome, Replay
from saiondo_core.errors import SaiondoError

E = TypeVar("E", bound=SaiondoError)

PAGE = 200


class DoesNotAddUpError(Exception):
    """What happened is not what the logs say."""


def must_equal(expected: object, actual: object, what: str) -> None:
    """Go on if both are the same.

    Raises:
        DoesNotAddUpError: They are not.
    """
    if expected != actual:
        raise DoesNotAddUpError(f"{what}: expected {expected!r}, got {actual!r}")


async def refused(expected: type[E], call: Awaitable[object]) -> E:
    """The error with which *call* is refused.

    Raises:
        DoesNotAddUpError: It was not.
    """
    try:
        await call
    except expected as error:
        return error
    raise DoesNotAddUpError(f"a call was allowed that must end with {expected.__name__}")


async def check_channel(replay: Replay, lines: int, reader: Person) -> None:
    """Hold the channel, as *reader* sees it, against what was sent of the *lines*: number for number, text for text.

    Raises:
        DoesNotAddUpError: They differ.
    """
    must_equal(lines, replay.outcomes.total(), "lines accounted for")
    must_equal(replay.outcomes[Outcome.SENT], len(replay.said), "messages sent")
    channel = await reader.calls.channel.get(channel_id=replay.channel.id)
    must_equal(len(replay.said), channel.last_sequence, "the channel's last sequence")
    for start in range(0, len(replay.said), PAGE):
        said = replay.said[start : start + PAGE]
        page = await reader.calls.message.history(channel_id=channel.id, after=start, limit=PAGE)
        must_equal(len(said), len(page), f"messages after sequence {start}")
        for sequence, (line, message) in enumerate(zip(said, page, strict=True), start + 1):
            expected = sequence, line.person.user.id, normalize("NFC", line.content)
            must_equal(expected, (message.sequence, message.sender_id, message.content), f"message {sequence}")


def check_events(replay: Replay, heard: "Counter[str]") -> None:
    """Hold the events that were relayed against what was done.

    Raises:
        DoesNotAddUpError: One is missing, or came twice.
    """
    outcomes = replay.outcomes
    must_equal(outcomes[Outcome.SENT], heard["message.sent"], "events of messages")
    # The one more is whoever made the channel.
    must_equal(outcomes[Outcome.JOINED] + replay.unannounced + 1, heard["member.joined"], "events of joins")
    must_equal(outcomes[Outcome.LEFT], heard["member.left"], "events of leaves")
    must_equal(len(replay.people) + 1, heard["user.registered"], "events of registrations")
