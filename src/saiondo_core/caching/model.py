"""How long what is cached may be told, and what became of it."""

from enum import Enum, auto
from typing import Final

from attrs import field, frozen

from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.numbers import not_negative, positive


class Missing(Enum):
    """The type of `MISSING`, apart from every value that can be cached, None among them."""

    MISSING = auto()


MISSING: Final = Missing.MISSING
"""What a cache answers where it knows nothing; None is what it answers where it knows that there is nothing."""


def _within_ttl(lifespan: "Lifespan", _: object, value: float | None) -> None:
    if value is not None and not 0 < value < lifespan.ttl:
        raise InvalidInputError(field="refresh_after", expected="a number above 0 and below ttl")


@frozen(kw_only=True)
class Lifespan:
    """How long a cached value may be told. All are seconds. Made once and shared: it costs a hit nothing.

    Attributes:
        ttl: For how long it is told as it is.
        missing_ttl: The same where there is nothing: short, for what is missing now may well be made soon.
        refresh_after: From which age on whoever asks first loads it anew, while all others are still told the present
            value; None for not before its end. What is asked for all the time is never waited for by many.
        stale_for: For how long after its end it is still told to whoever finds that it cannot be loaded.
    """

    ttl: float = field(validator=positive)
    missing_ttl: float = field(default=30.0, validator=positive)
    refresh_after: float | None = field(default=None, validator=_within_ttl)
    stale_for: float = field(default=0.0, validator=not_negative)


@frozen(kw_only=True)
class CacheStats:
    """What a cache was asked since it was made, and what is in it. Counts are exact, and of this process.

    Attributes:
        hits: Keys asked for that were known, be it that there is nothing.
        misses: Keys asked for that were not; each key asked for is either.
        near_hits: Hits that needed no other process.
        loads: Loads that were begun; one that was asked for many keys is one.
        load_errors: Loads that raised. One that was cancelled is none.
        refreshes: Loads that were begun early, while the present value was still told.
        stale: Values told after their end, for want of newer ones.
        discarded: Loaded values that were not kept, for something newer had come or gone meanwhile.
        evictions: Entries that made room for others.
        expirations: Entries that were found past their end, and `stale_for`, and dropped.
        skipped: Values that were not kept, for they are too large or cannot be written.
        failures: Calls that the store behind the cache did not answer.
        entries: How many there are; None where that is not known.
        octets: How much memory they take; None where nobody counts it.
        clients: How many are connected to the store behind the cache; None where there is none, or it does not say.
    """

    hits: int = 0
    misses: int = 0
    near_hits: int = 0
    loads: int = 0
    load_errors: int = 0
    refreshes: int = 0
    stale: int = 0
    discarded: int = 0
    evictions: int = 0
    expirations: int = 0
    skipped: int = 0
    failures: int = 0
    entries: int | None = None
    octets: int | None = None
    clients: int | None = None

    @property
    def hit_rate(self) -> float:
        """The share of hits, from 0 to 1; 0 where nothing was asked."""
        return self.hits / (self.hits + self.misses or 1)
