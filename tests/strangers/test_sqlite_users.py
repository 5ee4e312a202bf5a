"""A stranger's users, in SQLite: all that it takes to bring a store of one's own, its event log included."""
# ruff: noqa: D102 - what a method promises is said by its port.

import json
import sqlite3
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, closing
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from attrs import asdict

from saiondo_core.errors import ConflictError, EmailTakenError, StaleUserError, UserIdTakenError, UsernameTakenError
from saiondo_core.kernel.events import Event, Head, Recorded, Stamp
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import EventLog
from saiondo_core.kernel.text import fold
from saiondo_core.testing.contracts.log import EventLogContract, FilledLog
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.contracts.user_cases import user
from saiondo_core.testing.contracts.users import UserRepositoryContract
from saiondo_core.users.events import UserDeactivated, UserMirrored, UserRegistered, UserUpdated
from saiondo_core.users.model import User, email_key, username_key
from saiondo_core.users.ports import UserRepository

SCHEMA = """
CREATE TABLE IF NOT EXISTS users (id UNIQUE, username_key UNIQUE, email_key UNIQUE, active, names, body, change);
CREATE TABLE IF NOT EXISTS events (position INTEGER PRIMARY KEY, stream, offset, kind, id UNIQUE, at, actor, user_id);
CREATE UNIQUE INDEX IF NOT EXISTS streams ON events (stream, offset);
CREATE TABLE IF NOT EXISTS positions (consumer PRIMARY KEY, position);
CREATE TABLE IF NOT EXISTS log (number PRIMARY KEY, epoch);
INSERT OR IGNORE INTO log VALUES (1, hex(randomblob(8)));
"""
RECORD = "INSERT INTO events SELECT NULL, ?, count(*) + 1, ?, ?, ?, ?, ? FROM events WHERE stream = ?"
HEAD = "SELECT epoch, coalesce(offset, 0), id FROM log LEFT JOIN events ON stream = ? ORDER BY offset DESC LIMIT 1"
ADVANCE = "INSERT INTO positions VALUES (?, ?) ON CONFLICT DO UPDATE SET position = max(position, excluded.position)"
KINDS = {kind.__name__: kind for kind in (UserRegistered, UserMirrored, UserUpdated, UserDeactivated)}
TIMES = "created_at", "updated_at", "last_seen"


class SqliteUsers(UserRepository, EventLog):
    """The users, and what happened to them: each write is one transaction, and the log has one partition."""

    def __init__(self, database: sqlite3.Connection) -> None:
        database.executescript(SCHEMA)
        self.database = database

    @property
    def log(self) -> EventLog:
        return self

    async def add(self, *, user: User, events: tuple[Event, ...]) -> None:
        self._write(None, user, events, UserIdTakenError(user_id=user.id))

    async def replace(self, *, before: User, after: User, events: tuple[Event, ...]) -> None:
        self._write(before, after, events, StaleUserError(user_id=before.id))

    async def get(self, *, user_id: UserId) -> User | None:
        return next(self._users("id = ?", user_id), None)

    async def get_many(self, *, user_ids: tuple[UserId, ...]) -> tuple[User, ...]:
        return tuple(self._users("id IN (SELECT value FROM json_each(?))", json.dumps(user_ids)))

    async def by_email(self, *, email: str) -> User | None:
        return next(self._users("email_key = ?", email_key(email)), None)

    async def by_usernames(self, *, usernames: tuple[str, ...]) -> tuple[User, ...]:
        keys = json.dumps([username_key(username) for username in usernames])
        return tuple(self._users("username_key IN (SELECT value FROM json_each(?))", keys))

    async def list(self, *, text: str, after: str, limit: int) -> tuple[User, ...]:
        where = "active AND instr(names, ?) AND username_key > ? ORDER BY username_key LIMIT ?"
        return tuple(self._users(where, fold(text), after, limit))

    async def partitions(self) -> int:
        return 1

    async def read(self, *, partition: int, after: int, limit: int) -> tuple[Recorded, ...]:
        return tuple(self._events("? = 0 AND position > ? ORDER BY position LIMIT ?", partition, after, limit))

    async def stream(self, *, stream: str, after: int, limit: int) -> tuple[Recorded, ...]:
        return tuple(self._events("stream = ? AND offset > ? ORDER BY offset LIMIT ?", stream, after, limit))

    async def head(self, *, stream: str) -> Head:
        epoch, offset, last = self.database.execute(HEAD, (stream,)).fetchone()
        return Head(epoch=epoch, offset=offset, event_id=last)

    async def position(self, *, consumer: str, partition: int) -> int:
        query = "SELECT max(position) FROM positions WHERE ? = 0 AND consumer = ?"
        return self.database.execute(query, (partition, consumer)).fetchone()[0] or 0

    async def advance(self, *, consumer: str, partition: int, to: int) -> None:
        assert 0 == partition
        self.database.execute(ADVANCE, (consumer, to))

    def _users(self, where: str, *values: str | int | None) -> Iterator[User]:
        rows = self.database.execute(f"SELECT body FROM users WHERE {where}", values)  # noqa: S608 - from above
        for fields in [json.loads(body) for (body,) in rows]:
            yield User(**fields | {name: datetime.fromisoformat(fields[name]) for name in TIMES if fields[name]})

    def _events(self, where: str, *values: str | int) -> Iterator[Recorded]:
        rows = self.database.execute(f"SELECT * FROM events WHERE {where}", values)  # noqa: S608 - from above
        for position, _, offset, kind, id_, at, actor, user_id in rows:
            event = KINDS[kind](stamp=Stamp(id=id_, at=datetime.fromisoformat(at), actor=actor), user_id=user_id)
            yield Recorded(partition=0, position=position, offset=offset, event=event)

    def _write(self, before: User | None, after: User, events: tuple[Event, ...], refusal: ConflictError) -> None:
        change, email = events[0].stamp.id if events else None, after.email and email_key(after.email)
        names, body = f"{after.username}\n{after.display_name or ''}", json.dumps(asdict(after), default=str)
        row = after.id, username_key(after.username), email, after.is_active, fold(names), body, change
        with self.database:
            self.database.execute("BEGIN IMMEDIATE")
            if after in self._users("id = ? AND change IS ?", after.id, change):
                return
            if before != next(self._users("id = ?", after.id), None):
                raise refusal
            self.database.execute("DELETE FROM users WHERE id = ?", (after.id,))
            try:
                self.database.execute("INSERT INTO users VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            except sqlite3.IntegrityError as error:
                taken = EmailTakenError() if "email" in str(error) else UsernameTakenError(username=after.username)
                raise taken from error
            for event in events:
                stamp = event.stamp.id, event.stamp.at.isoformat(), event.stamp.actor
                what = event.stream, type(event).__name__, *stamp, event.resource_id
                self.database.execute(RECORD, (*what, event.stream))


@asynccontextmanager
async def new_users() -> AsyncGenerator[SqliteUsers]:
    """Open an empty store."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        yield SqliteUsers(database)


@asynccontextmanager
async def new_log() -> AsyncGenerator[FilledLog]:
    """Open an empty log, each of whose writes adds a user."""
    async with new_users() as users:
        yield FilledLog(users.log, lambda events: users.add(user=user(uuid4().hex), events=events))


class TestSqliteUsers(UserRepositoryContract):
    """The users keep the laws of users."""

    @pytest.fixture
    def opener(self) -> Opener[UserRepository]:
        return new_users


class TestSqliteLog(EventLogContract):
    """Their log keeps the laws of logs."""

    @pytest.fixture
    def opener(self) -> Opener[FilledLog]:
        return new_log


async def test_the_epoch_outlives_the_process(tmp_path: Path) -> None:
    """Opened again, the same log has the same epoch: it is kept beside the events."""
    heads: list[Head] = []
    for _ in range(2):
        with closing(sqlite3.connect(tmp_path / "users.sqlite3", isolation_level=None)) as database:
            heads.append(await SqliteUsers(database).head(stream="user:anna"))

    assert heads[0] == heads[1]
