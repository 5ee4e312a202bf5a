"""Messages against a plain list: whatever people do in a channel, in whatever order."""

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

import pytest
from attrs import define, field
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from saiondo_core.channels.errors import ChannelNotFoundError
from saiondo_core.kernel.errors import AccessDeniedError, SaiondoError
from saiondo_core.kernel.ids import UserId
from saiondo_core.messages.errors import (
    IdempotencyConflictError,
    MessageDeletedError,
    MessageNotFoundError,
    NotTheSenderError,
)
from saiondo_core.messages.model import Imported, MessageId
from tests.messages.house import ANNA, BERT, CARL, EVE, TEAM, House

T = TypeVar("T")

people = st.sampled_from([ANNA, BERT, CARL, EVE])
texts = st.sampled_from(["hello", "안녕", "Hello @bert", "@carl @bert", "x"])
keys = st.sampled_from([None, "k1", "k2"])
emojis = st.sampled_from(["👍", "🎉", "🦊"])
places = st.integers(min_value=0, max_value=1_000)


@define
class Line:
    """A message, as the model has it."""

    id: MessageId
    sender: UserId
    content: str
    mentions: tuple[UserId, ...]
    body: str
    key: str | None
    is_deleted: bool = False
    before: list[str] = field(factory=list[str])
    reactions: list[tuple[UserId, str]] = field(factory=list[tuple[UserId, str]])


class MessagesMachine(RuleBasedStateMachine):
    """Four people, one private channel of Anna's; the others come and go."""

    def __init__(self) -> None:
        """Open the house: Anna is alone."""
        super().__init__()
        self.runner = asyncio.Runner()
        self.house = House()
        self.lines: list[Line] = []
        self.read = {ANNA: 0}
        self.happened = 1
        for user_id in (ANNA, BERT, CARL, EVE):
            self.run(self.house.user(user_id))
        self.run(self.house.channel(ANNA))

    def teardown(self) -> None:
        """Read the whole history through every window; then close the house."""
        ids = [line.id for line in self.lines]
        for limit in (1, 3, 200):
            for edge in range(len(ids) + 2):
                before = self.run(self.house.of(ANNA).history(channel_id=TEAM, before=edge, limit=limit))
                after = self.run(self.house.of(ANNA).history(channel_id=TEAM, after=edge, limit=limit))
                assert ids[: max(edge - 1, 0)][-limit:] == [message.id for message in before]
                assert ids[edge:][:limit] == [message.id for message in after]
        self.runner.close()

    def run(self, use: Coroutine[object, object, T]) -> T:
        """What *use* gives."""
        return self.runner.run(use)

    def refused(self, error: type[SaiondoError], use: Coroutine[object, object, object]) -> None:
        """Hold *use* to being refused with *error*."""
        with pytest.raises(error):
            self.run(use)

    def known(self, sender: UserId, key: str | None) -> Line | None:
        """The line that *sender* has sent under *key*."""
        return next((line for line in self.lines if key and (line.sender, line.key) == (sender, key)), None)

    def add(self, message_id: MessageId, sender: UserId, content: str, key: str | None, *, is_import: bool) -> None:
        """Note what was said."""
        named = [UserId(word[1:]) for word in content.split() if word.startswith("@")]
        mentions = () if is_import else tuple(name for name in named if name in self.read)
        body = f"{'import' if is_import else 'send'} {content}"
        self.lines.append(Line(message_id, sender, content, mentions, body, key))
        self.happened += 1
        if sender in self.read:
            self.read[sender] = len(self.lines)

    @rule(sender=people, content=texts, key=keys)
    def send(self, sender: UserId, content: str, key: str | None) -> None:
        """Say something, perhaps again."""
        use = self.house.of(sender).send(channel_id=TEAM, content=content, client_message_id=key)
        known = self.known(sender, key)
        if sender not in self.read:
            self.refused(ChannelNotFoundError, use)
        elif known is None:
            message = self.run(use)
            assert len(self.lines) + 1 == message.sequence
            self.add(message.id, sender, content, key, is_import=False)
        elif known.body == f"send {content}":
            assert known.id == self.run(use).id
        else:
            self.refused(IdempotencyConflictError, use)

    @rule(old=st.lists(st.tuples(people, texts, keys), min_size=1, max_size=4))
    def import_many(self, old: list[tuple[UserId, str, str | None]]) -> None:
        """Bring messages of anybody, perhaps again."""
        now = self.house.clock.now()
        use = self.house.system.import_many(
            channel_id=TEAM,
            messages=[
                Imported(sender_id=sender, content=content, created_at=now, client_message_id=key)
                for sender, content, key in old
            ],
        )
        bodies = {(line.sender, line.key): line.body for line in self.lines if line.key}
        asked = ((sender, key, f"import {content}") for sender, content, key in old if key)
        if any(bodies.setdefault((sender, key), body) != body for sender, key, body in asked):
            self.refused(IdempotencyConflictError, use)
            return
        for message, (sender, content, key) in zip(self.run(use), old, strict=True):
            known = self.known(sender, key)
            if known is None:
                self.add(message.id, sender, content, key, is_import=True)
            else:
                assert known.id == message.id

    @precondition(lambda self: self.lines)
    @rule(who=people, place=places, content=texts)
    def edit(self, who: UserId, place: int, content: str) -> None:
        """Say something differently."""
        line = self.lines[place % len(self.lines)]
        use = self.house.of(who).edit(message_id=line.id, content=content)
        if who not in self.read:
            self.refused(MessageNotFoundError, use)
        elif who != line.sender:
            self.refused(NotTheSenderError, use)
        elif line.is_deleted:
            self.refused(MessageDeletedError, use)
        else:
            self.run(use)
            if content != line.content:
                line.before.append(line.content)
                named = [UserId(word[1:]) for word in content.split() if word.startswith("@")]
                line.content, line.mentions = content, tuple(name for name in named if name in self.read)
                self.happened += 1

    @precondition(lambda self: self.lines)
    @rule(who=people, place=places)
    def delete(self, who: UserId, place: int) -> None:
        """Take something back."""
        line = self.lines[place % len(self.lines)]
        use = self.house.of(who).delete(message_id=line.id)
        if who not in self.read:
            self.refused(MessageNotFoundError, use)
        elif who not in {line.sender, ANNA}:
            self.refused(AccessDeniedError, use)
        else:
            self.run(use)
            self.happened += not line.is_deleted
            line.is_deleted, line.content, line.mentions = True, "", ()
            line.before.clear()
            line.reactions.clear()

    @precondition(lambda self: self.lines)
    @rule(who=people, place=places, emoji=emojis)
    def react(self, who: UserId, place: int, emoji: str) -> None:
        """Put an emoji."""
        line = self.lines[place % len(self.lines)]
        use = self.house.of(who).react(message_id=line.id, emoji=emoji)
        if who not in self.read:
            self.refused(MessageNotFoundError, use)
        elif line.is_deleted:
            self.refused(MessageDeletedError, use)
        else:
            self.run(use)
            if (who, emoji) not in line.reactions:
                line.reactions.append((who, emoji))
                self.happened += 1

    @precondition(lambda self: self.lines)
    @rule(who=people, place=places, emoji=emojis)
    def unreact(self, who: UserId, place: int, emoji: str) -> None:
        """Take an emoji back."""
        line = self.lines[place % len(self.lines)]
        use = self.house.of(who).unreact(message_id=line.id, emoji=emoji)
        if who not in self.read:
            self.refused(MessageNotFoundError, use)
        else:
            self.run(use)
            if (who, emoji) in line.reactions:
                line.reactions.remove((who, emoji))
                self.happened += 1

    @rule(who=people.filter(lambda who: who != ANNA))
    def join_or_leave(self, who: UserId) -> None:
        """Come, where one is not there; go, where one is."""
        self.run(self.house.remove(who) if who in self.read else self.house.join(who))
        if self.read.pop(who, None) is None:
            self.read[who] = len(self.lines)
        self.happened += 1

    @rule(who=people, sequence=places)
    def mark_read(self, who: UserId, sequence: int) -> None:
        """Read up to somewhere, or beyond."""
        self.run(self.house.channels.mark_read(channel_id=TEAM, user_id=who, sequence=sequence))
        if who in self.read:
            self.read[who] = max(self.read[who], min(sequence, len(self.lines)))

    @invariant()
    def the_history_is_the_list(self) -> None:
        """Everybody there reads the same messages, with the same texts, mentions and places."""
        expected = [
            (sequence, line.id, line.sender, line.content, line.mentions, line.is_deleted, bool(line.before))
            for sequence, line in enumerate(self.lines, 1)
        ]
        for who in self.read:
            messages = self.run(self.house.of(who).history(channel_id=TEAM, limit=200, after=0))
            assert expected[:200] == [
                (
                    message.sequence,
                    message.id,
                    message.sender_id,
                    message.content,
                    message.mentions,
                    message.deleted_at is not None,
                    message.edited_at is not None and message.deleted_at is None,
                )
                for message in messages
            ]

    @invariant()
    def revisions_and_reactions_are_the_lists(self) -> None:
        """What was said before, and who put which emoji, is as it was done."""
        for line in self.lines:
            revisions = self.run(self.house.of(ANNA).revisions(line.id))
            reactions = self.run(self.house.of(ANNA).reactions(line.id))
            assert line.before == [revision.content for revision in revisions]
            assert line.reactions == [(reaction.user_id, reaction.emoji) for reaction in reactions]

    @invariant()
    def unread_is_what_was_not_read(self) -> None:
        """Each member's unread count is what was said since they read, wrote or joined."""
        for who, read in self.read.items():
            assert len(self.lines) - read == self.run(self.house.unread(who))

    @invariant()
    def the_log_has_no_hole(self) -> None:
        """Every change is recorded once, at offsets 1, 2, 3 …, and every message with its sequence."""
        log = self.run(self.house.log())
        assert list(range(1, self.happened + 1)) == [recorded.offset for recorded in log]
        assert list(range(1, len(self.lines) + 1)) == [recorded.sequence for recorded in log if recorded.sequence]


TestMessages = MessagesMachine.TestCase
