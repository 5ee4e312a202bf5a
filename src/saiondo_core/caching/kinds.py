"""Of which kinds what is cached may be."""

from functools import lru_cache
from typing import Final, get_args, get_origin

from saiondo_core.caching.errors import NotCacheableError
from saiondo_core.channels.model import Channel
from saiondo_core.messages.model import Message
from saiondo_core.users.model import User

CACHED: Final = frozenset[object]({User, Channel, Message})
"""What of this library's own may be cached. All else is judged by as it is: memberships, roles, sessions, decisions."""


def check_kind(kind: object) -> None:
    """Return if values of *kind* may be cached: any of the host's, and of this library's those in `CACHED`.

    Raises:
        NotCacheableError: It is, derives from, or is made of, another kind of this library's.
    """
    if not _may_be_cached(kind):
        raise NotCacheableError(field="as_", expected="users, channels, messages, or something of your own")


@lru_cache
def _may_be_cached(kind: object) -> bool:
    origin = get_origin(kind) or kind
    bases: tuple[object, ...] = origin.__mro__ if isinstance(origin, type) else ()
    own = next((base for base in bases if getattr(base, "__module__", "").startswith("saiondo_core.")), None)
    return (own is None or own in CACHED) and all(map(_may_be_cached, get_args(kind)))
