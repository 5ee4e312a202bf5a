"""Roles, who holds them, and what they allow."""

from datetime import datetime
from typing import Final

from attrs import frozen

from saiondo_core.kernel.events import RightsRevision
from saiondo_core.kernel.ids import RoleId, UserId
from saiondo_core.kernel.policies import (
    ADMIN,
    CHANNEL_ADMIN,
    CHANNEL_MODERATOR,
    GUEST,
    MEMBER,
    MODERATOR,
    OWNER,
    POLICIES,
    USER,
)

EVERYTHING: Final = "*"
"""The pattern of every permission, and either half of one: `message:*`, `*:read`."""


@frozen(kw_only=True)
class Role:
    """What its holders may do.

    Attributes:
        id: Of a role that is built in, a name such as `moderator` or `channel:moderator`.
        name: 1 to 50 characters on one line; unique, case aside.
        permissions: What it allows of its own, as `resource:verb`; `*` stands for all, whole or either half.
        inherits: The roles whose permissions it has too.
    """

    id: RoleId
    name: str
    permissions: frozenset[str] = frozenset()
    inherits: frozenset[RoleId] = frozenset()


@frozen(kw_only=True)
class RoleAssignment:
    """That somebody holds a role.

    Attributes:
        scope: The channel they hold it in; None for everywhere.
    """

    user_id: UserId
    role_id: RoleId
    scope: str | None = None
    assigned_by: UserId
    assigned_at: datetime


@frozen(kw_only=True)
class RoleBook:
    """The roles that the host or its users made: those that are built in stand in no store.

    Attributes:
        revision: Raised by each change of any of them.
    """

    revision: int
    roles: tuple[Role, ...] = ()


@frozen(kw_only=True)
class UserRights:
    """What one user was given everywhere.

    Attributes:
        revision: Of the rights they follow from: raised by each change of them, and of any role.
        is_admitted: Whether they may act at all: False for whoever was deleted.
    """

    revision: RightsRevision
    assignments: tuple[RoleAssignment, ...] = ()
    is_admitted: bool = True


@frozen(kw_only=True)
class PermissionContext:
    """What a permission is asked about.

    Attributes:
        channel_id: The channel it is asked in.
        message_id: The message it is asked of; its channel need not be named.
        owner_id: Whose the thing is, where it is neither a channel's nor a message: a profile's own id, for example.
    """

    channel_id: str | None = None
    message_id: str | None = None
    owner_id: UserId | None = None


@frozen(kw_only=True)
class PermissionCheck:
    """One of many questions: may they do *action* to *resource*?"""

    resource: str
    action: str
    context: PermissionContext = PermissionContext()


@frozen(kw_only=True)
class UserPermissions:
    """What somebody holds: everywhere, or in a channel.

    Attributes:
        scope: The channel; None for what holds everywhere.
        roles: The roles that they were given, and everybody's.
        permissions: What these allow, inherited permissions too, as they stand in the roles.
    """

    user_id: UserId
    scope: str | None
    roles: tuple[RoleId, ...]
    permissions: frozenset[str]


@frozen(kw_only=True)
class Holders:
    """Who may do something.

    Attributes:
        everybody: Whether every user may, for what they all hold.
        user_ids: Otherwise those who may, by id.
        next_cursor: Goes on with the next page; None at the end.
    """

    everybody: bool
    user_ids: tuple[UserId, ...] = ()
    next_cursor: str | None = None


def _built_in(role_id: RoleId, *inherits: RoleId, everything: bool = False) -> Role:
    own = frozenset(row.permission for row in POLICIES if role_id in row.held_by)
    return Role(
        id=role_id,
        name=role_id,
        permissions=frozenset({EVERYTHING}) if everything else own,
        inherits=frozenset(inherits),
    )


BUILT_IN: Final[tuple[Role, ...]] = (
    _built_in(USER),
    _built_in(MODERATOR, USER),
    _built_in(ADMIN, MODERATOR, everything=True),
    _built_in(GUEST),
    _built_in(MEMBER, GUEST),
    _built_in(CHANNEL_MODERATOR, MEMBER),
    _built_in(CHANNEL_ADMIN, CHANNEL_MODERATOR),
    _built_in(OWNER, CHANNEL_ADMIN),
)
"""The roles that are always there and never change: the table of `kernel.policies`, by its columns."""
