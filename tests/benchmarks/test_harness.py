"""The harness that the benchmarks measure with."""

import asyncio
import gc
from collections.abc import Callable
from itertools import chain, repeat

import pytest

from benchmarks.harness import Bench, Contender, calibrated, profile, raced, reading, spread
from benchmarks.rows import Goal, Of, Spread


class Work:
    """Work that takes exactly as long as it says, by a clock of its own."""

    def __init__(self) -> None:
        """Begin at 0."""
        self.now = 0.0

    def takes(self, seconds: float) -> Callable[[], None]:
        """A piece of work that takes so many *seconds*."""

        def work() -> None:
            self.now += seconds

        return work

    def contender(self, seconds: float, *, calls: int | None = None, units: int = 1) -> Contender:
        """A contender that takes so many *seconds*, and before and after that one more."""

        async def prepare() -> None:
            self.now += 1.0

        return Contender(
            name=f"{seconds} s",
            call=self.takes(seconds),
            calls=calls,
            units=units,
            before=prepare,
            after=prepare,
            clock=lambda: self.now,
        )


async def test_every_round_has_everybody_once_and_begins_with_another() -> None:
    """Contenders take turns within a round, and none is always first: what disturbs a round disturbs all of it."""
    turns: list[str] = []
    contenders = [Contender(name=name, call=lambda name=name: turns.append(name), calls=1) for name in "abc"]

    await raced(contenders, rounds=3, seconds=1.0)

    assert "abcbcacab" == "".join(turns)


@pytest.mark.parametrize(("seconds", "expected"), [(0.001, 20), (0.005, 4), (0.03, 1), (0.5, 1)])
async def test_a_slice_has_as_many_calls_as_fill_it(seconds: float, expected: int) -> None:
    """What takes a millisecond is called twenty times in a slice of 20 ms, and what takes longer than that, once."""
    assert expected == await calibrated(Work().contender(seconds), 0.02)


async def test_what_is_slow_once_does_not_count() -> None:
    """A first call that builds what the others use, and one that the machine delays, do not make slices short."""
    work = Work()
    seconds = chain([5.0, 0.001, 1.0], repeat(0.001))

    def call() -> None:
        work.now += next(seconds)

    assert 20 == await calibrated(Contender(name="uneven", call=call, clock=lambda: work.now), 0.02)


async def test_a_fixed_number_of_calls_is_kept_to() -> None:
    """What changes with each call can say how often it is called, warming up included."""
    calls: list[None] = []
    contender = Contender(name="growing", call=lambda: calls.append(None), calls=3)

    await raced([contender], rounds=4, seconds=1.0)

    assert 12 == len(calls)


async def test_times_are_of_one_unit() -> None:
    """A call that is about ten units counts for a tenth of its time each, and only the call is timed."""
    (seconds,) = await raced([Work().contender(0.5, calls=2, units=10)], rounds=3, seconds=1.0)

    assert pytest.approx([0.05, 0.05, 0.05]) == seconds


async def test_an_async_call_is_awaited() -> None:
    """What is timed is the whole call, not the making of its coroutine."""
    awaited: list[None] = []

    async def call() -> None:
        await asyncio.sleep(0)
        awaited.append(None)

    await Contender(name="async", call=call).time(5)

    assert 5 == len(awaited)


@pytest.mark.parametrize("collects", [False, True])
async def test_the_collector_runs_only_where_it_belongs_to_the_cost(collects: bool) -> None:
    """Within a slice the collector is as the contender says; afterwards it is on, even where the call fails."""
    seen: list[bool] = []

    def call() -> None:
        seen.append(gc.isenabled())
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await Contender(name="failing", call=call, collects=collects).time(1)

    assert [collects] == seen
    assert gc.isenabled()


async def test_what_was_there_before_comes_back_into_sight() -> None:
    """Nothing stays frozen after a race, also where a contender fails."""

    def call() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await raced([Contender(name="failing", call=call)], rounds=1, seconds=1.0)

    assert 0 == gc.get_freeze_count()


def test_a_ratio_is_of_paired_measurements() -> None:
    """A round that was slow for both counts as any other: its ratio is taken within it."""
    found = reading("ours", [2.0, 20.0, 2.2], [1.0, 10.0, 1.1])

    assert found.ratio is not None
    assert pytest.approx(2.0) == found.ratio.median
    assert pytest.approx(2.2) == found.value.median


def test_a_spread_has_quartiles() -> None:
    """The quarters of the values, and a single value for all three."""
    assert Spread(median=3, low=2, high=4) == spread([5, 1, 2, 4, 3])
    assert Spread(median=7, low=7, high=7) == spread([7])


@pytest.mark.parametrize(("most", "profiles", "expected"), [(2.9, False, True), (3.0, False, False), (3.0, True, True)])
async def test_a_missed_goal_is_explained(most: float, profiles: bool, expected: bool) -> None:
    """A profile stands with a row that misses its goal, and with every row where profiles are asked for."""
    bench, work = Bench(profiles=profiles, rounds=2), Work()

    row = await bench.compare(
        "a case",
        limit=work.contender(1.0),
        ours=work.contender(3.0),
        goal=Goal(of=Of.RATIO, most=most),
    )

    assert [row] == bench.rows
    assert expected == ("(work)" in row.profile)


async def test_peers_stand_beside_their_limit() -> None:
    """Everybody's ratio is to the limit, which has none."""
    work = Work()

    row = await Bench(rounds=2).compare(
        "a case", limit=work.contender(2.0), ours=work.contender(3.0), peers=[work.contender(5.0)]
    )

    assert row.limit is not None
    assert row.limit.ratio is None
    assert [Spread(median=1.5, low=1.5, high=1.5), Spread(median=2.5, low=2.5, high=2.5)] == [
        row.ours.ratio,
        row.peers[0].ratio,
    ]


async def test_a_profile_names_the_functions() -> None:
    """A profile is of as many slices as take long enough; it counts their calls, and names what took the time."""
    work = Work()
    step = work.takes(0.05)

    async def call() -> None:
        step()

    lines = (await profile(Contender(name="ours", call=call, calls=2, clock=lambda: work.now))).splitlines()

    assert "4 calls of ours" == lines[0]
    assert any("(work)" in line for line in lines)


async def test_what_works_elsewhere_tells_its_own_profile() -> None:
    """A contender whose work another process does is asked, and not called."""

    def call() -> None:
        raise RuntimeError

    assert "told elsewhere" == await profile(Contender(name="ours", call=call, profiler=lambda: "told elsewhere"))
