"""Connections to Redis, as the settings say: never more than there may be, and none that retries by itself."""

from typing import Any, cast
from urllib.parse import unquote, urlsplit

from redis.asyncio import BlockingConnectionPool
from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import NoBackoff

from saiondo_core.adapters.redis.settings import RedisSettings
from saiondo_core.kernel.errors import InvalidInputError

SENTINEL_PORT = 26_379


class BlockingSentinelPool(SentinelConnectionPool, BlockingConnectionPool):
    """Connections to the master that the Sentinels name, of which there are at most so many."""

    async def aclose(self) -> None:
        """Close them, and those to the Sentinels."""
        await super().aclose()
        sentinels = cast("list[Any]", self.sentinel_manager.sentinels)
        for sentinel in sentinels:
            await sentinel.aclose()


def open_pool(settings: RedisSettings) -> BlockingConnectionPool:
    """Make the connections that *settings* ask for; none is opened before it is needed.

    Raises:
        InvalidInputError: The URL is none of those that `RedisSettings` names.
    """
    scheme = urlsplit(settings.url or "").scheme
    if scheme in {"redis+sentinel", "rediss+sentinel"}:
        return _sentinel_pool(settings, is_secure=scheme.startswith("rediss"))
    return BlockingConnectionPool(**cast("dict[str, Any]", _where(settings) | _how(settings)))


def _how(settings: RedisSettings) -> dict[str, object]:
    """What no URL may change."""
    return {
        "max_connections": settings.connections,
        # Each call has a budget that covers all of its waiting, and leaves no connection with half a reply in it. A
        # limit of the driver's own would cost a task for every command.
        "timeout": None,
        "socket_timeout": None,
        "socket_connect_timeout": settings.budget,
        # By default the driver sends a command up to ten times more, of which each may have been carried out.
        "retry": Retry(NoBackoff(), 0),
        "retry_on_timeout": False,
        # RESP 2 needs no greeting, and knows no messages that come between replies.
        "protocol": 2,
        "driver_info": None,
        "decode_responses": False,
    }


def _where(settings: RedisSettings) -> dict[str, object]:
    if settings.url is None:
        return {
            "host": settings.host,
            "port": settings.port,
            "db": settings.db,
            "username": settings.username,
            "password": settings.password,
        }
    try:
        return dict(parse_url(settings.url))
    except ValueError:  # It would quote the URL, in which a password may stand.
        raise _not_a_url() from None


def _sentinel_pool(settings: RedisSettings, *, is_secure: bool) -> BlockingConnectionPool:
    parts = urlsplit(settings.url or "")
    credentials, _, addresses = parts.netloc.rpartition("@")
    username, _, password = credentials.partition(":")
    service, _, db = parts.path.strip("/").partition("/")
    try:
        sentinels = [_address(address) for address in addresses.split(",")]
        number = int(db or 0)
    except ValueError:
        raise _not_a_url() from None
    if not service:
        raise _not_a_url()
    how = _how(settings)
    # One that does not answer leaves time to ask the others.
    patience = settings.budget / (len(sentinels) + 1)
    asking = {"socket_timeout": patience, "socket_connect_timeout": patience, "retry": how["retry"]}
    return BlockingSentinelPool(  # type: ignore[no-untyped-call]  # The driver's.
        unquote(service),
        Sentinel(sentinels, sentinel_kwargs=asking),  # type: ignore[no-untyped-call]  # The driver's.
        ssl=is_secure,
        db=number,
        username=unquote(username) or None,
        password=unquote(password) or None,
        **cast("dict[str, Any]", how),
    )


def _address(address: str) -> tuple[str, int]:
    parts = urlsplit(f"//{address}")
    if parts.hostname is None:
        raise ValueError
    return parts.hostname, parts.port or SENTINEL_PORT


def _not_a_url() -> InvalidInputError:
    return InvalidInputError(field="url", expected="redis://, rediss://, unix:// or redis+sentinel://…/service")
