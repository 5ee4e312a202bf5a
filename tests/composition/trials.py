"""What every operation of the surface is tried on, and what becomes of a call."""

from attrs import frozen

from saiondo_core.errors import AccessDeniedError, AuthenticationError, NotFoundError, SaiondoError
from saiondo_core.testing.schedules import AtMoment
from tests.composition.cases import CASES
from tests.composition.holdings import Case, House
from tests.composition.surface import operations

REFUSALS = AccessDeniedError, NotFoundError, AuthenticationError
ALL = [(path, case, holding) for path, cases in CASES.items() for case in cases for holding in case.by]


@frozen(kw_only=True)
class Outcome:
    """What a call came to: what it gave, or what it raised."""

    result: object = None
    error: SaiondoError | None = None

    @property
    def is_refused(self) -> bool:
        """Whether it was refused."""
        return isinstance(self.error, REFUSALS)


async def called(path: str, case: Case, house: House, moment: AtMoment) -> Outcome:
    """Call the operation at *path* as the one who acts in *house*, with *moment* around it."""
    (entry,) = (entry for entry in operations(house.acting) if entry.path == path)
    arguments = entry.arguments(**case.given(house))
    with moment:
        try:
            return Outcome(result=case.seen(await entry.call(**arguments)))
        except SaiondoError as error:
            return Outcome(error=error)
