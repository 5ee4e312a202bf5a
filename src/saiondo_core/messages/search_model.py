"""What is asked of a search, and what it finds."""

from datetime import datetime, timedelta

from attrs import frozen

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.errors import InvalidCursorError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.paging import decode_cursor, encode_cursor
from saiondo_core.messages.model import Message, MessageId


@frozen(kw_only=True)
class SearchHit:
    """A message that was found.

    Attributes:
        highlights: Where in its content the words stand: beginnings and ends in code points, in order.
    """

    message: Message
    highlights: tuple[tuple[int, int], ...]


@frozen
class Term:
    """Something of which a message must have one among its tokens (see `tokens` in `search_text`).

    Attributes:
        text: A token.
        is_prefix: Whether any token will do that begins with it.
    """

    text: str
    is_prefix: bool = False


@frozen(kw_only=True)
class Place:
    """A message's place in what is found: the newest first, by time and, at the same time, by id."""

    created_at: datetime
    message_id: MessageId

    @property
    def cursor(self) -> str:
        """The cursor that goes on after this place."""
        return encode_cursor("search", self.created_at.isoformat(), self.message_id)

    @classmethod
    def of_cursor(cls, cursor: str | None) -> "Place | None":
        """The place after which *cursor* goes on; None without one.

        Raises:
            InvalidCursorError: It is no cursor of a search.
        """
        if cursor is None:
            return None
        at, message_id = decode_cursor(cursor, "search", 2)
        try:
            created_at = datetime.fromisoformat(at)
        except ValueError as error:
            raise InvalidCursorError from error
        if created_at.utcoffset() != timedelta():
            raise InvalidCursorError
        return cls(created_at=created_at, message_id=MessageId(message_id))


@frozen(kw_only=True)
class Search:
    """What to find.

    Attributes:
        channel_ids: In which channels.
        terms: What a message must have, all of it.
        sender_id: Who must have said it.
        before: It must have been said before that.
        after: It must have been said after that.
        below: It must come after this place.
    """

    channel_ids: tuple[ChannelId, ...]
    terms: tuple[Term, ...]
    sender_id: UserId | None = None
    before: datetime | None = None
    after: datetime | None = None
    below: Place | None = None


@frozen(kw_only=True)
class Candidates:
    """Messages that may be what was searched for.

    Attributes:
        message_ids: Them, newest first.
        looked_at: How many messages were looked at to find them, the candidates among them.
        reached: The place down to which all were looked at; None where nothing is left below.
    """

    message_ids: tuple[MessageId, ...]
    looked_at: int
    reached: Place | None


def place_of(message: Message) -> Place:
    """The place of *message*."""
    return Place(created_at=message.created_at, message_id=message.id)
