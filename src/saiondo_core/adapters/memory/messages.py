"""Messages, what they said before and what was put to them, in this process's memory."""

from attrs import define, evolve

from saiondo_core.adapters.memory.rooms import Room, Rooms, Said
from saiondo_core.channels.errors import StaleMembershipError
from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.events import Event
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import EventLog
from saiondo_core.messages.errors import (
    IdempotencyConflictError,
    MessageIdTakenError,
    StaleMessageError,
    TooManyReactionsError,
)
from saiondo_core.messages.model import (
    Appended,
    Entry,
    Message,
    MessageDraft,
    MessageId,
    Reaction,
    Revision,
    Sent,
)
from saiondo_core.messages.ports import MessageRepository


@define(eq=False, repr=False)
class MemoryMessages(MessageRepository):
    """Messages in *rooms*, which the memory store of channels shares."""

    rooms: Rooms

    @property
    def log(self) -> EventLog:
        """See `Logged.log`."""
        return self.rooms.log

    async def append(
        self, *, draft: MessageDraft, fingerprint: str, membership_revision: int, events: tuple[Event, ...]
    ) -> Appended:
        """See `MessageRepository.append`."""
        return self._put(draft, fingerprint, membership_revision, events)

    async def append_many(self, *, entries: tuple[Entry, ...], membership_revision: int) -> tuple[Appended, ...]:
        """See `MessageRepository.append_many`."""
        self._check_each_other(entries)
        # All are looked up before the first is put, so that a refusal leaves nothing.
        new = [entry for entry in entries if self._there(entry.draft, entry.fingerprint) is None]
        if new:
            self._fenced(entries[0].draft.channel_id, membership_revision)
            self.rooms.log.check(tuple(entry.event for entry in new))
        return tuple(
            self._put(entry.draft, entry.fingerprint, membership_revision, (entry.event,)) for entry in entries
        )

    async def sent(self, *, channel_id: ChannelId, sender_id: UserId, client_message_id: str) -> Sent | None:
        """See `MessageRepository.sent`."""
        room = self.rooms.by_id.get(channel_id)
        said = None if room is None else room.keys.get((sender_id, client_message_id))
        return None if said is None else Sent(message=said.message, fingerprint=said.fingerprint)

    async def get(self, *, message_id: MessageId) -> Message | None:
        """See `MessageRepository.get`."""
        said = self.rooms.messages.get(message_id)
        return None if said is None else said.message

    async def history(
        self, *, channel_id: ChannelId, before: int | None, after: int | None, limit: int
    ) -> tuple[Message, ...]:
        """See `MessageRepository.history`."""
        room = self.rooms.by_id.get(channel_id)
        if room is None:
            return ()
        if after is not None:
            window = slice(after, after + limit)
        else:
            end = len(room.said) if before is None else min(max(before - 1, 0), len(room.said))
            window = slice(max(end - limit, 0), end)
        return tuple(said.message for said in room.said[window])

    async def replace(
        self, *, before: Message, after: Message, membership_revision: int, events: tuple[Event, ...]
    ) -> None:
        """See `MessageRepository.replace`."""
        said = self.rooms.messages.get(before.id)
        change = events[0].stamp
        if said is not None and change.id in said.changes:
            return
        self._fenced(before.channel_id, membership_revision)
        if said is None or said.message != before:
            raise StaleMessageError(message_id=before.id)
        self.rooms.log.check(events)
        if after.deleted_at is None:
            revision = Revision(message_id=before.id, content=before.content, edited_at=change.at)
            said.revisions = (*said.revisions, revision)
        else:
            said.revisions, said.reactions = (), ()
        said.message = evolve(
            after, sequence=before.sequence, sender_id=before.sender_id, client_message_id=before.client_message_id
        )
        said.changes = (*said.changes, change.id)
        self.rooms.log.record(events)

    async def revisions(self, *, message_id: MessageId) -> tuple[Revision, ...]:
        """See `MessageRepository.revisions`."""
        said = self.rooms.messages.get(message_id)
        return () if said is None else said.revisions

    async def react(
        self, *, reaction: Reaction, most: int, membership_revision: int, events: tuple[Event, ...]
    ) -> None:
        """See `MessageRepository.react`."""
        said = self.rooms.messages.get(reaction.message_id)
        if said is None or said.message.deleted_at is not None:
            raise StaleMessageError(message_id=reaction.message_id)
        self._fenced(said.message.channel_id, membership_revision)
        own = [put.emoji for put in said.reactions if put.user_id == reaction.user_id]
        if reaction.emoji in own:
            return
        if len(own) >= most:
            raise TooManyReactionsError(message_id=reaction.message_id, most=most)
        self.rooms.log.check(events)
        said.reactions = (*said.reactions, reaction)
        self.rooms.log.record(events)

    async def unreact(
        self, *, message_id: MessageId, user_id: UserId, emoji: str, membership_revision: int, events: tuple[Event, ...]
    ) -> None:
        """See `MessageRepository.unreact`."""
        said = self.rooms.messages.get(message_id)
        if said is None:
            return
        self._fenced(said.message.channel_id, membership_revision)
        left = tuple(put for put in said.reactions if (put.user_id, put.emoji) != (user_id, emoji))
        if len(left) < len(said.reactions):
            self.rooms.log.check(events)
            said.reactions = left
            self.rooms.log.record(events)

    async def reactions(self, *, message_id: MessageId) -> tuple[Reaction, ...]:
        """See `MessageRepository.reactions`."""
        said = self.rooms.messages.get(message_id)
        return () if said is None else said.reactions

    def _put(
        self, draft: MessageDraft, fingerprint: str, membership_revision: int, events: tuple[Event, ...]
    ) -> Appended:
        there = self._there(draft, fingerprint)
        if there is not None:
            return Appended(message=there.message, is_duplicate=True)
        room = self._fenced(draft.channel_id, membership_revision)
        self.rooms.log.check(events)
        return Appended(message=self._say(room, draft, fingerprint, events), is_duplicate=False)

    def _there(self, draft: MessageDraft, fingerprint: str) -> Said | None:
        """What was said with *draft* before, if it was."""
        said = self.rooms.messages.get(draft.id)
        if said is not None and said.fingerprint != fingerprint:
            raise MessageIdTakenError(message_id=draft.id)
        if said is None and draft.client_message_id is not None:
            room = self.rooms.by_id.get(draft.channel_id)
            said = None if room is None else room.keys.get((draft.sender_id, draft.client_message_id))
            if said is not None and said.fingerprint != fingerprint:
                raise IdempotencyConflictError(client_message_id=draft.client_message_id)
        return said

    def _check_each_other(self, entries: tuple[Entry, ...]) -> None:
        ids = dict[MessageId, str]()
        keys = dict[tuple[UserId, str], str]()
        for entry in entries:
            draft = entry.draft
            if ids.setdefault(draft.id, entry.fingerprint) != entry.fingerprint:
                raise MessageIdTakenError(message_id=draft.id)
            key = draft.client_message_id
            if key is not None and keys.setdefault((draft.sender_id, key), entry.fingerprint) != entry.fingerprint:
                raise IdempotencyConflictError(client_message_id=key)

    def _fenced(self, channel_id: ChannelId, membership_revision: int) -> Room:
        room = self.rooms.by_id.get(channel_id)
        if (
            room is None
            or room.channel.deleted_at is not None
            or room.channel.membership_revision != membership_revision
        ):
            raise StaleMembershipError(channel_id=channel_id)
        return room

    def _say(self, room: Room, draft: MessageDraft, fingerprint: str, events: tuple[Event, ...]) -> Message:
        message = Message(
            id=draft.id,
            channel_id=draft.channel_id,
            sequence=len(room.said) + 1,
            sender_id=draft.sender_id,
            type=draft.type,
            content=draft.content,
            mentions=draft.mentions,
            reply_to=draft.reply_to,
            metadata=draft.metadata,
            client_message_id=draft.client_message_id,
            created_at=draft.created_at,
        )
        said = Said(message=message, fingerprint=fingerprint)
        room.said.append(said)
        self.rooms.messages[message.id] = said
        if message.client_message_id is not None:
            room.keys[message.sender_id, message.client_message_id] = said
        room.channel = evolve(room.channel, last_sequence=message.sequence, last_message_at=message.created_at)
        sender = room.members.get(message.sender_id)
        if sender is not None:
            room.members[message.sender_id] = evolve(sender, read_sequence=message.sequence)
        self.rooms.log.record(events, sequence=message.sequence)
        return message
