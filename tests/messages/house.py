"""The use cases of messages over memory stores, and people in channels to use them."""

from collections.abc import Sequence
from datetime import timedelta

from attrs import Factory, define, evolve, field, frozen

from saiondo_core.adapters.memory.channels import MemoryChannels
from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.adapters.memory.messages import MemoryMessages
from saiondo_core.adapters.memory.roles import MemoryRoles
from saiondo_core.adapters.memory.rooms import Rooms
from saiondo_core.adapters.memory.users import MemoryUsers
from saiondo_core.channels.events import ChannelCreated, MemberJoined, MemberRemoved, MembershipEvent
from saiondo_core.channels.model import Channel, ChannelChange, ChannelId, ChannelRole, ChannelType, Membership
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.events import Event, Recorded, Stamp
from saiondo_core.kernel.gates import Gate
from saiondo_core.kernel.ids import EventId, RoleId, UserId
from saiondo_core.kernel.rights import Acting, Lifetime
from saiondo_core.messages.delete_message import DeleteMessageUseCase
from saiondo_core.messages.edit_message import EditMessageUseCase
from saiondo_core.messages.get_message import GetMessageUseCase
from saiondo_core.messages.hooks import AllowAll
from saiondo_core.messages.import_messages import ImportMessagesUseCase
from saiondo_core.messages.list_revisions import ListRevisionsUseCase
from saiondo_core.messages.ports import MessageRepository, SendHook
from saiondo_core.messages.react_to_message import ListReactionsUseCase, ReactUseCase, UnreactUseCase
from saiondo_core.messages.read_history import ReadHistoryUseCase
from saiondo_core.messages.send_message import SendMessageUseCase
from saiondo_core.permissions.events import RoleAssigned
from saiondo_core.permissions.gate import RolesGate
from saiondo_core.permissions.model import RoleAssignment
from saiondo_core.permissions.ports import RoleRepository
from saiondo_core.testing.clocks import FrozenClock
from saiondo_core.testing.randomness import CountingIds
from saiondo_core.users.events import UserMirrored
from saiondo_core.users.model import User
from saiondo_core.users.ports import UserRepository

ANNA, BERT, CARL, EVE = UserId("anna"), UserId("bert"), UserId("carl"), UserId("eve")
TEAM = ChannelId("team")


class Open(Lifetime):
    """A factory that is always open."""

    def check(self) -> None:
        """See `Lifetime.check`."""


@frozen(kw_only=True)
class Messages:
    """The use cases of one acting user, or of nobody in particular."""

    send: SendMessageUseCase
    get: GetMessageUseCase
    history: ReadHistoryUseCase
    edit: EditMessageUseCase
    delete: DeleteMessageUseCase
    revisions: ListRevisionsUseCase
    react: ReactUseCase
    unreact: UnreactUseCase
    reactions: ListReactionsUseCase
    import_many: ImportMessagesUseCase


@define(eq=False, kw_only=True)
class House:
    """Users, channels and messages in memory, and everything that the use cases need."""

    clock: FrozenClock = field(factory=FrozenClock)
    ids: CountingIds = field(factory=CountingIds)
    hook: SendHook = field(factory=AllowAll)
    rooms: Rooms = field(factory=lambda: Rooms(log=MemoryLog()))
    roles: RoleRepository = Factory(lambda house: MemoryRoles(house.rooms.log), takes_self=True)
    gate: Gate = Factory(lambda house: RolesGate(house.roles), takes_self=True)
    channels: ChannelRepository = Factory(lambda house: MemoryChannels(house.rooms), takes_self=True)
    messages: MessageRepository = Factory(lambda house: MemoryMessages(house.rooms), takes_self=True)
    users: UserRepository = Factory(lambda house: MemoryUsers(house.rooms.log), takes_self=True)

    def acting(self, user_id: UserId | None, *, is_system: bool = False) -> Acting:
        """Whoever acts: *user_id*, or whoever is named in each call."""
        actor = None if user_id is None else Actor(id=user_id, is_system=is_system)
        return Acting(clock=self.clock, ids=self.ids, lifetime=Open(), gate=self.gate, actor=actor)

    def of(self, user_id: UserId | None, *, is_system: bool = False) -> Messages:
        """The use cases, bound to *user_id*."""
        acting = self.acting(user_id, is_system=is_system)
        channels, messages, users, hook = self.channels, self.messages, self.users, self.hook
        return Messages(
            send=SendMessageUseCase(acting=acting, channels=channels, messages=messages, users=users, hook=hook),
            get=GetMessageUseCase(acting=acting, channels=channels, messages=messages),
            history=ReadHistoryUseCase(acting=acting, channels=channels, messages=messages),
            edit=EditMessageUseCase(acting=acting, channels=channels, messages=messages, users=users, hook=hook),
            delete=DeleteMessageUseCase(acting=acting, channels=channels, messages=messages),
            revisions=ListRevisionsUseCase(acting=acting, channels=channels, messages=messages),
            react=ReactUseCase(acting=acting, channels=channels, messages=messages),
            unreact=UnreactUseCase(acting=acting, channels=channels, messages=messages),
            reactions=ListReactionsUseCase(acting=acting, channels=channels, messages=messages),
            import_many=ImportMessagesUseCase(acting=acting, channels=channels, messages=messages, users=users),
        )

    @property
    def unbound(self) -> Messages:
        """The use cases, whose acting user is named in each call."""
        return self.of(None)

    @property
    def system(self) -> Messages:
        """The use cases, acting for the host."""
        return self.of(UserId("system:host"), is_system=True)

    async def user(self, username: str, user_id: UserId | None = None) -> UserId:
        """Have a user; their id is their name, unless told."""
        now = self.clock.now()
        user = User(id=user_id or UserId(username), username=username, created_at=now, updated_at=now)
        await self.users.add(user=user, events=(UserMirrored(stamp=self._stamp(), user_id=user.id),))
        return user.id

    async def channel(
        self, *members: UserId, id: ChannelId = TEAM, type: ChannelType = ChannelType.PRIVATE
    ) -> ChannelId:
        """Have a channel of *members*; the first of them owns it."""
        now = self.clock.now()
        channel = Channel(id=id, name="team", type=type, owner_id=members[0], created_at=now, updated_at=now)
        owner, *others = (Membership(channel_id=id, user_id=member, joined_at=now) for member in members)
        await self.channels.add(
            channel=channel,
            memberships=(evolve(owner, role=ChannelRole.OWNER), *others),
            events=(ChannelCreated(stamp=self._stamp(), channel_id=id, membership_revision=1),),
        )
        return id

    async def join(
        self,
        member: UserId,
        *,
        role: ChannelRole = ChannelRole.MEMBER,
        muted_for: float = 0,
        channel_id: ChannelId = TEAM,
    ) -> None:
        """Have *member* in the channel, muted for so many seconds."""
        now = self.clock.now()
        membership = Membership(
            channel_id=channel_id,
            user_id=member,
            role=role,
            joined_at=now,
            muted_until=now + timedelta(seconds=muted_for) if muted_for else None,
        )
        await self._change(channel_id, member, MemberJoined, put=(membership,))

    async def remove(self, member: UserId, *, channel_id: ChannelId = TEAM) -> None:
        """Remove *member*, unless they are gone already."""
        standing = await self.channels.standing(channel_id=channel_id, user_id=member)
        if standing is not None and standing.membership is not None:
            await self._change(channel_id, member, MemberRemoved, drop=(member,))

    async def grant(self, user_id: UserId, role_id: RoleId) -> None:
        """Give *user_id* a role everywhere."""
        stamp = self._stamp()
        assignment = RoleAssignment(user_id=user_id, role_id=role_id, assigned_by=stamp.actor, assigned_at=stamp.at)
        granted = RoleAssigned(stamp=stamp, role_id=role_id, user_id=user_id)
        await self.roles.assign(
            assignment=assignment, book_revision=(await self.roles.book()).revision, events=(granted,)
        )

    async def unread(self, member: UserId, *, channel_id: ChannelId = TEAM) -> int:
        """How many messages *member* has not read."""
        standing = await self.channels.standing(channel_id=channel_id, user_id=member)
        assert standing is not None
        return standing.unread

    async def log(self, channel_id: ChannelId = TEAM) -> tuple[Recorded, ...]:
        """Everything that happened in the channel."""
        return await self.channels.log.stream(stream=f"channel:{channel_id}", after=0, limit=100_000)

    async def events(self, channel_id: ChannelId = TEAM) -> Sequence[type[Event]]:
        """What kinds of things happened in the channel, after it was made."""
        return [type(recorded.event) for recorded in await self.log(channel_id)][1:]

    def _stamp(self) -> Stamp:
        return Stamp(id=EventId(self.ids.new()), at=self.clock.now(), actor=UserId("system:host"))

    async def _change(
        self,
        channel_id: ChannelId,
        member: UserId,
        kind: type[MembershipEvent],
        *,
        put: tuple[Membership, ...] = (),
        drop: tuple[UserId, ...] = (),
    ) -> None:
        standing = await self.channels.standing(channel_id=channel_id, user_id=member)
        assert standing is not None
        revision = standing.channel.membership_revision + 1
        event = kind(stamp=self._stamp(), channel_id=channel_id, membership_revision=revision, user_id=member)
        change = ChannelChange(channel=evolve(standing.channel, membership_revision=revision), put=put, drop=drop)
        await self.channels.change(change=change, events=(event,))
