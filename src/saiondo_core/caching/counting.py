"""What happens to a cache, as it is counted."""

from attrs import asdict, define

from saiondo_core.caching.model import CacheStats


@define(eq=False)
class Counts:
    """Running counts; `CacheStats` says what each is of."""

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

    def stats(self, *, entries: int | None = None, octets: int | None = None, clients: int | None = None) -> CacheStats:
        """The counts as they are now, beside what there is."""
        return CacheStats(**asdict(self), entries=entries, octets=octets, clients=clients)
