"""The use cases of rights over memory stores, and people, channels and messages to ask them about."""

from datetime import timedelta

from attrs import Factory, define, evolve, field

from saiondo_core.adapters.memory.channels import MemoryChannels
from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.adapters.memory.roles import MemoryRoles
from saiondo_core.adapters.memory.rooms import Rooms
from saiondo_core.adapters.memory.users import MemoryUsers
from saiondo_core.channels.events import ChannelCreated, MemberJoined
from saiondo_core.channels.model import (
    Ban,
    Channel,
    ChannelChange,
    ChannelId,
    ChannelRole,
    ChannelType,
    Invitation,
    InvitationId,
    Membership,
)
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.events import Event, Stamp
from saiondo_core.kernel.ids import EventId, RoleId, UserId
from saiondo_core.kernel.rights import Acting, Lifetime
from saiondo_core.permissions.assign_role import AssignRoleUseCase
from saiondo_core.permissions.can_manage_channel import CanDeleteMessageUseCase, CanManageChannelUseCase
from saiondo_core.permissions.check_many import CheckManyUseCase
from saiondo_core.permissions.check_permission import CheckPermissionUseCase, RequirePermissionUseCase
from saiondo_core.permissions.create_role import CreateRoleUseCase
from saiondo_core.permissions.delete_role import DeleteRoleUseCase
from saiondo_core.permissions.gate import RolesGate
from saiondo_core.permissions.get_user_permissions import GetUserPermissionsUseCase
from saiondo_core.permissions.list_roles import ListRolesUseCase
from saiondo_core.permissions.model import Role
from saiondo_core.permissions.ports import RoleRepository, Speech
from saiondo_core.permissions.revoke_role import RevokeRoleUseCase
from saiondo_core.permissions.update_role import UpdateRoleUseCase
from saiondo_core.permissions.user_permission import UserPermissionUseCase
from saiondo_core.permissions.who_can import WhoCanUseCase
from saiondo_core.testing.clocks import FrozenClock
from saiondo_core.testing.randomness import CountingIds
from saiondo_core.users.events import UserMirrored
from saiondo_core.users.model import User

ANNA, BERT, CARL, EVE = UserId("anna"), UserId("bert"), UserId("carl"), UserId("eve")
HOST = UserId("system:host")
TEAM, PLAZA, PAIR = ChannelId("team"), ChannelId("plaza"), ChannelId("pair")


class Open(Lifetime):
    """A factory that is always open."""

    def check(self) -> None:
        """See `Lifetime.check`."""


@define(eq=False)
class Spoken(Speech):
    """What was said where, and by whom, by heart."""

    messages: dict[str, tuple[ChannelId, UserId]] = field(factory=dict[str, tuple[ChannelId, UserId]])

    async def said(self, *, message_id: str) -> tuple[ChannelId, UserId] | None:
        """See `Speech.said`."""
        return self.messages.get(message_id)


@define(eq=False, kw_only=True)
class House:
    """Users, channels and roles in memory, and everything that the use cases need."""

    clock: FrozenClock = field(factory=FrozenClock)
    ids: CountingIds = field(factory=CountingIds)
    speech: Spoken = field(factory=Spoken)
    rooms: Rooms = field(factory=lambda: Rooms(log=MemoryLog()))
    roles: RoleRepository = Factory(lambda house: MemoryRoles(house.rooms.log), takes_self=True)
    channels: ChannelRepository = Factory(lambda house: MemoryChannels(house.rooms), takes_self=True)
    users: MemoryUsers = Factory(lambda house: MemoryUsers(house.rooms.log), takes_self=True)
    gate: RolesGate = Factory(lambda house: RolesGate(house.roles), takes_self=True)

    def of(self, user_id: UserId | None, *, is_system: bool = False) -> UserPermissionUseCase:
        """The use cases, bound to *user_id*."""
        actor = None if user_id is None else Actor(id=user_id, is_system=is_system)
        acting = Acting(clock=self.clock, ids=self.ids, lifetime=Open(), gate=self.gate, actor=actor)
        roles, channels, speech, users = self.roles, self.channels, self.speech, self.users
        return UserPermissionUseCase(
            check_permission=CheckPermissionUseCase(acting=acting, channels=channels, speech=speech),
            require=RequirePermissionUseCase(acting=acting, channels=channels, speech=speech),
            check_many=CheckManyUseCase(acting=acting, channels=channels, speech=speech),
            assign_role=AssignRoleUseCase(acting=acting, roles=roles, channels=channels, users=users),
            revoke_role=RevokeRoleUseCase(acting=acting, roles=roles, channels=channels),
            get_user_permissions=GetUserPermissionsUseCase(acting=acting, roles=roles, channels=channels),
            can_manage_channel=CanManageChannelUseCase(acting=acting, channels=channels, speech=speech),
            can_delete_message=CanDeleteMessageUseCase(acting=acting, channels=channels, speech=speech),
            create_role=CreateRoleUseCase(acting=acting, roles=roles),
            update_role=UpdateRoleUseCase(acting=acting, roles=roles),
            delete_role=DeleteRoleUseCase(acting=acting, roles=roles),
            list_roles=ListRolesUseCase(acting=acting, roles=roles),
            who_can=WhoCanUseCase(acting=acting, roles=roles, channels=channels),
        )

    @property
    def host(self) -> UserPermissionUseCase:
        """The use cases, acting for the host."""
        return self.of(HOST, is_system=True)

    async def people(self, *user_ids: UserId) -> None:
        """Have these users."""
        now = self.clock.now()
        for user_id in user_ids:
            user = User(id=user_id, username=user_id, created_at=now, updated_at=now)
            await self.users.add(user=user, events=(UserMirrored(stamp=self.stamp(), user_id=user_id),))

    async def gone(self, user_id: UserId) -> None:
        """Have it that *user_id* may not act any more."""
        await self.roles.admit(user_id=user_id, admitted=False, word=EventId(self.ids.new()))

    async def given(self, user_id: UserId, *permissions: str, scope: str | None = None) -> RoleId:
        """Have *user_id* hold a new role that allows *permissions*."""
        role = await self.made(*permissions)
        await self.host.assign_role(user_id=user_id, role_id=role.id, scope=scope)
        return role.id

    async def made(self, *permissions: str, inherits: tuple[RoleId, ...] = ()) -> Role:
        """Have a new role."""
        return await self.host.create_role(name=self.ids.new(), permissions=permissions, inherits=inherits)

    async def channel(self, channel_id: ChannelId, type: ChannelType, owner: UserId, **others: ChannelRole) -> None:
        """Have a channel of *owner* and of *others*, who are what is said of them."""
        now = self.clock.now()
        members = {owner: ChannelRole.OWNER} | {UserId(name): role for name, role in others.items()}
        await self.channels.add(
            channel=Channel(id=channel_id, name="talk", type=type, owner_id=owner, created_at=now, updated_at=now),
            memberships=tuple(
                Membership(channel_id=channel_id, user_id=user_id, role=role, joined_at=now)
                for user_id, role in members.items()
            ),
            events=(ChannelCreated(stamp=self.stamp(), channel_id=channel_id, membership_revision=1),),
        )

    async def ban(self, user_id: UserId, channel_id: ChannelId) -> None:
        """Ban *user_id* from the channel."""
        ban = Ban(channel_id=channel_id, user_id=user_id, banned_by=HOST, banned_at=self.clock.now())
        await self._change(channel_id, user_id, ban=(ban,), drop=(user_id,))

    async def invite(self, user_id: UserId, channel_id: ChannelId) -> None:
        """Invite *user_id* to the channel, for an hour."""
        invitation = Invitation(
            id=InvitationId(self.ids.new()),
            channel_id=channel_id,
            inviter_id=ANNA,
            invitee_id=user_id,
            code="ABCDEFGH",
            expires_at=self.clock.now() + timedelta(hours=1),
        )
        await self._change(channel_id, user_id, invitations=(invitation,))

    async def mute(self, user_id: UserId, channel_id: ChannelId) -> None:
        """Mute *user_id* in the channel, for an hour."""
        member = await self.member(user_id, channel_id)
        assert member is not None
        until = self.clock.now() + timedelta(hours=1)
        await self._change(channel_id, user_id, put=(evolve(member, muted_until=until),))

    async def member(self, user_id: UserId, channel_id: ChannelId) -> Membership | None:
        """The user's place in the channel."""
        standing = await self.channels.standing(channel_id=channel_id, user_id=user_id)
        return None if standing is None else standing.membership

    async def events(self, stream: str = "roles") -> list[type[Event]]:
        """What kinds of things happened in *stream*."""
        recorded = await self.roles.log.stream(stream=stream, after=0, limit=100_000)
        return [type(record.event) for record in recorded]

    async def _change(
        self,
        channel_id: ChannelId,
        user_id: UserId,
        *,
        put: tuple[Membership, ...] = (),
        drop: tuple[UserId, ...] = (),
        ban: tuple[Ban, ...] = (),
        invitations: tuple[Invitation, ...] = (),
    ) -> None:
        standing = await self.channels.standing(channel_id=channel_id, user_id=user_id)
        assert standing is not None
        revision = standing.channel.next_revision
        channel = evolve(standing.channel, membership_revision=revision)
        event = MemberJoined(stamp=self.stamp(), channel_id=channel_id, membership_revision=revision, user_id=user_id)
        change = ChannelChange(channel=channel, put=put, drop=drop, ban=ban, invitations=invitations)
        await self.channels.change(change=change, events=(event,))

    def stamp(self) -> Stamp:
        """A new stamp of the host's, judged by nobody."""
        return Stamp(id=EventId(self.ids.new()), at=self.clock.now(), actor=HOST)
