"""What a query finds, and what is highlighted."""

# ruff: noqa: RUF001 - such characters are what this is about.

import re
from itertools import pairwise
from random import Random
from unicodedata import normalize

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from saiondo_core.errors import TextLengthError
from saiondo_core.kernel.text import fold
from saiondo_core.messages.search_query import clean_query, highlights, terms_of, words_of
from saiondo_core.messages.search_text import tokens
from tests.messages.searching import LONG, any_seed

texts = st.text(st.one_of(st.characters(), st.sampled_from('가각ㄱᄀ힣ᆨ 東ア゛ﾊﾟéİßﬁ12_"“”-e\u0301\u0345\u200d👍🏽☃️')))


@pytest.mark.parametrize(
    ("query", "content", "lit"),
    [
        ("hello", "Hello, hello!", ["Hello", "hello"]),
        ("hel lo", "help logs", ["hel", "lo"]),
        ("ello", "hello", []),
        ("hello world", "hello there", []),
        ('"hello"', "hellos hello", ["hello"]),
        ('"hello there"', "well, hello - there", ["hello - there"]),
        ('"hello there"', "hello theres, there hello", []),
        ('"hello the', "hello there", ["hello", "the"]),
        ('"hello world" ok', "OK: hello world", ["OK", "hello world"]),
        ("“hello world”", "hello world", ["hello world"]),
        ("don't", "Don’t!", ["Don’t"]),
        ("12.04", "ubuntu 12.04.1", ["12.04"]),
        ("12.04", "04.12 12", []),
        ("e-mail", "E-Mails", ["E-Mail"]),
        ("c++", "C", ["C"]),
        ("straße", "STRASSE", ["STRASSE"]),
        ("STRASSE", "Straße", ["Straße"]),
        ("ss", "aß ßa", ["ß"]),
        ("fi", "ﬁn", ["ﬁ"]),
        ("f", "ﬁn", ["ﬁ"]),
        ("abc", "ＡＢＣ", ["ＡＢＣ"]),
        ("ＡＢＣ", "abcd", ["abc"]),
        ("é", "e\u0301te\u0301", ["e\u0301"]),
        ("e", "été", []),
        ("서버", "그서버가 서 버", ["서버"]),
        ("서", "그서버", ["서"]),
        ("서버가", "서버 버가", []),
        ("서버 재시작", "재시작하면 서버가", ["재시작", "서버"]),
        ('"서버 재시작"', "메인서버 재시작해", ["서버 재시작"]),
        ('"서버 재시작"', "서버재시작", []),
        ("우분투12.04", "우분투12.04.5를", ["우분투12.04"]),
        ("우분투12", "우분투 12", []),
        ("12", "우분투12버전", ["12"]),
        ("2", "우분투12버전", []),
        ("투1", "우분투12버전", ["투1"]),
        ("server서버", "server서버가 servers", ["server서버"]),
        ("ㅋㅋ", "ㅋㅋㅋㅋ 네", ["ㅋㅋㅋㅋ"]),
        ("東京", "新東京タワー", ["東京"]),
        ("タワ", "東京ﾀﾜｰ", ["ﾀﾜ"]),
        ("パ", "ﾊﾟｿｺﾝ", ["ﾊﾟ"]),
        ("हिन्दी", "हिन्दी में", ["हिन्द"]),
        ("हिन्दी", "हानूदा", []),
        ("👍", "👍", []),
        ("👍 yes", "yes 👎", ["yes"]),
        ("!!!", "!!!", []),
        ("the t", "the", ["the"]),
    ],
)
def test_what_is_highlighted(query: str, content: str, lit: list[str]) -> None:
    """Every place where one of the words stands, in the text as it was written; nothing where one word is missing."""
    normal = normalize("NFC", content)
    found = [normal[start:end] for start, end in highlights(words_of(clean_query(query)), normal)]

    assert [normalize("NFC", part) for part in lit] == found


@pytest.mark.parametrize("query", ["", "x" * 101, "x" * 10_000, "e\u0301" * 101])
def test_a_query_has_1_to_100_characters(query: str) -> None:
    """None, or more than 100 in NFC, are refused."""
    with pytest.raises(TextLengthError):
        clean_query(query)


@pytest.mark.parametrize("query", [" ", "\0", "\ud800", "x" * 100, "e\u0301" * 100])
def test_any_characters_will_do(query: str) -> None:
    """Blanks, NUL and lone surrogates are none that could be found, and 100 letters are 100, however composed."""
    assert clean_query(query) == normalize("NFC", query)
    assert bool(words_of(clean_query(query))) == query.isalpha() or "\u0301" in query


@given(text=texts)
@example(text="ㅎㅏ나")
def test_each_token_of_a_text_finds_it(text: str) -> None:
    """A text holds each of its words, as tokens and in highlights, and what is highlighted, folded, has the word."""
    content = normalize("NFC", text)
    compared = fold(content)
    for word in re.findall(r"\w+", compared):
        words = words_of(word)
        if "".join(piece.text for found in words for piece in found.pieces) != word:
            continue  # A word that is not folded to itself once more: it was joined from parts.
        lit = highlights(words, content)
        assert lit
        assert all(word in fold(content[start:end]) for start, end in lit)
        assert all(0 <= start < end <= len(content) for start, end in lit)
        assert all(before[1] <= after[0] for before, after in pairwise(lit))


@given(query=texts, content=texts)
def test_what_matches_has_the_terms(query: str, content: str) -> None:
    """No text that a query matches is missed for want of a token."""
    words = words_of(query)
    if highlights(words, content):
        there = tokens(content)
        for term in terms_of(words):
            assert term.text in there or (term.is_prefix and any(token.startswith(term.text) for token in there))


def test_random_queries_are_valid() -> None:
    """Any of 10,000 random strings is a valid query, and finds itself, if it has a word."""
    draw = Random(seed := any_seed())
    ranges = [(0, 0x7F), (0, 0x2FF), (0x300, 0x36F), (0x1100, 0x11FF), (0x3000, 0x30FF), (0xAC00, 0xD7FF)]
    ranges += [(0xFF00, 0xFFEF), (0x1F300, 0x1FAFF), (0, 0x10FFFF)]
    for _ in range(10_000 if LONG else 2_000):
        parts = [chr(draw.randint(*draw.choice(ranges))) for _ in range(draw.randint(1, 30))]
        query = clean_query("".join(parts))
        words = words_of(query)
        assert bool(words) == bool(highlights(words, query)) == bool(re.search(r"\w", fold(query))), (
            f"{query!r}, seed {seed}"
        )
