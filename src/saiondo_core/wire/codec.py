"""The codec: entities to JSON and back. cattrs and `json` decide; msgspec, where it is installed, is quicker."""

from functools import cached_property
from typing import TYPE_CHECKING, TypeVar, cast

from attrs import frozen

from saiondo_core.wire.errors import CannotTravelError
from saiondo_core.wire.parsing import OCTETS_MOST, octets_of

if TYPE_CHECKING:
    from saiondo_core.wire.authority import Authority
    from saiondo_core.wire.fast import Accelerator

T = TypeVar("T")


@frozen(kw_only=True)
class Codec:
    """Entities, events, errors and whatever else can travel, as JSON.

    Nothing is coerced: a document is exactly what it should be, or a `DecodeError` says where it is not. What was
    encoded decodes to what it was.

    Attributes:
        accelerated: Whether msgspec does the work where it can, if it is installed. It changes no result, no error
            and no byte.
    """

    accelerated: bool = True

    def encode(self, value: object, *, secrets: bool = False) -> bytes:
        """Write *value* as JSON, in UTF-8.

        Args:
            value: An entity, an event, an error, or a tuple of such.
            secrets: Whether fields that hold secrets (token, digest, invitation code) may be written: for stores that
                keep them, and for the one reply that tells them.

        Raises:
            CannotTravelError: *value* is of a kind, or holds a value, that cannot travel, or it holds secrets.
        """
        return self._engine.encode(value, secrets=secrets)

    def decode(self, kind: type[T], data: bytes | str, *, stored: bool = False, most: int | None = OCTETS_MOST) -> T:
        """Read the *kind* that *data* is the JSON of.

        Args:
            kind: What is expected, such as `Message`, `Page[Message]` or `Event`.
            data: JSON in UTF-8, from anybody.
            stored: Whether we wrote it ourselves. Then unknown fields are ignored, which a newer version has added,
                and the last of two same keys counts; all else is as strict.
            most: How many bytes it may have; None for any number.

        Raises:
            DecodeError: It is no such thing, or too large or too deep to be one.
            CannotTravelError: No *kind* can travel.
        """
        return self._engine.decode(kind, octets_of(data, most), stored=stored)

    def to_dict(self, entity: object, *, secrets: bool = False) -> dict[str, object]:
        """Write *entity* as `encode` does, but as a dictionary of plain values.

        Raises:
            CannotTravelError: *entity* is of a kind, or holds a value, that cannot travel, or it holds secrets.
        """
        from saiondo_core.wire.writing import write  # noqa: PLC0415 - It loads cattrs.

        plain = write(entity, secrets=secrets)
        if not isinstance(plain, dict):
            raise CannotTravelError(field=f"a {type(entity).__name__}", expected="an entity, an event or an error")
        return cast("dict[str, object]", plain)

    def from_dict(self, kind: type[T], data: object, *, stored: bool = False) -> T:
        """Read the *kind* that *data*, plain values as `to_dict` gives them, stands for.

        Raises:
            DecodeError: It stands for none.
            CannotTravelError: No *kind* can travel.
        """
        from saiondo_core.wire.reading import read  # noqa: PLC0415 - It loads cattrs.

        return read(kind, data, stored=stored)

    @cached_property
    def _engine(self) -> "Authority | Accelerator":
        from saiondo_core.wire.authority import Authority  # noqa: PLC0415 - It loads cattrs.

        if not self.accelerated:
            return Authority()
        try:
            from saiondo_core.wire.fast import Accelerator  # noqa: PLC0415 - It loads msgspec.
        except ModuleNotFoundError as error:
            if error.name != "msgspec":
                raise
            return Authority()  # The extra `fast` is not installed.
        return Accelerator(Authority())


_CODEC = Codec()


def encode(value: object, *, secrets: bool = False) -> bytes:
    """`Codec.encode`, with msgspec where it is installed."""
    return _CODEC.encode(value, secrets=secrets)


def decode(kind: type[T], data: bytes | str, *, stored: bool = False, most: int | None = OCTETS_MOST) -> T:
    """`Codec.decode`, with msgspec where it is installed."""
    return _CODEC.decode(kind, data, stored=stored, most=most)


def to_dict(entity: object, *, secrets: bool = False) -> dict[str, object]:
    """`Codec.to_dict`."""
    return _CODEC.to_dict(entity, secrets=secrets)


def from_dict(kind: type[T], data: object, *, stored: bool = False) -> T:
    """`Codec.from_dict`."""
    return _CODEC.from_dict(kind, data, stored=stored)
