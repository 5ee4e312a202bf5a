"""Loads under leases: kept only if nothing has happened to their keys since they began, in whichever process."""

from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from typing import Generic, TypeVar

from attrs import define, field, frozen

from saiondo_core.adapters.redis.records import Record, body_of, kind_name
from saiondo_core.adapters.redis.store import Lease, Store, Written
from saiondo_core.caching.counting import Counts
from saiondo_core.caching.kinds import check_kind
from saiondo_core.caching.model import Lifespan
from saiondo_core.kernel.errors import UnavailableError

T = TypeVar("T")

FIRST_LOOK, LONGEST_LOOK = 0.001, 0.05
"""How often it is looked whether another process has loaded something, in seconds: at first, and at the least."""

NO_TICK = -1


@frozen
class Ask(Generic[T]):
    """What somebody asks for.

    Attributes:
        kind: Of which kind it is.
        load: Reads what is not there, and leaves out what does not exist.
        lifespan: How long it is kept then.
        tags: What it bears then.

    Raises:
        NotCacheableError: Nothing may be kept as that kind.
    """

    kind: type[T]
    load: Callable[[tuple[str, ...]], Awaitable[Mapping[str, T | None]]]
    lifespan: Lifespan
    tags: tuple[str, ...]

    def __attrs_post_init__(self) -> None:
        check_kind(self.kind)


@frozen
class Loaded:
    """What a load gave for a key.

    Attributes:
        kind: As what it was asked for.
        value: What it is.
        as_of: The tick up to which it is known to be true: it answers those who asked before it.
    """

    kind: object
    value: object
    as_of: int


@define(eq=False, kw_only=True)
class LeasedLoads:
    """Loads in one process, for which others wait.

    Whatever happens here is ordered by ticks. A load is true as of the tick at which it began. One that was kept under
    its lease is true as of the tick at which that was asked of Redis, for nothing was invalidated before.

    Attributes:
        patience: For how many seconds to wait for a load of another process before loading, too.
        value_octets: How large a value may be.
        counts: What has happened here.
        ticks: The order of events.
    """

    store: Store
    patience: float
    value_octets: int
    counts: Counts = field(factory=Counts, init=False)
    ticks: "count[int]" = field(factory=count, init=False)

    async def load_alone(self, ask: Ask[T], keys: tuple[str, ...]) -> dict[str, Loaded]:
        """Load *keys* without asking Redis, which has just failed: nothing is kept."""
        return await self._loaded(ask, keys, None, is_early=False)

    async def load(self, ask: Ask[T], keys: tuple[str, ...], *, is_early: bool) -> dict[str, Loaded]:
        """Load *keys*, or find them loaded by another process; one that *is_early* leaves those to the other."""
        began = next(self.ticks)
        try:
            lease, records = await self.store.begin(keys, ask.tags, ask.lifespan)
        except UnavailableError:
            return await self._loaded(ask, keys, None, is_early=is_early)
        landed = self._newer(ask, records, began)
        mine = tuple(key for key in lease.keys if key not in landed)
        if mine:
            landed |= await self._loaded(ask, mine, lease, is_early=is_early)
        elif lease.keys:
            await self._keep(lease, {}, ask.lifespan)
        if not is_early:
            landed |= await self._awaited(ask, tuple(key for key in keys if key not in landed))
        if not is_early and (left := tuple(key for key in keys if key not in landed)):
            landed |= await self._loaded(ask, left, None, is_early=False)
        return dict.fromkeys(keys, Loaded(ask.kind, None, NO_TICK)) | landed

    def written(self, value: T | None, kind: type[T]) -> Written:
        """*value* as it is kept; without a body where it cannot be.

        Raises:
            NotCacheableError: Nothing may be kept as *kind*.
        """
        check_kind(kind)
        body = body_of(value, kind)
        if body is None or len(body) > self.value_octets:
            self.counts.skipped += 1
            body = None
        return Written(kind_name(kind), body, is_nothing=value is None)

    async def _loaded(
        self, ask: Ask[T], keys: tuple[str, ...], lease: Lease | None, *, is_early: bool
    ) -> dict[str, Loaded]:
        began = next(self.ticks)
        self.counts.loads += 1
        self.counts.refreshes += is_early
        try:
            values = await ask.load(keys)
        except BaseException as error:
            self.counts.load_errors += isinstance(error, Exception)
            if lease is not None:
                await self._keep(lease, {}, ask.lifespan)
            raise
        as_of = dict.fromkeys(keys, began)
        if lease is not None:
            kept_at = next(self.ticks)
            same = await self._keep(lease, {key: self.written(values.get(key), ask.kind) for key in keys}, ask.lifespan)
            self.counts.discarded += len(keys) - len(same.intersection(keys))
            as_of |= dict.fromkeys(same, kept_at)
        return {key: Loaded(ask.kind, values.get(key), as_of[key]) for key in keys}

    async def _keep(self, lease: Lease, values: dict[str, Written], lifespan: Lifespan) -> frozenset[str]:
        try:
            return await self.store.fill(lease, values, lifespan)
        except UnavailableError:
            return frozenset()  # Who waited is given what was loaded; the lease ends by itself.

    async def _awaited(self, ask: Ask[T], keys: tuple[str, ...]) -> dict[str, Loaded]:
        """Wait for what other processes load."""
        landed, rest = dict[str, Loaded](), FIRST_LOOK
        deadline = self.store.clock.monotonic() + self.patience
        while (left := tuple(key for key in keys if key not in landed)) and self.store.clock.monotonic() < deadline:
            await self.store.clock.sleep(rest)
            rest = min(2 * rest, LONGEST_LOOK)
            looked = next(self.ticks)
            try:
                landed |= self._newer(ask, await self.store.read(left, ask.tags), looked)
            except UnavailableError:
                break
        return landed

    def _newer(self, ask: Ask[T], records: dict[str, Record], looked: int) -> dict[str, Loaded]:
        """What another process has loaded, as of the tick at which it was looked for."""
        now = self.store.now()
        newer = {key: record for key, record in records.items() if now < record.refresh_at}
        return {
            key: Loaded(ask.kind, told[0], looked)
            for key, record in newer.items()
            if (told := record.told_as(ask.kind)) is not None
        }
