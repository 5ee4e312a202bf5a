"""What a table says of a measurement."""

import pytest

from benchmarks.rows import HEADINGS, Goal, Of, Reading, Row, Spread, cells, told


def even(value: float) -> Spread:
    """A spread of none."""
    return Spread(median=value, low=value, high=value)


def row(goal: Goal | None, *, per: str = "") -> Row:
    """A row of 30 µs, three times its limit."""
    return Row(
        case="a case",
        unit="s",
        per=per,
        limit=Reading(name="limit", value=even(10e-6)),
        ours=Reading(name="ours", value=even(30e-6), ratio=Spread(median=3, low=2.5, high=3.25)),
        peers=(
            Reading(name="slow", value=even(90e-6), ratio=even(9)),
            Reading(name="quick", value=even(20e-6), ratio=even(2)),
        ),
        goal=goal,
    )


@pytest.mark.parametrize(
    ("goal", "expected"),
    [
        (None, None),
        (Goal(of=Of.RATIO, most=3), True),
        (Goal(of=Of.RATIO, most=2.9), False),
        (Goal(of=Of.VALUE, most=30e-6), True),
        (Goal(of=Of.VALUE, most=29e-6), False),
    ],
)
def test_a_goal_is_the_most_that_a_median_may_be(goal: Goal | None, expected: bool | None) -> None:
    """What is just as much holds; without a goal there is nothing to hold."""
    assert expected == row(goal).holds


def test_a_ratio_needs_a_limit() -> None:
    """A goal that cannot be judged is no goal that holds."""
    unlimited = Row(case="a case", unit="s", ours=Reading(name="ours", value=even(1)), goal=Goal(of=Of.RATIO, most=2))

    with pytest.raises(ValueError, match="a case"):
        _ = unlimited.holds


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (2.5, "s", "2.5 s"),
        (0.0123, "s", "12.3 ms"),
        (34.5e-6, "s", "34.5 µs"),
        (3e-10, "s", "0.3 ns"),
        (999, "B", "999 B"),
        (1_234, "B", "1.23 kB"),
        (1_234_567_890, "B", "1.23 GB"),
    ],
)
def test_a_value_is_told_in_its_scale(value: float, unit: str, expected: str) -> None:
    """Three digits, in the largest unit of which there is one."""
    assert expected == told(value, unit)


def test_a_row_is_told_under_the_headings() -> None:
    """Each heading has its cell, and the quickest peer comes first."""
    told_row = dict(zip(HEADINGS, cells(row(Goal(of=Of.RATIO, most=2))), strict=True))

    assert {
        "Case": "a case",
        "Limit": "limit: 10 µs",
        "Ours": "30 µs",
        "Ratio": "3× (2.5–3.25)",
        "Peers": "quick 2× (2–2), slow 9× (9–9)",
        "Goal": "≤ 2×",
        "Holds": "**no**",
    } == told_row


def test_a_rate_is_told_where_it_is_asked_for() -> None:
    """What is about events says how many of them a second has."""
    assert "30 µs (33.3k events/s)" == cells(row(None, per="event"))[HEADINGS.index("Ours")]
