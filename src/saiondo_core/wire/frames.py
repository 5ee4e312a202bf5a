"""Real-time frames as JSON texts: what clients say is taken strictly, what servers say as far as it is known."""

import re
from collections.abc import Mapping
from types import GenericAlias
from typing import TypeAlias, cast

from saiondo_core.realtime.frames import Data, Frame
from saiondo_core.realtime.replies import FROM_SERVER
from saiondo_core.realtime.requests import FROM_CLIENT, Auth
from saiondo_core.wire.codec import encode, from_dict
from saiondo_core.wire.errors import DecodeError
from saiondo_core.wire.parsing import octets_of, parse

_Kinds: TypeAlias = Mapping[str, type[Frame[Data]]]

_is_id = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]{1,64}").fullmatch


def encode_frame(frame: Frame[Data]) -> bytes:
    """Write *frame* as JSON, in UTF-8: of its envelope what is not None, of its data every field.

    Only `Auth`, which clients say, may hold a secret.

    Raises:
        CannotTravelError: *frame* holds a value that cannot travel, or a secret.
    """
    return encode(frame, secrets=isinstance(frame.data, Auth))


def decode_request(text: str | bytes, *, most: int) -> Frame[Data]:
    """Read a client's frame, strictly: nothing is coerced, and nothing unknown is passed over.

    What has a default may be left out, `data` too where nothing in it has to be said.

    Args:
        text: From anybody.
        most: How many bytes it may have, in UTF-8.

    Raises:
        DecodeError: It is no such frame. The error names the place, and quotes nothing but the name of an unknown
            field, cut short and in ASCII.
    """
    members, kind = _opened(text, _REQUESTS, most=most, unique=True)
    if kind is None:
        raise DecodeError(field="$.type", expected="one of " + ", ".join(_REQUESTS))
    frame = from_dict(kind, members)
    if frame.id is not None and not _is_id(frame.id):
        raise DecodeError(field="$.id", expected="1 to 64 characters on one line")
    return frame


def request_id(text: str | bytes) -> str | None:
    """The id that *text* gives itself, be it a frame otherwise or not; None where it gives none."""
    try:
        found = parse(octets_of(text, None), unique=False)
    except DecodeError:
        return None
    name = cast("dict[str, object]", found).get("id") if isinstance(found, dict) else None
    return name if isinstance(name, str) and _is_id(name) else None


def decode_reply(text: str | bytes) -> Frame[Data] | None:
    """Read a server's frame; None where its type is not known, for the server may be newer than its client.

    Unknown fields are ignored too; all else is as strict as for a client's frame.

    Raises:
        DecodeError: It is no frame, or a known one with other contents.
    """
    members, kind = _opened(text, _REPLIES, most=None, unique=False)
    return None if kind is None else from_dict(kind, members, stored=True)


def _opened(
    text: str | bytes, kinds: _Kinds, *, most: int | None, unique: bool
) -> tuple[dict[str, object], type[Frame[Data]] | None]:
    found = parse(octets_of(text, most), unique=unique)
    if not isinstance(found, dict):
        raise DecodeError(field="$", expected="an object")
    members: dict[str, object] = {"data": {}, **cast("dict[str, object]", found)}
    if not isinstance(name := members.get("type"), str):
        raise DecodeError(field="$.type", expected="text that names the kind of frame")
    return members, kinds.get(name)


def _framed(kinds: Mapping[str, type[Data]]) -> _Kinds:
    return {name: cast("type[Frame[Data]]", GenericAlias(Frame, (kind,))) for name, kind in kinds.items()}


_REQUESTS, _REPLIES = _framed(FROM_CLIENT), _framed(FROM_SERVER)
