"""Search against a plain scan, over what people really wrote."""

import csv
import re
from itertools import chain
from random import Random
from unicodedata import normalize

from saiondo_core.messages.model import CONTENT_MOST
from saiondo_core.messages.search_text import is_cjk
from tests.messages.searching import any_seed, data, talking

LINE = re.compile(r"\[\d\d:\d\d\] <[^>]+> (.*\S.*)")


def ubuntu() -> list[str]:
    """Everything that was said on the 24 days."""
    days = sorted(data("ubuntu-irc").glob("*.txt"))
    assert 24 == len(days)
    lines = chain.from_iterable(day.read_text(encoding="utf-8").splitlines() for day in days)
    return [found[1][:CONTENT_MOST] for found in map(LINE.fullmatch, lines) if found]


async def test_words_and_prefixes_find_what_a_scan_finds() -> None:
    """300 words and 300 prefixes of the Ubuntu days find exactly the lines that a regular expression finds."""
    draw, texts = Random(seed := any_seed()), ubuntu()
    searching = await talking(*texts)
    lines = [normalize("NFKC", text) for text in texts]
    lowered = [line.lower() for line in lines]
    # Chinese words are found inside others, too, which the scan does not do.
    distinct = {word for line in lines for word in re.findall(r"\w+", line) if not any(map(is_cjk, word))}
    words = draw.sample(sorted(distinct), 600)
    for word in (*words[:300], *(word[: draw.randint(min(2, len(word)), len(word))] for word in words[300:])):
        scan, low = re.compile(rf"(?<!\w){re.escape(word)}", re.IGNORECASE), word.lower()
        expected = [place for place, line in enumerate(lines, 1) if low in lowered[place - 1] and scan.search(line)]
        found = sorted(message.sequence for message in await searching.found(word))
        assert expected == found, f"{word!r}, seed {seed}"


async def test_stems_are_found_inside_korean_words() -> None:
    """300 stems of one and two syllables of the Korean questions find every question that has them, and no other."""
    with data("korean-qa", "chatbot.csv").open(encoding="utf-8", newline="") as file:
        texts = [normalize("NFC", row["Q"]) for row in csv.DictReader(file)]
    assert 7_882 == len(texts)
    draw = Random(seed := any_seed())
    searching = await talking(*texts)
    stems = [sorted({stem for text in texts for stem in re.findall(f"(?=([가-힣]{{{n}}}))", text)}) for n in (1, 2)]
    for stem in (*draw.sample(stems[0], 150), *draw.sample(stems[1], 150)):
        expected = [place for place, text in enumerate(texts, 1) if stem in text]
        found = sorted(message.sequence for message in await searching.found(stem))
        assert expected == found, f"{stem!r}, seed {seed}"
