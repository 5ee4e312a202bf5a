"""What somebody looks for: words, each of which a message must hold."""

import re
from collections.abc import Iterator
from unicodedata import category, normalize

from attrs import frozen

from saiondo_core.kernel.errors import TextLengthError
from saiondo_core.kernel.text import fold
from saiondo_core.messages.search_model import Term
from saiondo_core.messages.search_text import Run, Span, as_written, bigrams, folded, goes_on, is_word, runs

QUERY_MOST = 100

_QUOTES = '"\u201c\u201d\u201e'  # Keyboards put curved ones in place of the straight one.
_PART = re.compile(rf"[{_QUOTES}]([^{_QUOTES}]*)[{_QUOTES}]|([^\s{_QUOTES}]+)")


@frozen
class Piece:
    """A run of a word, and what stands between it and the one before.

    Attributes:
        gap: Exactly this; where it is None, anything that belongs to no word.
    """

    gap: str | None
    text: str
    is_cjk: bool


@frozen
class Word:
    """Pieces that must follow each other as they were typed.

    Attributes:
        is_open: Whether its end is the beginning of a token, of which the rest need not be typed.
    """

    pieces: tuple[Piece, ...]
    is_open: bool

    @property
    def terms(self) -> Iterator[Term]:
        """What every message that holds the word can be found by."""
        for piece in self.pieces:
            if not piece.is_cjk:
                yield Term(piece.text, is_prefix=self.is_open and piece is self.pieces[-1])
            else:
                yield from (Term(part) for part in bigrams(piece.text) or (piece.text,))

    def found_in(self, text: str) -> list[Span]:
        """Everywhere that the word stands in a folded text."""
        found: list[Span] = []
        first, is_cjk = self.pieces[0].text, self.pieces[0].is_cjk
        is_simple = len(self.pieces) == 1 and (is_cjk or self.is_open)
        start = text.find(first)
        while start >= 0:
            if is_cjk or start == 0 or not goes_on(text[start - 1]):
                end = start + len(first) if is_simple else self._end(text, start)
                if end is not None:
                    found.append((start, end))
            start = text.find(first, start + 1)
        return found

    def _end(self, text: str, start: int) -> int | None:
        """Where the word ends that begins at *start*; None where it does not stand there."""
        end: int | None = start
        for piece in self.pieces:
            if piece is not self.pieces[0]:
                end = _after_gap(text, end, piece.gap)
            if end is None or not text.startswith(piece.text, end):
                return None
            end += len(piece.text)
            is_whole = not piece.is_cjk and not (self.is_open and piece is self.pieces[-1])
            if is_whole and end < len(text) and goes_on(text[end]):
                return None
        return end


def clean_query(query: str) -> str:
    """*query* in NFC, if it has 1 to 100 characters, whichever they are.

    Raises:
        TextLengthError: It has not.
    """
    # What no normal form could shorten enough is refused before the work.
    normal = normalize("NFC", query) if len(query) <= 4 * QUERY_MOST else query
    if not 1 <= len(normal) <= QUERY_MOST:
        raise TextLengthError(field="query", expected=f"1 to {QUERY_MOST} characters", actual=len(normal))
    return normal


def words_of(query: str) -> tuple[Word, ...]:
    """The words of *query*: each run without blanks, and each quoted phrase; what holds no token is none."""
    found = dict[Word, None]()
    for part in _PART.finditer(fold(query)):
        pieces = _pieces(part[0])
        if pieces:
            found[Word(pieces, is_open=part[2] is not None)] = None
    return tuple(found)


def terms_of(words: tuple[Word, ...]) -> tuple[Term, ...]:
    """What every message that holds all *words* can be found by."""
    return tuple({term: None for word in words for term in word.terms})


def highlights(words: tuple[Word, ...], content: str) -> tuple[Span, ...]:
    """Where *words* stand in *content*; nowhere, unless it holds all of them."""
    compared, origins = folded(content)
    everywhere: list[Span] = []
    for word in words:
        found = word.found_in(compared)
        if not found:
            return ()
        everywhere += found
    return as_written(everywhere, origins)


def _pieces(part: str) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    before: Run | None = None
    for run in runs(part):
        gap = "" if before is None else part[before.end : run.start]
        pieces.append(Piece(gap if _is_exact(gap) else None, run.text, run.is_cjk))
        before = run
    return tuple(pieces)


def _is_exact(gap: str) -> bool:
    """Whether a gap counts as it is: where there is none, and where marks of the letter before it are in it."""
    return not gap or category(gap[0]).startswith("M")


def _after_gap(text: str, at: int | None, gap: str | None) -> int | None:
    if at is None:
        return None
    if gap is not None:
        return at + len(gap) if text.startswith(gap, at) else None
    after = at
    while after < len(text) and not is_word(text[after]):
        after += 1
    return after if after > at else None
