"""Who may do what: one row per permission. `docs/reference/permissions.md` is written from this table.

A use case declares the row it works under; the roles that are built in are made of the last column. What stands in no
row, nobody may.
"""

from enum import StrEnum
from typing import Final

from attrs import frozen

from saiondo_core.kernel.ids import RoleId

USER, MODERATOR, ADMIN = RoleId("user"), RoleId("moderator"), RoleId("admin")
"""The roles that hold everywhere: everybody's, and the two above it. Each holds what the one before it does."""

GUEST, MEMBER, CHANNEL_MODERATOR, CHANNEL_ADMIN, OWNER = (
    RoleId(f"channel:{name}") for name in ("guest", "member", "moderator", "admin", "owner")
)
"""The roles of a channel's members. Each holds what the one before it does."""


class Where(StrEnum):
    """Where a permission is asked for.

    Attributes:
        DOOR: Nowhere: whoever asks is not known yet, and proves by a secret who they are.
        HOST: Only the host itself may, in process.
        EVERYWHERE: Of the whole; roles in a channel do not count.
        CHANNEL: In a channel, which the acting user must know of; roles there count, and those that hold everywhere.
        INSIDE: The same, of the channel's members only: no role makes up for not being one.
    """

    DOOR = "door"
    HOST = "host"
    EVERYWHERE = "everywhere"
    CHANNEL = "channel"
    INSIDE = "inside"


class Grant(StrEnum):
    """What can be granted, by the operation that grants it."""

    ASSIGN_ROLE = "permission.assign_role"
    INVITE = "channel.invite"
    UNBAN = "channel.unban"
    UNMUTE = "channel.unmute"


@frozen(kw_only=True, repr=False)
class MissingGrant:
    """The smallest grant that would allow what was refused.

    Attributes:
        operation: What to ask for.
        role_id: The role to be given, where it is one.
        scope: The channel it is to be given in; None for everywhere.
    """

    operation: Grant
    role_id: RoleId | None = None
    scope: str | None = None

    def __repr__(self) -> str:
        """The call that grants it, but for the user."""
        named = {"role_id": self.role_id, "scope" if self.role_id else "channel_id": self.scope}
        given = ", ".join(f"{name}={value!r}" for name, value in named.items() if value is not None)
        return f"{self.operation}({given})"


class Own(StrEnum):
    """What it counts for that a thing is the acting user's own."""

    IGNORED = "ignored"
    SUFFICES = "suffices"
    REQUIRED = "required"


@frozen(eq=False)  # A row is itself only, and so a key that costs nothing to hash.
class Policy:
    """What is asked of whoever wants to do something: a row of the table.

    Attributes:
        permission: What they need, as `resource:verb`.
        where: Where it is asked for.
        what: What it allows.
        held_by: The lowest of the roles that are built in which hold it.
        own: What it counts for that the thing is their own: with `suffices` they need not hold the permission, with
            `required` they need both.
        owned: Which things are their own.
        needs_voice: Whether the muted may not.
    """

    permission: str
    where: Where
    what: str
    held_by: tuple[RoleId, ...] = ()
    own: Own = Own.IGNORED
    owned: str = ""
    needs_voice: bool = False


AT_THE_DOOR: Final = Policy("auth:enter", Where.DOOR, "register, sign in, and use or end what that gave")

SESSION_ISSUE: Final = Policy("session:issue", Where.HOST, "start a session for a user of the host's own")
USER_ENSURE: Final = Policy("user:ensure", Where.HOST, "mirror the host's own users")
MESSAGE_IMPORT: Final = Policy("message:import", Where.HOST, "bring in what was said elsewhere")
EVENT_HANDLE: Final = Policy("event:handle", Where.HOST, "hear of all events, and see what failed to")
MESSAGE_JUDGE: Final = Policy("message:judge", Where.HOST, "judge messages before they are sent")

USER_READ: Final = Policy("user:read", Where.EVERYWHERE, "see who there is", (USER,))
USER_MANAGE: Final = Policy(
    "user:manage",
    Where.EVERYWHERE,
    "change and delete users, end their sessions, and see addresses",
    (ADMIN,),
    Own.SUFFICES,
    "oneself",
)
PASSWORD_CHANGE: Final = Policy(
    "password:change", Where.EVERYWHERE, "change a password", (USER,), Own.REQUIRED, "one's own password"
)
CHANNEL_CREATE: Final = Policy("channel:create", Where.EVERYWHERE, "make a channel", (USER,))
CHANNEL_LIST: Final = Policy("channel:list", Where.EVERYWHERE, "list one's own channels and the public ones", (USER,))
CHANNEL_JOIN: Final = Policy(
    "channel:join", Where.EVERYWHERE, "join a public channel, and accept or decline an invitation", (USER,)
)
CACHE_MANAGE: Final = Policy(
    "cache:manage", Where.EVERYWHERE, "see, fill and clear the cache, and keep other things in it", (ADMIN,)
)
ROLE_LIST: Final = Policy("role:list", Where.EVERYWHERE, "see which roles there are", (USER,))
ROLE_MANAGE: Final = Policy("role:manage", Where.EVERYWHERE, "make, change and delete roles", (ADMIN,))

ROLE_READ: Final = Policy(
    "role:read",
    Where.CHANNEL,
    "see who holds which role, and may do what",
    (CHANNEL_ADMIN, ADMIN),
    Own.SUFFICES,
    "one's own roles",
)
ROLE_ASSIGN: Final = Policy(
    "role:assign",
    Where.CHANNEL,
    "give and take roles; a channel's own, who manages its members",
    (CHANNEL_ADMIN, ADMIN),
)
CHANNEL_DISCOVER: Final = Policy(
    "channel:discover",
    Where.CHANNEL,
    "know that there is such a channel, and what it is called",
    (GUEST, ADMIN),
    Own.SUFFICES,
    "a public channel",
)
CHANNEL_UPDATE: Final = Policy(
    "channel:update", Where.CHANNEL, "change what a channel is called and says of itself", (CHANNEL_ADMIN, ADMIN)
)
CHANNEL_MANAGE_MEMBERS: Final = Policy(
    "channel:manage_members",
    Where.CHANNEL,
    "remove, ban and mute members and guests, and make either of the other",
    (CHANNEL_MODERATOR, MODERATOR),
)
CHANNEL_MANAGE_MODERATORS: Final = Policy(
    "channel:manage_moderators", Where.CHANNEL, "the same with moderators", (CHANNEL_ADMIN, ADMIN)
)
CHANNEL_MANAGE_ADMINS: Final = Policy("channel:manage_admins", Where.CHANNEL, "the same with admins", (OWNER, ADMIN))
CHANNEL_TRANSFER: Final = Policy("channel:transfer", Where.CHANNEL, "hand a channel over", (OWNER, ADMIN))
CHANNEL_DELETE: Final = Policy("channel:delete", Where.CHANNEL, "delete a channel", (OWNER, ADMIN))
INVITATION_REVOKE: Final = Policy(
    "invitation:revoke",
    Where.CHANNEL,
    "take an invitation back",
    (CHANNEL_MODERATOR, MODERATOR),
    Own.SUFFICES,
    "an invitation one sent",
)
MESSAGE_DELETE: Final = Policy(
    "message:delete",
    Where.CHANNEL,
    "delete a message for good",
    (CHANNEL_MODERATOR, MODERATOR),
    Own.SUFFICES,
    "what a member said",
)

CHANNEL_READ: Final = Policy("channel:read", Where.INSIDE, "read, search, and see who is there", (GUEST,))
CHANNEL_LEAVE: Final = Policy("channel:leave", Where.INSIDE, "leave", (GUEST,))
CHANNEL_INVITE: Final = Policy("channel:invite", Where.INSIDE, "invite somebody, or make a link", (MEMBER,))
MESSAGE_SEND: Final = Policy("message:send", Where.INSIDE, "say something", (GUEST,), needs_voice=True)
MESSAGE_EDIT: Final = Policy(
    "message:edit",
    Where.INSIDE,
    "say something differently",
    (GUEST,),
    Own.REQUIRED,
    "what one said",
    needs_voice=True,
)
MESSAGE_REACT: Final = Policy("message:react", Where.INSIDE, "put an emoji to a message, and take it back", (GUEST,))

POLICIES: Final[tuple[Policy, ...]] = tuple(row for row in tuple(globals().values()) if isinstance(row, Policy))
"""The table, in the order in which it stands here."""
