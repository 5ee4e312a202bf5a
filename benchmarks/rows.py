"""What was measured: rows, and how a table tells them."""

from enum import StrEnum

from attrs import evolve, frozen

_SCALES = {
    "s": (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)),
    "B": (("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("B", 1.0)),
    "loads": (("loads", 1.0),),
}
_RATES = (("M", 1e6), ("k", 1e3), ("", 1.0))


class Of(StrEnum):
    """What a goal limits."""

    RATIO = "ratio"
    VALUE = "value"


@frozen(kw_only=True)
class Spread:
    """A median between its quartiles."""

    median: float
    low: float
    high: float


@frozen(kw_only=True)
class Reading:
    """What was read of one contender.

    Attributes:
        ratio: To the limit, of paired measurements; None for the limit itself, and where there is none.
    """

    name: str
    value: Spread
    ratio: Spread | None = None


@frozen(kw_only=True)
class Goal:
    """The most that a median may be; a value is in the row's unit."""

    of: Of
    most: float


@frozen(kw_only=True)
class Row:
    """One case of a hot path.

    Attributes:
        unit: `s`, `B` or `loads`.
        per: What a value is about, if it is told as a rate too.
        note: What else there is to say.
        profile: What explains it.
    """

    case: str
    unit: str
    per: str = ""
    limit: Reading | None = None
    ours: Reading
    peers: tuple[Reading, ...] = ()
    goal: Goal | None = None
    note: str = ""
    profile: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the goal is kept; None where there is none.

        Raises:
            ValueError: The goal is a ratio, and there is none.
        """
        if self.goal is None:
            return None
        held = self.ours.value if self.goal.of is Of.VALUE else self.ours.ratio
        if held is None:
            raise ValueError(f"{self.case}: a goal of a ratio needs a limit")
        return held.median <= self.goal.most

    def explained(self, profile: str) -> "Row":
        """The row with the *profile* that explains it."""
        return evolve(self, profile=profile)


@frozen(kw_only=True)
class HotPath:
    """All rows of one hot path, and what they were measured with."""

    name: str
    title: str
    measured_with: str
    rows: tuple[Row, ...]


def told(value: float, unit: str) -> str:
    """A *value* in the scale that suits it, with three digits."""
    scales = _SCALES[unit]
    name, scale = next((found for found in scales if abs(value) >= found[1]), scales[-1])
    return f"{_digits(value / scale)} {name}"


def told_ratio(ratio: Spread | None) -> str:
    """A *ratio* with its quartiles."""
    if ratio is None:
        return ""
    return f"{_digits(ratio.median)}× ({_digits(ratio.low)}–{_digits(ratio.high)})"


def told_reading(reading: Reading, row: Row) -> str:
    """A *reading* of *row*, and what it is as a rate."""
    value = told(reading.value.median, row.unit)
    if not row.per:
        return value
    rate = 1 / reading.value.median
    name, scale = next((found for found in _RATES if rate >= found[1]), _RATES[-1])
    return f"{value} ({_digits(rate / scale)}{name} {row.per}s/s)"


def cells(row: Row) -> tuple[str, ...]:
    """What a table says of *row*, under `HEADINGS`."""
    goal = ""
    if row.goal is not None:
        goal = f"≤ {_digits(row.goal.most)}×" if row.goal.of is Of.RATIO else f"≤ {told(row.goal.most, row.unit)}"
    peers = (
        f"{peer.name} {told_ratio(peer.ratio) or told_reading(peer, row)}"
        for peer in sorted(row.peers, key=lambda peer: peer.value.median)
    )
    return (
        f"{row.case}. {row.note}" if row.note else row.case,
        "" if row.limit is None else f"{row.limit.name}: {told_reading(row.limit, row)}",
        told_reading(row.ours, row),
        told_ratio(row.ours.ratio),
        ", ".join(peers),
        goal,
        {None: "", True: "yes", False: "**no**"}[row.holds],
    )


HEADINGS = ("Case", "Limit", "Ours", "Ratio", "Peers", "Goal", "Holds")


def _digits(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits
