"""What text may come in: bounded, in one normal form, and cheap to refuse."""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import cast
from unicodedata import is_normalized, normalize

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from saiondo_core.kernel.errors import InvalidInputError, TextCharactersError, TextLengthError
from saiondo_core.kernel.text import (
    METADATA_DEPTH,
    METADATA_OCTETS,
    Json,
    canonical,
    clean_line,
    clean_metadata,
    clean_text,
    fold,
)

Clean = Callable[..., str]
both_cleaners = pytest.mark.parametrize("clean", [clean_text, clean_line])
anything = st.text(st.characters(codec=None, categories=None), max_size=14)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@both_cleaners
@given(text=anything)
@example(text="e\u0301")
@example(text=" \u1f82 ")
def test_what_passes_is_normal_bounded_and_passes_again(clean: Clean, text: str) -> None:
    """Whatever comes out is NFC, within the bounds, without NUL and lone surrogates, and is let through unchanged."""
    try:
        once = clean(text, "name", least=1, most=10)
    except (TextLengthError, TextCharactersError):
        return
    assert is_normalized("NFC", once)
    assert 1 <= len(once) <= 10
    assert once.strip()
    assert "\x00" not in once
    assert once.encode().decode() == once
    assert once == clean(once, "name", least=1, most=10)


@both_cleaners
@pytest.mark.parametrize("text", ["a", "ab", "안녕하세요", "a b", "👩‍👩‍👧", "x" * 10, "ﷺ"])
def test_ordinary_text_passes_as_it_is(clean: Clean, text: str) -> None:
    """Text of any script passes unchanged, spaces inside and joined emoji included."""
    assert text == clean(text, "name", least=1, most=10)


@both_cleaners
@pytest.mark.parametrize(
    ("text", "actual"),
    [("", 0), ("x" * 11, 11), ("한" * 11, 11), (normalize("NFD", "각") * 11, 11), ("x" * 1000, 1000)],
)
def test_length_counts_code_points_once_normalised(clean: Clean, text: str, actual: int) -> None:
    """Too short and too long are refused, and the error tells the length that was counted."""
    with pytest.raises(TextLengthError) as caught:
        clean(text, "name", least=1, most=10)

    assert {
        "field": "name",
        "expected": "1 to 10 characters, not all blank",
        "actual": actual,
    } == caught.value.details()


def test_the_longest_decomposed_text_passes() -> None:
    """Ten characters are ten, also where each comes as four code points, the most that any takes."""
    assert "\u1f82" * 10 == clean_text(normalize("NFD", "\u1f82" * 10), "name", least=1, most=10)


@both_cleaners
@pytest.mark.parametrize("blank", [" ", "\t \n", "\u3000\u2003", "\x1f"])
def test_blank_text_is_no_text(clean: Clean, blank: str) -> None:
    """White space of any script says nothing where something must be said; where nothing need be, it may stay."""
    with pytest.raises(TextLengthError):
        clean(blank, "name", least=1, most=10)

    assert blank.strip() == clean(blank, "name", least=0, most=10).strip()


@both_cleaners
@pytest.mark.parametrize("hidden", ["a\x00b", "a\ud800b", "\udc80"])
def test_what_no_store_can_keep_is_refused(clean: Clean, hidden: str) -> None:
    """NUL and lone surrogates, which databases and UTF-8 cannot carry, are refused wherever they stand."""
    with pytest.raises(TextCharactersError):
        clean(hidden, "name", least=1, most=10)


@pytest.mark.parametrize("break_", ["\n", "\r", "\t", "\x0b", "\x1b", "\x7f", "\x85", "\u2028", "\u2029"])
def test_a_line_is_one_line(break_: str) -> None:
    """Control characters and every kind of line break are refused inside a name, and are fine in content."""
    assert f"a{break_}b" == clean_text(f"a{break_}b", "content", least=1, most=10)
    with pytest.raises(TextCharactersError):
        clean_line(f"a{break_}b", "name", least=1, most=10)


def test_a_line_is_trimmed() -> None:
    """Names do not differ by the space around them, and content keeps its own."""
    assert "a b" == clean_line(" \t a b\u3000\n", "name", least=1, most=10)
    assert " a " == clean_text(" a ", "content", least=1, most=10)


def test_what_is_hopelessly_long_is_not_looked_at() -> None:
    """Text four times too long, which no normalising can save, is refused by its length alone: its NUL is not found."""
    with pytest.raises(TextLengthError) as caught:
        clean_text("\x00" + "e\u0301" * 20, "name", least=1, most=10)

    assert 41 == caught.value.actual


@given(text=anything)
@example(text="ﬀ İ ß ΐ ｶﾞ ①")
def test_fold_is_stable(text: str) -> None:
    """What is folded stays as it is when folded again, so that stored keys can be compared with new ones."""
    assert fold(text) == fold(fold(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna", "aNNA"),
        ("STRASSE", "straße"),
        ("\uff21\uff4e\uff2e\uff41", "anna"),
        ("é", "e\u0301"),
        ("ﬁn", "FIN"),
        ("한", normalize("NFD", "한")),
    ],
)
def test_fold_forgets_case_width_and_composition(one: str, other: str) -> None:
    """Names that people read as the same are the same; others stay apart."""
    assert fold(one) == fold(other)
    assert fold(one) != fold(other + "x")


@given(value=json_values)
def test_canonical_is_json(value: Json) -> None:
    """It reads back as the value it was made of, types included: no two values share a text."""
    assert typed(value) == typed(cast("Json", json.loads(canonical(value))))


def typed(value: Json) -> object:
    """Tell apart what Python holds for equal: 1, 1.0 and True, 0.0 and -0.0."""
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [typed(item) for item in value]
    return type(value), repr(value)


@given(pairs=st.dictionaries(st.text(), st.integers() | st.dictionaries(st.text(), st.integers(), max_size=3)))
def test_canonical_does_not_know_the_order_of_keys(pairs: dict[str, Json]) -> None:
    """However a mapping was filled, its text is one."""
    assert canonical(pairs) == canonical(dict(reversed(pairs.items())))


def test_canonical_is_as_short_as_json_can_be() -> None:
    """No space is left between things, and characters that have a short escape take it."""
    value: Json = {"b": [1, -0.5, True, None], "a": 'é"\\\n\x1b', "": {}}

    assert r'{"":{},"a":"é\"\\\n\u001b","b":[1,-0.5,true,null]}' == canonical(value)


def nested_lists(depth: int) -> Json:
    """Nest lists, *depth* of them."""
    return [] if depth == 1 else [nested_lists(depth - 1)]


def nested_mappings(depth: int) -> Json:
    """Nest mappings, *depth* of them."""
    return {} if depth == 1 else {"a": nested_mappings(depth - 1)}


def test_metadata_is_copied() -> None:
    """What the host changes later in what it gave changes nothing in what was kept."""
    tags: list[Json] = ["new"]
    metadata: dict[str, Json] = {"order": 42, "tags": tags, "paid": True, "note": None, "weight": 0.5}
    kept = clean_metadata(MappingProxyType(metadata))
    tags.append("changed")
    metadata["order"] = 43

    assert {"order": 42, "tags": ["new"], "paid": True, "note": None, "weight": 0.5} == kept
    assert {} == clean_metadata(None) == clean_metadata({})


def test_metadata_text_is_cleaned() -> None:
    """Keys and values are NFC, as all text is; sequences become lists, and dressed-up numbers plain ones."""

    class Priority(IntEnum):
        HIGH = 2

    given_: dict[str, object] = {"e\u0301": ["e\u0301"], "pair": (1, 2), "priority": Priority.HIGH}
    kept = clean_metadata(cast("Mapping[str, Json]", given_))

    assert {"é": ["é"], "pair": [1, 2], "priority": 2} == kept
    assert '{"pair":[1,2],"priority":2,"é":["é"]}' == canonical(dict(kept))


@pytest.mark.parametrize("nested", [nested_lists, nested_mappings])
def test_metadata_may_be_five_deep(nested: Callable[[int], Json]) -> None:
    """The mapping itself is the first level; five pass, six do not."""
    assert {"a": nested(METADATA_DEPTH - 1)} == clean_metadata({"a": nested(METADATA_DEPTH - 1)})
    with pytest.raises(InvalidInputError):
        clean_metadata({"a": nested(METADATA_DEPTH)})


@pytest.mark.parametrize(("character", "octets"), [("x", 1), ("é", 2), ("한", 3), ("\n", 2), ("\x01", 6)])
def test_metadata_may_have_four_kibibytes(character: str, octets: int) -> None:
    """The limit counts the bytes of the shortest JSON: what just fits passes, one character more does not."""
    most = (METADATA_OCTETS - len('{"k":""}')) // octets

    assert {"k": character * most} == clean_metadata({"k": character * most})
    with pytest.raises(InvalidInputError):
        clean_metadata({"k": character * (most + 1)})


CYCLE: list[object] = []
CYCLE.append(CYCLE)


@pytest.mark.parametrize(
    "metadata",
    [
        {"a": math.nan},
        {"a": -math.inf},
        {"a": 2**63},
        {"a": -(2**63) - 1},
        {"a": 10**5000},
        {"a": b"bytes"},
        {"a": {1, 2}},
        {"a": object()},
        {"a": CYCLE},
        {1: "a"},
        {None: "a"},
        {"a": {("b",): 1}},
        {"a": "\x00"},
        {"\ud800": "a"},
        {"é": 1, "e\u0301": 2},
        ["a"],
        "a",
        42,
    ],
    ids=lambda metadata: ascii(metadata)[:20] if metadata != {"a": 10**5000} else "huge",
)
def test_what_is_not_json_is_no_metadata(metadata: object) -> None:
    """What JSON cannot say, or stores cannot keep, is refused as the caller's error, naming the field."""
    with pytest.raises(InvalidInputError) as caught:
        clean_metadata(cast("Mapping[str, Json]", metadata), "data")

    assert "data" == caught.value.field


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63), 1e308, 5e-324, -0.0])
def test_extreme_numbers_are_metadata(number: float) -> None:
    """64-bit integers and all finite floats pass as they are."""
    assert {"n": number} == clean_metadata({"n": number})


class Counted(list[object]):
    """A list that counts what is taken from any of its kind."""

    taken = 0

    def __iter__(self) -> Iterator[object]:
        """Count, and give, each item."""
        for item in super().__iter__():
            Counted.taken += 1
            yield item


class CountedText(str):
    """Text that counts, with the lists, how much of it is looked at."""

    __slots__ = ()

    def __contains__(self, part: str) -> bool:  # type: ignore[override]  # only text is looked for
        """Count all of it."""
        Counted.taken += len(self)
        return super().__contains__(part)


def bomb() -> Counted:
    """Nest a short list so that it stands for 100,000 values."""
    value = Counted("x" * 10)
    for _ in range(3):
        value = Counted([value] * 10)
    return Counted([value] * 10)


@pytest.mark.parametrize(
    "metadata",
    [
        {"a": Counted("x" * 1_000_000)},
        {"a": bomb()},
        {"a": Counted([CountedText("x" * 2000)] * 2000)},
        {"a": Counted([Counted()] * 4097)},
        {str(number): Counted([1]) for number in range(100_000)},
    ],
    ids=["long", "nested", "wordy", "hollow", "wide"],
)
def test_hostile_metadata_is_cheap(metadata: Mapping[str, Json]) -> None:
    """However large or many times nested, no more is looked at than could fit."""
    Counted.taken = 0
    with pytest.raises(InvalidInputError):
        clean_metadata(metadata)

    assert Counted.taken <= METADATA_OCTETS
