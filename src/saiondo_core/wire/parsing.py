"""JSON text to plain values, in bounded time and memory, whoever wrote it."""

import json
import re

from saiondo_core.wire.errors import DecodeError

OCTETS_MOST = 65_536
"""How large a document from outside may be, unless its reader says otherwise."""

DEPTH_MOST = 32
"""How deep a document may nest: entities go five deep, and the `Json` in them another five."""

_INTEGER_MOST = len(str(-(2**63)))
_TOKENS = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


def octets_of(data: bytes | str, most: int | None) -> bytes:
    """*data* as it would be sent, if it has at most *most* bytes (None: any number).

    Raises:
        DecodeError: It has more, or holds lone surrogates.
    """
    if most is not None and len(data) > most:
        raise _malformed(f"at most {most} bytes")
    if isinstance(data, bytes):
        return data
    try:
        return octets_of(data.encode(), most)
    except UnicodeEncodeError:
        raise _malformed("text without lone surrogates") from None


def parse(data: bytes, *, unique: bool) -> object:
    """The value that *data*, JSON in UTF-8, stands for; where *unique*, no object may name a key twice.

    Raises:
        DecodeError: It is no JSON, or JSON that no honest writer sends.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise _malformed("text in UTF-8") from None
    # Before the parser recurses into it.
    if not is_shallow(text):
        raise _malformed(f"nesting of at most {DEPTH_MOST}")
    try:
        return (_STRICT if unique else _STORED).decode(text)
    except ValueError:
        raise _malformed("JSON") from None


def is_shallow(text: str) -> bool:
    """Whether no more than `DEPTH_MOST` brackets are open at once in *text*; outside of JSON, either may be said."""
    if text.count("[") + text.count("{") <= DEPTH_MOST:
        return True
    depth = 0
    for token in _TOKENS.finditer(text):
        opening = token[0]
        if opening in "[{":
            depth += 1
            if depth > DEPTH_MOST:
                return False
        elif opening in "]}":
            depth -= 1
    return True


def _malformed(expected: str) -> DecodeError:
    return DecodeError(field="$", expected=expected)


def _integer(digits: str) -> int:
    # Long ones cost more than their length to read.
    if len(digits) > _INTEGER_MOST:
        raise _malformed("integers of at most 64 bits")
    return int(digits)


def _constant(name: str) -> object:
    raise _malformed(f"JSON, which has no {name}")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _malformed("objects that name no key twice")
    return found


_STORED = json.JSONDecoder(parse_int=_integer, parse_constant=_constant)
_STRICT = json.JSONDecoder(parse_int=_integer, parse_constant=_constant, object_pairs_hook=_object)
