"""What text may come in: bounded, in one normal form, with nothing hidden in it."""

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias, cast
from unicodedata import category, normalize

from attrs import define

from saiondo_core.kernel.errors import InvalidInputError, TextCharactersError, TextLengthError

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""What `metadata` may hold: JSON, at most 4 KiB in its shortest form, at most 5 deep."""

METADATA_OCTETS = 4096
METADATA_DEPTH = 5
_SAFE_INTEGER = 2**63
_IMPOSSIBLE = re.compile("[\x00\ud800-\udfff]")
_LINE_BREAKS = frozenset({"Cc", "Zl", "Zp"})


def clean_text(text: str, field: str, *, least: int, most: int) -> str:
    """*text* in NFC, if it may be content: any lines, but no NUL, no lone surrogate, and not blank where *least* > 0.

    Raises:
        TextLengthError: It is blank, or has not *least* to *most* code points once normalised.
        TextCharactersError: It holds NUL or a lone surrogate.
    """
    # Normalising takes time in proportion, and can lengthen text but never shorten it below a quarter:
    # what is hopelessly long is refused before the work.
    if len(text) > 4 * most:
        raise _length_error(text, field, least, most)
    if _IMPOSSIBLE.search(text):
        raise TextCharactersError(field=field, expected="text without NUL and lone surrogates")
    normal = normalize("NFC", text)
    if not least <= len(normal) <= most or (least > 0 and not normal.strip()):
        raise _length_error(normal, field, least, most)
    return normal


def clean_line(text: str, field: str, *, least: int, most: int) -> str:
    """*text* as a name on one line: trimmed, and as `clean_text` with no control character or line break in it.

    Raises:
        TextLengthError: It is blank, or has not *least* to *most* code points once trimmed and normalised.
        TextCharactersError: It holds a control character, a line break or a lone surrogate.
    """
    line = clean_text(text.strip(), field, least=least, most=most)
    if any(category(character) in _LINE_BREAKS for character in line):
        raise TextCharactersError(field=field, expected="one line without control characters")
    return line


def fold(text: str) -> str:
    """*text* as it is compared where case and width do not count (NFKC, case folded)."""
    return normalize("NFKC", normalize("NFKC", text).casefold())


def canonical(value: Json) -> str:
    """The one JSON text of a value, whatever the order of its keys: what fingerprints and sizes are taken of."""
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{_quoted(key)}:{canonical(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)


def clean_metadata(metadata: Mapping[str, Json] | None, field: str = "metadata") -> Mapping[str, Json]:
    """A copy of the host's *metadata*, if it is JSON of at most 4 KiB and at most 5 deep.

    Raises:
        InvalidInputError: It is not, or two of its keys are the same text once normalised.
    """
    if metadata is None:
        return {}
    copy = _Copying(field).copy(metadata, METADATA_DEPTH)
    if not isinstance(copy, dict) or len(canonical(copy).encode()) > METADATA_OCTETS:
        raise _not_metadata(field)
    return copy


@define
class _Copying:
    """One copy of a value that may be hostile: it stops as soon as the value is sure to be too large."""

    field: str
    octets_left: int = METADATA_OCTETS

    def copy(self, value: object, depth: int) -> Json:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self._text(value)
        # int() and float() undress subclasses, whose repr is not JSON.
        if isinstance(value, int) and -_SAFE_INTEGER <= value < _SAFE_INTEGER:
            return int(value)
        if isinstance(value, float) and value - value == 0:  # neither infinite nor NaN
            return float(value)
        if depth > 0 and isinstance(value, list | tuple):
            items = cast("Sequence[object]", value)
            self._spend(len(items))
            return [self.copy(item, depth - 1) for item in items]
        if depth > 0 and isinstance(value, Mapping):
            pairs = cast("Mapping[object, object]", value)
            copied = {self._text(key): self.copy(item, depth - 1) for key, item in pairs.items()}
            if len(copied) == len(pairs):
                return copied
        raise _not_metadata(self.field)

    def _text(self, text: object) -> str:
        if not isinstance(text, str):
            raise _not_metadata(self.field)
        clean = clean_text(text, self.field, least=0, most=METADATA_OCTETS)
        self._spend(len(clean))
        return clean

    def _spend(self, octets: int) -> None:
        """Count what the text of the value takes at the least."""
        self.octets_left -= octets
        if self.octets_left < 0:
            raise _not_metadata(self.field)


# RFC 8259, section 7: what has a short form takes it, other control characters their number.
_ESCAPES = {chr(code): f"\\u{code:04x}" for code in range(32)} | {
    character: f"\\{short}" for character, short in zip('"\\\b\f\n\r\t', '"\\bfnrt', strict=True)
}
_ESCAPED = re.compile(r'["\\\x00-\x1f]')


def _quoted(text: str) -> str:
    return f'"{_ESCAPED.sub(lambda found: _ESCAPES[found[0]], text)}"'


def _length_error(text: str, field: str, least: int, most: int) -> TextLengthError:
    return TextLengthError(field=field, expected=f"{least} to {most} characters, not all blank", actual=len(text))


def _not_metadata(field: str) -> InvalidInputError:
    return InvalidInputError(
        field=field,
        expected=f"JSON objects of at most {METADATA_OCTETS} bytes, {METADATA_DEPTH} deep, "
        "with text keys, 64-bit integers and finite numbers",
    )
