"""What a cache does with loads that meet writes: nothing older is told than what an invalidation has committed."""

import asyncio
import os
from itertools import product
from random import Random
from typing import ClassVar

from attrs import define, field

from saiondo_core.caching.model import MISSING
from saiondo_core.testing.contracts.cache_cases import CacheLaws, OpenedCache, Source
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.schedules import on_schedules

SEEDS = 10_000 if os.environ.get("SAIONDO_LONG") else 2_000
PER_CACHE = 100
"""How many schedules share one cache: each has keys of its own."""


class RaceLaws(CacheLaws):
    """The laws of what meets.

    Attributes:
        schedules: In how many orders they meet.
        together: How many of them run at a time, where each would mostly wait for a server.
    """

    schedules: ClassVar[int] = SEEDS
    together: ClassVar[int] = 1

    async def test_nothing_older_after_an_invalidation(self, opener: Opener[OpenedCache]) -> None:
        """A load under way is lost to an invalidation by key, tag or all, of either end; so says every schedule."""
        async with opener() as opened:
            ends = opened.cache, opened.other
            kinds = {"keys": {"keys": ("a",)}, "tags": {"tags": ("x",)}, "clear": None}
            for (kind, named), end, of_many in product(kinds.items(), ends, (False, True)):
                source = Source("old")
                source.hold()
                asking = asyncio.ensure_future(
                    opened.asked_many(("a", "b"), source, "x") if of_many else opened.asked("a", source, "x")
                )
                await source.begun()
                source.text = "new"
                await (end.clear() if named is None else end.invalidate(**named))
                after = asyncio.create_task(opened.asked("a", source, "x"))
                source.release()
                assert "new" == await after, kind
                await asking
                assert "new" == await opened.got("a"), kind
                assert "new" == await opened.asked("a", source, "x", there=True), kind
                await opened.cache.clear()

        for first in range(0, self.schedules, PER_CACHE):
            async with opener() as opened:
                for seed in range(first, first + PER_CACHE, self.together):
                    async with asyncio.TaskGroup() as races:
                        for each in range(seed, seed + self.together):
                            races.create_task(on_schedules(_Race(opened).run, seeds=[each]))

    async def test_a_load_yields_to_a_set(self, opener: Opener[OpenedCache]) -> None:
        """What is set, at either end, or counted while a load is under way is what is there afterwards."""
        async with opener() as opened:
            for end, of_many in product((opened.cache, opened.other), (False, True)):
                source = Source("loaded")
                source.hold()
                asking = asyncio.ensure_future(
                    opened.asked_many(("a",), source) if of_many else opened.asked("a", source)
                )
                await source.begun()
                assert await end.set(key="a", value="set", as_=str, lifespan=opened.lifespan())
                source.release()
                await asking
                assert "set" == await opened.got("a")
                assert "set" == await opened.asked("a", source)
                await opened.cache.clear()

            source = Source("loaded")
            source.hold()
            counting = asyncio.create_task(opened.asked("a", source))
            await source.begun()
            assert 1 == await opened.other.increment(key="a", ttl=1_000 * opened.second)
            source.release()
            await counting
            assert MISSING is await opened.got("a")
            assert 2 == await opened.cache.increment(key="a", ttl=1_000 * opened.second)


@define(eq=False)
class _Race:
    """Readers and writers of three keys under two tags, who wait a random number of turns wherever they can.

    A value is a number that only rises. Whatever a reader is given is no lower than what was written, and invalidated,
    before it asked.
    """

    opened: OpenedCache
    truth: dict[str, int] = field(factory=dict[str, int], init=False)
    committed: dict[str, int] = field(factory=dict[str, int], init=False)

    async def run(self, random: Random) -> None:
        """One schedule: some who read and some who write, at both ends."""
        name = random.getrandbits(64)
        keys = tuple(f"{name}/{number}" for number in range(3))
        self.truth, self.committed = dict.fromkeys(keys, 0), dict.fromkeys(keys, 0)
        acts = [self._read, self._read, self._read_many, self._write]
        await asyncio.gather(*(random.choice(acts)(keys, random) for _ in range(random.randint(4, 10))))
        for key in keys:
            await self._ask((key,), random)

    async def _read(self, keys: tuple[str, ...], random: Random) -> None:
        await _turns(random)
        await self._ask((random.choice(keys),), random)

    async def _read_many(self, keys: tuple[str, ...], random: Random) -> None:
        await _turns(random)
        await self._ask(tuple(random.sample(keys, 2)), random)

    async def _ask(self, keys: tuple[str, ...], random: Random) -> None:
        end = random.choice((self.opened.cache, self.opened.other))
        least = {key: self.committed[key] for key in keys}

        async def load(asked: tuple[str, ...]) -> dict[str, int]:
            await _turns(random)
            read = {key: self.truth[key] for key in asked}
            await _turns(random)
            return read

        async def load_one() -> int:
            return (await load(keys))[keys[0]]

        life, tags = self.opened.lifespan(), (keys[0][:-1],) if len(keys) == 1 else ()
        if len(keys) == 1:
            given = {keys[0]: await end.get_or_load(key=keys[0], as_=int, load=load_one, lifespan=life, tags=tags)}
        else:
            given = dict(await end.get_or_load_many(keys=keys, as_=int, load=load, lifespan=life))
        assert [] == [(key, least[key], told) for key, told in given.items() if told is None or told < least[key]]

    async def _write(self, keys: tuple[str, ...], random: Random) -> None:
        await _turns(random)
        end, key = random.choice((self.opened.cache, self.opened.other)), random.choice(keys)
        self.truth[key] += 1
        written = self.truth[key]
        await _turns(random)
        await end.invalidate(keys=(key,), tags=(f"{key}/none",))
        self.committed[key] = max(self.committed[key], written)


async def _turns(random: Random) -> None:
    for _ in range(random.randint(0, 3)):
        await asyncio.sleep(0)
