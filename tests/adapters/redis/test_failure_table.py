"""The table of what the driver raises."""

import inspect

import pytest
from redis import exceptions
from redis.asyncio import sentinel

from saiondo_core.adapters.redis.failures import FAILURES, QUIET_SECONDS, Failure, Failures, failure_of
from saiondo_core.kernel.errors import DeadlineExceededError
from tests.adapters.redis.opened import Reports

DRIVER_ERRORS = sorted(
    {
        found
        for module in (exceptions, sentinel)
        for _, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, Exception)
    },
    key=lambda found: found.__name__,
)


@pytest.mark.parametrize("error", DRIVER_ERRORS, ids=lambda error: error.__name__)
def test_every_error_of_the_driver_is_in_the_table(error: type[Exception]) -> None:
    """None is left to what catches garbage, which is for what the driver did not mean to raise."""
    nearest = next(base for base in error.__mro__ if base in FAILURES)
    assert nearest is not Exception
    assert ("garbage" == FAILURES[nearest].mode) is (error is exceptions.InvalidResponse)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (exceptions.ConnectionError("Connection closed by server."), Failure("connection", is_answered=False)),
        (exceptions.TimeoutError("Timeout"), Failure("timeout", is_answered=False)),
        (DeadlineExceededError(seconds=0.5), Failure("timeout", is_answered=False)),
        (ConnectionRefusedError(), Failure("connection", is_answered=False)),
        (exceptions.MaxConnectionsError("Too many"), Failure("connection", is_answered=True)),
        (exceptions.DataError("a dict"), Failure("unsendable", is_answered=True)),
        (exceptions.InvalidResponse("Protocol Error"), Failure("garbage", is_answered=False)),
        (ValueError("invalid literal for int()"), Failure("garbage", is_answered=False)),
        (exceptions.OutOfMemoryError("no", status_code="OOM"), Failure("oom", is_answered=True)),
        (exceptions.BusyLoadingError("no", status_code="LOADING"), Failure("loading", is_answered=True)),
        (exceptions.AuthenticationError("no", status_code="NOAUTH"), Failure("noauth", is_answered=True)),
        (exceptions.ResponseError("BUSY Redis is busy"), Failure("busy", is_answered=True)),
        (exceptions.ResponseError("ANNA said something"), Failure("refused", is_answered=True)),
        (exceptions.ResponseError("ERR unknown command"), Failure("refused", is_answered=True)),
        (exceptions.ConnectionError("BUSY is no answer"), Failure("connection", is_answered=False)),
        (sentinel.MasterNotFoundError("none"), Failure("connection", is_answered=False)),
    ],
    ids=str,
)
def test_a_failure_has_a_mode_and_tells_whether_it_was_answered(error: Exception, expected: Failure) -> None:
    """A refusal is named after the server's own word for it, as far as that is known; nothing else names a mode."""
    assert expected == failure_of(error)


def test_each_outage_is_reported_once() -> None:
    """A mode is reported again only once it has not occurred for a minute; it is counted each time."""
    reports = Reports()
    failures = Failures(reports)
    for now in range(0, 10 * int(QUIET_SECONDS), 30):
        failures.note("timeout", now)
    failures.note("oom", 0.0)
    assert [{"mode": "timeout"}, {"mode": "oom"}] == [fields for _, fields in reports.told]

    failures.note("timeout", 10 * QUIET_SECONDS + QUIET_SECONDS)
    assert 3 == len(reports.told)
    assert {"timeout": 21, "oom": 1} == failures.counts
