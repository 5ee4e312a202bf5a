"""The accelerator: msgspec by way of mirror structs. What it does not know for sure, it leaves to the authority."""

import sys
from collections.abc import Callable
from typing import TypeVar, cast

import msgspec
from attrs import field, frozen

from saiondo_core.wire.authority import Authority
from saiondo_core.wire.errors import DecodeError
from saiondo_core.wire.mirrors import Workshop
from saiondo_core.wire.parsing import parse
from saiondo_core.wire.parts import Function, UndecidedError, undecided
from saiondo_core.wire.scalars import RefusedError
from saiondo_core.wire.travelling import obstacle

T = TypeVar("T")

_BACKSLASH = ord("\\")
_UNREADABLE = (UndecidedError, RefusedError, DecodeError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
# These too, where a value is not what its type says.
_UNWRITABLE = (UndecidedError, RefusedError, msgspec.MsgspecError, AttributeError, TypeError, ValueError)


@frozen
class Decoding:
    """How one kind is read: into its mirror, and on; and how many members its JSON has."""

    mirrored: Callable[[bytes], object]
    build: Function
    members: Function


class Decodings(dict[object, Decoding]):
    """How each kind is read, worked out when it is first asked for."""

    def __init__(self) -> None:
        super().__init__()
        self._workshop = Workshop(secrets=True)

    def __missing__(self, kind: object) -> Decoding:
        self[kind] = decoding = self._made(kind)
        return decoding

    def _made(self, kind: object) -> Decoding:
        if obstacle(kind):
            return _UNKNOWN
        try:
            part = self._workshop.part(kind)
        except UndecidedError:
            return _UNKNOWN
        decode = msgspec.json.Decoder(part.mirrored).decode
        return Decoding(decode, self._workshop.function(part.build), self._workshop.function(part.members))


class Reflections(dict[type, Function]):
    """How each class is written, worked out when it is first asked for.

    Without *secrets*, classes that hold any are not known.
    """

    def __init__(self, *, secrets: bool) -> None:
        super().__init__()
        self._workshop = Workshop(secrets=secrets)
        self._workshop.names["reflect_any"] = self._reflect

    def _reflect(self, value: object) -> object:
        return self[type(value)](value)

    def __missing__(self, kind: type) -> Function:
        self[kind] = reflect = self._made(kind)
        return reflect

    def _made(self, kind: type) -> Function:
        try:
            return self._workshop.function(self._workshop.reflection(kind).reflect)
        except UndecidedError:
            return undecided


@frozen
class Accelerator:
    """Encodes and decodes what it knows for sure; about all else, and all that is wrong, it asks the authority."""

    _authority: Authority
    _decodings: Decodings = field(factory=Decodings)
    _guarded: Reflections = field(factory=lambda: Reflections(secrets=False))
    _open: Reflections = field(factory=lambda: Reflections(secrets=True))
    _write: Callable[[object], bytes] = field(factory=lambda: msgspec.json.Encoder().encode)

    def encode(self, value: object, *, secrets: bool) -> bytes:
        """See `Codec.encode`."""
        reflections = self._open if secrets else self._guarded
        try:
            octets = self._write(reflections[type(value)](value))
        except _UNWRITABLE:
            return self._authority.encode(value, secrets=secrets)
        return self._authority.encode(value, secrets=secrets) if _may_hold_nul(octets) else octets

    def decode(self, kind: type[T], octets: bytes, *, stored: bool) -> T:
        """See `Codec.decode`."""
        decoding = self._decodings[kind]
        try:
            mirror = decoding.mirrored(octets)
            if _may_hold_nul(octets):
                undecided(octets)
            # Of two members with one name msgspec takes the last.
            if not stored and _members_in(octets) != decoding.members(mirror):
                parse(octets, unique=True)
            return cast("T", decoding.build(mirror))
        except _UNREADABLE:
            return self._authority.decode(kind, octets, stored=stored)


def _may_hold_nul(octets: bytes) -> bool:
    """Whether JSON that msgspec takes or gives may stand for NUL, which it lets pass."""
    return _BACKSLASH in octets and b"\\u0000" in octets


def _members_in(octets: bytes) -> int:
    """How many members the objects in valid JSON have; more than there can be, where that cannot be told quickly.

    A quote and a colon end a name, unless the quote is escaped, or begins a text: then this counts too many. It never
    counts too few, for what could hide a name from it, a blank before the colon or a name that ends in a backslash, is
    not counted at all.
    """
    # Within texts, tabs and line ends are escaped.
    if b"\t" in octets or b"\n" in octets or b"\r" in octets or b'" ' in octets:
        return sys.maxsize
    if b"\\" not in octets:
        return octets.count(b'":')
    return sys.maxsize if b'\\\\"' in octets else octets.count(b'":') - octets.count(b'\\":')


_UNKNOWN = Decoding(undecided, undecided, undecided)
