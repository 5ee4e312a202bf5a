"""The stranger's users with a bug in each, held to the shipped suites. Most of this fails: see test_planted_bugs.py."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from functools import partial
from itertools import count

import pytest
from attrs import evolve

from saiondo_core.errors import ConflictError, StaleUserError, UserIdTakenError, UsernameTakenError
from saiondo_core.kernel.events import Event, Head, Recorded
from saiondo_core.kernel.ids import UserId
from saiondo_core.testing.contracts.log import EventLogContract, FilledLog
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.contracts.user_cases import user
from saiondo_core.testing.contracts.users import UserRepositoryContract
from saiondo_core.users.model import User, username_key
from saiondo_core.users.ports import UserRepository
from tests.strangers.test_sqlite_users import RECORD, SqliteUsers

Events = tuple[Event, ...]


class CaseCounts(SqliteUsers):
    """Names are unique as they are written."""

    async def add(self, *, user: User, events: Events) -> None:
        """Forget to fold the key."""
        await super().add(user=user, events=events)
        self.database.execute("UPDATE users SET username_key = body ->> 'username'")


class EventsByThemselves(SqliteUsers):
    """Events are written whether the user is or not."""

    async def add(self, *, user: User, events: Events) -> None:
        """Record what did not happen."""
        try:
            await super().add(user=user, events=events)
        except ConflictError:
            for event in events:
                stamp = event.stamp.id, event.stamp.at.isoformat(), event.stamp.actor
                self.database.execute(RECORD, (event.stream, type(event).__name__, *stamp, event.resource_id))
            raise


class ReplacesBlindly(SqliteUsers):
    """A replacement does not ask what it replaces."""

    async def replace(self, *, before: User, after: User, events: Events) -> None:
        """Take whatever is there for what was expected."""
        present = await self.get(user_id=before.id)
        await super().replace(before=present or before, after=after, events=events)


class LooksThenLeaps(SqliteUsers):
    """A replacement checks first, and lets others in before it writes."""

    async def replace(self, *, before: User, after: User, events: Events) -> None:
        """Wait between the check and the write."""
        if await self.get(user_id=before.id) != before:
            raise StaleUserError(user_id=before.id)
        await asyncio.sleep(0)
        await super().replace(before=await self.get(user_id=before.id) or before, after=after, events=events)


class AddsOnce(SqliteUsers):
    """An addition whose reply was lost cannot be repeated."""

    async def add(self, *, user: User, events: Events) -> None:
        """Refuse every known id."""
        if await self.get(user_id=user.id):
            raise UserIdTakenError(user_id=user.id)
        await super().add(user=user, events=events)


class NeverForgets(SqliteUsers):
    """A name that somebody once had stays taken."""

    retired: frozenset[str] = frozenset()

    async def replace(self, *, before: User, after: User, events: Events) -> None:
        """Retire the old name."""
        await super().replace(before=before, after=after, events=events)
        self.retired |= {username_key(before.username)} - {username_key(after.username)}

    async def add(self, *, user: User, events: Events) -> None:
        """Refuse retired names."""
        if username_key(user.username) in self.retired:
            raise UsernameTakenError(username=user.username)
        await super().add(user=user, events=events)


class FindsTwice(SqliteUsers):
    """Whoever is asked for twice comes twice."""

    async def get_many(self, *, user_ids: tuple[UserId, ...]) -> tuple[User, ...]:
        """Ask one by one."""
        found = [await self.get(user_id=user_id) for user_id in user_ids]
        return tuple(user for user in found if user)


class AlwaysTheFirstPage(SqliteUsers):
    """Lists begin at the beginning, wherever they should go on."""

    async def list(self, *, text: str, after: str, limit: int) -> tuple[User, ...]:  # noqa: ARG002 - the bug
        """Ignore where the last page ended."""
        return await super().list(text=text, after="", limit=limit)


class LeavesHoles(SqliteUsers):
    """A refused write uses up an offset."""

    refusals = 0

    def _write(self, before: User | None, after: User, events: Events, refusal: ConflictError) -> None:
        (last,) = self.database.execute("SELECT max(position) FROM events").fetchone()
        try:
            super()._write(before, after, events, refusal)
        except ConflictError:
            self.refusals += 1
            raise
        self.database.execute("UPDATE events SET offset = offset + ? WHERE position > ?", (self.refusals, last))


class Backwards(SqliteUsers):
    """The events of one write are recorded last first."""

    async def replace(self, *, before: User, after: User, events: Events) -> None:
        """Turn them round."""
        await super().replace(before=before, after=after, events=events[::-1])


class NumbersEarly(SqliteUsers):
    """Positions are given out before the write, and one write can overtake another."""

    given = 0

    async def add(self, *, user: User, events: Events) -> None:
        """Let every other write wait for the next one."""
        first = self.given + 1
        self.given += len(events)
        for _ in range(first % 4):
            await asyncio.sleep(0)
        (last,) = self.database.execute("SELECT coalesce(max(position), 0) FROM events").fetchone()
        await super().add(user=user, events=events)
        self.database.execute(
            "UPDATE events SET position = position + ? - ? - 1 WHERE position > ?", (first, last, last)
        )


class ReadsAgain(SqliteUsers):
    """A page begins with the event that ended the last one."""

    async def read(self, *, partition: int, after: int, limit: int) -> tuple[Recorded, ...]:
        """Count from the wrong side of the position."""
        return await super().read(partition=partition, after=max(after - 1, 0), limit=limit)


class FallsBack(SqliteUsers):
    """A consumer's position can fall."""

    async def advance(self, *, consumer: str, partition: int, to: int) -> None:
        """Believe the last to speak."""
        self.database.execute("DELETE FROM positions WHERE consumer = ?", (consumer,))
        await super().advance(consumer=consumer, partition=partition, to=to)


class OneForAll(SqliteUsers):
    """All consumers share one position."""

    async def position(self, *, consumer: str, partition: int) -> int:  # noqa: ARG002 - the bug
        """Give the furthest."""
        return int(self.database.execute("SELECT coalesce(max(position), 0) FROM positions").fetchone()[0])


class HeadOfTheLog(SqliteUsers):
    """A head is that of the whole log."""

    async def head(self, *, stream: str) -> Head:
        """Ask for no stream in particular."""
        position, last = self.database.execute("SELECT coalesce(max(position), 0), id FROM events").fetchone()
        return evolve(await super().head(stream=stream), offset=position, event_id=last)


class TornHead(SqliteUsers):
    """The offset and the id of a head are of two moments."""

    async def head(self, *, stream: str) -> Head:
        """Let others write in between."""
        earlier = await super().head(stream=stream)
        await asyncio.sleep(0)
        return evolve(await super().head(stream=stream), offset=earlier.offset)


class EpochForEachStream(SqliteUsers):
    """Each stream has an epoch of its own."""

    async def head(self, *, stream: str) -> Head:
        """Mix the stream in."""
        head = await super().head(stream=stream)
        return evolve(head, epoch=f"{head.epoch}/{stream}")


class EpochOfTheSchema(SqliteUsers):
    """Each new log has the same epoch."""

    async def head(self, *, stream: str) -> Head:
        """Take the version of the schema for it."""
        return evolve(await super().head(stream=stream), epoch="1")


LAWS: dict[type[SqliteUsers], str] = {
    CaseCounts: "usernames_are_unique",
    EventsByThemselves: "a_refused_write_leaves_nothing",
    ReplacesBlindly: "replace_needs_the_present",
    LooksThenLeaps: "parallel_adds_have_one_winner",
    AddsOnce: "add_is_idempotent",
    NeverForgets: "a_freed_name_can_be_taken",
    FindsTwice: "many_are_found_once",
    AlwaysTheFirstPage: "list_goes_by_username",
    LeavesHoles: "a_refused_write_leaves_nothing",
    Backwards: "writes_carry_their_events",
    NumbersEarly: "positions_become_visible_in_order",
    ReadsAgain: "read_goes_on_after",
    FallsBack: "advance_only_rises",
    OneForAll: "consumers_are_apart",
    HeadOfTheLog: "head_is_the_last",
    TornHead: "head_is_the_last",
    EpochForEachStream: "epoch_names_the_log",
    EpochOfTheSchema: "epoch_names_the_log",
}
"""Each bug, and the law that it breaks."""


@asynccontextmanager
async def new_users(bug: type[SqliteUsers]) -> AsyncGenerator[SqliteUsers]:
    """Open an empty store with *bug* in it."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        yield bug(database)


@asynccontextmanager
async def new_log(bug: type[SqliteUsers]) -> AsyncGenerator[FilledLog]:
    """Open the log of an empty store with *bug* in it."""
    names = (f"user{number}" for number in count())
    async with new_users(bug) as users:
        yield FilledLog(users, lambda events: users.add(user=user(next(names)), events=events))


class TestUsers(UserRepositoryContract):
    """The suite of the port, over each bug."""

    @pytest.fixture(params=[SqliteUsers, *LAWS], ids=lambda bug: bug.__name__)
    def opener(self, request: pytest.FixtureRequest) -> Opener[UserRepository]:
        """Open an empty store with the bug in it."""
        return partial(new_users, request.param)


class TestLog(EventLogContract):
    """The suite of its log, over each bug."""

    @pytest.fixture(params=[SqliteUsers, *LAWS], ids=lambda bug: bug.__name__)
    def opener(self, request: pytest.FixtureRequest) -> Opener[FilledLog]:
        """Open the log of an empty store with the bug in it."""
        return partial(new_log, request.param)
