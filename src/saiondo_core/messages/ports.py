"""Where messages are kept, and the host's word before they are sent."""

from abc import abstractmethod
from typing import ClassVar, Protocol

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.events import Event
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import Logged
from saiondo_core.messages.model import (
    Appended,
    Entry,
    Judgement,
    Message,
    MessageDraft,
    MessageId,
    Reaction,
    Revision,
    Sent,
)
from saiondo_core.messages.search_model import Candidates, Search


class MessageRepository(Logged, Protocol):
    """The messages, their revisions and reactions. One family with the channels: they share one log.

    Every write is fenced: one that was judged under an older `membership_revision` than the channel's present one
    raises `StaleMembershipError` and leaves nothing, in the same transaction. A deleted or unknown channel raises it
    too.

    Laws:
        - append_then_read_is_the_same: What was appended is read back, by id and in the history, field by field.
        - append_is_gap_free: The sequences of a channel are 1, 2, 3 …, and its offsets too, whoever appends at once.
        - append_keeps_message_and_events_or_neither: A refused append leaves no message, key, event, offset or
          sequence.
        - append_stamps_the_sequence: The event of an append is recorded with the message's sequence.
        - append_moves_the_channel: The channel's `last_sequence` and `last_message_at` are the message's, and its
          sender, where a member, has read it.
        - same_draft_id_is_one_message: The same draft again is the same message, with nothing recorded (a lost reply).
        - other_draft_under_the_id_conflicts: The same id with another fingerprint raises `MessageIdTakenError`.
        - same_key_is_one_message: The same channel, sender and `client_message_id` again gives the message as it is
          now, also after an edit or a deletion, with nothing recorded.
        - other_fingerprint_conflicts_and_leaves_nothing: The same key with another fingerprint raises
          `IdempotencyConflictError`.
        - keys_are_of_their_sender_and_channel: The same key of another sender, or in another channel, is another
          message.
        - a_retry_wins_over_the_revision: A repeated append is answered, whatever the revision it was judged under.
        - append_under_an_older_revision_refuses: And so do `replace`, `react` and `unreact`.
        - append_many_is_all_or_nothing: The entries get consecutive sequences, or none is kept.
        - append_many_knows_its_duplicates: Entries that are there already are given back, and not appended again.
        - sent_finds_by_key: `sent` gives the message as it is now and the fingerprint it was sent with.
        - history_goes_by_sequence: `history` gives messages by rising sequence: the last before one, the first after
          one, the newest where neither is named; at most `limit`.
        - replace_needs_the_present: `replace` of anything but the present message raises `StaleMessageError`.
        - replace_is_idempotent: The same replacement again, with the same events, changes and records nothing.
        - parallel_replaces_have_one_winner: Of parallel replacements of one message, one is stored.
        - replace_keeps_the_place: Sequence, sender and key of a message never change.
        - an_edit_keeps_the_revision: Each replaced text is kept, oldest first.
        - a_tombstone_forgets: Of a deleted message no text, revision or reaction is left.
        - a_reaction_counts_once: The same user and emoji again changes and records nothing; nor does removing one that
          is not there.
        - a_tombstone_takes_no_reaction: A reaction to a deleted or unknown message raises `StaleMessageError` and
          leaves nothing.
        - reactions_are_bounded: Of one user's parallel reactions to one message, `most` are kept; the others raise
          `TooManyReactionsError`.
        - reactions_go_by_time: `reactions` gives them in the order they were put.
        - writes_carry_their_events: Each write's events are in the channel's stream, in order, with gap-free offsets.
    """

    __slots__ = ()

    @abstractmethod
    async def append(
        self, *, draft: MessageDraft, fingerprint: str, membership_revision: int, events: tuple[Event, ...]
    ) -> Appended:
        """Keep *draft* as the channel's next message, and record *events*, the first of them with its sequence."""

    @abstractmethod
    async def append_many(self, *, entries: tuple[Entry, ...], membership_revision: int) -> tuple[Appended, ...]:
        """Append all *entries*, which are of one channel, in their order, as one write."""

    @abstractmethod
    async def sent(self, *, channel_id: ChannelId, sender_id: UserId, client_message_id: str) -> Sent | None:
        """What that sender has sent there under that key."""

    @abstractmethod
    async def get(self, *, message_id: MessageId) -> Message | None:
        """The message of that id, tombstones too."""

    @abstractmethod
    async def history(
        self, *, channel_id: ChannelId, before: int | None, after: int | None, limit: int
    ) -> tuple[Message, ...]:
        """The messages with a sequence below *before* or above *after* (not both), by rising sequence."""

    @abstractmethod
    async def replace(
        self, *, before: Message, after: Message, membership_revision: int, events: tuple[Event, ...]
    ) -> None:
        """Put *after* in the place of *before*, and record *events*.

        What *before* said is kept as a revision that ends with the first event; where *after* is a tombstone, nothing
        is.
        """

    @abstractmethod
    async def revisions(self, *, message_id: MessageId) -> tuple[Revision, ...]:
        """What the message said before, oldest first."""

    @abstractmethod
    async def react(
        self, *, reaction: Reaction, most: int, membership_revision: int, events: tuple[Event, ...]
    ) -> None:
        """Keep *reaction*, and record *events*, unless the user has put that emoji, or *most* others, there already."""

    @abstractmethod
    async def unreact(
        self, *, message_id: MessageId, user_id: UserId, emoji: str, membership_revision: int, events: tuple[Event, ...]
    ) -> None:
        """Remove a reaction, and record *events*, if it is there."""

    @abstractmethod
    async def reactions(self, *, message_id: MessageId) -> tuple[Reaction, ...]:
        """The reactions to the message, in the order they were put."""


class MessageSearch(Protocol):
    """Finds messages that may be what somebody looks for; whoever asks checks them against the present messages.

    What a message is found by are the `tokens` (see `search_text`) of its content. Who may search where is
    not asked here.

    Laws:
        - what_was_written_is_found: What was sent, edited or imported before the call is found by each of its tokens,
          and by each beginning of them.
        - only_the_channels_asked_for: No message of another channel is found, and none changes what is found.
        - filters_are_exact: Who sent it, and before and after which moment, is as asked for.
        - the_newest_come_first: By time and, at the same time, by id; imported messages stand where their times say.
        - pages_go_on_exactly: Asked again below what was reached, nothing is found twice or left out.
        - looking_is_bounded: At most `limit` are found, and no more than `most`; what is reached always moves on.
    """

    __slots__ = ()

    @abstractmethod
    async def candidates(self, *, search: Search, limit: int, most: int) -> Candidates:
        """The first *limit* messages that may be what is searched for, or fewer, where *most* were looked at."""


class SendHook(Protocol):
    """The host's word on a message before it is stored. Local: it is the host's own code.

    Laws:
        - a_verdict_is_given: It gives `Allow`, `Replace` or `Reject`, and changes nothing itself: it is asked again
          when a send is repeated.
    """

    __slots__ = ()
    local: ClassVar[bool] = True

    @abstractmethod
    async def __call__(self, draft: MessageDraft) -> Judgement:
        """What is to become of *draft*."""
