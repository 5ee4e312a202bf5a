"""Sessions, credentials, and the rules of both."""

from datetime import datetime
from hashlib import sha256
from typing import NewType

from attrs import field, frozen

from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.numbers import not_negative, positive
from saiondo_core.users.model import User

SessionId = NewType("SessionId", str)

SESSION_TRIES = 3
"""How often a session's start or end is judged anew, because the rights of whoever asks for it changed meanwhile."""


@frozen(kw_only=True)
class AuthPolicy:
    """How long sessions and tokens last, and how often one may guess. All durations are seconds.

    Attributes:
        access_seconds: How long an access token works.
        refresh_seconds: How long a session lasts from its last use.
        absolute_seconds: How long a session lasts at most.
        grace_seconds: How long a spent refresh token still gives a second pair, for clients that lost the reply.
        guess_window_seconds: The window in which guesses are counted.
        guesses_per_client: Guesses for one account from one client that are tried against the stored hash in a window.
        guesses_per_account: The same from all clients together.
    """

    access_seconds: float = field(default=15 * 60, validator=positive)
    refresh_seconds: float = field(default=30 * 86_400, validator=positive)
    absolute_seconds: float = field(default=90 * 86_400, validator=positive)
    grace_seconds: float = field(default=30, validator=not_negative)
    guess_window_seconds: float = field(default=15 * 60, validator=positive)
    guesses_per_client: int = field(default=5, validator=positive)
    guesses_per_account: int = field(default=50, validator=positive)


@frozen(kw_only=True)
class Session:
    """A signed-in client of a user, as the user may see it.

    Attributes:
        client: What the host says the client is: an address, a device name.
        last_used_at: When it was last refreshed.
        expires_at: When it ends unless it is refreshed before.
    """

    id: SessionId
    user_id: UserId
    client: str | None = None
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime


@frozen(kw_only=True)
class TokenDigest:
    """The SHA-256 of a token, and the moment from which it is worth nothing."""

    digest: str = field(repr=False)
    until: datetime

    @classmethod
    def of(cls, token: str, *, until: datetime) -> "TokenDigest":
        """What is stored of *token*, which works until *until*."""
        return cls(digest=digest_of(token), until=until)


@frozen(kw_only=True)
class StoredSession:
    """A session with the digests of its tokens: what the store keeps, and what never leaves it.

    All tokens of a session share their first half, its *locator*, so that any token that was ever given out leads
    to the session, and a spent one is known without keeping all spent ones.

    Attributes:
        locator: The SHA-256 of the locator.
        access: The access tokens that work.
        refresh: The refresh tokens that were not spent.
        spent: Those that were spent just now: until their moment, they still give a pair.
        ends_at: When the session ends, however often it is refreshed.
    """

    session: Session
    locator: str = field(repr=False)
    access: tuple[TokenDigest, ...]
    refresh: tuple[TokenDigest, ...] = ()
    spent: tuple[TokenDigest, ...] = ()
    ends_at: datetime


@frozen(kw_only=True)
class Credential:
    """The hash of a user's password, in the form its hasher gave it."""

    user_id: UserId
    digest: str = field(repr=False)
    changed_at: datetime


@frozen(kw_only=True)
class Verdict:
    """What a password hasher found: whether the password fits, and whether its hash should be made anew."""

    fits: bool
    is_outdated: bool = False


@frozen(kw_only=True)
class AuthSession:
    """Somebody who has just signed in, and the tokens that prove it. The tokens are shown once, here.

    Attributes:
        access_token: What to send with each call; works until `expires_at`.
        refresh_token: What gives the next pair; None for sessions that the host issued.
    """

    user: User
    session: Session
    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at: datetime


@frozen(kw_only=True)
class Principal:
    """Whom a valid access token stands for."""

    user_id: UserId
    session_id: SessionId


def digest_of(secret: str) -> str:
    """The SHA-256 of a token or a locator, in hexadecimal: what is stored in its place."""
    return sha256(secret.encode()).hexdigest()
