"""What can go wrong with a cache."""

from attrs import frozen

from saiondo_core.kernel.errors import ConflictError, InvalidInputError


@frozen(kw_only=True)
class NotACounterError(ConflictError):
    """What is cached under a key is no number, and so cannot be raised."""

    code = "not_a_counter"
    what = "What is cached under that key is no counter."
    hint = "Count under a key of its own, or invalidate this one first."


@frozen(kw_only=True)
class NotAHashError(ConflictError):
    """What is cached under a key is no hash, or it is one and something else was asked for."""

    code = "not_a_hash"
    what = "What is cached under that key is no hash."
    hint = "Keep hashes under keys of their own, or invalidate this one first."


@frozen(kw_only=True)
class CounterRangeError(InvalidInputError):
    """A counter would leave the range of 64-bit integers; it stays what it is."""

    code = "counter_range"
    field: str = "by"
    expected: str = "a number that leaves the counter from -2**63 to 2**63 - 1"


@frozen(kw_only=True)
class NotCacheableError(InvalidInputError):
    """A value cannot be kept: it is too large, or of a kind that cannot be written, or may not be."""

    code = "not_cacheable"
    field: str = "value"
    expected: str = "something the cache can write, no larger than it takes"
