"""The matrix of rights, as it stands in `matrix.csv`."""

import csv
from collections.abc import Mapping
from enum import StrEnum
from itertools import product
from pathlib import Path
from typing import Final

from attrs import field, frozen

MATRIX: Final = Path(__file__).with_name("matrix.csv")

YES: Final = "yes"
NO_SUCH_CASE: Final = "-"
DEFAULT: Final = "default"


class Relation(StrEnum):
    """What somebody is to the channel that the matrix is about."""

    ANONYMOUS = "anonymous"
    STRANGER = "stranger"
    MEMBER = "member"
    EX_MEMBER = "ex-member"
    BANNED = "banned"
    MODERATOR = "moderator"
    OWNER = "owner"
    ADMIN = "admin"
    SYSTEM = "system"


class Whose(StrEnum):
    """Whose thing it is that something is done to."""

    OWN = "own"
    OTHERS = "other's"
    MISSING = "missing"


class Thing(StrEnum):
    """What something is done to."""

    NONE = "–"
    CHANNEL = "channel"
    MESSAGE = "message"
    MEMBER = "member"
    PROFILE = "profile"
    SESSION = "session"
    ROLE = "role"
    INVITATION = "invitation"


COLUMNS: Final = tuple(product(Relation, Whose))
HEADER: Final = ["operation", "channel", "thing", *(f"{relation} {whose}" for relation, whose in COLUMNS)]


@frozen(kw_only=True)
class Row:
    """What one operation answers, done to one kind of thing in one type of channel."""

    operation: str
    channel: str
    thing: Thing
    cells: Mapping[tuple[Relation, Whose], str] = field(hash=False)

    @property
    def name(self) -> str:
        """The beginning of its line."""
        return f"{self.operation},{self.channel},{self.thing}"


@frozen(kw_only=True)
class Case:
    """A cell that can be tried."""

    row: Row
    relation: Relation
    whose: Whose

    @property
    def expected(self) -> str:
        """Yes, or the code of the refusal."""
        return self.row.cells[self.relation, self.whose]

    @property
    def column(self) -> str:
        """The head of its column."""
        return f"{self.relation} {self.whose}"


def matrix() -> tuple[Row, ...]:
    """The rows of the file, its defaults filled in, and no others."""
    with MATRIX.open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(line for line in file if not line.startswith("#"))
    assert HEADER == header
    defaults = dict[tuple[str, Thing], list[str]]()
    rows = dict[str, Row]()
    for operation, channel, thing, *cells in lines:
        key = channel, Thing(thing)
        if operation == DEFAULT:
            assert key not in defaults, f"two defaults for {key}"
            defaults[key] = cells
            continue
        filled = [cell or default for cell, default in zip(cells, defaults[key], strict=True)]
        row = Row(operation=operation, channel=channel, thing=key[1], cells=dict(zip(COLUMNS, filled, strict=True)))
        assert row.name not in rows, f"two rows {row.name}"
        rows[row.name] = row
    return tuple(rows.values())


def cases(row: Row, *relations: Relation) -> tuple[Case, ...]:
    """The cells of *row* that can be tried: of those relations, or of all."""
    tried = (Case(row=row, relation=relation, whose=whose) for relation, whose in COLUMNS)
    return tuple(case for case in tried if case.expected != NO_SUCH_CASE and case.relation in (relations or Relation))
