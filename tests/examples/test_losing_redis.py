"""The demo's Redis, which goes away."""

import pytest

from examples.replay.losing_redis import lose_redis, redis_beside
from examples.replay.people import register
from examples.replay.report import Report
from saiondo_core import UseCaseFactory
from saiondo_core.testing.ports import cheap_ports


async def test_nobody_notices_that_redis_goes_away(capsys: pytest.CaptureFixture[str]) -> None:
    """Everybody is found as before, with Redis, without it, and with it again; only the host is told."""
    async with redis_beside(cheap_ports()) as beside:
        assert beside.server is not None
        async with UseCaseFactory(ports=beside.ports) as use_cases:
            people = [await register(use_cases, nick) for nick in ("anna", "bert", "carl")]
            await lose_redis(use_cases, tuple(person.user.id for person in people), beside.server, Report())
    assert "after 3 failures it is left alone" in capsys.readouterr().out
