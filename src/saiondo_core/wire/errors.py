"""What can go wrong between an entity and its text."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from attrs import frozen

from saiondo_core.kernel.errors import InvalidInputError


@frozen(kw_only=True)
class DecodeError(InvalidInputError):
    """What came in is not what it should be. It quotes no value that came in: one of them may be a secret.

    Attributes:
        field: Where, from the root on: `$.items[3].created_at`.
    """

    code: ClassVar[str] = "not_decodable"
    what: ClassVar[str] = "What came in is not valid at {field}."
    user_messages: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"en": "The data that arrived cannot be read.", "ko": "받은 데이터를 읽을 수 없습니다."}
    )


@frozen(kw_only=True)
class CannotTravelError(InvalidInputError):
    """What was to be written or read is of a kind that cannot travel, or must not without being told to.

    Attributes:
        field: The kind.
    """

    code: ClassVar[str] = "cannot_travel"
    what: ClassVar[str] = "{field} cannot travel."
