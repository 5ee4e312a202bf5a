"""Those who decide in the house, as far as they are not somebody else's."""

from collections.abc import Awaitable, Callable

import pytest

from benchmarks.deciders import Decider, Gated, Rebuilt, Required, Swapped, furnished, mistakes
from benchmarks.houses import make_house, make_questions, make_roll_call

HOUSE = make_house()
EDITED = HOUSE.edited()
EVERYBODY = make_roll_call(HOUSE)


async def rebuilt() -> Decider:
    """The limit that rebuilds."""
    return Rebuilt(HOUSE)


async def swapped() -> Decider:
    """The limit whose edits cost nothing."""
    return Swapped(HOUSE, EDITED)


async def gated() -> Decider:
    """Our gate."""
    return await furnished(Gated(), HOUSE)


async def required() -> Decider:
    """What a use case asks."""
    return await furnished(Required(), HOUSE)


@pytest.mark.parametrize("made", [rebuilt, swapped, gated, required])
async def test_everybody_is_right_and_sees_an_edit_at_once(made: Callable[[], Awaitable[Decider]]) -> None:
    """Warm answers are right, and so is the very first one that each user gets after an edit, and after its undoing."""
    decider = await made()
    assert 0 == await mistakes(decider, HOUSE, [*make_questions(HOUSE), *EVERYBODY])

    for house in (EDITED, HOUSE):
        await decider.edit(house)
        assert 0 == await mistakes(decider, house, EVERYBODY)


async def test_whoever_misses_an_edit_is_found_out() -> None:
    """Each answer that the edit changes counts as a mistake of one who does not know of it."""
    changed = sum(HOUSE.allows(question) != EDITED.allows(question) for question in EVERYBODY)

    assert changed == await mistakes(await gated(), EDITED, EVERYBODY)
    assert 0 < changed
