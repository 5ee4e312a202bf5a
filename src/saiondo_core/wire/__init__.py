"""Entities to JSON and back, once and strictly; the rules of what can travel."""

from saiondo_core.wire.codec import Codec, decode, encode, from_dict, to_dict
from saiondo_core.wire.errors import CannotTravelError, DecodeError

__all__ = ["CannotTravelError", "Codec", "DecodeError", "decode", "encode", "from_dict", "to_dict"]
