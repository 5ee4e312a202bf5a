"""The use cases of channels over memory stores, and people to use them."""

from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

import pytest
from attrs import Factory, define, evolve, field, frozen

from saiondo_core.adapters.memory.channels import MemoryChannels
from saiondo_core.adapters.memory.limits import MemoryRateLimiter
from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.adapters.memory.messages import MemoryMessages
from saiondo_core.adapters.memory.roles import MemoryRoles
from saiondo_core.adapters.memory.rooms import Rooms
from saiondo_core.adapters.memory.users import MemoryUsers
from saiondo_core.channels.answer_invitation import DeclineInvitationUseCase, RevokeInvitationUseCase
from saiondo_core.channels.ban_member import BanMemberUseCase, UnbanMemberUseCase
from saiondo_core.channels.create_channel import CreateChannelUseCase
from saiondo_core.channels.delete_channel import DeleteChannelUseCase
from saiondo_core.channels.departures import LeaveAllOfDeleted
from saiondo_core.channels.get_channel import GetChannelUseCase
from saiondo_core.channels.get_or_create_channel import GetOrCreateChannelUseCase
from saiondo_core.channels.invite_to_channel import InviteToChannelUseCase
from saiondo_core.channels.join_channel import JoinChannelUseCase
from saiondo_core.channels.leave_channel import LeaveChannelUseCase
from saiondo_core.channels.list_channels import ListChannelsUseCase
from saiondo_core.channels.list_members import ListMembersUseCase
from saiondo_core.channels.list_unread import ListUnreadUseCase
from saiondo_core.channels.mark_read import MarkReadUseCase
from saiondo_core.channels.member_roles import with_channel_role
from saiondo_core.channels.model import Channel, ChannelId, ChannelRole, Membership, Standing
from saiondo_core.channels.mute_member import MuteMemberUseCase, UnmuteMemberUseCase
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.remove_member import RemoveMemberUseCase
from saiondo_core.channels.transfer_ownership import TransferOwnershipUseCase
from saiondo_core.channels.update_channel import UpdateChannelUseCase
from saiondo_core.errors import InvalidInputError
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.events import Event, Stamp
from saiondo_core.kernel.gates import Gate
from saiondo_core.kernel.ids import EventId, RoleId, UserId
from saiondo_core.kernel.ports import RateLimiter, SecretSource
from saiondo_core.kernel.rights import Acting, Lifetime
from saiondo_core.messages.events import MessageSent
from saiondo_core.messages.model import MessageDraft, MessageId
from saiondo_core.permissions.events import RoleAssigned
from saiondo_core.permissions.gate import RolesGate
from saiondo_core.permissions.model import RoleAssignment
from saiondo_core.permissions.ports import RoleRepository
from saiondo_core.testing.clocks import FrozenClock
from saiondo_core.testing.randomness import CountingIds, SeededSecrets
from saiondo_core.testing.schedules import Interruption
from saiondo_core.users.events import UserDeactivated, UserMirrored
from saiondo_core.users.model import User
from saiondo_core.users.ports import UserRepository

ANNA, BERT, CARL, DORA, EVE = (UserId(name) for name in ("anna", "bert", "carl", "dora", "eve"))
PEOPLE = (ANNA, BERT, CARL, DORA, EVE)
NOWHERE = ChannelId("nowhere")
SYSTEM = UserId("system:host")
HOST = Actor(id=SYSTEM, is_system=True)


class Open(Lifetime):
    """A factory that is always open."""

    def check(self) -> None:
        """See `Lifetime.check`."""


async def anything_goes(judged: Actor, own: Standing) -> None:
    """A `GrantCheck` that refuses nothing."""


@frozen(kw_only=True)
class Channels:
    """The use cases of one acting user, or of nobody in particular."""

    create: CreateChannelUseCase
    get_or_create: GetOrCreateChannelUseCase
    get: GetChannelUseCase
    list: ListChannelsUseCase
    update: UpdateChannelUseCase
    delete: DeleteChannelUseCase
    invite: InviteToChannelUseCase
    join: JoinChannelUseCase
    decline: DeclineInvitationUseCase
    revoke_invitation: RevokeInvitationUseCase
    leave: LeaveChannelUseCase
    members: ListMembersUseCase
    remove_member: RemoveMemberUseCase
    ban: BanMemberUseCase
    unban: UnbanMemberUseCase
    mute: MuteMemberUseCase
    unmute: UnmuteMemberUseCase
    transfer_ownership: TransferOwnershipUseCase
    mark_read: MarkReadUseCase
    unread: ListUnreadUseCase


Attempt: TypeAlias = Callable[[Channels], Awaitable[object]]
"""Something to be tried on somebody's behalf."""


@define(eq=False, kw_only=True)
class House:
    """Users, channels and messages in memory, and everything that the use cases need."""

    clock: FrozenClock = field(factory=FrozenClock)
    ids: CountingIds = field(factory=CountingIds)
    secrets: SecretSource = field(factory=SeededSecrets)
    limiter: RateLimiter = field(factory=MemoryRateLimiter)
    rooms: Rooms = field(factory=lambda: Rooms(log=MemoryLog()))
    roles: RoleRepository = Factory(lambda house: MemoryRoles(house.rooms.log), takes_self=True)
    gate: Gate = Factory(lambda house: RolesGate(house.roles), takes_self=True)
    channels: ChannelRepository = Factory(lambda house: MemoryChannels(house.rooms), takes_self=True)
    users: UserRepository = Factory(lambda house: MemoryUsers(house.rooms.log), takes_self=True)

    def acting(self, actor: Actor | None = None) -> Acting:
        """Whoever acts: *actor*, or whoever is named in each call."""
        return Acting(clock=self.clock, ids=self.ids, lifetime=Open(), gate=self.gate, actor=actor)

    def of(self, user_id: UserId | None, *, is_system: bool = False) -> Channels:
        """The use cases, bound to *user_id*."""
        acting = self.acting(None if user_id is None else Actor(id=user_id, is_system=is_system))
        channels, users = self.channels, self.users
        return Channels(
            create=CreateChannelUseCase(acting=acting, channels=channels, users=users),
            get_or_create=GetOrCreateChannelUseCase(acting=acting, channels=channels, users=users),
            get=GetChannelUseCase(acting=acting, channels=channels),
            list=ListChannelsUseCase(acting=acting, channels=channels),
            update=UpdateChannelUseCase(acting=acting, channels=channels),
            delete=DeleteChannelUseCase(acting=acting, channels=channels),
            invite=InviteToChannelUseCase(acting=acting, channels=channels, users=users, secrets=self.secrets),
            join=JoinChannelUseCase(acting=acting, channels=channels, users=users, limiter=self.limiter),
            decline=DeclineInvitationUseCase(acting=acting, channels=channels),
            revoke_invitation=RevokeInvitationUseCase(acting=acting, channels=channels),
            leave=LeaveChannelUseCase(acting=acting, channels=channels),
            members=ListMembersUseCase(acting=acting, channels=channels),
            remove_member=RemoveMemberUseCase(acting=acting, channels=channels),
            ban=BanMemberUseCase(acting=acting, channels=channels, users=users),
            unban=UnbanMemberUseCase(acting=acting, channels=channels),
            mute=MuteMemberUseCase(acting=acting, channels=channels),
            unmute=UnmuteMemberUseCase(acting=acting, channels=channels),
            transfer_ownership=TransferOwnershipUseCase(acting=acting, channels=channels, users=users),
            mark_read=MarkReadUseCase(acting=acting, channels=channels),
            unread=ListUnreadUseCase(acting=acting, channels=channels),
        )

    @property
    def unbound(self) -> Channels:
        """The use cases, whose acting user is named in each call."""
        return self.of(None)

    @property
    def system(self) -> Channels:
        """The use cases, acting for the host."""
        return self.of(SYSTEM, is_system=True)

    @property
    def leave_all(self) -> LeaveAllOfDeleted:
        """The handler that ends the memberships of deleted users."""
        return LeaveAllOfDeleted(acting=self.acting(), channels=self.channels)

    @contextmanager
    def interrupted(self, moment: int, then: Callable[[], Awaitable[object]]) -> Generator[Interruption]:
        """Have *then* happen at a moment of whatever the use cases taken meanwhile ask the channels."""
        undisturbed, interruption = self.channels, Interruption(moment, then)
        self.channels = interruption.around(undisturbed)
        yield interruption
        self.channels = undisturbed

    async def move_in(self, *user_ids: UserId) -> None:
        """Have users, whose names are their ids."""
        now = self.clock.now()
        for user_id in user_ids:
            user = User(id=user_id, username=user_id, created_at=now, updated_at=now)
            await self.users.add(user=user, events=(UserMirrored(stamp=self.stamp(), user_id=user_id),))

    async def assign(self, channel_id: ChannelId, user_id: UserId, role: ChannelRole, by: Actor = HOST) -> Membership:
        """Have a channel role given to *user_id*."""
        return await with_channel_role(
            self.channels,
            self.users,
            self.acting(),
            channel_id=channel_id,
            actor=by,
            user_id=user_id,
            role=role,
            check=anything_goes,
        )

    async def grant(self, user_id: UserId, role_id: RoleId) -> None:
        """Have *user_id* hold a role everywhere."""
        stamp = self.stamp()
        assignment = RoleAssignment(user_id=user_id, role_id=role_id, assigned_by=stamp.actor, assigned_at=stamp.at)
        granted = RoleAssigned(stamp=stamp, role_id=role_id, user_id=user_id)
        book = await self.roles.book()
        await self.roles.assign(assignment=assignment, book_revision=book.revision, events=(granted,))

    async def deactivate(self, user_id: UserId) -> UserDeactivated:
        """Have a user deleted, who may do nothing from then on; give the event of it."""
        before = await self.users.get(user_id=user_id)
        assert before is not None
        event = UserDeactivated(stamp=self.stamp(), user_id=user_id)
        await self.users.replace(before=before, after=evolve(before, is_active=False), events=(event,))
        await self.roles.admit(user_id=user_id, admitted=False, word=event.stamp.id)
        return event

    async def say(self, channel: Channel, sender_id: UserId) -> None:
        """Have *sender_id* say something in a channel."""
        standing = await self.standing(channel.id, sender_id)
        draft = MessageDraft(
            id=MessageId(self.ids.new()),
            channel_id=channel.id,
            sender_id=sender_id,
            content="hello",
            created_at=self.clock.now(),
        )
        revision = standing.channel.membership_revision
        sent = MessageSent(
            stamp=self.stamp(sender_id), channel_id=channel.id, membership_revision=revision, message_id=draft.id
        )
        messages = MemoryMessages(self.rooms)
        await messages.append(draft=draft, fingerprint="f", membership_revision=revision, events=(sent,))

    async def standing(self, channel_id: ChannelId, user_id: UserId) -> Standing:
        """How somebody stands to a channel that is there."""
        standing = await self.channels.standing(channel_id=channel_id, user_id=user_id)
        assert standing is not None
        return standing

    async def people(self, channel_id: ChannelId) -> list[str]:
        """Who is in a channel."""
        members = await self.channels.members(channel_id=channel_id, after=None, limit=1_000)
        return [member.user_id for member in members]

    async def events(self, channel_id: ChannelId) -> Sequence[Event]:
        """What happened in a channel."""
        recorded = await self.channels.log.stream(stream=f"channel:{channel_id}", after=0, limit=10_000)
        return [found.event for found in recorded]

    def stamp(self, actor: UserId = SYSTEM) -> Stamp:
        """A new event's."""
        return Stamp(id=EventId(self.ids.new()), at=self.clock.now(), actor=actor)


async def refused_field(attempt: Awaitable[object]) -> str:
    """The argument for which *attempt* is refused."""
    with pytest.raises(InvalidInputError) as refused:
        await attempt
    return refused.value.field
