"""Measures things beside each other: one after another in short slices, round after round, in one process.

What slows the machine for a while slows all of a round, so that the ratios within a round survive it; absolute figures
do not. Each ratio is of two slices of one round, and what is told of many is their median and quartiles.
"""

import gc
from collections.abc import Awaitable, Callable, Sequence
from cProfile import Profile
from inspect import iscoroutinefunction
from io import StringIO
from itertools import repeat
from pstats import SortKey, Stats
from statistics import quantiles
from time import thread_time

from attrs import field, frozen

from benchmarks.rows import Goal, Reading, Row, Spread

SLICE_SECONDS = 0.02
ROUNDS = 21
WARM_UPS = 2
TRIES = 3
PROFILE_LINES = 12
PROFILE_SECONDS = 0.25

Call = Callable[[], object] | Callable[[], Awaitable[object]]
Hook = Callable[[], Awaitable[None]]


async def _nothing() -> None:
    """Prepare nothing, and clear nothing away."""


@frozen(kw_only=True)
class Contender:
    """One of the things that are measured beside each other.

    Attributes:
        name: What it is, with its version if it is a peer.
        call: What is timed, a function or an async function without arguments.
        units: How many messages, events … one call is about: what is told is the time of one.
        calls: How many are timed at once; None for as many as fill a slice.
        before: Awaited before each slice, and not timed.
        after: Awaited after each slice, and not timed.
        collects: Whether the cyclic garbage collector runs meanwhile, as it does for whoever keeps what they make.
        clock: Tells the time, in seconds: by default this thread's own, which stands still while others have the
            processor. What waits, or has threads of its own, needs another.
        profiler: Tells what it spends its time on, where it spends it in another process.
    """

    name: str
    call: Call
    units: int = 1
    calls: int | None = None
    before: Hook = _nothing
    after: Hook = _nothing
    collects: bool = False
    clock: Callable[[], float] = thread_time
    profiler: Callable[[], str] | None = None

    async def time(self, calls: int) -> float:
        """The seconds that so many *calls* take."""
        await self.before()
        gc.collect()
        if not self.collects:
            gc.disable()
        try:
            return await self._timed(calls)
        finally:
            gc.enable()
            await self.after()

    async def _timed(self, calls: int) -> float:
        if iscoroutinefunction(self.call):
            began = self.clock()
            for _ in repeat(None, calls):
                await self.call()
        else:
            began = self.clock()
            for _ in repeat(None, calls):
                self.call()
        return self.clock() - began


async def calibrated(contender: Contender, seconds: float) -> int:
    """How many calls of *contender* take about so many *seconds*; it is warm then.

    The first call does not count, for it may build what the others use, and neither does what only the machine delays.
    """
    if contender.calls is not None:
        return contender.calls
    await contender.time(1)
    calls = 1
    while (took := min([await contender.time(calls) for _ in range(TRIES)])) < seconds / 4:
        calls *= 4 if took < seconds / 16 else 2
    return max(1, round(calls * seconds / took))


async def raced(contenders: Sequence[Contender], *, rounds: int, seconds: float) -> list[list[float]]:
    """The seconds of one unit of each of *contenders*, in each of the *rounds*; each round begins with another one.

    What was there before is kept out of the garbage collector's sight, so that clearing up before a slice takes no
    longer than it must.
    """
    gc.collect()
    gc.freeze()
    try:
        return await _raced(contenders, rounds, seconds)
    finally:
        gc.unfreeze()


async def _raced(contenders: Sequence[Contender], rounds: int, seconds: float) -> list[list[float]]:
    calls = [await calibrated(contender, seconds) for contender in contenders]
    for contender, times in zip(contenders, calls, strict=True):
        for _ in range(WARM_UPS if contender.calls is None else 0):
            await contender.time(times)
    taken: list[list[float]] = [[] for _ in contenders]
    for number in range(rounds):
        for turn in range(len(contenders)):
            index = (number + turn) % len(contenders)
            took = await contenders[index].time(calls[index])
            taken[index].append(took / calls[index] / contenders[index].units)
    return taken


def spread(values: Sequence[float]) -> Spread:
    """The median and the quartiles of *values*, of which there is at least one."""
    if len(values) == 1:
        return Spread(median=values[0], low=values[0], high=values[0])
    low, median, high = quantiles(values, n=4, method="inclusive")
    return Spread(median=median, low=low, high=high)


def reading(name: str, values: Sequence[float], limits: Sequence[float] | None = None) -> Reading:
    """What was read of *name*, with the ratios to what was read of the limit in the same rounds."""
    ratios = None if limits is None else [value / limit for value, limit in zip(values, limits, strict=True)]
    return Reading(name=name, value=spread(values), ratio=None if ratios is None else spread(ratios))


@frozen(kw_only=True)
class Bench:
    """Measures the cases of one hot path, and keeps their rows.

    Attributes:
        profiles: Whether each case is profiled; otherwise only one that misses its goal is.
        rounds: How many rounds a case has, unless it says otherwise.
        seconds: How long a slice is.
    """

    profiles: bool = False
    rounds: int = ROUNDS
    seconds: float = SLICE_SECONDS
    rows: list[Row] = field(factory=list[Row], init=False)

    async def compare(
        self,
        case: str,
        *,
        limit: Contender,
        ours: Contender,
        peers: Sequence[Contender] = (),
        goal: Goal | None = None,
        per: str = "",
        note: str = "",
        rounds: int | None = None,
    ) -> Row:
        """Measure *ours* beside its *limit* and its *peers*, and profile it where it misses its *goal*.

        Args:
            case: What is measured.
            limit: The least that does the same visible work: ratios are to its time.
            ours: What is judged.
            peers: What else there is.
            goal: What *ours* is to keep to.
            per: What a unit is, if that is to be told as a rate too: `event`, say.
            note: What else there is to say.
            rounds: How many rounds, where each of them is long.
        """
        taken = await raced([limit, ours, *peers], rounds=rounds or self.rounds, seconds=self.seconds)
        row = Row(
            case=case,
            unit="s",
            per=per,
            limit=reading(limit.name, taken[0]),
            ours=reading(ours.name, taken[1], taken[0]),
            peers=tuple(reading(peer.name, each, taken[0]) for peer, each in zip(peers, taken[2:], strict=True)),
            goal=goal,
            note=note,
        )
        return await self.keep(row, profiled=ours)

    async def keep(self, row: Row, *, profiled: Contender | None = None) -> Row:
        """Keep *row*, with the profile of *profiled* if that is due."""
        if profiled is not None and (self.profiles or row.holds is False):
            row = row.explained(await profile(profiled))
        self.rows.append(row)
        return row


async def profile(contender: Contender) -> str:
    """What *contender* spends its time on: the functions in which it spends most, with the calls each costs."""
    if contender.profiler is not None:
        return contender.profiler()
    calls = await calibrated(contender, PROFILE_SECONDS)
    profiler = Profile()
    slices, spent = 0, 0.0
    while spent < PROFILE_SECONDS / 2:
        await contender.before()
        began = contender.clock()
        profiler.enable()
        for _ in repeat(None, calls):
            result = contender.call()
            if isinstance(result, Awaitable):
                await result
        profiler.disable()
        spent += contender.clock() - began
        slices += 1
        await contender.after()
    return f"{slices * calls} calls of {contender.name}\n{told_profile(profiler)}"


def told_profile(profiler: Profile) -> str:
    """What *profiler* has seen most time spent on."""
    text = StringIO()
    Stats(profiler, stream=text).strip_dirs().sort_stats(SortKey.TIME).print_stats(PROFILE_LINES)
    return "\n".join(line for line in text.getvalue().splitlines() if line.strip())
