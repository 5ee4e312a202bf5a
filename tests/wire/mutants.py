"""Documents that were tampered with: cleverly, or blindly."""

import json
import re
from collections.abc import Callable
from random import Random
from typing import cast

STRANGE: tuple[object, ...] = (
    *(None, True, False, 0, 1, -1, 2**63, -(2**63), -(2**63) - 1, 2**64, 10**30, 1.0, 1.5, -0.0, 1e300),
    *("", "1", "true", "null", "text", "owner", "ab", "message.sent", "user.registered", "\x00", "a\x7f", ":", '"id":'),
    *("2026-01-31T12:00:00.000Z", "2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000+00:00", "2026-01-31 12:00:00.000Z"),
    *("2026-02-30T12:00:00.000Z", "2026-01-31T24:00:00.000Z", "2026-W05-6T12:00:00.000Z", "2026-01-31T12:00:00.000z"),
    *map(json.loads, ("[]", "{}", '["a"]', "[1]", "[[]]", "[null]", '{"a":1}', '{"id":"a"}', '{"":{"":[{}]}}')),
    *({"a": "x" * 5_000}, json.loads('{"a":[[[[[]]]]]}')),
)
LITERALS = (
    *("NaN", "Infinity", "-Infinity", "-", "01", "1.", ".5", "+1", "-0", "1E2", "1e400", "1" * 40, "nul", "'a'", "\t"),
    *('"\\ud800"', '"\\udc00"', '"\\ud800\\u0041"', '"\\ud83d\\ude00"', '"\\u0000"', '"\\q"', '"\\/"', '"a\tb"', '"'),
    *("[" * 40 + "]" * 40, "[1,]", '{"a":1,"a":2}', '{"a":1,}', "/**/1", "\x0c1", "\ufeff1", "\u2028", "1 2", ""),
)
BYTES = (
    b"\x00",
    b"\xff",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b'"',
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
)


def mutate(document: bytes, random: Random) -> bytes:
    """*document*, tampered with in one way or in several."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        document = random.choice(_WAYS)(document, random)
    return document


def _at_a_value(document: bytes, random: Random, change: Callable[[dict[str, object], str], object]) -> bytes:
    """Change one member of one object; documents that are broken already stay as they are."""
    try:
        root: object = json.loads(document)
    except (ValueError, RecursionError):
        return document
    objects = list(_objects(root))
    if objects:
        found = random.choice(objects)
        change(found, random.choice([*found, "id", "action", "new"]))
    separators = random.choice([(",", ":"), (", ", " : "), (",\n", ":\t")])
    return json.dumps(root, ensure_ascii=random.random() < 0.2, separators=separators).encode(errors="surrogatepass")


def _objects(node: object) -> list[dict[str, object]]:
    if isinstance(node, dict):
        members = cast("dict[str, object]", node)
        return [members, *(found for value in members.values() for found in _objects(value))]
    if isinstance(node, list):
        return [found for item in cast("list[object]", node) for found in _objects(item)]
    return []


def _replace(document: bytes, random: Random) -> bytes:
    return _at_a_value(document, random, lambda found, name: found.update({name: random.choice(STRANGE)}))


def _remove(document: bytes, random: Random) -> bytes:
    return _at_a_value(document, random, lambda found, name: found.pop(name, None))


def _shuffle(document: bytes, random: Random) -> bytes:
    def shuffled(found: dict[str, object], _: str) -> None:
        pairs = list(found.items())
        random.shuffle(pairs)
        found.clear()
        found.update(pairs)

    return _at_a_value(document, random, shuffled)


def _repeat_a_name(document: bytes, random: Random) -> bytes:
    names = re.findall(rb'"([a-z_]+)"\s*:', document) or [b"id"]
    extra = b'"%s":%s,' % (random.choice(names), json.dumps(random.choice(STRANGE)).encode())
    return _insert_after(document, b"{", extra, random)


def _literal(document: bytes, random: Random) -> bytes:
    return _insert_after(document, b":", random.choice(LITERALS).encode() + b",", random).replace(b",,", b",")


def _swap_literal(document: bytes, random: Random) -> bytes:
    before, colon, after = document.partition(random.choice((b":null", b":0", b":false", b':""', b":{}", b":[]")))
    return before + b":" + random.choice(LITERALS).encode() + after if colon else document


def _byte(document: bytes, random: Random) -> bytes:
    at = random.randrange(len(document) + 1)
    return document[:at] + random.choice(BYTES) + document[at + random.choice((0, 1)) :]


def _cut(document: bytes, random: Random) -> bytes:
    start, end = sorted((random.randrange(len(document) + 1), random.randrange(len(document) + 1)))
    return document[:start] + document[end:] if random.random() < 0.5 else document[start:end]


def _insert_after(document: bytes, mark: bytes, extra: bytes, random: Random) -> bytes:
    places = [at + 1 for at in range(len(document)) if document[at : at + 1] == mark]
    if not places:
        return document
    at = random.choice(places)
    return document[:at] + extra + document[at:]


_WAYS = (
    _replace,
    _replace,
    _replace,
    _remove,
    _shuffle,
    _repeat_a_name,
    _literal,
    _swap_literal,
    _swap_literal,
    _byte,
    _cut,
)
