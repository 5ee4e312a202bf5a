"""Who may do what, with roles that inherit, and that are edited meanwhile."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import cycle

from attrs import Factory, field, frozen

from benchmarks.deciders import Decider, Gated, Rebuilt, Required, Swapped, furnished, mistakes
from benchmarks.harness import Bench, Contender
from benchmarks.houses import DEPTH, ROLES, USERS, House, Question, make_house, make_questions, make_roll_call
from benchmarks.rivals import Casbin, Cedar, ClearedCasbin, OsoRules, StaleCasbin, Vakt
from benchmarks.rows import Goal, Of

TITLE = f"Check a permission, {USERS:,} users, {ROLES} roles, inheritance depth {DEPTH}"
PEERS = ("casbin", "oso", "cedarpy", "vakt")
BATCH = 100
BETWEEN_EDITS = 1_000
ROUNDS = 11

WARM = Goal(of=Of.RATIO, most=1.7)
ANEW = Goal(of=Of.VALUE, most=5e-3)


class WrongAnswerError(Exception):
    """Somebody who is to be timed answers wrongly, or sees no edit."""


@frozen(kw_only=True)
class _Racer:
    """Somebody who decides, and how they are timed.

    Attributes:
        houses: The house, and the same after its edit.
    """

    name: str
    decider: Decider
    houses: tuple[House, House]
    _turns: Iterator[House] = field(
        init=False, default=Factory(lambda self: cycle(reversed(self.houses)), takes_self=True)
    )

    async def prove(self, questions: Sequence[Question]) -> None:
        """Be warm, and right, before an edit, after it, and after it is undone.

        Raises:
            WrongAnswerError: They are not.
        """
        house, edited = self.houses
        wrong = await mistakes(self.decider, house, questions)
        for each in edited, house:
            await self.decider.edit(each)
            wrong += await mistakes(self.decider, each, questions)
        if wrong:
            raise WrongAnswerError(f"{self.name}: {wrong}")

    def checks(self, questions: Sequence[Question]) -> Contender:
        """Check *questions*, a hundred a call."""
        return Contender(name=self.name, call=self._asking(questions, BATCH), units=BATCH)

    def edits(self, questions: Sequence[Question], *, checks: int, units: int = 1) -> Contender:
        """Edit a role, or undo that, and check so many of *questions*."""
        ask, edit = self._asking(questions, checks), self.decider.edit

        async def call() -> None:
            await edit(next(self._turns))
            await ask()

        return Contender(name=self.name, call=call, units=units)

    def _asking(self, questions: Sequence[Question], size: int) -> Callable[[], Awaitable[object]]:
        requests = [self.decider.request(question) for question in questions]
        batches = cycle([requests[start : start + size] for start in range(0, len(requests), size)])
        answers = self.decider.answers

        async def ask() -> None:
            await answers(next(batches))

        return ask


async def measure(bench: Bench) -> None:
    """Check what is warm, check with edits in between, and get all answers anew after an edit.

    Raises:
        WrongAnswerError: Somebody answers wrongly.
    """
    house = make_house()
    houses, questions, everybody = (house, house.edited()), make_questions(house), make_roll_call(house)

    async def racer(name: str, decider: Decider) -> _Racer:
        found = _Racer(name=name, decider=decider, houses=houses)
        await found.prove(questions)
        return found

    prepared = await racer("frozenset", Swapped(*houses))
    rebuilt = await racer("frozenset built anew", Rebuilt(house))
    ours = await racer("RolesGate", await furnished(Gated(), house))
    required = await racer("Acting.require", await furnished(Required(), house))
    others = [
        await racer("casbin FastEnforcer", Casbin(house)),
        await racer("oso", OsoRules(house)),
        await racer("cedarpy", Cedar(house)),
        await racer("vakt", Vakt(house)),
    ]
    cleared = await racer("casbin in an lru_cache that edits clear", ClearedCasbin(house))
    stale = StaleCasbin(house)
    await mistakes(stale, house, [*questions, *everybody])
    await stale.edit(houses[1])
    wrong = await mistakes(stale, houses[1], everybody)
    remembering = _Racer(name="casbin in an lru_cache", decider=stale, houses=houses)

    allowed = [question for question in questions if house.allows(question)]
    refused = [question for question in questions if not house.allows(question)]
    await bench.compare(
        "a warm check; half of them allow",
        limit=prepared.checks(questions),
        ours=ours.checks(questions),
        peers=[peer.checks(questions) for peer in (*others, remembering)],
        goal=WARM,
        note=f"Casbin in an lru_cache sees no edit: {wrong} of {len(everybody):,} answers are wrong after one",
    )
    await bench.compare(
        "the same, those that allow", limit=prepared.checks(allowed), ours=ours.checks(allowed), goal=WARM
    )
    await bench.compare(
        "the same, those that refuse",
        limit=prepared.checks(refused),
        ours=ours.checks(refused),
        goal=WARM,
        note="Ours names the nearest missing grant",
    )
    await bench.compare(
        "Acting.require, those that allow",
        limit=prepared.checks(allowed),
        ours=required.checks(allowed),
        note="What a use case pays: the gate, a deadline, and refusal of whatever is no decision",
    )
    await bench.compare(
        f"a check, with an edit of a role every {BETWEEN_EDITS:,}",
        limit=prepared.edits(questions, checks=BETWEEN_EDITS, units=BETWEEN_EDITS),
        ours=ours.edits(questions, checks=BETWEEN_EDITS, units=BETWEEN_EDITS),
        peers=[peer.edits(questions, checks=BETWEEN_EDITS, units=BETWEEN_EDITS) for peer in (*others, cleared)],
        rounds=ROUNDS,
        note="The limit is given both frozensets",
    )
    for case, checks in ("the first answer", 1), (f"an answer for each of {USERS:,} users", USERS):
        await bench.compare(
            f"an edit of a role, and {case}",
            limit=rebuilt.edits(everybody, checks=checks),
            ours=ours.edits(everybody, checks=checks),
            peers=[peer.edits(everybody, checks=checks) for peer in (*others, cleared)],
            goal=ANEW,
            rounds=ROUNDS,
        )
