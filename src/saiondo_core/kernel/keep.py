"""What stands for "leave it as it is" in a call that changes some fields and not others."""

from enum import Enum, auto
from typing import Final


class Keep(Enum):
    """The type of `KEEP`, apart from every value that a field could be given; None, for one, clears it."""

    KEEP = auto()


KEEP: Final = Keep.KEEP
"""The default of each field of an update: it stays as it is."""
