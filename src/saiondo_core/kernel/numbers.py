"""What numbers may be chosen: checks for the fields of policies and settings."""

from collections.abc import Callable
from typing import Protocol

from saiondo_core.kernel.errors import InvalidInputError


class Named(Protocol):
    """A field, as attrs tells its validators of it."""

    @property
    def name(self) -> str:
        """Its name."""
        ...


def positive(_: object, field: Named, value: float) -> None:
    """Refuse what is not above 0, NaN among it.

    Raises:
        InvalidInputError: It is not.
    """
    if not value > 0:
        raise InvalidInputError(field=field.name, expected="a number above 0")


def not_negative(_: object, field: Named, value: float) -> None:
    """Refuse what is below 0, and NaN.

    Raises:
        InvalidInputError: It is.
    """
    if not value >= 0:
        raise InvalidInputError(field=field.name, expected="a number of 0 or more")


def not_above(most: float) -> Callable[[object, Named, float], None]:
    """Make what refuses more than *most* with `InvalidInputError`."""

    def check(_: object, field: Named, value: float) -> None:
        if value > most:
            raise InvalidInputError(field=field.name, expected=f"at most {most}")

    return check
