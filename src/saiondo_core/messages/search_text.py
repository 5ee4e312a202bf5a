"""What texts are searched as: folded, and in tokens."""

import re
from collections.abc import Iterator
from itertools import pairwise
from unicodedata import category, is_normalized, normalize

from attrs import frozen

from saiondo_core.kernel.text import fold

# Hangul, kana, bopomofo and Han. Their words stick to each other and to particles, so they are found by character.
_CJK = (
    "\u1100-\u11ff\u3005-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\U0001aff0-\U0001b16f\U00020000-\U0003ffff"
)
_WORD = re.compile(r"\w+")
_RUN = re.compile(f"[{_CJK}]+|[^{_CJK}]+")
_IS_CJK = re.compile(f"[{_CJK}]")

Span = tuple[int, int]
"""Where something begins and ends, in code points."""


@frozen
class Run:
    """A part of a text that is of one script: a token, or characters that are each found by themselves."""

    start: int
    text: str
    is_cjk: bool

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)


def runs(folded: str) -> Iterator[Run]:
    """Go through the runs of word characters of one script in a folded text."""
    for word in _WORD.finditer(folded):
        for run in _RUN.finditer(word[0]):
            yield Run(word.start() + run.start(), run[0], is_cjk(run[0][0]))


def tokens(text: str) -> set[str]:
    """What *text* is found by: its words, folded; of Korean, Japanese and Chinese each character, and each two."""
    if text.isascii():
        return set(_WORD.findall(text.lower()))
    found = set[str]()
    for run in runs(fold(text)):
        found |= {run.text} if not run.is_cjk else {*run.text, *bigrams(run.text)}
    return found


def bigrams(run: str) -> tuple[str, ...]:
    """Each two characters of *run* that follow each other."""
    return tuple(first + second for first, second in pairwise(run))


def is_cjk(character: str) -> bool:
    """Whether it belongs to a script that is found inside its words."""
    return character >= "\u1100" and _IS_CJK.match(character) is not None


def is_word(character: str) -> bool:
    r"""Whether it belongs to words, as `\w` has it."""
    return character.isalnum() or character == "_"


def goes_on(character: str) -> bool:
    """Whether a token goes on with *character*: it belongs to words, and to no script that is found inside them."""
    return (character.isalnum() or character == "_") and not (character >= _CJK[0] and _IS_CJK.match(character))


Origins = tuple[Span, ...]
"""Where in a text each character of the folded one comes from."""


def folded(text: str) -> tuple[str, Origins | None]:
    """*text* as it is compared, and the way back; None where folding moved nothing."""
    if text.isascii():
        return text.lower(), None
    compared = fold(text)
    # Case folding never shortens, so what was normal before and after it, and kept its length, moved nowhere.
    if is_normalized("NFKC", text) and compared == text.casefold() and len(compared) == len(text):
        return compared, None
    return compared, tuple(_origins(text))


def as_written(found: list[Span], origins: Origins | None) -> tuple[Span, ...]:
    """Where in a text is what was *found* in the folded one: in order, without overlaps."""
    if origins is not None:
        found = [(origins[start][0], origins[end - 1][1]) for start, end in found]
    joined: list[Span] = []
    last = 0
    for span in sorted(found):
        start, end = span
        if start >= last:
            joined.append(span)
            last = end
        elif end > last:
            joined[-1] = joined[-1][0], end
            last = end
    return tuple(joined)


def _origins(text: str) -> Iterator[Span]:
    """For each character of the folded *text*, the characters it is made of: a letter with all that attaches to it."""
    starts = [place for place, character in enumerate(text) if place == 0 or not _attaches(character)]
    for start, end in pairwise((*starts, len(text))):
        for _ in fold(text[start:end]):
            yield start, end


def _attaches(character: str) -> bool:
    """Whether normalising may join it with what stands before it: marks do, and the inner letters of Hangul."""
    first = normalize("NFKD", character)[0]
    return category(first).startswith("M") or "\u1160" <= first <= "\u11ff"
