"""Rights that are taken at any moment: of every operation of the surface."""

import os
from collections.abc import Mapping

import pytest
from attrs import define, frozen

from saiondo_core import UseCaseFactory
from saiondo_core.auth.model import AuthSession
from saiondo_core.errors import (
    InvalidTokenError,
    SaiondoError,
)
from saiondo_core.events import SessionEnded
from saiondo_core.kernel.events import Event
from saiondo_core.kernel.paging import Page
from saiondo_core.testing.schedules import Interruption, at_every_moment
from tests.composition.cases import CASES
from tests.composition.holdings import Case, Deed, Holding, House, Taking, open_house
from tests.composition.surface import operations
from tests.composition.trials import ALL, Outcome, called

LONG = bool(os.environ.get("SAIONDO_LONG"))
AT_THE_START, NEVER = 0, -1

NOTHING = Page[object](items=())

TAKABLE = [
    pytest.param(*one, turn, id=f"{turn}-{one[0]}-{one[2]}") for turn, one in enumerate(ALL) if one[1].takings(one[2])
]


@frozen(kw_only=True)
class Attempt:
    """A call during which a right was taken, or was not.

    Attributes:
        happened: Whether the call had a moment at which to take it.
        first: What the actor had caused before the call.
        then: What they had caused when the right had been taken.
        last: What they had caused when the call had ended.
    """

    outcome: Outcome
    happened: bool
    first: int
    then: int
    last: int


@define
class Trial:
    """One operation, as somebody calls it who holds the right to in a certain way."""

    path: str
    case: Case
    holding: Holding

    async def interrupted(self, at: int, *, taking: Taking | None = None, mark: Deed | None = None) -> Attempt:
        """Call it, and at that moment take the right away, and let somebody leave a mark."""
        then = 0

        async def take() -> None:
            nonlocal then
            if taking is not None:
                await self._take(taking, house, first)
            if mark is not None:
                await mark(house)
            then = await self._caused(house)

        interruption = Interruption(at, take)
        async with open_house(self.case, self.holding, interruption) as house:
            first = await self._caused(house)
            outcome = await called(self.path, self.case, house, interruption)
            last = await self._caused(house)
        return Attempt(outcome=outcome, happened=interruption.happened, first=first, then=then, last=last)

    async def survives(self, taking: Taking, *, calm: Outcome, lost: Outcome) -> None:
        """Take the right at every moment, and show that nothing is done under it, or seen, after that."""

        async def scenario(at: int) -> bool:
            tried = await self.interrupted(at, taking=taking, mark=self.case.mark)
            if not tried.happened:
                return False
            assert tried.then == tried.last, f"{taking}: something was done after"
            if not tried.outcome.is_refused and self.case.reads:
                assert tried.outcome in (calm, lost, Outcome(result=NOTHING)), taking
            elif not tried.outcome.is_refused:
                assert tried.first < tried.then, f"{taking}: it did not come to be done before"
            return True

        assert await at_every_moment(scenario) >= 2

    async def _take(self, taking: Taking, house: House, first: int) -> None:
        try:
            await house.take(taking)
        except SaiondoError:
            if await self._caused(house) == first:
                raise
            # The call has ended by itself what was to be taken: it has left, say, or deleted the channel.

    async def _caused(self, house: House) -> int:
        """How many events the actor has caused, but for those that follow from one and are not judged again."""
        follows = FOLLOWS.get(self.path, ())
        return len(
            [
                event
                for event in await house.events()
                if event.stamp.actor == house.me and not isinstance(event, follows)
            ]
        )


FOLLOWS: Mapping[str, type[Event]] = {"auth.change_password": SessionEnded}
"""Old sessions are ended because the password was changed: whoever could change it needs no further right."""


def test_every_operation_is_tried(saiondo_factory: UseCaseFactory) -> None:
    """There is a case for each operation of the surface, and none for another."""
    assert {*CASES} == {entry.path for entry in operations(saiondo_factory.create_all_use_cases())}


@pytest.mark.parametrize(("path", "case", "holding", "turn"), TAKABLE)
async def test_a_right_that_was_taken_is_gone(path: str, case: Case, holding: Holding, turn: int) -> None:
    """Whenever in a call the right is taken: the call is refused, or all it did or read was before that.

    At every moment each case loses its right in one way, by turns, and in all ways where SAIONDO_LONG is set.
    """
    trial = Trial(path, case, holding)
    calm = await trial.interrupted(NEVER)
    assert calm.outcome.error is None
    assert case.reads == (calm.first == calm.last), "a write leaves an event, a read leaves none"
    if case.mark is not None:
        marked = await trial.interrupted(AT_THE_START, mark=case.mark)
        assert marked.outcome != calm.outcome, "the mark shows, to whoever may see it"

    takings = case.takings(holding)
    for number, taking in enumerate(takings):
        lost = await trial.interrupted(AT_THE_START, taking=taking)
        assert lost.outcome.is_refused or (case.answers and lost.outcome != calm.outcome), taking
        if LONG or number == turn % len(takings):
            await trial.survives(taking, calm=calm.outcome, lost=lost.outcome)


@pytest.mark.parametrize("path", ["auth.authenticate", "auth.refresh", "auth.issue"])
async def test_no_token_outlives_its_user(path: str) -> None:
    """Whenever in signing in a user is deleted: no token that it gives works any more, nor one from before."""
    (case,) = CASES[path]
    trial = Trial(path, case, *case.by)

    async def scenario(at: int) -> bool:
        async def delete() -> None:
            await house.system.user.delete(house.me)

        interruption = Interruption(at, delete)
        async with open_house(case, trial.holding, interruption) as house:
            outcome = await called(path, case, house, interruption)
            given = [house.bert]
            if isinstance(outcome.result, AuthSession):
                given.append(outcome.result)
            else:
                assert outcome.is_refused
            for session in given if interruption.happened else ():
                with pytest.raises(InvalidTokenError):
                    await house.use_cases.auth.verify(session.access_token)
                if session.refresh_token is not None:
                    with pytest.raises(InvalidTokenError):
                        await house.use_cases.auth.refresh(session.refresh_token)
        return interruption.happened

    assert await at_every_moment(scenario) >= 2
