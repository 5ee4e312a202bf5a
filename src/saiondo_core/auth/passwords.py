"""Which passwords are taken, and which are worth trying."""

from saiondo_core.auth.errors import WeakPasswordError
from saiondo_core.auth.ports import CommonPasswords
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.text import clean_text
from saiondo_core.users.model import clean_email

PASSWORD_LEAST = 8
PASSWORD_MOST = 1024


async def clean_password(password: str, field: str, common: CommonPasswords) -> str:
    """*password* in NFC, if it can be somebody's new one: 8 to 1,024 characters, and not among the commonest.

    Raises:
        TextLengthError: It is blank, too short or too long.
        TextCharactersError: It holds NUL or a lone surrogate.
        WeakPasswordError: It is among the commonest.
    """
    clean = clean_text(password, field, least=PASSWORD_LEAST, most=PASSWORD_MOST)
    if await common.include(password=clean):
        raise WeakPasswordError(field=field)
    return clean


def triable_password(password: str) -> str:
    """*password* in NFC, or "" where it can be nobody's, so that no work is spent on a text of any length.

    Those of an older system may be shorter than a new one may be.
    """
    try:
        return clean_text(password, "password", least=1, most=PASSWORD_MOST)
    except InvalidInputError:
        return ""


def triable_email(email: str) -> str | None:
    """*email* in NFC, or None where it can be nobody's."""
    try:
        return clean_email(email)
    except InvalidInputError:
        return None
