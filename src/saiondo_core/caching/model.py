"""How long what is cached may be told, and what became of it."""

from enum import Enum, auto
from typing import Final

from attrs import field, frozen

from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.numbers import Named, not_negative, positive


class Missing(Enum):
    """The type of `MISSING`, apart from every value that can be cached, None among them."""

    MISSING = auto()


MISSING: Final = Missing.MISSING
"""What a cache answers where it knows nothing; None is what it answers where it knows that there is nothing."""


def _within_ttl(lifespan: "Lifespan", _: object, value: float | None) -> None:
    if value is not None and not 0 < value < lifespan.ttl:
        raise InvalidInputError(field="refresh_after", expected="a number above 0 and below ttl")


def _positive_or_none(instance: object, field: Named, value: int | None) -> None:
    if value is not None:
        positive(instance, field, value)


def _below_one(_: object, field: Named, value: float) -> None:
    if not 0 <= value < 1:
        raise InvalidInputError(field=field.name, expected="a number from 0 to below 1")


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
        entries: How many there are; None where that is not known. On a server they are counted in small steps: what
            comes or goes meanwhile may be left out, and while its table changes size some may count twice.
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


@frozen(kw_only=True)
class CachePolicy:
    """How long users, channels and messages are cached, and how much room there is. All durations are seconds.

    Attributes:
        ttl: How long a user or a channel is told; and whatever the host keeps and gives no time.
        messages_ttl: How long a page of messages is.
        missing_ttl: How long it is told that there is none.
        early: In which last part of its time, from 0 to below 1, whoever asks first loads it anew.
        stale_for: For how long after its time it is told where the store does not answer. What was changed meanwhile
            is never told, unless the change could not be told of either.
        entries: How many entries a cache in memory has.
        octets: How many bytes they may take, by an estimate; None for any.
    """

    ttl: float = field(default=300.0, validator=positive)
    messages_ttl: float = field(default=120.0, validator=positive)
    missing_ttl: float = field(default=30.0, validator=positive)
    early: float = field(default=0.1, validator=_below_one)
    stale_for: float = field(default=0.0, validator=not_negative)
    entries: int = field(default=1_000, validator=positive)
    octets: int | None = field(default=None, validator=_positive_or_none)

    def lasting(self, ttl: float) -> Lifespan:
        """The lifespan of what is told for *ttl* seconds."""
        early = ttl * (1 - self.early) if self.early else None
        return Lifespan(ttl=ttl, missing_ttl=self.missing_ttl, refresh_after=early, stale_for=self.stale_for)
