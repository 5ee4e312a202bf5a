"""Everything that can search, over the same messages."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from time import perf_counter

from attrs import frozen

from benchmarks.engines import NEWEST, Engine, Fts5, Postings, Tantivy, Whoosh
from benchmarks.harness import Contender, reading
from benchmarks.rows import Row
from benchmarks.texts import Said
from benchmarks.worlds import World, open_world


@frozen(kw_only=True)
class Library:
    """A world, and whatever else can search what was said there.

    Attributes:
        size: How many messages there are, as it is told.
        limit: Knows the two words only that it was opened with.
        taken: How long a message took each of them, when they took all in at once.
    """

    size: str
    world: World
    limit: Postings
    peers: dict[str, Engine]
    taken: Row

    async def find(self, words: Sequence[str]) -> int:
        """How many hits our first page for *words* has."""
        return await find(self.world, words)

    def ours(self, name: str, words: Sequence[str]) -> Contender:
        """Our search for *words*, as a contender."""
        return Contender(name=name, call=partial(self.find, words))

    def contenders(self, words: Sequence[str]) -> tuple[Contender, ...]:
        """The others' searches for *words*."""
        return tuple(Contender(name=name, call=partial(peer.find, words)) for name, peer in self.peers.items())


@asynccontextmanager
async def open_library(
    size: str, said: Sequence[Said], pair: Sequence[str], *, whoosh: bool = False
) -> AsyncGenerator[Library]:
    """Lend a library of what was *said*, of which the limit knows the *pair*; *whoosh* takes long for much."""
    limit = Postings(pair)
    peers: dict[str, Engine] = {"tantivy": Tantivy(), "SQLite FTS5": Fts5()}
    if whoosh:
        peers["whoosh"] = Whoosh()
    contents = [line.content for line in said]
    async with open_world(said) as world:
        limit.add(contents)
        theirs = {name: _taken(peer, contents) for name, peer in peers.items()}
        began = perf_counter()
        await find(world, pair)
        ours = (perf_counter() - began) / len(said)
        yield Library(
            size=size,
            world=world,
            limit=limit,
            peers=peers,
            taken=Row(
                case=f"take in {size} messages at once",
                unit="s",
                per="message",
                ours=reading("the first query", [ours]),
                peers=tuple(reading(name, [taken]) for name, taken in theirs.items()),
            ),
        )


async def find(world: World, words: Sequence[str]) -> int:
    """How many hits the first page for *words* has in the channel of *world*."""
    page = await world.anna.message.search(query=" ".join(words), channel_id=world.channel.id, limit=NEWEST)
    return len(page.items)


def _taken(engine: Engine, contents: Sequence[str]) -> float:
    began = perf_counter()
    engine.add(contents)
    return (perf_counter() - began) / len(contents)
