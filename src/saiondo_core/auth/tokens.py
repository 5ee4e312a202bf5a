"""Tokens: how they are made, and told apart.

A token is a locator, which all tokens of a session share, and a secret of its own. Both are random; what is stored of
them is their SHA-256, which suffices for 256 random bits.
"""

from datetime import datetime
from hmac import compare_digest

from attrs import field, frozen

from saiondo_core.auth.errors import InvalidTokenError
from saiondo_core.auth.model import TokenDigest, digest_of
from saiondo_core.kernel.ports import SecretSource

LOCATOR_OCTETS = 16
SECRET_OCTETS = 32
_LOCATOR_LENGTH = 22
"""16 octets in base64url without padding."""
_TOKEN_LENGTH = _LOCATOR_LENGTH + 43
"""And 32 octets."""


@frozen(kw_only=True)
class Locator:
    """What all tokens of one session begin with."""

    text: str = field(repr=False)

    @classmethod
    def new(cls, secrets: SecretSource) -> "Locator":
        """The locator of a new session."""
        return cls(text=secrets.token(octets=LOCATOR_OCTETS))

    @classmethod
    def of(cls, token: str) -> "Locator":
        """The locator of the session that *token* leads to.

        Raises:
            InvalidTokenError: *token* has not the form of one.
        """
        if len(token) != _TOKEN_LENGTH or not token.isascii():
            raise InvalidTokenError
        return cls(text=token[:_LOCATOR_LENGTH])

    @property
    def digest(self) -> str:
        """What is stored of it."""
        return digest_of(self.text)

    def new_token(self, secrets: SecretSource) -> str:
        """A new token of the session."""
        return self.text + secrets.token(octets=SECRET_OCTETS)


def works(token: str, digests: tuple[TokenDigest, ...], *, at: datetime) -> bool:
    """Whether *token* is one of *digests*, and its time is not up *at* that moment."""
    digest = digest_of(token)
    return any(compare_digest(digest, known.digest) for known in still_worth(digests, at=at))


def still_worth(digests: tuple[TokenDigest, ...], *, at: datetime) -> tuple[TokenDigest, ...]:
    """Those of *digests* whose time is not up *at* that moment."""
    return tuple(known for known in digests if at < known.until)
