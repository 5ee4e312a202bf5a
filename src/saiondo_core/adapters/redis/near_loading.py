"""What this process keeps of what it has read from Redis, and when it lets go of it."""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import TypeVar, cast

from attrs import define, field

from saiondo_core.adapters.redis.freshness import Freshness
from saiondo_core.adapters.redis.keys import Keys, encoded
from saiondo_core.adapters.redis.leasing import Ask
from saiondo_core.adapters.redis.loading import Known, Loading
from saiondo_core.adapters.redis.store import Store, Written
from saiondo_core.caching.counting import Counts
from saiondo_core.caching.entries import Entries, Entry
from saiondo_core.caching.model import Lifespan
from saiondo_core.kernel.ports import Clock

T = TypeVar("T")


@define(eq=False)
class Kept:
    """Values as objects, by key; each until Redis says that it, one of its tags or the namespace has changed.

    Attributes:
        most: How many there may be; what was not asked for longest makes room.
        entries: What is kept; tags stand in it as they are told in names.
    """

    keys: Keys
    clock: Clock
    freshness: Freshness
    most: int
    entries: Entries = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Keep nothing."""
        self.entries = Entries(Counts(), self.most, None, _weightless)

    def told(self, key: str, kind: object) -> Entry | None:
        """What may be told now under *key* as *kind*."""
        entry, now = self.entries.found.get(key), self.clock.monotonic()
        if entry is None or entry.as_ != kind or now >= entry.end or now >= self.freshness.told_until:
            return None
        self.entries.touch(entry)
        return entry

    def keep(self, known: Known[T], kind: type[T], tags: Iterable[str], now: int) -> None:
        """Keep what was read, when *tags* were read with it."""
        moment = self.clock.monotonic()
        for key, (record, value) in known.items():
            borne = record.borne
            seconds = (record.refresh_at - now) / 1000
            # Of what bears other tags than were read with it, a change may have been missed; and of a key that is told
            # by its digest, nobody could say which one has changed.
            if seconds > 0 and set(borne) <= set(tags) and self.keys.key(self.keys.value(key)) is not None:
                lifespan = Lifespan(ttl=seconds, missing_ttl=seconds)
                self.entries.put(key, value, kind, lifespan, borne, moment)

    def changed(self, name: str) -> None:
        """Let go of what *name* stands for."""
        self.freshness.changed(name)
        if name == self.keys.generation:
            self.clear()
        elif name.startswith(self.keys.tags):
            for bearer in self.entries.under(name.removeprefix(f"{self.keys.tags}{{").removesuffix("}")):
                self.entries.drop(bearer)
        elif (key := self.keys.key(name)) is not None:
            self.entries.drop(key)

    def clear(self) -> None:
        """Let go of everything."""
        for key in tuple(self.entries.found):
            self.entries.drop(key)

    @contextmanager
    def changing(self, *names: str) -> Generator[None]:
        """Let go of what *names* stand for before this process changes them, and of what was read meanwhile."""
        for name in names:
            self.changed(name)
        try:
            yield
        finally:
            for name in names:
                self.changed(name)


@define(eq=False)
class NearStore(Store):
    """A store whose writes are seen at once by who made them."""

    kept: Kept

    async def put(self, key: str, value: Written, lifespan: Lifespan, tags: tuple[str, ...] = ()) -> None:
        """See `Store.put`."""
        with self.kept.changing(self.keys.value(key)):
            await super().put(key, value, lifespan, tags)

    async def count(self, key: str, by: int, ttl: float) -> int:
        """See `Store.count`."""
        with self.kept.changing(self.keys.value(key)):
            return await super().count(key, by, ttl)

    async def forget(self, keys: Iterable[str], tags: Iterable[str] = ()) -> None:
        """See `Store.forget`."""
        keys, tags = tuple(keys), tuple(tags)
        with self.kept.changing(*map(self.keys.value, keys), *map(self.keys.tag, map(encoded, tags))):
            await super().forget(keys, tags)

    async def forget_all(self) -> None:
        """See `Store.forget_all`."""
        with self.kept.changing(self.keys.generation):
            await super().forget_all()


@define(eq=False)
class NearLoading(Loading):
    """Answers from what is kept in this process, and keeps what it reads.

    Only what was read is kept, never what was loaded: of that, nobody has said yet that it is still true.

    Attributes:
        near_hits: How much was answered from here.
    """

    kept: Kept
    near_hits: int = field(default=0, init=False)

    async def recall(self, keys: tuple[str, ...], kind: type[T]) -> dict[str, T | None]:
        """See `Loading.recall`."""
        near = self._near(keys, kind)
        far = tuple(key for key in keys if key not in near)
        return near | await super().recall(far, kind) if far else near

    async def give(self, keys: tuple[str, ...], ask: Ask[T]) -> dict[str, T | None]:
        """See `Loading.give`."""
        near = self._near(keys, ask.kind)
        far = tuple(key for key in keys if key not in near)
        return near | await super().give(far, ask) if far else near

    def _near(self, keys: tuple[str, ...], kind: type[T]) -> dict[str, T | None]:
        entries = {key: entry for key in dict.fromkeys(keys) if (entry := self.kept.told(key, kind)) is not None}
        self.near_hits += len(entries)
        return {key: cast("T | None", entry.value) for key, entry in entries.items()}

    async def _look(self, keys: tuple[str, ...], kind: type[T], tags: tuple[str, ...]) -> Known[T] | None:
        names, told = self.loads.store.keys, tuple(dict.fromkeys(map(encoded, tags)))
        freshness = self.kept.freshness
        reading = freshness.begin((names.generation, *map(names.value, keys), *map(names.tag, told)))
        known: Known[T] | None = None
        try:
            known = await super()._look(keys, kind, tags)
        finally:
            if freshness.end(reading) and known:
                self.kept.keep(known, kind, told, self.loads.store.now())
        return known


def _weightless(_key: str, _value: object) -> int:
    return 0
