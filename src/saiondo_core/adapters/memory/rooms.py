"""What the memory stores of channels and of messages share: a channel, with all that is in it."""

from collections import defaultdict

from attrs import define, field

from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.channels.model import Ban, Channel, ChannelId, Invitation, InvitationId, Membership
from saiondo_core.kernel.ids import EventId, UserId
from saiondo_core.messages.model import Message, MessageId, Reaction, Revision


@define(eq=False, repr=False)
class Said:
    """A message as it is now, with what it said before and what was put to it.

    Attributes:
        changes: The first event of each replacement that was made, by which a repeated one is known.
    """

    message: Message
    fingerprint: str
    changes: tuple[EventId, ...] = ()
    revisions: tuple[Revision, ...] = ()
    reactions: tuple[Reaction, ...] = ()


@define(eq=False, repr=False)
class Room:
    """One channel, with all that is in it.

    Attributes:
        changes: The first event of each change that was made, by which a repeated one is known.
        said: The messages, in the order of their sequences.
        keys: Where a sender's `client_message_id` is used.
    """

    channel: Channel
    changes: set[EventId] = field(factory=set[EventId])
    members: dict[UserId, Membership] = field(factory=dict[UserId, Membership])
    bans: dict[UserId, Ban] = field(factory=dict[UserId, Ban])
    invitations: dict[InvitationId, Invitation] = field(factory=dict[InvitationId, Invitation])
    said: list[Said] = field(factory=list[Said])
    keys: dict[tuple[UserId, str], Said] = field(factory=dict[tuple[UserId, str], Said])


@define(eq=False, repr=False)
class Rooms:
    """All channels of one tenant, and the indexes that find them.

    Attributes:
        deleted: The channels that no index finds any more, kept so that a repeated deletion is known as one.
    """

    log: MemoryLog
    by_id: dict[ChannelId, Room] = field(factory=dict[ChannelId, Room])
    deleted: dict[ChannelId, Room] = field(factory=dict[ChannelId, Room])
    by_key: dict[str, ChannelId] = field(factory=dict[str, ChannelId])
    of_user: defaultdict[UserId, set[ChannelId]] = field(factory=lambda: defaultdict(set))
    public: set[ChannelId] = field(factory=set[ChannelId])
    invitations: dict[InvitationId, ChannelId] = field(factory=dict[InvitationId, ChannelId])
    codes: dict[str, InvitationId] = field(factory=dict[str, InvitationId])
    messages: dict[MessageId, Said] = field(factory=dict[MessageId, Said])
