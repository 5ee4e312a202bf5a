"""The text that is measured with."""

from benchmarks.texts import Said, repeated

LINES = tuple(Said("anna", str(number)) for number in range(50))


def test_lines_come_first_as_they_are() -> None:
    """As many as there are, and no more than are asked for, stay in their order."""
    assert LINES[:30] == repeated(LINES, 30)
    assert LINES == repeated(LINES, 50)


def test_each_further_time_they_are_shuffled() -> None:
    """Whoever needs more gets all lines again, each time in another order."""
    second, third = repeated(LINES, 150)[50:100], repeated(LINES, 150)[100:]

    assert set(LINES) == set(second) == set(third)
    assert len({LINES, second, third}) == 3


def test_the_same_size_is_the_same_text() -> None:
    """What is measured twice is measured with the same text, and a larger one begins with a smaller one."""
    assert repeated(LINES, 120) == repeated(LINES, 120) == repeated(LINES, 150)[:120]
