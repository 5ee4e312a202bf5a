"""Ports that fail at any moment: of every operation of the surface."""

import os

import pytest

from saiondo_core.errors import ConflictError, GateFailedError, UnavailableError
from saiondo_core.testing.schedules import Failure, at_every_moment
from tests.composition.holdings import Case, Holding, check_whole, open_house
from tests.composition.trials import ALL, REFUSALS, called

LONG = bool(os.environ.get("SAIONDO_LONG"))
STANDS_IN_ITS_WAY = *REFUSALS, ConflictError

STANDS_WITHOUT = {"real_time.send_real_time_message", "real_time.join_channel", "real_time.mark_message_as_read"}
"""What is done once it is stored, or told, whether or not a sign in passing can be given then."""

FALLIBLE = [
    pytest.param(*one, id=f"{turn}-{one[0]}-{one[2]}") for turn, one in enumerate(ALL) if LONG or one[2] is one[1].by[0]
]
"""However the right is held, the call goes the same way: one for each case will do, mostly."""


@pytest.mark.parametrize(("path", "case", "holding"), FALLIBLE)
async def test_a_port_that_fails_leaves_nothing_half_done(path: str, case: Case, holding: Holding) -> None:
    """Whichever port call of a call fails, before it is made or after: that is said, and it can be asked for again.

    Asked again, it succeeds, or what the first call did stands in its way; and everything is whole.
    """

    async def scenario(at: int) -> bool:
        failure = Failure(at, UnavailableError(outcome_unknown=True))
        async with open_house(case, holding, failure) as house:
            before = await house.events()
            first = await called(path, case, house, failure)
            if not failure.happened:
                return False
            if first.error is None:
                assert path in STANDS_WITHOUT
            else:
                assert failure.error is (
                    first.error.__cause__ if isinstance(first.error, GateFailedError) else first.error
                )
            was_done = before != await house.events()
            again = await called(path, case, house, failure)
            assert again.error is None or (was_done and isinstance(again.error, STANDS_IN_ITS_WAY))
            await house.use_cases.settle()
            await check_whole(house)
        return True

    assert await at_every_moment(scenario) >= 2
