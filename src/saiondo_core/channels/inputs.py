"""What may come in where channels are named, described, chosen and entered."""

from enum import StrEnum
from hashlib import sha256
from typing import TypeVar

from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.text import canonical, clean_line, clean_text

Choice = TypeVar("Choice", bound=StrEnum)

CODE_LENGTH = 8
CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""What invitation codes are made of: 32 characters that nobody mistakes for each other (no 0, 1, I, O)."""

NAME_MOST = 50

DIRECT_PREFIX = "direct:"
"""What the keys of direct channels begin with; no key of the host's may."""


def direct_key(one: UserId, other: UserId) -> str:
    """The key of the one direct channel between two users."""
    return DIRECT_PREFIX + sha256(canonical([min(one, other), max(one, other)]).encode()).hexdigest()


def clean_choice(choices: type[Choice], value: str, field: str) -> Choice:
    """The one of *choices* that *value* names.

    Raises:
        InvalidInputError: It names none.
    """
    if value not in {choice.value for choice in choices}:
        raise InvalidInputError(field=field, expected=" or ".join(repr(choice.value) for choice in choices))
    return choices(value)


def clean_code(code: str) -> str:
    """*code* as invitations bear it: trimmed, in upper case.

    Raises:
        TextLengthError: It is blank, or over 100 characters.
        TextCharactersError: It holds a control character or a line break.
    """
    return clean_line(code, "code", least=1, most=100).upper()


def clean_name(name: str) -> str:
    """*name* in NFC: 1 to 50 characters on one line.

    Raises:
        TextLengthError: It is blank or too long.
        TextCharactersError: It holds a control character or a line break.
    """
    return clean_line(name, "name", least=1, most=NAME_MOST)


def clean_description(description: str) -> str:
    """*description* in NFC: at most 200 characters.

    Raises:
        TextLengthError: It is too long.
        TextCharactersError: It holds NUL or a lone surrogate.
    """
    return clean_text(description, "description", least=0, most=200)


def clean_key(key: str) -> str:
    """*key* in NFC: 1 to 100 characters on one line, and not a direct channel's.

    Raises:
        TextLengthError: It is blank or too long.
        TextCharactersError: It holds a control character or a line break.
        InvalidInputError: It begins like a direct channel's.
    """
    clean = clean_line(key, "key", least=1, most=100)
    if clean.startswith(DIRECT_PREFIX):
        raise InvalidInputError(field="key", expected=f"a key that does not begin with {DIRECT_PREFIX!r}")
    return clean
