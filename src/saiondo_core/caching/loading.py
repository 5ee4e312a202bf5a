"""Loading what is not cached in a process: once for all who ask, and never past what came or went meanwhile."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TypeAlias, TypeVar, cast

from attrs import define, field

from saiondo_core.caching.counting import Counts
from saiondo_core.caching.entries import Entries, Entry
from saiondo_core.caching.kinds import check_kind
from saiondo_core.caching.leases import Lease, Leases
from saiondo_core.caching.model import Lifespan
from saiondo_core.kernel.concurrency import SingleFlight

T = TypeVar("T")
Load: TypeAlias = Callable[[tuple[str, ...]], Awaitable[Mapping[str, T | None]]]


@define(eq=False, repr=False)
class Loading:
    """Loads into entries.

    Attributes:
        now: The monotonic clock.
        leases: Of the loads that have begun and may be kept.
    """

    entries: Entries
    counts: Counts
    now: Callable[[], float]
    leases: Leases = field(init=False, factory=Leases)
    _flights: SingleFlight[tuple[str, object], object] = field(
        init=False, factory=SingleFlight[tuple[str, object], object]
    )

    async def loaded_one(
        self, key: str, as_: type[T], load: Callable[[], Awaitable[T | None]], lifespan: Lifespan, tags: tuple[str, ...]
    ) -> T | None:
        """`loaded`, of one key."""

        async def load_one(_: tuple[str, ...]) -> Mapping[str, T | None]:
            return {key: await load()}

        return (await self.loaded((key,), as_, load_one, lifespan, tags))[key]

    async def loaded(
        self, keys: tuple[str, ...], as_: type[T], load: Load[T], lifespan: Lifespan, tags: tuple[str, ...]
    ) -> dict[str, T | None]:
        """What is there under each of *keys*, and what *load* gives for what is not, or is to be loaded early."""
        known, wanted = self._sorted(keys, as_)
        if not wanted:
            return known
        check_kind(as_)

        async def fetch(asked: tuple[tuple[str, object], ...]) -> Mapping[tuple[str, object], object]:
            names = tuple(key for key, _ in asked)
            values = await self._fetched(names, as_, load, lifespan, tags)
            return {(key, as_): values.get(key) for key in names}

        try:
            loaded = await self._flights.load_many([(key, as_) for key in wanted], fetch)
        except Exception:
            instead = self._instead(wanted, as_)
            if instead is None:
                raise
            return known | instead
        return known | {key: cast("T | None", loaded[key, as_]) for key in wanted}

    def _sorted(self, keys: tuple[str, ...], as_: type[T]) -> tuple[dict[str, T | None], list[str]]:
        """What is there under *keys*, and which of them are to be loaded: each is counted as a hit or a miss."""
        now, known, wanted = self.now(), dict[str, T | None](), list[str]()
        for key in dict.fromkeys(keys):
            entry = self.alive(key, as_)
            if entry is None or now >= entry.end:
                self.counts.misses += 1
                wanted.append(key)
                continue
            self.counts.hits += 1
            self.entries.touch(entry)
            if now < entry.fresh or (key, as_) in self._flights:
                known[key] = cast("T | None", entry.value)
            else:
                self.counts.refreshes += 1
                wanted.append(key)
        return known, wanted

    async def _fetched(
        self, keys: tuple[str, ...], as_: type[T], load: Load[T], lifespan: Lifespan, tags: tuple[str, ...]
    ) -> Mapping[str, T | None]:
        """What *load* gives, kept where nothing newer came, and nothing went, since it began."""
        leases = [self._granted(key, as_, tags) for key in keys]
        self.counts.loads += 1
        try:
            values = await load(keys)
        except BaseException as error:
            self.counts.load_errors += isinstance(error, Exception)
            for lease in leases:
                self.leases.give_back(lease)
            raise
        for lease in leases:
            if self.leases.give_back(lease):
                self.entries.put(lease.key, values.get(lease.key), as_, lifespan, tags, self.now())
            else:
                self.counts.discarded += 1
        return values

    def _instead(self, keys: Iterable[str], as_: type[T]) -> dict[str, T | None] | None:
        """What may be told under *keys*, which could not be loaded; None where nothing may under one of them."""
        now, told = self.now(), dict[str, T | None]()
        for key in keys:
            entry = self.alive(key, as_)
            if entry is None:
                return None
            if now < entry.end:
                entry.fresh = (now + entry.end) / 2  # Not at once again: whoever asks next would wait for the same.
            else:
                self.counts.stale += 1
            told[key] = cast("T | None", entry.value)
        return told

    def alive(self, key: str, as_: object) -> Entry | None:
        """What is there under *key* and may be told, be it past its end; what may not is dropped."""
        entry = self.entries.found.get(key)
        if entry is not None and self.now() >= entry.end + entry.lifespan.stale_for:
            self.entries.drop(key)
            self.counts.expirations += 1
            return None
        return entry if entry is not None and entry.as_ == as_ else None

    def under(self, tag: str) -> tuple[str, ...]:
        """The keys that bear *tag*, be they there or being loaded."""
        return (*self.entries.under(tag), *self.leases.under(tag))

    def _granted(self, key: str, as_: object, tags: tuple[str, ...]) -> Lease:
        present = self.leases.revoke(key)
        if present is not None and present.as_ != as_:
            self._flights.forget((key, present.as_))
        return self.leases.grant(key, as_, tags)

    def revoke(self, key: str) -> None:
        """Let no load of *key* that has begun be kept, or joined by anybody."""
        lease = self.leases.revoke(key)
        if lease is not None:
            self._flights.forget((key, lease.as_))
