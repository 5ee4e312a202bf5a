"""Finding what was said, in a channel, the newest first."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import combinations, count
from random import Random
from statistics import quantiles
from time import perf_counter, thread_time

from benchmarks.engines import NEWEST, Engine, word_counts
from benchmarks.harness import Bench, Contender, reading, spread
from benchmarks.library import Library, find, open_library
from benchmarks.rows import Goal, Of, Reading, Row
from benchmarks.texts import Said, english, korean, repeated
from benchmarks.tracing import traced
from benchmarks.worlds import open_world

TITLE = "Search, the newest 20, in a channel"
PEERS = ("tantivy", "whoosh-reloaded")

SIZES = {"10 k": 10_000, "100 k": 100_000, "1 M": 1_000_000}
COMMON = 2_000
PAIRS = 400
PASSES = 3
FRESH = 500
SEED = 3


async def measure(bench: Bench) -> None:
    """Search three sizes; then the worst of 400 queries, what was said just now, and the index's size."""
    lines = english()
    counts = word_counts(line.content for line in lines)
    commonest = sorted(counts, key=lambda word: (-counts[word], word))[:COMMON]
    pair = often_together(lines, commonest)
    await _index_size(bench, "English", lines, 150)
    await _index_size(bench, "Korean", korean(), 1_000)
    said = {size: [line for line in repeated(lines, many) if line.content.strip()] for size, many in SIZES.items()}
    async with open_library("10 k", said["10 k"], pair, whoosh=True) as few:
        await _pair(bench, few, pair)
        async with open_library("100 k", said["100 k"], pair) as more:
            await _pair(bench, more, pair)
        async with open_library("1 M", said["1 M"], pair) as most:
            await _pair(bench, most, pair, Goal(of=Of.VALUE, most=80e-6))
            await bench.compare(
                "the same, 1 M messages to 10 k",
                limit=few.ours("10 k", pair),
                ours=most.ours("1 M", pair),
                goal=Goal(of=Of.RATIO, most=1.5),
            )
            await _worst(bench, most, commonest)
            await _fresh(bench, most)


def often_together(lines: Sequence[Said], commonest: Sequence[str]) -> tuple[str, str]:
    """The two of the 200 *commonest* words, of 3 letters at least, that most *lines* hold both of."""
    words = {word for word in commonest[:200] if len(word) >= 3}  # noqa: PLR2004 - see above
    pairs = Counter(
        pair for line in lines for pair in combinations(sorted(words.intersection(line.content.casefold().split())), 2)
    )
    return min(pairs, key=lambda pair: (-pairs[pair], pair))


async def _pair(bench: Bench, library: Library, pair: Sequence[str], goal: Goal | None = None) -> None:
    found = {name: len(engine.find(pair)) for name, engine in library.peers.items()}
    found["ours"] = await library.find(pair)
    if set(found.values()) != {NEWEST}:
        raise AssertionError(f"{pair}: {NEWEST} hits were expected of each, not {found}")
    await bench.keep(library.taken)
    await bench.compare(
        f"“{' '.join(pair)}”, {library.size} messages",
        limit=Contender(name="a walk down two postings", call=partial(library.limit.find, pair)),
        ours=library.ours("search", pair),
        peers=library.contenders(pair),
        goal=goal,
    )


async def _worst(bench: Bench, library: Library, commonest: Sequence[str]) -> None:
    """Tell the slowest of 400 pairs, each at its quickest of some passes: what else runs is not the query's fault."""
    chance = Random(SEED)  # noqa: S311 - it must be repeatable
    pairs = [tuple(chance.sample(commonest, 2)) for _ in range(PAIRS)]
    ours: dict[tuple[str, ...], float] = {}
    theirs: dict[str, dict[tuple[str, ...], float]] = {name: {} for name in library.peers}
    for pair in pairs * PASSES:
        began = thread_time()
        await library.find(pair)
        ours[pair] = min(ours.get(pair, 1e9), thread_time() - began)
        for name, engine in library.peers.items():
            began = thread_time()
            engine.find(pair)
            theirs[name][pair] = min(theirs[name].get(pair, 1e9), thread_time() - began)
    worst = max(ours, key=ours.__getitem__)
    await bench.keep(
        Row(
            case=f"the slowest of {PAIRS} pairs of the {COMMON:,} commonest words, 1 M messages",
            unit="s",
            ours=reading("search", [ours[worst]]),
            peers=tuple(reading(name, [max(times.values())]) for name, times in theirs.items()),
            goal=Goal(of=Of.VALUE, most=1e-3),
            note=f"It is “{' '.join(worst)}”",
        ),
        profiled=library.ours("search", worst),
    )
    await bench.keep(
        Row(
            case=f"half of the {PAIRS} pairs take no more than",
            unit="s",
            ours=Reading(name="search", value=spread(tuple(ours.values()))),
            peers=tuple(Reading(name=name, value=spread(tuple(times.values()))) for name, times in theirs.items()),
        )
    )


async def _fresh(bench: Bench, library: Library) -> None:
    """Tell what a query costs more that must first take in a message, than the same query when it is asked again.

    The relay has done its part by then, for it would have its turn as soon as the query waits for anything.
    """
    send, channel_id = library.world.anna.message.send, library.world.channel.id
    engines: dict[str, Engine] = {"postings": library.limit, **library.peers}
    ours: list[float] = []
    theirs: dict[str, list[float]] = {name: [] for name in engines}
    for number, line in enumerate(repeated(english(), FRESH)):
        word = f"fresh{number}word"
        content = f"{word} {line.content[:1_000]}"
        await send(channel_id=channel_id, content=content)
        await library.world.use_cases.settle()
        began = perf_counter()
        hits = await library.find((word,))
        seen = perf_counter()
        await library.find((word,))
        ours.append((seen - began) - (perf_counter() - seen))
        for name, engine in engines.items():
            began = perf_counter()
            engine.add((content,))
            theirs[name].append(perf_counter() - began)
        found = [len(engine.find((word,))) for engine in library.peers.values()]
        if {hits, *found} != {1}:
            raise AssertionError(f"{word}: one hit was expected, not {hits} and {found}")

    numbers = count()

    async def send_and_find() -> None:
        word = f"profiled{next(numbers)}word"
        await send(channel_id=channel_id, content=word)
        await library.find((word,))

    limit = theirs.pop("postings")
    await bench.keep(
        Row(
            case="until a sent message is found, 1 M messages, p50",
            unit="s",
            limit=reading("append to postings", limit),
            ours=reading("taken in by the query", ours, limit),
            peers=tuple(reading(name, times, limit) for name, times in theirs.items()),
            goal=Goal(of=Of.VALUE, most=20e-6),
        ),
        profiled=Contender(name="send and find", call=send_and_find),
    )
    await bench.keep(
        Row(
            case="the same, p99",
            unit="s",
            limit=_last_percentile("append to postings", limit),
            ours=_last_percentile("taken in by the query", ours),
            peers=tuple(_last_percentile(name, times) for name, times in theirs.items()),
            goal=Goal(of=Of.VALUE, most=1e-3),
        )
    )


def _last_percentile(name: str, times: Sequence[float]) -> Reading:
    return reading(name, [quantiles(times, n=100, method="inclusive")[-1]])


async def _index_size(bench: Bench, language: str, said: Sequence[Said], most: float) -> None:
    """Tell what the index of so many real lines holds on to; their text is the store's."""
    async with open_world(said) as world:
        with traced() as growth:
            await find(world, ("hello",))
        await bench.keep(
            Row(
                case=f"index of a message, {language}, {len(said):,} lines",
                unit="B",
                ours=reading("index", [growth.size / len(said)]),
                goal=Goal(of=Of.VALUE, most=most),
            )
        )
