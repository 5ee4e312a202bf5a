"""Watches all tests for credentials: whatever a test prints, logs or records must not hold one."""

import asyncio
from collections.abc import Generator, Iterator

import pytest

from saiondo_core import Ports
from saiondo_core.testing.clocks import FrozenClock
from saiondo_core.testing.ports import cheap_ports
from saiondo_core.testing.randomness import CANARY


@pytest.fixture
def saiondo_ports(saiondo_clock: FrozenClock) -> Iterator[Ports]:
    """The plugin's ports; when the test has ended, no event and no dead letter in them may hold a credential."""
    ports = cheap_ports(clock=saiondo_clock)
    yield ports
    assert CANARY not in asyncio.run(_written(ports))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test whose output or log holds a credential."""
    report = yield
    if report.passed and any(CANARY in text for _, text in report.sections):
        report.outcome = "failed"
        report.longrepr = "a credential stands in what this test printed or logged"
    return report


async def _written(ports: Ports) -> str:
    """All that the stores have recorded, as text."""
    events = [
        await log.read(partition=number, after=0, limit=1_000_000)
        for log in ports.logs
        for number in range(await log.partitions())
    ]
    return repr((events, await ports.letters.list(consumer=None, after="", limit=1_000_000)))
