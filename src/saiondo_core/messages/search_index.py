"""The messages of one channel, as they are searched."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from operator import itemgetter

from attrs import define, field

from saiondo_core.kernel.ids import UserId
from saiondo_core.messages.model import Message
from saiondo_core.messages.search_model import Place, Search, Term
from saiondo_core.messages.search_postings import Key, Postings, Step, merged
from saiondo_core.messages.search_text import tokens

PARTS_MOST = 8

_BEGINNING = datetime.min.replace(tzinfo=UTC)
_TICK = timedelta(microseconds=1)


@define(eq=False)
class ChannelIndex:
    """Where the tokens of one channel's messages occur.

    Messages come in the order of their times, but for imported ones. So they are kept in a few parts, each of which
    is in order: what is older than the end of every part begins a new one.

    Attributes:
        offset: Up to where the channel's log was followed.
    """

    offset: int = field(default=0, init=False)
    _parts: list[Postings] = field(factory=list[Postings], init=False)

    def put(self, messages: Iterable[Message]) -> None:
        """Take in *messages* as they are now, those among them that changed too.

        What a changed message said before is still found, and still has to be checked.
        """
        for key, message in sorted(((key_of(message), message) for message in messages), key=itemgetter(0)):
            found = tokens(message.content)
            found.add(_sender(message.sender_id))
            self._put(key, found)
        while len(self._parts) > PARTS_MOST:
            self._parts.sort(key=len, reverse=True)
            self._parts[-2:] = [merged(self._parts[-2:])]

    def walks(self, search: Search) -> Iterator[Iterator[Step]]:
        """Walks that together go through all messages that may be what is searched for."""
        senders = () if search.sender_id is None else (Term(_sender(search.sender_id)),)
        for part in self._parts:
            ends = [len(part)]
            if search.before is not None:
                ends.append(part.count_before(ticks(search.before)))
            if search.below is not None:
                ends.append(part.count_below((ticks(search.below.created_at), search.below.message_id)))
            least = 0 if search.after is None else part.count_before(ticks(search.after) + 1)
            yield part.walk((*search.terms, *senders), min(ends), least)

    def _put(self, key: Key, found: set[str]) -> None:
        for part in self._parts:
            if key <= part.last and part.has(key):
                part.note(part.count_below(key), found)
                return
        fitting = [part for part in self._parts if part.last < key]
        if not fitting:
            self._parts.append(Postings())
            fitting = self._parts[-1:]
        home = max(fitting, key=lambda part: part.last) if len(fitting) > 1 else fitting[0]
        home.append(key, found)


def ticks(time: datetime) -> int:
    """*time* as a number."""
    return (time - _BEGINNING) // _TICK


def key_of(message: Message) -> Key:
    """The place of *message*."""
    return ticks(message.created_at), message.id


def place_at(key: Key) -> Place:
    """The place that *key* stands for."""
    return Place(created_at=_BEGINNING + key[0] * _TICK, message_id=key[1])


def _sender(sender_id: UserId) -> str:
    """What messages of that sender are found by: no text has NUL in it."""
    return f"\0{sender_id}"
