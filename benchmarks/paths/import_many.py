"""Bringing real lines from elsewhere, all at once."""

import sqlite3
from contextlib import AsyncExitStack, closing

from attrs import astuple

from benchmarks.harness import Bench, Contender
from benchmarks.texts import english
from benchmarks.worlds import World, bring, imported, open_world

TITLE = "Import the Ubuntu days"
ROUNDS = 5
SCHEMA = "CREATE TABLE message (id INTEGER PRIMARY KEY, sender TEXT, content TEXT, at TEXT)"
INSERT = "INSERT INTO message (sender, content, at) VALUES (?, ?, ?)"


async def measure(bench: Bench) -> None:
    """Import all lines with their checks, fingerprints and events, beside putting them into a list and into SQLite."""
    messages = imported(english())
    worlds: list[World] = []
    stack = AsyncExitStack()

    async def begin() -> None:
        worlds.append(await stack.enter_async_context(open_world()))

    async def end() -> None:
        worlds.clear()
        await stack.aclose()

    async def bring_all() -> None:
        await bring(worlds[0], messages)

    def listed() -> list[tuple[object, ...]]:
        return [astuple(message, recurse=False) for message in messages]

    def stored() -> None:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.execute(SCHEMA)
            rows = ((message.sender_id, message.content, message.created_at.isoformat()) for message in messages)
            connection.executemany(INSERT, rows)
            connection.commit()

    units = len(messages)
    await bench.compare(
        f"{units:,} lines",
        limit=Contender(name="list of tuples", call=listed, units=units, calls=1, collects=True),
        ours=Contender(
            name="import_many",
            call=bring_all,
            units=units,
            calls=1,
            before=begin,
            after=end,
            collects=True,
        ),
        peers=[
            Contender(
                name=f"sqlite3 {sqlite3.sqlite_version} executemany", call=stored, units=units, calls=1, collects=True
            )
        ],
        per="line",
        rounds=ROUNDS,
    )
