"""Close codes: which are retried, and which are obeyed."""

import pytest

from saiondo_core.realtime.closing import CloseCode, is_retried

RETRIED = {
    *(CloseCode.GOING_AWAY, CloseCode.INTERNAL, CloseCode.RESTARTING),
    *(CloseCode.LOST, CloseCode.SLOW, CloseCode.AUTH_TIMEOUT),
}


@pytest.mark.parametrize("code", CloseCode)
def test_each_code_is_retried_or_obeyed(code: CloseCode) -> None:
    """What passes by itself is retried, what the client or its user has to change is obeyed."""
    assert (code in RETRIED) is code.is_retried


@pytest.mark.parametrize(
    ("code", "retried"),
    [
        *((code, True) for code in (None, 1002, 1006, 1013, 3000, 4099, 4200)),
        *((code, False) for code in (4100, 4150, 4199)),
    ],
)
def test_a_code_that_is_none_of_ours(code: int | None, retried: bool) -> None:
    """A newer server's 41xx are obeyed; all others, and none at all, are retried."""
    assert retried is is_retried(code)


@pytest.mark.parametrize("code", CloseCode)
def test_a_token_is_asked_for_where_it_may_help(code: CloseCode) -> None:
    """Another token helps against 4101 and 4102, and nothing else."""
    assert (code in {4101, 4102}) is code.asks_for_token
