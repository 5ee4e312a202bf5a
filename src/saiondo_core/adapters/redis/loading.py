"""What is asked for, from Redis or from where it truly stands: loaded once, and never older than the asking."""

from collections.abc import Mapping
from functools import partial
from typing import TypeAlias, TypeVar, cast

from attrs import define, field

from saiondo_core.adapters.redis.leasing import Ask, LeasedLoads, Loaded
from saiondo_core.adapters.redis.records import Record
from saiondo_core.kernel.concurrency import SingleFlight
from saiondo_core.kernel.errors import UnavailableError

T = TypeVar("T")
Known: TypeAlias = dict[str, tuple[Record, T | None]]


@define(eq=False)
class Loading:
    """Answers from Redis, and loads what is not there. It never fails by Redis, only by a load."""

    loads: LeasedLoads
    _flights: SingleFlight[str, Loaded] = field(factory=SingleFlight[str, Loaded], init=False)
    _put_off: dict[str, int] = field(factory=dict[str, int], init=False)
    """Until when a value is not loaded early any more, because that has failed."""

    async def recall(self, keys: tuple[str, ...], kind: type[T]) -> dict[str, T | None]:
        """What of *kind* is there under *keys*."""
        wanted = tuple(dict.fromkeys(keys))
        told = self._counted(wanted, await self._look(wanted, kind, ()) or {})
        return {key: value for key, (_, value) in told.items()}

    async def give(self, keys: tuple[str, ...], ask: Ask[T]) -> dict[str, T | None]:
        """What is there, and what is loaded because it is not.

        Raises:
            BaseException: Whatever a load raises, unless all that it was to give may be told as it was.
        """
        wanted, asked = tuple(dict.fromkeys(keys)), next(self.loads.ticks)
        known = await self._look(wanted, ask.kind, ask.tags)
        told = self._counted(wanted, known or {})
        given = {key: value for key, (_, value) in told.items()} | await self._refreshed(told, ask, asked)
        while wanted := tuple(key for key in wanted if key not in given):
            # Redis has failed this caller once: it is not given the time to do so again.
            load = self.loads.load_alone if known is None else partial(self.loads.load, is_early=False)
            try:
                landed = await self._flights.load_many(wanted, partial(load, ask))
            except Exception:
                stale = await self._stale(wanted, ask)
                if len(stale) < len(wanted):
                    raise
                return given | stale
            given |= _answers(landed, ask.kind, asked)
            # What is left was loaded for others, too early to answer this one.
            if left := tuple(key for key in wanted if key not in given):
                asked = next(self.loads.ticks)
                known = await self._look(left, ask.kind, ask.tags)
                given |= {key: value for key, (_, value) in self._present(known or {}).items()}
        return {key: given[key] for key in keys}

    async def _look(self, keys: tuple[str, ...], kind: type[T], tags: tuple[str, ...]) -> Known[T] | None:
        """What of *kind* is known, whether it has ended or not; None where Redis does not answer."""
        try:
            records = await self.loads.store.read(keys, tags)
        except UnavailableError:
            return None  # The link has counted it; its breaker decides when to ask again.
        known: Known[T] = {}
        for key, record in records.items():
            if (told := record.told_as(kind)) is not None:
                known[key] = record, told[0]
        return known

    def _present(self, known: Known[T]) -> Known[T]:
        now = self.loads.store.now()
        return {key: told for key, told in known.items() if now < told[0].until}

    def _counted(self, wanted: tuple[str, ...], known: Known[T]) -> Known[T]:
        told, counts = self._present(known), self.loads.counts
        counts.hits += len(told)
        counts.misses += len(wanted) - len(told)
        if len(known) > len(told):
            now = self.loads.store.now()
            counts.expirations += sum(record.stale_until <= now for record, _ in known.values())
        return told

    async def _refreshed(self, told: Known[T], ask: Ask[T], asked: int) -> dict[str, T | None]:
        now = self.loads.store.now()
        due = tuple(
            key
            for key, (record, _) in told.items()
            if record.refresh_at <= now and key not in self._flights and self._put_off.get(key, now) <= now
        )
        if not due:
            return {}
        try:
            landed = await self._flights.load_many(due, partial(self.loads.load, ask, is_early=True))
        except Exception:  # noqa: BLE001 - The load has counted it, and the present values are still to be told.
            self._put_off = {key: until for key, until in self._put_off.items() if until > now}
            # Not at once again: whoever asks next would wait for the same.
            self._put_off |= {key: (now + told[key][0].until) // 2 for key in due}
            return {}
        return _answers(landed, ask.kind, asked)

    async def _stale(self, keys: tuple[str, ...], ask: Ask[T]) -> dict[str, T | None]:
        if not ask.lifespan.stale_for:
            return {}
        now, known = self.loads.store.now(), await self._look(keys, ask.kind, ask.tags) or {}
        stale = {key: value for key, (record, value) in known.items() if now < record.stale_until}
        self.loads.counts.stale += len(stale)
        return stale


def _answers(landed: Mapping[str, Loaded], kind: type[T], asked: int) -> dict[str, T | None]:
    """What of *landed* answers whoever asked at that tick."""
    return {
        key: cast("T | None", loaded.value)
        for key, loaded in landed.items()
        if asked < loaded.as_of and loaded.kind == kind
    }
