"""The authority: cattrs over `json`. What it says of a document or an entity is what the codec says."""

import json
from typing import TypeVar

from attrs import frozen

from saiondo_core.wire.parsing import parse
from saiondo_core.wire.reading import read
from saiondo_core.wire.writing import write

T = TypeVar("T")


@frozen
class Authority:
    """Encodes and decodes whatever can travel, and says what is wrong with the rest."""

    def encode(self, value: object, *, secrets: bool) -> bytes:
        """See `Codec.encode`."""
        plain = write(value, secrets=secrets)
        return json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()

    def decode(self, kind: type[T], octets: bytes, *, stored: bool) -> T:
        """See `Codec.decode`."""
        return read(kind, parse(octets, unique=not stored), stored=stored)
