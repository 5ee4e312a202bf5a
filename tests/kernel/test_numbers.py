"""Numbers that may be chosen."""

import pytest
from attrs import field, frozen

from saiondo_core.errors import InvalidInputError
from saiondo_core.kernel.numbers import not_above, not_negative, positive


@frozen(kw_only=True)
class Chosen:
    """What somebody chose."""

    above: float = field(default=1, validator=positive)
    least: float = field(default=0, validator=(not_negative, not_above(9)))


@pytest.mark.parametrize(("above", "least"), [(0, 0), (-1, 0), (float("nan"), 0), (1, -1), (1, float("nan")), (1, 9.1)])
def test_impossible_numbers_are_refused(above: float, least: float) -> None:
    """What is not above 0, or below 0, or above the most, or no number at all, is refused as invalid input."""
    with pytest.raises(InvalidInputError):
        Chosen(above=above, least=least)


def test_possible_numbers_are_taken() -> None:
    """The smallest that may be chosen can be, and the largest."""
    assert (1e-9, 0) == (Chosen(above=1e-9).above, Chosen().least)
    assert 9 == Chosen(least=9).least
