"""What is looked at before a connection is made, the same by every shell."""

import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import TypeAlias
from urllib.parse import parse_qsl

from attrs import field, frozen

from saiondo_core.auth.model import Principal
from saiondo_core.composition.use_cases import UseCases
from saiondo_core.kernel.ids import UserId

_is_secret = re.compile(
    r"token|secret|passw|bearer|jwt|credential|api[-_]?key|(?<![a-z])(auth|authorization|key|pwd|sid)(?![a-z])",
    re.IGNORECASE,
).search
"""Whether a parameter is named after a secret."""


@frozen(kw_only=True)
class Handshake:
    """What a client said to open a connection, and the token that it gave, then or in its first frame.

    Attributes:
        headers: By lower-case name; the last one counts.
        token: The bearer token of the `Authorization` header, or of the first frame; None before it gave one.
    """

    path: str
    headers: Mapping[str, str] = field(repr=False)
    token: str | None = field(default=None, repr=False)


Authenticator: TypeAlias = Callable[[Handshake], Awaitable[Principal | UserId | None]]
"""Says whose a connection is: None where that is not known yet, and the first frame is to tell.

Raises:
    AuthenticationError: What was given is worth nothing.
"""


@frozen(kw_only=True)
class Refusal:
    """Why no connection is made, as HTTP says it."""

    status: int
    reason: str


TOKEN_IN_URL = Refusal(status=400, reason="A URL is written into logs: send the token in the first frame.")
FOREIGN_ORIGIN = Refusal(status=403, reason="This origin is not allowed: name it in `origins`.")


def refusal(path: str, origins: Collection[str], origin: str | None) -> Refusal | None:
    """Why a request for *path* from *origin* is refused, if it is.

    Browsers name the page's origin, and only the listed ones may connect; what is no browser names none.
    """
    _, _, query = path.partition("?")
    if any(_is_secret(name) for name, _ in parse_qsl(query, keep_blank_values=True)):
        return TOKEN_IN_URL
    if origin is not None and origin not in ((origins,) if isinstance(origins, str) else origins):
        return FOREIGN_ORIGIN
    return None


def bearer(headers: Mapping[str, str]) -> str | None:
    """The bearer token that the `Authorization` header gives, if it gives one (RFC 6750)."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def by_token(use_cases: UseCases) -> Authenticator:
    """Knows everybody by their access token."""

    async def authenticate(handshake: Handshake) -> Principal | None:
        return None if handshake.token is None else await use_cases.auth.verify(handshake.token)

    return authenticate
