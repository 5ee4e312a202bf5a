"""What texts are searched as."""

# ruff: noqa: RUF001 - such characters are what this is about.

from itertools import pairwise
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saiondo_core.kernel.text import fold
from saiondo_core.messages.search_text import as_written, folded, tokens

hard = st.sampled_from("aÀİßﬁĲ가각ㄱᄀㅏᅡᆨㄳｶﾞパ゙e\u0301\u0327\u0345\u093c\u09be\u0dcf\u1160\uffa0\u00b4½ſK\u212b﷽")
texts = st.text(st.one_of(hard, st.characters()), max_size=12)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, hello_2 wörld", {"hello", "hello_2", "wörld"}),
        ("ＡＢ①", {"ab1"}),
        ("서버가", {"서", "버", "가", "서버", "버가"}),
        ("서 버", {"서", "버"}),
        ("go서버12", {"go", "서", "버", "서버", "12"}),
        ("👍 …", set[str]()),
    ],
)
def test_tokens(text: str, expected: set[str]) -> None:
    """Words are tokens; of Korean, Japanese and Chinese each character, and each two that follow each other."""
    assert expected == tokens(text)


@given(text=texts)
def test_folding_leads_back(text: str) -> None:
    """Each folded character is made of those it is said to come from: their folds, put together, are the whole."""
    compared, origins = folded(text)

    assert fold(text) == compared
    if origins is None:
        assert list(compared) == [fold(character) for character in text]
    else:
        distinct = list(dict.fromkeys(origins))
        assert len(compared) == len(origins)
        assert compared == "".join(fold(text[start:end]) for start, end in distinct)
        assert all(before[1] <= after[0] for before, after in pairwise(distinct))


@given(text=texts, more=texts)
def test_folding_is_local(text: str, more: str) -> None:
    """What follows after a blank changes nothing of what stands before it."""
    assert fold(text) + " " + fold(f"x{more}") == fold(f"{text} x{more}")


def test_overlaps_are_joined() -> None:
    """Places that overlap are one, those that touch are two, and all are in order."""
    assert ((0, 2), (2, 5)) == as_written([(2, 4), (0, 2), (3, 5), (3, 4)], None)
    assert ((0, 1),) == as_written([(0, 1), (1, 2)], ((0, 1), (0, 1)))
    assert "fi" == normalize("NFKC", "ﬁ")
