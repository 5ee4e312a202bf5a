"""A Redis for the tests of this folder: one for all of them, emptied before each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from saiondo_core.testing.redis_server import RedisServer, redis_programs


@pytest.fixture(scope="session", params=redis_programs(), ids=lambda program: program.name)
def any_redis(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    """Each server that can be started here."""
    program: Path = request.param
    with RedisServer(program) as server:
        yield server


@pytest.fixture(scope="session")
def shared_redis() -> Iterator[RedisServer]:
    """A server that no test stops, freezes or limits."""
    with RedisServer() as server:
        yield server
