"""What a message takes in memory: the store's part and the log's, its text included."""

from attrs import astuple

from benchmarks.harness import Bench, reading
from benchmarks.rows import Row
from benchmarks.texts import Said, english, korean
from benchmarks.tracing import traced
from benchmarks.worlds import bring, imported, open_world

TITLE = "Memory of a message"


async def measure(bench: Bench) -> None:
    """Keep the Ubuntu days and the Korean questions, beside a list of tuples of the same."""
    for language, said in (("English", english), ("Korean", korean)):
        lines = said()
        with traced() as bare:
            kept = [astuple(message, recurse=False) for message in imported(_copied(lines))]
        count = len(kept)
        del kept
        async with open_world() as world:
            with traced() as ours:
                await bring(world, imported(_copied(lines)))
                await world.use_cases.settle()
        limit = bare.size / count
        await bench.keep(
            Row(
                case=f"{language}, {count:,} lines",
                unit="B",
                limit=reading("list of tuples", [limit]),
                ours=reading("store and log", [ours.size / count], [limit]),
            )
        )


def _copied(lines: tuple[Said, ...]) -> tuple[Said, ...]:
    """*lines* with texts of their own, so that the texts count, too."""
    return tuple(Said(line.nick, line.content.encode().decode()) for line in lines)
