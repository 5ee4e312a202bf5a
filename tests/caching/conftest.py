"""A Redis for the tests of this folder."""

from collections.abc import Iterator

import pytest

from saiondo_core.testing.redis_server import RedisServer


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisServer]:
    """A server."""
    with RedisServer() as server:
        yield server
