"""The machine's clock."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from saiondo_core.adapters.system.clock import SystemClock
from saiondo_core.kernel.ports import Clock
from saiondo_core.testing.contracts.kernel import ClockContract
from saiondo_core.testing.contracts.opening import Opener


@asynccontextmanager
async def the_machines_clock() -> AsyncGenerator[Clock]:
    """Open the machine's clock."""
    yield SystemClock()


class TestSystemClock(ClockContract):
    """The machine's clock keeps the laws of clocks."""

    @pytest.fixture
    def opener(self) -> Opener[Clock]:
        """Open the machine's clock."""
        return the_machines_clock


def test_now_is_the_time_of_day() -> None:
    """It tells what the machine tells, less than a millisecond of it cut off."""
    before = datetime.now(tz=UTC)
    told = SystemClock().now()
    after = datetime.now(tz=UTC)

    assert before - timedelta(milliseconds=1) < told <= after
