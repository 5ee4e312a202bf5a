"""Records in Redis: read, kept, counted and forgotten, each in one round trip."""

import re
import secrets
from collections.abc import AsyncIterator, Callable, Iterable
from typing import TypeVar

from attrs import define, field, frozen

from saiondo_core.adapters.redis.debts import Debts
from saiondo_core.adapters.redis.gathering import AT_ONCE, Gathering
from saiondo_core.adapters.redis.keys import Keys, encoded
from saiondo_core.adapters.redis.link import RedisLink
from saiondo_core.adapters.redis.records import Record, kind_name, line, milliseconds, parsed
from saiondo_core.adapters.redis.replies import Reply, Word, counted, leases, number, numbers, page, text
from saiondo_core.adapters.redis.scripts import BEGIN, COUNT, FILL, PUT
from saiondo_core.caching.errors import CounterRangeError, NotACounterError
from saiondo_core.caching.model import Lifespan
from saiondo_core.kernel.ports import Clock

T = TypeVar("T")

VERSIONS_OUTLIVE = 3_600
"""For how many seconds versions are kept beyond the records that bear them."""


@frozen
class Written:
    """A value to be kept.

    Attributes:
        kind: As what.
        body: The value, as JSON; None where it cannot be kept.
        is_nothing: Whether it is None.
    """

    kind: bytes
    body: bytes | None
    is_nothing: bool = False


@frozen
class Lease:
    """The right to keep what is loaded for *keys*, unless something happens to them meanwhile.

    Attributes:
        token: Nobody else's.
        versions: Those of the namespace and of the tags when it was taken.
        keys: Those that it is for.
        tags: What their values will bear.
    """

    token: str = field(repr=False)
    versions: bytes
    keys: tuple[str, ...]
    tags: tuple[str, ...]


@define(eq=False)
class Store:
    """The records of one namespace. Every async method raises `UnavailableError` where Redis does not answer."""

    keys: Keys
    link: RedisLink
    clock: Clock
    lease_seconds: float
    gathering: Gathering = field(init=False)
    _debts: Debts = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._debts = Debts(self.link, self.keys.generation)
        self.gathering = Gathering(self._debts)

    def now(self) -> int:
        """The time, in milliseconds since 1970."""
        return milliseconds(self.clock.now())

    async def read(self, keys: Iterable[str], tags: Iterable[str] = ()) -> dict[str, Record]:
        """What is kept under *keys* and was not invalidated, whether it has ended or not.

        Args:
            keys: Under which to look.
            tags: Those that the records are likely to bear: for others a second round trip is made.
        """
        names = {key: self.keys.value(key) for key in keys}
        versions = [self.keys.tag(encoded(tag)) for tag in tags]
        found = await self.gathering.read((self.keys.generation, *names.values(), *versions))
        generation, records, are_plain = found.get(self.keys.generation), dict[str, Record](), True
        for key, name in names.items():
            raw = found.get(name)
            if raw is not None and (record := parsed(raw)) is not None and record.generation == generation:
                records[key] = record
                are_plain = are_plain and not record.tags
        return records if are_plain else await self._untouched(records, set(versions), found)

    async def begin(
        self, keys: tuple[str, ...], tags: tuple[str, ...], lifespan: Lifespan
    ) -> tuple[Lease, dict[str, Record]]:
        """Take the leases of those of *keys* that nobody has, and tell what is kept under any of them now."""
        token = secrets.token_urlsafe(12)
        extra = (round(self.lease_seconds * 1000),)
        read = leases(len(keys))
        versions, given = await self._run(read, BEGIN, keys, tags, token, self._lasting(lifespan), *extra)
        granted = tuple(key for key, (is_ours, _) in zip(keys, given, strict=True) if is_ours)
        records = {
            key: record
            for key, (_, raw) in zip(keys, given, strict=True)
            if raw is not None and (record := parsed(raw)) is not None
            if record.versions == versions
        }
        return Lease(token, versions, granted, tags), records

    async def fill(self, lease: Lease, values: dict[str, Written], lifespan: Lifespan) -> frozenset[str]:
        """Give back *lease*, and keep *values*; for which of its keys nothing has happened since it was taken."""
        now, extra = self.now(), list[Word]()
        for key in lease.keys:
            extra += self._entry(values.get(key), lifespan, now)
        read = numbers(len(lease.keys))
        given = await self._run(read, FILL, lease.keys, lease.tags, lease.token, 0, lease.versions, *extra)
        return frozenset(key for key, is_same in zip(lease.keys, given, strict=True) if is_same)

    async def put(self, key: str, value: Written, lifespan: Lifespan, tags: tuple[str, ...] = ()) -> None:
        """Keep *value* under *key*."""
        entry = self._entry(value, lifespan, self.now())
        await self._run(number, PUT, (key,), tags, secrets.token_urlsafe(12), self._lasting(lifespan), *entry)

    async def count(self, key: str, by: int, ttl: float) -> int:
        """Raise the counter under *key*, or begin one, and give it.

        Raises:
            NotACounterError: Something else is kept there.
            CounterRangeError: It would leave the range of 64 bits.
        """
        kind, lifespan, now = kind_name(int), Lifespan(ttl=ttl, missing_ttl=ttl), self.now()
        words, milliseconds_left = line(lifespan, kind, now, is_nothing=False)
        extra = milliseconds_left, words, by, now, kind, self.keys.tags
        given = await self._run(counted, COUNT, (key,), (), secrets.token_urlsafe(12), self._lasting(lifespan), *extra)
        if isinstance(given, int):
            return given
        raise NotACounterError if given == "kind" else CounterRangeError

    async def forget(self, keys: Iterable[str], tags: Iterable[str] = ()) -> None:
        """Forget what is kept under *keys*, whatever bears one of *tags*, and what is being loaded of either."""
        names = [name for key in keys for name in (self.keys.value(key), self.keys.lease(key))]
        names += [self.keys.tag(encoded(tag)) for tag in tags]
        if names:
            await self._debts.forget(*names)

    async def forget_all(self) -> None:
        """Forget everything at once, then clear it away."""
        await self._debts.forget(self.keys.generation)
        async for names in self.scanned(self.keys.everything):
            await self.link.ask(number, "UNLINK", *names)

    async def scanned(self, pattern: str) -> AsyncIterator[list[bytes]]:
        """The names that the glob *pattern* matches, some of them perhaps twice."""
        cursor: Word = 0
        while True:
            cursor, names = await self._debts.ask(page, "SCAN", cursor, "MATCH", pattern, "COUNT", AT_ONCE)
            if names:
                yield names
            if int(cursor) == 0:
                return

    async def measured(self) -> tuple[int, int | None, int | None]:
        """About how many values there are, how much memory Redis uses, and how many are connected to it."""
        entries = 0
        async for names in self.scanned(self.keys.values):
            entries += len(names)
        said = b""
        for section in "memory", "clients":
            said += await self.link.ask(text, "INFO", section)
        return entries, _number(said, b"used_memory"), _number(said, b"connected_clients")

    def _entry(self, value: Written | None, lifespan: Lifespan, now: int) -> tuple[Word, Word, Word]:
        if value is None or value.body is None:
            return 0, "", ""
        words, milliseconds_left = line(lifespan, value.kind, now, is_nothing=value.is_nothing)
        return milliseconds_left, words, value.body

    async def _untouched(
        self, records: dict[str, Record], known: set[str], found: dict[str, bytes]
    ) -> dict[str, Record]:
        """Those of *records* whose tags have the versions that they bear; of those, some are *known*."""
        borne = {self.keys.tag(name) for record in records.values() for name in record.borne}
        if more := borne - known:
            found = found | await self.gathering.read(more)
        return {
            key: record
            for key, record in records.items()
            if all(
                tag == b"%b=%b" % (name.encode(), found.get(self.keys.tag(name), b""))
                for tag, name in zip(record.tags, record.borne, strict=True)
            )
        }

    @staticmethod
    def _lasting(lifespan: Lifespan) -> int:
        _, kept = line(lifespan, b"", 0, is_nothing=lifespan.missing_ttl > lifespan.ttl)
        return kept + VERSIONS_OUTLIVE * 1000

    async def _run(
        self, read: Callable[[Reply], T], script: str, keys: tuple[str, ...], tags: tuple[str, ...], *words: Word
    ) -> T:
        told = tuple(map(encoded, tags))
        names = [self.keys.generation, *map(self.keys.tag, told)]
        for key in keys:
            names += self.keys.value(key), self.keys.lease(key)
        token, kept, *extra = words
        return await self._debts.ask(read, "EVAL", script, len(names), *names, len(tags), token, kept, *told, *extra)


def _number(said: bytes, name: bytes) -> int | None:
    found = re.search(rb"^" + name + rb":(\d+)", said, re.MULTILINE)
    return None if found is None else int(found[1])
