"""Finding what was said, and comparing each search with a plain reading of everything."""

import re
from collections import Counter
from time import perf_counter
from unicodedata import normalize

from examples.replay.checking import must_equal
from examples.replay.people import Person
from examples.replay.replaying import Replay
from examples.replay.report import Report
from saiondo_core.messages.search_model import SearchHit

_WORD = re.compile(r"[a-z]{4,}")
_KOREAN = re.compile(r"[가-힣]{2}")
SHOWN = 2
"""How many of the hits are shown."""


async def search(replay: Replay, reader: Person, report: Report) -> None:
    """Search for the commonest word and the commonest two Korean syllables, and show the newest hits.

    Raises:
        DoesNotAddUpError: A search found other messages than a plain reading does.
    """
    report.heading("A search")
    texts = [_folded(said.content) for said in replay.said]
    for pattern, boundary in ((_WORD, r"(?<!\w)"), (_KOREAN, "")):
        counted = Counter(word for text in texts for word in pattern.findall(text))
        if not counted:
            continue
        ((word, _),) = counted.most_common(1)
        looked_for = re.compile(boundary + word)
        expected = {said.message.id for said, text in zip(replay.said, texts, strict=True) if looked_for.search(text)}
        began = perf_counter()
        hits = await _all_hits(reader, word)
        seconds = perf_counter() - began
        must_equal(expected, {hit.message.id for hit in hits}, f"the messages that hold {word!r}")
        must_equal(len(expected), len(hits), f"the hits for {word!r}")
        report.tell(
            f"“{word}” is in {len(hits):,} messages, as a plain reading finds too; in {seconds:.3f} s, the newest:"
        )
        for hit in hits[:SHOWN]:
            nick = next(said.person.nick for said in replay.said if said.message.id == hit.message.id)
            report.said(nick, _marked(hit), hit.message.sequence)


async def _all_hits(reader: Person, word: str) -> list[SearchHit]:
    hits: list[SearchHit] = []
    page = await reader.calls.message.search(query=word, limit=100)
    hits += page
    while page.next_cursor is not None:
        page = await reader.calls.message.search(query=word, limit=100, cursor=page.next_cursor)
        hits += page
    return hits


def _marked(hit: SearchHit) -> str:
    """The content, with 【 】 around what was found."""
    text = hit.message.content
    for start, end in reversed(hit.highlights):
        text = f"{text[:start]}【{text[start:end]}】{text[end:]}"
    return text


def _folded(text: str) -> str:
    return normalize("NFKC", normalize("NFKC", text).casefold())
