"""Messages, what became of them, and what may be said."""

import re
from collections.abc import Mapping
from datetime import datetime
from enum import Enum, StrEnum
from hashlib import sha256
from typing import NewType

from attrs import field, frozen

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.errors import TextCharactersError
from saiondo_core.kernel.events import Event
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.text import Json, canonical, clean_line, clean_text

MessageId = NewType("MessageId", str)

CONTENT_MOST = 2_000
MENTIONS_MOST = 50
REACTIONS_MOST = 20
"""How many different emoji one user may put to one message."""

_EMOJI = re.compile(r"\S{1,32}")


class MessageType(StrEnum):
    """What a message is: what somebody wrote, what came with a file, or what the host says."""

    TEXT = "text"
    IMAGE = "image"
    FILE = "file"
    SYSTEM = "system"


class Auto(Enum):
    """The kind of `AUTO`."""

    AUTO = "auto"


AUTO = Auto.AUTO
"""Read the mentions from the content: every `@username` of a member."""


@frozen(kw_only=True)
class MessageDraft:
    """A message that was not stored yet: all of it but its place in the channel."""

    id: MessageId
    channel_id: ChannelId
    sender_id: UserId
    type: MessageType = MessageType.TEXT
    content: str
    mentions: tuple[UserId, ...] = ()
    reply_to: MessageId | None = None
    metadata: Mapping[str, Json] = field(factory=dict[str, Json], hash=False)
    client_message_id: str | None = None
    created_at: datetime


@frozen(kw_only=True)
class Message(MessageDraft):
    """Something that was said.

    Attributes:
        sequence: Its place among the channel's messages: gap-free from 1, never changed.
        content: At most 2,000 characters of text; empty once deleted.
        mentions: The members it was addressed to.
        client_message_id: The sender's own name for it: the same one again is the same message.
        deleted_at: When it was deleted. What is left is a tombstone: its place, its sender and its times.
    """

    sequence: int
    edited_at: datetime | None = None
    deleted_at: datetime | None = None

    def can_be_answered_in(self, channel_id: ChannelId) -> bool:
        """Whether a message in that channel can reply to it: in the same one, and while it still says something."""
        return self.channel_id == channel_id and self.deleted_at is None


@frozen(kw_only=True)
class Revision:
    """What a message said before it was edited.

    Attributes:
        edited_at: When this text was replaced.
    """

    message_id: MessageId
    content: str
    edited_at: datetime


@frozen(kw_only=True)
class Reaction:
    """One emoji that somebody put to a message."""

    message_id: MessageId
    user_id: UserId
    emoji: str
    created_at: datetime


@frozen(kw_only=True)
class Appended:
    """What became of an append.

    Attributes:
        message: The message as it is now.
        is_duplicate: Whether it was there already.
    """

    message: Message
    is_duplicate: bool


@frozen(kw_only=True)
class Entry:
    """A draft to append, the fingerprint of its body as it was asked for, and the event it causes."""

    draft: MessageDraft
    fingerprint: str
    event: Event


@frozen(kw_only=True)
class Imported:
    """A message that the host brings from elsewhere, as `import_many` takes it.

    Attributes:
        sender_id: Who said it: any user, member or not.
        created_at: When it was said, which it keeps.
        client_message_id: Its id where it comes from, say: the same one of the same sender is imported once.
        reply_to: A message that is in the channel already.
    """

    sender_id: UserId
    content: str
    created_at: datetime
    client_message_id: str | None = None
    reply_to: MessageId | None = None
    metadata: Mapping[str, Json] | None = field(default=None, hash=False)
    mentions: tuple[UserId, ...] = ()


@frozen(kw_only=True)
class Sent:
    """A message that was sent under a key, as it is now, and the fingerprint of the body it was sent with."""

    message: Message
    fingerprint: str


@frozen
class Allow:
    """A hook's verdict: send it as it is."""


@frozen
class Replace:
    """A hook's verdict: send this text instead."""

    content: str


@frozen
class Reject:
    """A hook's verdict: do not send it, and tell the sender why."""

    reason: str


Judgement = Allow | Replace | Reject


def fingerprint(
    *,
    type: MessageType,
    content: str,
    reply_to: MessageId | None,
    mentions: tuple[UserId, ...] | Auto,
    metadata: Mapping[str, Json],
) -> str:
    """The SHA-256 of a body as the sender asked for it, before any hook or look-up: what a repeated send must equal."""
    asked = "auto" if isinstance(mentions, Auto) else list[Json](mentions)
    return sha256(canonical([type, content, reply_to, asked, dict(metadata)]).encode()).hexdigest()


def clean_content(content: str, field: str = "content") -> str:
    """*content* in NFC: 1 to 2,000 characters, not all blank.

    Raises:
        TextLengthError: It is blank or too long.
        TextCharactersError: It holds NUL or a lone surrogate.
    """
    return clean_text(content, field, least=1, most=CONTENT_MOST)


def clean_client_message_id(client_message_id: str, field: str = "client_message_id") -> str:
    """*client_message_id* in NFC: 1 to 100 characters on one line.

    Raises:
        TextLengthError: It is blank or too long.
        TextCharactersError: It holds a control character or a line break.
    """
    return clean_line(client_message_id, field, least=1, most=100)


def clean_emoji(emoji: str) -> str:
    """*emoji* in NFC: 1 to 32 code points without blanks.

    Raises:
        TextLengthError: It is blank or too long.
        TextCharactersError: It holds blanks or control characters.
    """
    clean = clean_line(emoji, "emoji", least=1, most=32)
    if not _EMOJI.fullmatch(clean):
        raise TextCharactersError(field="emoji", expected="one emoji, or a short name without blanks")
    return clean
