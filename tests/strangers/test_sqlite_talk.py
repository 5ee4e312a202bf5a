"""A stranger's channels and messages, in SQLite: one family, one log, and search comes with it."""
# ruff: noqa: D102 - what a method promises is said by its port.

import json
import sqlite3
from collections.abc import AsyncGenerator, Generator, Iterator, Mapping
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import UTC, datetime
from enum import EnumType
from types import NoneType
from typing import Generic, TypeVar, cast, get_args, get_origin, get_type_hints

import pytest
from attrs import asdict, evolve, fields_dict, has

import saiondo_core.channels.events as channel_events
import saiondo_core.messages.events as message_events
import saiondo_core.users.events as user_events
from saiondo_core.channels.errors import (
    ChannelIdTakenError,
    ChannelKeyTakenError,
    InvitationCodeTakenError,
    StaleMembershipError,
)
from saiondo_core.channels.model import (
    Activity,
    Channel,
    ChannelChange,
    ChannelId,
    ChannelType,
    Invitation,
    InvitationId,
    InvitationState,
    Membership,
    Standing,
)
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.events import Event, Head, Recorded
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import EventLog
from saiondo_core.messages.errors import (
    IdempotencyConflictError,
    MessageIdTakenError,
    StaleMessageError,
    TooManyReactionsError,
)
from saiondo_core.messages.model import Appended, Entry, Message, MessageDraft, MessageId, Reaction, Revision, Sent
from saiondo_core.messages.ports import MessageRepository
from saiondo_core.testing.contracts.channels import ChannelRepositoryContract
from saiondo_core.testing.contracts.log import EventLogContract, FilledLog
from saiondo_core.testing.contracts.messages import MessageRepositoryContract, Stores
from saiondo_core.testing.contracts.opening import Opener

T = TypeVar("T")
Value = str | int | None

SCHEMA = """
CREATE TABLE events (position INTEGER PRIMARY KEY, stream, offset, sequence, kind, body, UNIQUE (stream, offset));
CREATE TABLE positions (consumer PRIMARY KEY, position);
CREATE TABLE log AS SELECT hex(randomblob(8)) AS epoch;
CREATE TABLE writes (event PRIMARY KEY, subject);
CREATE TABLE channels (id PRIMARY KEY, key UNIQUE, owner, is_public, is_deleted, at, body);
CREATE TABLE members (channel, user, body, UNIQUE (channel, user));
CREATE TABLE bans (channel, user, body, UNIQUE (channel, user));
CREATE TABLE invitations (id PRIMARY KEY, code UNIQUE, channel, invitee, state, body);
CREATE TABLE messages (id PRIMARY KEY, channel, sequence, sender, key, fingerprint, body,
    UNIQUE (channel, sequence), UNIQUE (channel, sender, key));
CREATE TABLE revisions (number INTEGER PRIMARY KEY, message, body);
CREATE TABLE reactions (number INTEGER PRIMARY KEY, message, user, emoji, body);
"""
KINDS = {
    name: kind
    for module in (channel_events, message_events, user_events)
    for name, kind in vars(module).items()
    if isinstance(kind, type) and issubclass(kind, Event)
}


def written(thing: object) -> str:
    """Render an entity or an event."""
    return json.dumps(asdict(cast("Channel", thing)), default=datetime.isoformat)


def read(kind: type[T], body: str) -> T:
    """Make the entity or the event again that was written."""
    return cast("T", _made(kind, json.loads(body)))


def _made(kind: object, value: object) -> object:
    kind = getattr(kind, "__supertype__", kind)
    of = [one for one in get_args(kind) if one is not NoneType]
    if value is None:
        return None
    if kind is datetime:
        return datetime.fromisoformat(str(value))
    if isinstance(kind, EnumType):
        return kind(value)
    if get_origin(kind) is tuple and isinstance(value, list):
        return tuple(_made(of[0], item) for item in cast("list[object]", value))
    if isinstance(kind, type) and has(kind) and isinstance(value, Mapping):
        hints, given = get_type_hints(kind), cast("Mapping[str, object]", value)
        return kind(**{name: _made(hints[name], given[name]) for name in fields_dict(kind)})
    return _made(of[0], value) if len(of) == 1 else value


class Family(EventLog):
    """One database: each write is one transaction, and its log has one partition."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database = database
        database.executescript(SCHEMA)

    @contextmanager
    def writing(self, events: tuple[Event, ...], subject: str) -> Generator[bool]:
        """Make one write of *subject* with its *events*; False, and nothing to do, where it was made before."""
        first = events[0].stamp.id if events else None
        with self.database:
            self.database.execute("BEGIN IMMEDIATE")
            known = self.one("SELECT subject FROM writes WHERE event = ?", first)
            yield known != subject
            if known != subject:
                self.put("writes", first, subject) if first else None
                self.record(events)

    def record(self, events: tuple[Event, ...], sequence: int | None = None) -> None:
        for event in events:
            last = self.one("SELECT max(offset) FROM events WHERE stream = ?", event.stream) or 0
            self.put("events", None, event.stream, int(last) + 1, sequence, type(event).__name__, written(event))
            sequence = None

    def put(self, table: str, *row: Value) -> None:
        marks = ", ".join("?" * len(row))
        self.database.execute(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", row)  # noqa: S608 - tables from here

    def one(self, query: str, *values: Value) -> Value:
        found = self.database.execute(query, values).fetchone()
        return None if found is None else cast("Value", found[0])

    def many(self, kind: type[T], rest: str, *values: Value) -> tuple[T, ...]:
        return tuple(read(kind, body) for (body,) in self.database.execute(f"SELECT body FROM {rest}", values))  # noqa: S608 - from here

    async def partitions(self) -> int:
        return 1

    async def read(self, *, partition: int, after: int, limit: int) -> tuple[Recorded, ...]:
        return tuple(self._recorded("? = 0 AND position > ? ORDER BY position LIMIT ?", partition, after, limit))

    async def stream(self, *, stream: str, after: int, limit: int) -> tuple[Recorded, ...]:
        return tuple(self._recorded("stream = ? AND offset > ? ORDER BY offset LIMIT ?", stream, after, limit))

    async def head(self, *, stream: str) -> Head:
        query = (
            "SELECT epoch, offset, body ->> '$.stamp.id' FROM log LEFT JOIN events ON stream = ? ORDER BY offset DESC"
        )
        epoch, offset, last = self.database.execute(query, (stream,)).fetchone()
        return Head(epoch=epoch, offset=offset or 0, event_id=last)

    async def position(self, *, consumer: str, partition: int) -> int:
        return int(self.one("SELECT position FROM positions WHERE ? = 0 AND consumer = ?", partition, consumer) or 0)

    async def advance(self, *, consumer: str, partition: int, to: int) -> None:
        self.put("positions", consumer, max(to, await self.position(consumer=consumer, partition=partition)))

    def _recorded(self, where: str, *values: Value) -> Iterator[Recorded]:
        query = f"SELECT position, offset, sequence, kind, body FROM events WHERE {where}"  # noqa: S608 - from above
        for position, offset, sequence, kind, body in self.database.execute(query, values):
            event = read(KINDS[kind], body)
            yield Recorded(partition=0, position=position, offset=offset, sequence=sequence, event=event)


class Sqlite(Generic[T]):
    """A store of the family."""

    def __init__(self, family: Family) -> None:
        self.family = family

    @property
    def log(self) -> EventLog:
        return self.family


class SqliteChannels(Sqlite[Channel], ChannelRepository):
    """The channels, and who is in them."""

    async def add(self, *, channel: Channel, memberships: tuple[Membership, ...], events: tuple[Event, ...]) -> None:
        with self.family.writing(events, channel.id) as is_new:
            if not is_new:
                return
            if self.family.one("SELECT 1 FROM channels WHERE id = ?", channel.id):
                raise ChannelIdTakenError(channel_id=channel.id)
            if channel.key and self.family.one("SELECT 1 FROM channels WHERE key = ?", channel.key):
                raise ChannelKeyTakenError(key=channel.key)
            keep_channel(self.family, channel)
            for member in memberships:
                self.family.put("members", channel.id, member.user_id, written(member))

    async def change(self, *, change: ChannelChange, events: tuple[Event, ...]) -> Channel:
        after, family = change.channel, self.family
        with family.writing(events, after.id) as is_new:
            if not is_new:
                return family.many(Channel, "channels WHERE id = ?", after.id)[0]
            present = fenced(family, after.id, after.membership_revision - 1)
            after = evolve(after, last_sequence=present.last_sequence, last_message_at=present.last_message_at)
            for user_id in change.drop:
                family.database.execute("DELETE FROM members WHERE channel = ? AND user = ?", (after.id, user_id))
            for member in change.put:
                self._put(member, present.last_sequence)
            for ban in change.ban:
                family.put("bans", after.id, ban.user_id, written(ban))
            for user_id in change.unban:
                family.database.execute("DELETE FROM bans WHERE channel = ? AND user = ?", (after.id, user_id))
            for each in change.invitations:
                if family.one("SELECT 1 FROM invitations WHERE code = ? AND id != ?", each.code, each.id):
                    raise InvitationCodeTakenError
                family.put("invitations", each.id, each.code, after.id, each.invitee_id, each.state, written(each))
            if after.deleted_at is not None:
                for table in ("members", "invitations"):
                    family.database.execute(f"DELETE FROM {table} WHERE channel = ?", (after.id,))  # noqa: S608 - these
            keep_channel(family, after)
            return after

    async def mark_read(self, *, channel_id: ChannelId, user_id: UserId, sequence: int) -> Membership | None:
        standing = await self.standing(channel_id=channel_id, user_id=user_id)
        if standing is None or standing.membership is None:
            return None
        self._put(evolve(standing.membership, read_sequence=sequence), standing.channel.last_sequence)
        return (await self.memberships(channel_id=channel_id, user_ids=(user_id,)))[0]

    async def standing(self, *, channel_id: ChannelId, user_id: UserId) -> Standing | None:
        channel = next(iter(self.family.many(Channel, "channels WHERE id = ? AND NOT is_deleted", channel_id)), None)
        return None if channel is None else self._standing(channel, user_id)

    async def by_key(self, *, key: str) -> Channel | None:
        return next(iter(self.family.many(Channel, "channels WHERE key = ?", key)), None)

    async def memberships(self, *, channel_id: ChannelId, user_ids: tuple[UserId, ...]) -> tuple[Membership, ...]:
        where = "members WHERE channel = ? AND user IN (SELECT value FROM json_each(?))"
        return self.family.many(Membership, where, channel_id, json.dumps(user_ids))

    async def members(self, *, channel_id: ChannelId, after: UserId | None, limit: int) -> tuple[Membership, ...]:
        where = "members WHERE channel = ? AND user > ? ORDER BY user LIMIT ?"
        return self.family.many(Membership, where, channel_id, after or "", limit)

    async def of_user(self, *, user_id: UserId, before: Activity | None, limit: int) -> tuple[Standing, ...]:
        own = self._latest("id IN (SELECT channel FROM members WHERE user = ?)", user_id, before, limit)
        return tuple(self._standing(channel, user_id) for channel in own)

    async def public(self, *, before: Activity | None, limit: int) -> tuple[Channel, ...]:
        return self._latest("is_public = ?", 1, before, limit)

    async def owned_by(self, *, user_id: UserId) -> tuple[Channel, ...]:
        return self.family.many(Channel, "channels WHERE owner = ? AND NOT is_deleted ORDER BY id", user_id)

    async def invitation(self, *, invitation_id: InvitationId) -> Invitation | None:
        return next(iter(self.family.many(Invitation, "invitations WHERE id = ?", invitation_id)), None)

    async def invitation_by_code(self, *, code: str) -> Invitation | None:
        return next(iter(self.family.many(Invitation, "invitations WHERE code = ?", code)), None)

    async def invitations_for(self, *, channel_id: ChannelId, user_id: UserId) -> tuple[Invitation, ...]:
        where = "invitations WHERE channel = ? AND invitee = ? AND state = ? ORDER BY id"
        return self.family.many(Invitation, where, channel_id, user_id, InvitationState.PENDING)

    def _standing(self, channel: Channel, user_id: UserId) -> Standing:
        there = self.family.many(Membership, "members WHERE channel = ? AND user = ?", channel.id, user_id)
        banned = self.family.one("SELECT 1 FROM bans WHERE channel = ? AND user = ?", channel.id, user_id)
        return Standing(channel=channel, membership=next(iter(there), None), is_banned=bool(banned))

    def _put(self, member: Membership, last: int) -> None:
        there = self.family.many(
            Membership, "members WHERE channel = ? AND user = ?", member.channel_id, member.user_id
        )
        if there:
            read_sequence = max(there[0].read_sequence, min(member.read_sequence, last))
            member = evolve(member, read_sequence=read_sequence)
        else:
            member = evolve(member, joined_sequence=last, read_sequence=last)
        self.family.put("members", member.channel_id, member.user_id, written(member))

    def _latest(self, where: str, value: Value, before: Activity | None, limit: int) -> tuple[Channel, ...]:
        at, last = (timed(before.at), before.channel_id) if before else ("~", "")
        there = f"channels WHERE {where} AND NOT is_deleted AND (at, id) < (?, ?) ORDER BY at DESC, id DESC LIMIT ?"
        return self.family.many(Channel, there, value, at, last, limit)


class SqliteMessages(Sqlite[Message], MessageRepository):
    """The messages, and what became of them."""

    async def append(
        self, *, draft: MessageDraft, fingerprint: str, membership_revision: int, events: tuple[Event, ...]
    ) -> Appended:
        with self.family.database:
            self.family.database.execute("BEGIN IMMEDIATE")
            return self._append(draft, fingerprint, membership_revision, events)

    async def append_many(self, *, entries: tuple[Entry, ...], membership_revision: int) -> tuple[Appended, ...]:
        with self.family.database:
            self.family.database.execute("BEGIN IMMEDIATE")
            return tuple(
                self._append(entry.draft, entry.fingerprint, membership_revision, (entry.event,)) for entry in entries
            )

    async def sent(self, *, channel_id: ChannelId, sender_id: UserId, client_message_id: str) -> Sent | None:
        rest = "FROM messages WHERE channel = ? AND sender = ? AND key = ?"
        values = channel_id, sender_id, client_message_id
        found = self.family.one(f"SELECT body {rest}", *values)
        fingerprint = self.family.one(f"SELECT fingerprint {rest}", *values)
        return None if found is None else Sent(message=read(Message, str(found)), fingerprint=str(fingerprint))

    async def get(self, *, message_id: MessageId) -> Message | None:
        return next(iter(self.family.many(Message, "messages WHERE id = ?", message_id)), None)

    async def history(
        self, *, channel_id: ChannelId, before: int | None, after: int | None, limit: int
    ) -> tuple[Message, ...]:
        if after is not None:
            where = "messages WHERE channel = ? AND sequence > ? ORDER BY sequence LIMIT ?"
            return self.family.many(Message, where, channel_id, after, limit)
        where = "messages WHERE channel = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?"
        return self.family.many(Message, where, channel_id, 2**63 - 1 if before is None else before, limit)[::-1]

    async def replace(
        self, *, before: Message, after: Message, membership_revision: int, events: tuple[Event, ...]
    ) -> None:
        family = self.family
        with family.writing(events, before.id) as is_new:
            if not is_new:
                return
            fenced(family, before.channel_id, membership_revision)
            if (before,) != family.many(Message, "messages WHERE id = ?", before.id):
                raise StaleMessageError(message_id=before.id)
            if after.deleted_at is None:
                revision = Revision(message_id=before.id, content=before.content, edited_at=events[0].stamp.at)
                family.put("revisions", None, before.id, written(revision))
            else:
                for table in ("revisions", "reactions"):
                    family.database.execute(f"DELETE FROM {table} WHERE message = ?", (before.id,))  # noqa: S608 - these
            kept = {name: getattr(before, name) for name in ("sequence", "sender_id", "client_message_id")}
            body = written(evolve(after, **kept))
            family.database.execute("UPDATE messages SET body = ? WHERE id = ?", (body, before.id))

    async def revisions(self, *, message_id: MessageId) -> tuple[Revision, ...]:
        return self.family.many(Revision, "revisions WHERE message = ? ORDER BY number", message_id)

    async def react(
        self, *, reaction: Reaction, most: int, membership_revision: int, events: tuple[Event, ...]
    ) -> None:
        message = await self.get(message_id=reaction.message_id)
        if message is None or message.deleted_at is not None:
            raise StaleMessageError(message_id=reaction.message_id)
        fenced(self.family, message.channel_id, membership_revision)
        put = await self.reactions(message_id=message.id)
        own = [one.emoji for one in put if one.user_id == reaction.user_id]
        if reaction.emoji in own:
            return
        if len(own) >= most:
            raise TooManyReactionsError(message_id=message.id, most=most)
        with self.family.writing(events, message.id):
            row = message.id, reaction.user_id, reaction.emoji, written(reaction)
            self.family.put("reactions", None, *row)

    async def unreact(
        self, *, message_id: MessageId, user_id: UserId, emoji: str, membership_revision: int, events: tuple[Event, ...]
    ) -> None:
        message = await self.get(message_id=message_id)
        if message is None:
            return
        fenced(self.family, message.channel_id, membership_revision)
        if any((user_id, emoji) == (one.user_id, one.emoji) for one in await self.reactions(message_id=message_id)):
            with self.family.writing(events, message_id):
                where = "message = ? AND user = ? AND emoji = ?"
                self.family.database.execute(f"DELETE FROM reactions WHERE {where}", (message_id, user_id, emoji))  # noqa: S608 - from above

    async def reactions(self, *, message_id: MessageId) -> tuple[Reaction, ...]:
        return self.family.many(Reaction, "reactions WHERE message = ? ORDER BY number", message_id)

    def _append(self, draft: MessageDraft, fingerprint: str, revision: int, events: tuple[Event, ...]) -> Appended:
        family = self.family
        known = family.one("SELECT fingerprint FROM messages WHERE id = ?", draft.id)
        if known not in {None, fingerprint}:
            raise MessageIdTakenError(message_id=draft.id)
        key = draft.channel_id, draft.sender_id, draft.client_message_id
        same_key = "channel = ? AND sender = ? AND key = ?"
        if known is None and draft.client_message_id is not None:
            known = family.one(f"SELECT fingerprint FROM messages WHERE {same_key}", *key)  # noqa: S608 - from above
            if known not in {None, fingerprint}:
                raise IdempotencyConflictError(client_message_id=draft.client_message_id)
        if known is not None:
            there = family.many(Message, f"messages WHERE id = ? OR {same_key}", draft.id, *key)
            return Appended(message=there[0], is_duplicate=True)
        channel = fenced(family, draft.channel_id, revision)
        message = Message(**asdict(draft, recurse=False), sequence=channel.last_sequence + 1)
        row = message.id, message.channel_id, message.sequence, message.sender_id, message.client_message_id
        family.put("messages", *row, fingerprint, written(message))
        keep_channel(family, evolve(channel, last_sequence=message.sequence, last_message_at=message.created_at))
        for member in family.many(Membership, "members WHERE channel = ? AND user = ?", channel.id, message.sender_id):
            own = evolve(member, read_sequence=message.sequence)
            family.put("members", channel.id, member.user_id, written(own))
        family.record(events, message.sequence)
        return Appended(message=message, is_duplicate=False)


def timed(at: datetime) -> str:
    """Render a time so that texts sort as times do."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def keep_channel(family: Family, channel: Channel) -> None:
    """Keep *channel* as it is now; a deleted one frees its key."""
    is_deleted = channel.deleted_at is not None
    row = channel.id, None if is_deleted else channel.key, channel.owner_id, channel.type is ChannelType.PUBLIC
    family.put("channels", *row, is_deleted, timed(channel.last_activity.at), written(channel))


def fenced(family: Family, channel_id: ChannelId, revision: int) -> Channel:
    """Give the channel, if it is still as it was judged."""
    found = family.many(Channel, "channels WHERE id = ? AND NOT is_deleted", channel_id)
    if not found or found[0].membership_revision != revision:
        raise StaleMembershipError(channel_id=channel_id)
    return found[0]


@contextmanager
def opened() -> Generator[tuple[SqliteChannels, SqliteMessages]]:
    """Open an empty family."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        family = Family(database)
        yield SqliteChannels(family), SqliteMessages(family)


@asynccontextmanager
async def new_stores() -> AsyncGenerator[Stores]:
    """Open an empty family."""
    with opened() as stores:
        yield stores


@asynccontextmanager
async def new_channels() -> AsyncGenerator[ChannelRepository]:
    """Open the channels of an empty family."""
    with opened() as (channels, _):
        yield channels


@asynccontextmanager
async def new_log() -> AsyncGenerator[FilledLog]:
    """Open the log of an empty family."""
    with opened() as (channels, _):
        family = channels.family

        async def record(events: tuple[Event, ...]) -> None:
            with family.writing(events, "channel"):
                pass

        yield FilledLog(family, record)


class TestSqliteChannels(ChannelRepositoryContract):
    """The channels keep the laws of channels."""

    @pytest.fixture
    def opener(self) -> Opener[ChannelRepository]:
        return new_channels


class TestSqliteMessages(MessageRepositoryContract):
    """The messages keep the laws of messages."""

    @pytest.fixture
    def opener(self) -> Opener[Stores]:
        return new_stores


class TestSqliteLog(EventLogContract):
    """Their log keeps the laws of logs."""

    @pytest.fixture
    def opener(self) -> Opener[FilledLog]:
        return new_log
