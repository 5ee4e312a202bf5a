"""What clients are told of what is in the log, and of what passes by."""

from attrs import evolve, frozen

from saiondo_core.channels.events import (
    ChannelEvent,
    MemberBanned,
    MemberLeft,
    MemberRemoved,
    MembershipEvent,
    OwnershipTransferred,
)
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.events import Head, Recorded
from saiondo_core.kernel.ids import EventId, UserId
from saiondo_core.messages.events import MessageDeleted, MessageEdited, MessageEvent, MessageSent
from saiondo_core.messages.model import Message, MessageId
from saiondo_core.messages.ports import MessageRepository
from saiondo_core.realtime.frames import Data, Frame
from saiondo_core.realtime.listening import Told
from saiondo_core.realtime.model import cursor_of
from saiondo_core.realtime.notes import Broadcasted, Passing, PresenceChanged, ReadMoved, TypingChanged
from saiondo_core.realtime.replies import Happened, Presence, ReadMovedTo
from saiondo_core.realtime.requests import Broadcast, Typing

_WINDOW_MOST = 200
_SAYING = (MessageSent, MessageEdited, MessageDeleted)
"""What is told with its message."""


@frozen(kw_only=True, eq=False)
class Entry:
    """One event of a channel's log, ready to be told.

    Attributes:
        head: The channel's head once it has happened.
        after: The event before it; None where it is the first.
        revision: The channel's `membership_revision` when what it tells was committed, or later.
        leaver: Whose membership it ended, where it ended one.
    """

    head: Head
    after: EventId | None
    revision: int
    told: Told
    happened: Happened
    leaver: UserId | None = None

    @property
    def is_edited(self) -> bool:
        """Whether it tells what was said later than it happened, for all one knows."""
        return self.happened.message is not None and self.happened.message.edited_at is not None

    def follows(self, head: Head) -> bool:
        """Whether it is what happened next after *head*, in the same past."""
        return self.head.offset == head.offset + 1 and self.after == head.event_id


async def entries_of(
    events: tuple[Recorded, ...], messages: MessageRepository, *, epoch: str, after: EventId | None = None
) -> tuple[Entry, ...]:
    """*events*, which follow each other in one channel's log, with the messages they are about as those are now.

    Args:
        events: The events.
        messages: Where messages are kept.
        epoch: The log's.
        after: The event before the first; without it, they follow nothing that was told.
    """
    about = await _messages_of(events, messages)
    entries = list[Entry]()
    for recorded in events:
        if isinstance(recorded.event, ChannelEvent):
            entries.append(_entry(recorded, recorded.event, about, epoch, after))
        after = recorded.event.stamp.id
    return tuple(entries)


async def fenced(entries: tuple[Entry, ...], channels: ChannelRepository, actor: Actor) -> tuple[Entry, ...]:
    """*entries* of one channel; those that tell of an edited text are for whoever may read it now, not only then.

    Args:
        entries: What is to be told.
        channels: Where the channel is kept.
        actor: Anybody.
    """
    edited = next((entry for entry in entries if entry.is_edited), None)
    if edited is None or edited.told.frame.channel_id is None:
        return entries
    standing = await channels.standing(channel_id=edited.told.frame.channel_id, user_id=actor.id)
    now = 0 if standing is None else standing.channel.membership_revision
    return tuple(evolve(entry, revision=max(now, entry.revision)) if entry.is_edited else entry for entry in entries)


def _entry(
    recorded: Recorded, event: ChannelEvent, about: dict[MessageId, Message], epoch: str, after: EventId | None
) -> Entry:
    head = Head(epoch=epoch, offset=recorded.offset, event_id=event.stamp.id)
    message_id = event.message_id if isinstance(event, MessageEvent) else None
    happened = Happened(
        offset=recorded.offset,
        event_id=event.stamp.id,
        cursor=cursor_of(head),
        at=event.stamp.at,
        actor_id=event.stamp.actor,
        action=event.action,
        message=about.get(event.message_id) if isinstance(event, _SAYING) else None,
        message_id=message_id,
        member_id=event.user_id if isinstance(event, MembershipEvent | OwnershipTransferred) else None,
        role_id=getattr(event, "role_id", None),
        emoji=getattr(event, "emoji", None),
        is_imported=isinstance(event, MessageSent) and event.is_imported,
    )
    return Entry(
        head=head,
        after=after,
        revision=event.membership_revision,
        happened=happened,
        told=Told(
            Frame(
                type=Happened.type,
                data=happened,
                timestamp=event.stamp.at,
                user_id=event.stamp.actor,
                channel_id=event.channel_id,
            )
        ),
        leaver=event.user_id if isinstance(event, MemberLeft | MemberRemoved | MemberBanned) else None,
    )


async def _messages_of(events: tuple[Recorded, ...], messages: MessageRepository) -> dict[MessageId, Message]:
    found = dict[MessageId, Message]()
    for recorded in events:
        event = recorded.event
        if not isinstance(event, _SAYING) or event.message_id in found:
            continue
        if recorded.sequence is None or len(events) == 1:
            message = await messages.get(message_id=event.message_id)
            window: tuple[Message, ...] = () if message is None else (message,)
        else:
            # What was sent next is read with it, for that is what mostly follows.
            limit = min(_WINDOW_MOST, events[-1].offset - recorded.offset + 1)
            window = await messages.history(
                channel_id=event.channel_id, before=None, after=recorded.sequence - 1, limit=limit
            )
        found.update((message.id, message) for message in window)
    return found


def passing(note: Passing) -> Told:
    """What listeners are told of *note*; of the typing and the presence of one user, only the newest counts."""
    data: Data
    topic: object = None
    match note:
        case TypingChanged():
            data, topic = Typing(is_typing=note.is_typing), (Typing.type, note.channel_id, note.user_id)
        case PresenceChanged():
            data, topic = Presence(is_online=note.is_online), (Presence.type, note.channel_id, note.user_id)
        case ReadMoved():
            data, topic = (
                ReadMovedTo(message_id=note.message_id, sequence=note.sequence),
                (ReadMovedTo.type, note.channel_id, note.user_id),
            )
        case Broadcasted():
            data = Broadcast(data=note.data)
        case _:
            raise TypeError(f"nobody can be told of {type(note).__name__}")
    return Told(
        Frame(type=data.type, data=data, timestamp=note.at, user_id=note.user_id, channel_id=note.channel_id),
        topic=topic,
    )
