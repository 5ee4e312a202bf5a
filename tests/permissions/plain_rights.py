"""Who may do what, the plain way: all of it looked up in lists anew for each question."""

from datetime import datetime
from fnmatch import fnmatchcase

from attrs import define, field

from saiondo_core.kernel.ids import RoleId, UserId
from saiondo_core.kernel.policies import (
    ADMIN,
    CHANNEL_ADMIN,
    CHANNEL_DISCOVER,
    CHANNEL_JOIN,
    CHANNEL_MODERATOR,
    GUEST,
    MEMBER,
    MODERATOR,
    OWNER,
    POLICIES,
    USER,
    Own,
    Policy,
    Where,
)

INVOICE_APPROVE = Policy("invoice:approve", Where.CHANNEL, "the host's own")
ROWS = (*POLICIES, INVOICE_APPROVE)
PERMISSIONS = tuple(row.permission for row in ROWS)

_LADDERS = ((USER, MODERATOR, ADMIN), (GUEST, MEMBER, CHANNEL_MODERATOR, CHANNEL_ADMIN, OWNER))


def _built_in(role_id: RoleId) -> frozenset[str]:
    """What a built-in role allows: what the table gives to it, and to those below it."""
    (below,) = (ladder[: ladder.index(role_id) + 1] for ladder in _LADDERS if role_id in ladder)
    return frozenset(row.permission for row in POLICIES if {*below} & {*row.held_by})


BUILT_IN = {role_id: _built_in(role_id) for ladder in _LADDERS for role_id in ladder} | {ADMIN: frozenset(PERMISSIONS)}


@define
class PlainRole:
    """A role that was made."""

    name: str
    patterns: frozenset[str]
    inherits: frozenset[RoleId]


@define
class PlainMember:
    """Somebody in a channel."""

    role: RoleId
    extra: set[RoleId] = field(factory=set[RoleId])
    muted_until: datetime | None = None


@define
class PlainChannel:
    """A channel."""

    is_public: bool
    members: dict[UserId, PlainMember]
    banned: set[UserId] = field(factory=set[UserId])
    invited: set[UserId] = field(factory=set[UserId])

    def admit(self, user: UserId, role: RoleId) -> None:
        """Have somebody in it, or have them be something else there."""
        if user in self.members:
            self.members[user].role = role
        else:
            self.members[user] = PlainMember(role)
            self.banned.discard(user)
            self.invited.discard(user)

    def ban(self, user: UserId) -> None:
        """Have somebody out, for good."""
        self.members.pop(user, None)
        self.invited.discard(user)
        self.banned.add(user)

    def hand_over(self, user: UserId) -> None:
        """Have somebody own it in the place of whoever did."""
        for member in self.members.values():
            member.role = MEMBER if member.role == OWNER else member.role
        self.members[user].role, self.members[user].muted_until = OWNER, None


@define
class PlainRights:
    """Users, roles and channels, as they are."""

    now: datetime
    held: dict[UserId, set[RoleId]] = field(factory=dict[UserId, set[RoleId]])
    """What those who were not deleted hold everywhere."""
    roles: dict[RoleId, PlainRole] = field(factory=dict[RoleId, PlainRole])
    channels: dict[str, PlainChannel] = field(factory=dict[str, PlainChannel])

    @property
    def muted(self) -> bool:
        """Whether anybody is muted."""
        everybody = (member for channel in self.channels.values() for member in channel.members.values())
        return any(member.muted_until is not None and self.now < member.muted_until for member in everybody)

    def forget(self, user: UserId) -> None:
        """Have a user deleted."""
        del self.held[user]
        for channel in self.channels.values():
            channel.members.pop(user, None)

    def forget_role(self, role_id: RoleId) -> None:
        """Have a role deleted."""
        del self.roles[role_id]
        for roles in self.held.values():
            roles.discard(role_id)
        for channel in self.channels.values():
            for member in channel.members.values():
                member.extra.discard(role_id)

    def of_role(self, role_id: RoleId) -> frozenset[str]:
        """What a role allows."""
        if role_id in BUILT_IN:
            return BUILT_IN[role_id]
        role = self.roles[role_id]
        own = {name for name in PERMISSIONS if any(_covers(pattern, name) for pattern in role.patterns)}
        return frozenset(own).union(*map(self.of_role, role.inherits))

    def granted(self, user: UserId, scope: str | None) -> frozenset[str]:
        """What the roles of a user allow, everywhere or in a channel, wherever it may count."""
        if user not in self.held:
            return frozenset()
        roles = {USER} | self.held[user]
        if scope is not None and user in self.channels[scope].members:
            member = self.channels[scope].members[user]
            roles |= {member.role} | member.extra
        return frozenset[str]().union(*map(self.of_role, roles))

    def allowed(self, user: UserId, scope: str | None) -> frozenset[str]:
        """What a user may do, everywhere or in a channel: to another's things, or their own where it takes that."""
        if user not in self.held or (scope is not None and scope not in self.channels):
            return frozenset()
        here, everywhere = self.granted(user, scope), self.granted(user, None)
        if scope is None:
            return frozenset(
                row.permission
                for row in ROWS
                if row.permission in everywhere and row.where not in (Where.HOST, Where.INSIDE)
            )
        channel = self.channels[scope]
        member = channel.members.get(user)
        is_mute = member is not None and member.muted_until is not None and self.now < member.muted_until
        knows = member is not None or channel.is_public or CHANNEL_DISCOVER.permission in everywhere
        found = set[str]()
        for row in ROWS:
            match row.where:
                case Where.HOST:
                    may = False
                case Where.CHANNEL:
                    may = knows and (row.permission in here or (row is CHANNEL_DISCOVER and channel.is_public))
                case Where.INSIDE:
                    may = member is not None and row.permission in here and not (row.needs_voice and is_mute)
                case _:
                    may = row.permission in everywhere
            if row is CHANNEL_JOIN and member is None:
                may = may and user not in channel.banned and (channel.is_public or user in channel.invited)
            if may:
                found.add(row.permission)
        return frozenset(found)


def owner_asked(row: Policy, user: UserId) -> UserId | None:
    """Whose the thing is that is asked about: one's own, where nobody may for anything else."""
    return user if row.own is Own.REQUIRED else None


def _covers(pattern: str, permission: str) -> bool:
    return fnmatchcase(permission, pattern)
