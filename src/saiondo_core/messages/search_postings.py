"""Messages in one order, and where among them each token occurs."""

from array import array
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from attrs import define, field

from saiondo_core.messages.model import MessageId
from saiondo_core.messages.search_model import Term
from saiondo_core.messages.search_text import is_cjk

Key: TypeAlias = tuple[int, MessageId]
"""A place: a time in microseconds, and the id that breaks ties."""

Step: TypeAlias = tuple[int, MessageId, int, bool]
"""A place down to which a walk has come, how many messages it looked at for that, and whether one is found there."""

Numbers: TypeAlias = "int | array[int] | range"
"""The numbers of the messages that have a token, rising. Most tokens occur once: a number takes a quarter of a list."""

CHUNK = 50
"""How many messages are looked at together; each further chunk is larger by so many."""

BROAD = 200
"""Of how many tokens a term may be the beginning. Past that, reading the texts costs less than asking for it."""

BROAD_ALONE = 1_000
"""The same where no other term tells more: past that, nearly every text has it."""

_RECENT_MOST = 1_000
_LAST = "\U0010ffff"


@define(eq=False)
class Vocabulary:
    """Tokens in order. New ones wait in a short list of their own, for it is cheap to insert into."""

    _settled: list[str] = field(factory=list[str], init=False)
    _recent: list[str] = field(factory=list[str], init=False)

    def add(self, token: str) -> None:
        """Take in a token that is not there yet."""
        insort(self._recent, token)
        if len(self._recent) > _RECENT_MOST:
            self._settled += self._recent
            self._settled.sort()
            self._recent = []

    def starting(self, prefix: str) -> list[str]:
        """The tokens that begin with *prefix*."""
        return _starting(self._settled, prefix) + _starting(self._recent, prefix)


@define(eq=False)
class Postings:
    """Messages, numbered in the order of their places, and the numbers of those that have each token."""

    times: "array[int]" = field(factory=lambda: array("q"), init=False)
    ids: list[MessageId] = field(factory=list[MessageId], init=False)
    numbers: "dict[str, int | array[int]]" = field(factory=dict[str, "int | array[int]"], init=False)
    vocabulary: Vocabulary = field(factory=Vocabulary, init=False)

    def __len__(self) -> int:
        """How many messages there are."""
        return len(self.ids)

    @property
    def last(self) -> Key:
        """The last message's place."""
        return self.times[-1], self.ids[-1]

    def count_before(self, time: int) -> int:
        """How many messages are older than that time."""
        return bisect_left(self.times, time)

    def count_below(self, key: Key) -> int:
        """How many messages come before that place."""
        time, message_id = key
        start = self.count_before(time)
        return bisect_left(self.ids, message_id, start, bisect_right(self.times, time, start))

    def has(self, key: Key) -> bool:
        """Whether the message of that place is there."""
        number = self.count_below(key)
        return number < len(self) and (self.times[number], self.ids[number]) == key

    def append(self, key: Key, tokens: Iterable[str]) -> None:
        """Take in a message that comes after all others."""
        self.times.append(key[0])
        self.ids.append(key[1])
        self.note(len(self) - 1, tokens)

    def note(self, number: int, tokens: Iterable[str]) -> None:
        """Note that the message of that number has *tokens*, too."""
        numbers = self.numbers
        for token in tokens:
            known = numbers.get(token)
            if known is None:
                numbers[token] = number
                if not is_cjk(token[0]):
                    self.vocabulary.add(token)
            elif isinstance(known, int):
                if known != number:
                    numbers[token] = array("I", sorted((known, number)))
            elif number > known[-1]:
                known.append(number)
            else:
                place = bisect_left(known, number)
                if known[place] != number:
                    known.insert(place, number)

    def walk(self, terms: Iterable[Term], below: int, least: int) -> Iterator[Step]:
        """Go through the messages that may have all *terms*, from the number *below* down to *least*, newest first."""
        groups = [self._tokens(term) for term in terms]
        if not all(groups):
            return
        telling = [group for group in groups if len(group) <= BROAD] or [
            group for group in groups if len(group) <= BROAD_ALONE
        ][:1]
        known: list[list[Numbers]] = [[self.numbers[token] for token in group] for group in telling]
        if not known:
            known = [[range(len(self))]]
        rarest, *others = sorted(known, key=_weight) if len(known) > 1 else known
        for group in others:
            group.sort(key=_length, reverse=True)
        chunk = CHUNK
        while looked := _newest(rarest, below, least, chunk):
            found = looked
            for group in others:
                found = _among(found, group)
            for number in found:
                yield self.times[number], self.ids[number], 1, True
            if len(looked) < chunk:
                return
            below = looked[-1]
            yield self.times[below], self.ids[below], len(looked) - len(found), False
            chunk += CHUNK

    def _tokens(self, term: Term) -> Sequence[str]:
        if term.is_prefix:
            return self.vocabulary.starting(term.text)
        return (term.text,) if term.text in self.numbers else ()


def merged(parts: Sequence[Postings]) -> Postings:
    """One for several, which have no message in common."""
    keys = [(time, message_id) for part in parts for time, message_id in zip(part.times, part.ids, strict=True)]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    renumbered = array("I", [0]) * len(keys)
    whole = Postings()
    for number, before in enumerate(order):
        renumbered[before] = number
        whole.append(keys[before], ())
    gathered, shift = defaultdict[str, list[int]](list), 0
    for part in parts:
        for token, numbers in part.numbers.items():
            each = (numbers,) if isinstance(numbers, int) else numbers
            gathered[token] += (renumbered[shift + number] for number in each)
        shift += len(part)
    for token, found in gathered.items():
        for number in sorted(found):
            whole.note(number, (token,))
    return whole


def _starting(tokens: list[str], prefix: str) -> list[str]:
    start = bisect_left(tokens, prefix)
    return tokens[start : bisect_left(tokens, prefix + _LAST, start)]


def _length(numbers: Numbers) -> int:
    return 1 if isinstance(numbers, int) else len(numbers)


def _weight(group: Iterable[Numbers]) -> int:
    return sum(map(_length, group))


def _newest(group: Iterable[Numbers], below: int, least: int, most: int) -> list[int]:
    """The last *most* numbers of *group* that are at least *least* and below *below*, falling."""
    found = set[int]()
    for numbers in group:
        if isinstance(numbers, int):
            if least <= numbers < below:
                found.add(numbers)
        elif numbers[-1] >= least:
            end = bisect_left(numbers, below)
            part = numbers[bisect_left(numbers, least, max(end - most, 0), end) : end]
            if len(part) == most:
                least = part[0]
            found.update(part)
    return sorted(found, reverse=True)[:most]


def _among(wanted: list[int], group: Iterable[Numbers]) -> list[int]:
    """Those of *wanted*, which falls, that are in *group*, of which the longest come first."""
    if not wanted:
        return wanted
    least, greatest, missing, found = wanted[-1], wanted[0], wanted, set[int]()
    for numbers in group:
        if isinstance(numbers, int):
            found.add(numbers)
        elif numbers[-1] >= least:
            start = bisect_left(numbers, least)
            end = bisect_right(numbers, greatest, start)
            if end - start <= 8 * len(missing):
                found.update(numbers[start:end])
            else:
                found.update(numbers[bisect_left(numbers, number, start, end - 1)] for number in missing)
                missing = [number for number in missing if number not in found]
                if not missing:
                    break
    return [number for number in wanted if number in found]
