"""Judging again where what was judged changed before the write, and waiting after failures."""

import pytest
from attrs import define

from saiondo_core.kernel.errors import ConflictError, NotFoundError, NotOpenError, SaiondoError
from saiondo_core.kernel.refusals import StaleRightsError
from saiondo_core.kernel.retrying import backoff, rejudged


@define
class Attempts:
    """Attempts that fail with one error after another, and then succeed."""

    errors: list[SaiondoError]
    made: int = 0

    async def __call__(self) -> str:
        """Make the next attempt."""
        self.made += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


@pytest.mark.parametrize("unrest", [0, 1, 2])
async def test_a_conflict_is_judged_again(unrest: int) -> None:
    """It is tried anew after each conflict, and not once more than needed."""
    attempts = Attempts([ConflictError() for _ in range(unrest)])

    assert "done" == await rejudged(attempts, on=ConflictError, tries=3)
    assert unrest + 1 == attempts.made


async def test_unrest_has_an_end() -> None:
    """After its tries the caller is told, by the last of the conflicts."""
    errors: list[SaiondoError] = [ConflictError() for _ in range(5)]
    last = errors[2]
    attempts = Attempts(errors)
    with pytest.raises(ConflictError) as caught:
        await rejudged(attempts, on=ConflictError, tries=3)

    assert last is caught.value
    assert 3 == attempts.made


@pytest.mark.parametrize("error", [NotFoundError(), ConflictError()], ids=["another branch", "the branch itself"])
async def test_what_was_not_asked_for_is_not_retried(error: SaiondoError) -> None:
    """Only the named conflicts are judged again; any other error is the caller's at once."""
    attempts = Attempts([error])
    with pytest.raises(type(error)):
        await rejudged(attempts, on=NotOpenError, tries=3)

    assert 1 == attempts.made


async def test_several_conflicts_may_be_named() -> None:
    """Each of the errors named is judged again, in any order."""
    attempts = Attempts([NotOpenError(), ConflictError()])

    assert "done" == await rejudged(attempts, on=(NotOpenError, ConflictError), tries=3)


@pytest.mark.parametrize("on", [(), NotOpenError, (NotOpenError, ConflictError)], ids=["none", "one", "several"])
async def test_rights_that_are_past_are_always_judged_again(
    on: type[ConflictError] | tuple[type[ConflictError], ...],
) -> None:
    """Whatever else is named, or nothing: the rights of the one who acts belong to what was judged."""
    attempts = Attempts([StaleRightsError(), StaleRightsError()])

    assert "done" == await rejudged(attempts, on=on, tries=3)
    assert 3 == attempts.made


async def test_nothing_else_is_retried_by_itself() -> None:
    """Where no conflict is named, any other one is the caller's at once, and the past rights are in the end."""
    attempts = Attempts([ConflictError()])
    with pytest.raises(ConflictError):
        await rejudged(attempts, tries=3)
    assert 1 == attempts.made

    attempts = Attempts([StaleRightsError() for _ in range(5)])
    with pytest.raises(StaleRightsError):
        await rejudged(attempts, tries=3)
    assert 3 == attempts.made


def test_a_wait_grows_up_to_its_bound() -> None:
    """By its factor from failure to failure, until it is the longest, and remains that however many follow."""
    waits = [backoff(failures, first=0.5, most=60, factor=4) for failures in range(1, 6)]
    assert [0.5, 2, 8, 32, 60] == waits
    assert {60} == {backoff(failures, first=0.5, most=60, factor=4) for failures in range(5, 2_000)}
