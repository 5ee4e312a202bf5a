"""What a user is, and what may stand in a profile."""

import re
from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

from saiondo_core.kernel.errors import InvalidInputError, TextCharactersError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.text import Json, clean_line, fold

USERNAME_MOST = 20
LOCALE_MOST = 35
TIME_ZONE_MOST = 64
DELETED_PREFIX = "deleted-"
"""What the usernames of deleted users begin with; nobody can take one."""

_USERNAME = re.compile(r"\w[\w.-]*\w")
_EMAIL = re.compile(r"[^@\s<>\"]{1,64}@[^@\s<>\"]{1,255}")
_URL = re.compile(r"https?://[^\s<>\"]+")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_TIME_ZONE = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")


@frozen(kw_only=True)
class User:
    """A person, as everybody who is signed in may see them.

    Attributes:
        email: None for users whom the host mirrors, and for deleted ones.
        username: Unique without regard to case; what `@username` mentions.
        locale: A BCP 47 language tag.
        time_zone: An IANA time zone name.
        metadata: The host's own: at most 4 KiB, 5 deep.
        is_active: False once deleted; what they said stays under "deleted user".
    """

    id: UserId
    email: str | None = None
    username: str
    display_name: str | None = None
    avatar: str | None = None
    locale: str = "en"
    time_zone: str = "UTC"
    metadata: Mapping[str, Json] = field(factory=dict[str, Json], hash=False)
    is_active: bool = True
    last_seen: datetime | None = None
    created_at: datetime
    updated_at: datetime


@frozen(kw_only=True)
class Mirrored:
    """One of the host's own users, as the host knows them: what `user.ensure_many` mirrors."""

    id: str
    username: str
    display_name: str | None = None
    avatar: str | None = None
    email: str | None = None
    locale: str = "en"
    time_zone: str = "UTC"
    metadata: Mapping[str, Json] | None = field(default=None, hash=False)


def username_key(username: str) -> str:
    """What is unique of a username: case and width do not count."""
    return fold(username)


def email_key(email: str) -> str:
    """What is unique of an e-mail address: case does not count."""
    return fold(email)


def clean_username(username: str) -> str:
    """*username* in NFC: 2 to 20 letters, digits, `_`, `-` or `.`, of any script, with a letter or digit at its ends.

    Raises:
        TextLengthError: It has not 2 to 20 characters.
        TextCharactersError: It holds others, or begins like a deleted user's.
    """
    clean = clean_line(username, "username", least=2, most=USERNAME_MOST)
    if not _USERNAME.fullmatch(clean) or username_key(clean).startswith(DELETED_PREFIX):
        raise TextCharactersError(
            field="username",
            expected="letters, digits, '_', '-' and '.', with a letter, digit or '_' at both ends, "
            f"and not {DELETED_PREFIX!r} at the start",
        )
    return clean


def clean_email(email: str) -> str:
    """*email* in NFC: one `@`, at most 254 characters (RFC 5321, 4.5.3.1.3), no spaces, quotes or angle brackets.

    Raises:
        TextLengthError: It is blank or too long.
        TextCharactersError: It cannot be an address.
    """
    clean = clean_line(email, "email", least=3, most=254)
    if not _EMAIL.fullmatch(clean):
        raise TextCharactersError(field="email", expected="an address such as anna@example.org")
    return clean


def clean_display_name(name: str) -> str:
    """*name* in NFC: 1 to 50 characters on one line.

    Raises:
        TextLengthError: It is blank or too long.
        TextCharactersError: It holds a control character or a line break.
    """
    return clean_line(name, "display_name", least=1, most=50)


def clean_avatar(avatar: str) -> str:
    """*avatar*, an `http` or `https` address of at most 2,048 characters: nothing a browser would run.

    Raises:
        TextLengthError: It is blank or too long.
        TextCharactersError: It is no such address.
    """
    clean = clean_line(avatar, "avatar", least=1, most=2048)
    if not _URL.fullmatch(clean):
        raise TextCharactersError(field="avatar", expected="an address that begins with https:// or http://")
    return clean


def clean_locale(locale: str) -> str:
    """*locale*, a BCP 47 language tag such as `ko` or `en-GB`.

    Raises:
        InvalidInputError: It is none.
    """
    if len(locale) > LOCALE_MOST or not _LOCALE.fullmatch(locale):
        raise InvalidInputError(field="locale", expected="a BCP 47 language tag such as 'ko' or 'en-GB'")
    return locale


def clean_time_zone(time_zone: str) -> str:
    """*time_zone*, in the form of an IANA name such as `Asia/Seoul`.

    Whether the zone exists is for the time zone database of the machine that uses it.

    Raises:
        InvalidInputError: It has not that form.
    """
    if len(time_zone) > TIME_ZONE_MOST or not _TIME_ZONE.fullmatch(time_zone):
        raise InvalidInputError(field="time_zone", expected="an IANA name such as 'Asia/Seoul'")
    return time_zone
