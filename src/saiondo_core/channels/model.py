"""Channels, who is in them, who is not, and who may come."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from attrs import evolve, field, frozen

from saiondo_core.kernel.errors import InvalidCursorError
from saiondo_core.kernel.ids import RoleId, UserId
from saiondo_core.kernel.paging import decode_cursor, encode_cursor
from saiondo_core.kernel.text import Json

ChannelId = NewType("ChannelId", str)
InvitationId = NewType("InvitationId", str)


class ChannelType(StrEnum):
    """Who may know of a channel: every signed-in user, its members, or two people for good."""

    PUBLIC = "public"
    PRIVATE = "private"
    DIRECT = "direct"


class ChannelRole(StrEnum):
    """What a member is in a channel."""

    OWNER = "owner"
    ADMIN = "admin"
    MODERATOR = "moderator"
    MEMBER = "member"
    GUEST = "guest"

    @property
    def id(self) -> RoleId:
        """What it is called among all roles."""
        return _ROLE_IDS[self]


_ROLE_IDS = {role: RoleId(f"channel:{role}") for role in ChannelRole}


class ChannelListing(StrEnum):
    """Which channels to list: those one is in, or those that everybody may join."""

    MINE = "mine"
    PUBLIC = "public"


class InvitationState(StrEnum):
    """What became of an invitation."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    REVOKED = "revoked"


@frozen(kw_only=True)
class Channel:
    """A place to talk.

    Attributes:
        key: The host's own name for it, such as `order:42`; unique.
        name: 1 to 50 characters on one line.
        description: At most 200 characters.
        membership_revision: Raised by each change of the channel or of who is in it. What was judged under an older
            one is judged again.
        last_sequence: The sequence of the newest message; 0 where nothing was said.
    """

    id: ChannelId
    key: str | None = None
    name: str
    description: str | None = None
    type: ChannelType
    owner_id: UserId
    metadata: Mapping[str, Json] = field(factory=dict[str, Json], hash=False)
    membership_revision: int = 1
    last_sequence: int = 0
    last_message_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None

    @property
    def last_activity(self) -> "Activity":
        """When something was last said, or when the channel was made, and the id that breaks ties."""
        return Activity(at=self.last_message_at or self.created_at, channel_id=self.id)

    @property
    def next_revision(self) -> int:
        """The `membership_revision` that the next change gives it."""
        return self.membership_revision + 1


@frozen(kw_only=True, order=True)
class Activity:
    """A place in the list of channels by last activity."""

    at: datetime
    channel_id: ChannelId

    def cursor(self, kind: str) -> str:
        """The cursor of *kind* that goes on after this place."""
        return encode_cursor(kind, self.at.isoformat(), self.channel_id)

    @classmethod
    def of_cursor(cls, cursor: str | None, kind: str) -> "Activity | None":
        """The place after which *cursor* goes on; None without one.

        Raises:
            InvalidCursorError: It is no cursor of *kind*.
        """
        if cursor is None:
            return None
        at, channel_id = decode_cursor(cursor, kind, 2)
        try:
            moment = datetime.fromisoformat(at)
        except ValueError as error:
            raise InvalidCursorError from error
        if moment.utcoffset() != timedelta():
            raise InvalidCursorError
        return cls(at=moment, channel_id=ChannelId(channel_id))


@frozen(kw_only=True)
class Membership:
    """Somebody's place in a channel.

    Attributes:
        read_sequence: Up to where they have read; it only rises, and one's own messages count as read.
        muted_until: Until then they read, but cannot send.
        joined_sequence: The channel's last sequence when they joined.
        extra_roles: What they hold in the channel beside their role, in the order it was given.
    """

    channel_id: ChannelId
    user_id: UserId
    role: ChannelRole = ChannelRole.MEMBER
    extra_roles: tuple[RoleId, ...] = ()
    read_sequence: int = 0
    muted_until: datetime | None = None
    joined_at: datetime
    joined_sequence: int = 0

    @property
    def roles(self) -> tuple[RoleId, ...]:
        """All they hold in the channel."""
        return (self.role.id, *self.extra_roles)


@frozen(kw_only=True)
class Ban:
    """Somebody who may not come back."""

    channel_id: ChannelId
    user_id: UserId
    banned_by: UserId
    banned_at: datetime


@frozen(kw_only=True)
class Invitation:
    """A way into a channel: for one person, or, without an invitee, a link for whoever holds its code.

    Attributes:
        code: 8 characters that cannot be guessed.
        state: As it was stored; `state_at` also knows of the time.
        uses: How often it was used, of at most `max_uses`.
    """

    id: InvitationId
    channel_id: ChannelId
    inviter_id: UserId
    invitee_id: UserId | None = None
    code: str = field(repr=False)
    state: InvitationState = InvitationState.PENDING
    max_uses: int = 1
    uses: int = 0
    expires_at: datetime

    def state_at(self, now: datetime) -> InvitationState:
        """What became of it by *now*: a pending one expires by itself."""
        if self.state is InvitationState.PENDING and now >= self.expires_at:
            return InvitationState.EXPIRED
        return self.state

    @property
    def redeemed(self) -> "Invitation":
        """What becomes of it when it is used: once spent, it is accepted."""
        uses = self.uses + 1
        return evolve(self, uses=uses, state=self.state if uses < self.max_uses else InvitationState.ACCEPTED)


@frozen(kw_only=True)
class Standing:
    """How somebody stands to a channel: read in one piece, so that it is true of one `membership_revision`."""

    channel: Channel
    membership: Membership | None = None
    is_banned: bool = False

    @property
    def roles(self) -> tuple[RoleId, ...]:
        """What they are in the channel: nothing, where they are no member."""
        return () if self.membership is None else self.membership.roles

    @property
    def unread(self) -> int:
        """How many messages the member has not read."""
        return 0 if self.membership is None else self.channel.last_sequence - self.membership.read_sequence


@frozen(kw_only=True)
class Unread:
    """How much a member has not read of one channel."""

    channel_id: ChannelId
    unread: int
    last_sequence: int


@frozen(kw_only=True)
class ChannelChange:
    """One atomic change of a channel and of who is in it.

    Attributes:
        channel: The channel as it will be. Its `membership_revision` is one above the one it was judged under; its
            `last_sequence` and `last_message_at` are the store's own affair, and ignored.
        put: Memberships to add or replace. The store gives new ones the channel's present `last_sequence` as
            `joined_sequence` and `read_sequence`, and never lowers the `read_sequence` of present ones.
        drop: Whose memberships end.
        ban: Bans to add.
        unban: Whose bans end.
        invitations: Invitations to add or replace.
    """

    channel: Channel
    put: tuple[Membership, ...] = ()
    drop: tuple[UserId, ...] = ()
    ban: tuple[Ban, ...] = ()
    unban: tuple[UserId, ...] = ()
    invitations: tuple[Invitation, ...] = ()
