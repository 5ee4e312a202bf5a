"""Text from strangers: only the codec's own errors, in bounded time and memory."""

import tracemalloc
from random import Random

import pytest

from saiondo_core.channels.model import ChannelChange
from saiondo_core.kernel.events import Event
from saiondo_core.kernel.paging import Page
from saiondo_core.messages.model import Message
from saiondo_core.users.model import User
from saiondo_core.wire import Codec, DecodeError
from saiondo_core.wire.parsing import OCTETS_MOST
from tests.wire.mutants import BYTES, LITERALS, mutate

QUICK, SLOW = Codec(), Codec(accelerated=False)
KINDS: tuple[type[object], ...] = (Message, User, Event, ChannelChange, Page[Message], tuple[str, ...])

MEGABYTE = 1_000_000
FULL = OCTETS_MOST

HOSTILE = {
    "arrays": b"[" * FULL,
    "objects": b'{"a":' * (FULL // 5),
    "objects of entities": b'{"items":[' * (FULL // 10),
    "nesting after a string of escapes": b'["' + b'\\"' * 1_000 + b'",' + b"[" * 60_000,
    "open string of escapes": b'[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["' + b'\\"' * 32_000,
    "quotes": b"[" * 40 + b'"' * 65_000,
    "metadata": b'{"metadata":' + b"[" * 65_000,
    "digits": b"1" * FULL,
    "digits of a field": b'{"sequence":' + b"9" * 65_000 + b"}",
    "digits of a float": b"1" * 65_000 + b".5e1",
    "exponent": b"1e" + b"9" * 65_000,
    "empty arrays": b"[" + b"[]," * 21_000 + b"[]]",
    "ones for texts": b"[" + b"1," * 32_000 + b"1]",
    "unknown names": b"{" + b",".join(b'"a%d":1' % number for number in range(6_000)) + b"}",
    "one name": b"{" + b",".join([b'"id":1'] * 9_000) + b"}",
    "colons": b'{"id":"' + b":" * 65_000 + b'"}',
    "blanks": b" " * FULL,
    "too much": b'"' + b"a" * FULL + b'"',
    "far too much": b"[" * (50 * MEGABYTE),
}


@pytest.mark.parametrize("document", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_hostile_text_is_refused_within_bounds(kind: type[object], document: bytes) -> None:
    """Nothing nests, counts or repeats its way past the limits: an error of the codec's own, in little memory."""
    for codec in QUICK, SLOW:
        assert peak(codec, kind, document) < 20 * MEGABYTE


def peak(codec: Codec, kind: type[object], document: bytes | str) -> int:
    """How much memory the refusal of *document* takes."""
    tracemalloc.start()
    try:
        with pytest.raises(DecodeError):
            codec.decode(kind, document)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_noise_gives_results_or_the_codecs_own_errors() -> None:
    """10,000 documents of pieces of JSON give entities and decode errors, the same ones to both, in little memory."""
    seed = Random().randrange(2**32)
    random = Random(seed)
    pieces = [
        *BYTES,
        *(literal.encode() for literal in LITERALS),
        b'"id"',
        b'"metadata":{',
        b'"items":[',
        b'"action":"',
    ]
    tracemalloc.start()
    for number in range(10_000):
        noise = b"".join(random.choices(pieces, k=random.choice((1, 3, 10, 100))))
        document = mutate(b'{"items":[%s],"next_cursor":null}' % noise, random) if number % 2 else noise
        kind = random.choice(KINDS)
        assert outcome(SLOW, kind, document) == outcome(QUICK, kind, document), f"seed {seed}: {document!r}"
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 20 * MEGABYTE, f"seed {seed}"


def outcome(codec: Codec, kind: type[object], document: bytes) -> str:
    """What becomes of *document*; any error but the codec's own is not caught."""
    try:
        return repr(codec.decode(kind, document))
    except DecodeError as error:
        return str(error)


TEXT = "text without NUL and lone surrogates"


@pytest.mark.parametrize(
    ("document", "where", "expected"),
    [
        (b"\xff", "$", "text in UTF-8"),
        (b'"\xed\xa0\x80"', "$", "text in UTF-8"),
        (b'"\xc0\x80"', "$", "text in UTF-8"),
        (b'\xef\xbb\xbf"a"', "$", "JSON"),
        ("\ufeff1", "$", "JSON"),
        ("\ud800", "$", "text without lone surrogates"),
        (b'"\\ud800"', "$", TEXT),
        (b'"\\u0000"', "$", TEXT),
        (b'"\x00"', "$", "JSON"),
        (b'"a\nb"', "$", "JSON"),
        (b"NaN", "$", "JSON, which has no NaN"),
        (b"-Infinity", "$", "JSON, which has no -Infinity"),
        (b"123456789012345678901", "$", "integers of at most 64 bits"),
        (b'{"a":1,"a":1}', "$", "objects that name no key twice"),
        (b"[" * 33 + b"]" * 33, "$", "nesting of at most 32"),
        (b"'a'", "$", "JSON"),
        (b'"a" "b"', "$", "JSON"),
        (b"", "$", "JSON"),
        (b'"' + b"a" * FULL + b'"', "$", "at most 65536 bytes"),
        ("é" * 40_000, "$", "at most 65536 bytes"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_is_no_honest_json_is_named(document: bytes | str, where: str, expected: str) -> None:
    """Each trick of a hostile writer has its own answer, and no answer quotes what came in."""
    for codec in QUICK, SLOW:
        with pytest.raises(DecodeError) as refused:
            codec.decode(str, document)
        assert (where, expected) == (refused.value.field, refused.value.expected)


def test_brackets_in_texts_do_not_nest() -> None:
    """Only what opens outside of texts counts as depth."""
    text = '[{\\"[' * 100

    for codec in QUICK, SLOW:
        assert (text.replace("\\", ""), "]") == codec.decode(tuple[str, ...], f'["{text}","]"]')
