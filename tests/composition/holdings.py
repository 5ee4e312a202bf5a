"""How somebody holds a right, how it is taken from them, and a house in which each can be tried."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from copy import deepcopy
from datetime import UTC, datetime
from enum import StrEnum, auto
from typing import Literal

import pytest
from attrs import Factory, define, evolve, field, frozen

from saiondo_core import Channel, ChannelId, Message, Ports, UseCaseFactory, UseCases, UserId
from saiondo_core.auth.model import AuthSession
from saiondo_core.channels.model import ChannelRole, Invitation
from saiondo_core.errors import DeactivatedError
from saiondo_core.events import (
    ChannelCreated,
    ChannelDeleted,
    MessageSent,
    UserDeactivated,
    UserMirrored,
    UserRegistered,
)
from saiondo_core.kernel.events import Event, Recorded
from saiondo_core.kernel.ids import RoleId
from saiondo_core.testing.people import sign_up
from saiondo_core.testing.ports import cheap_ports
from saiondo_core.testing.schedules import AtMoment

ANNA, CARL, DORA, EVE, FINN, GINA = (UserId(name) for name in ("anna", "carl", "dora", "eve", "finn", "gina"))
LATER = datetime(2099, 1, 1, tzinfo=UTC)


class Holding(StrEnum):
    """How somebody holds the right to do something."""

    NOBODY = auto()
    HOST = auto()
    USER = auto()
    MEMBER = auto()
    CHANNEL_MODERATOR = auto()
    CHANNEL_ADMIN = auto()
    OWNER = auto()
    CUSTOM_HERE = auto()
    ADMIN = auto()
    CUSTOM_EVERYWHERE = auto()


class Taking(StrEnum):
    """How a right is taken away."""

    DELETED = auto()
    REMOVED = auto()
    BANNED = auto()
    MUTED = auto()
    MADE_GUEST = auto()
    DEMOTED = auto()
    TRANSFERRED = auto()
    REVOKED = auto()
    ROLE_EDITED = auto()
    ROLE_DELETED = auto()
    INVITATION_REVOKED = auto()


OUT = frozenset({Taking.DELETED, Taking.REMOVED, Taking.BANNED})
"""What no member may do anything after."""

ROLE_LOST = frozenset({Taking.REVOKED, Taking.ROLE_EDITED, Taking.ROLE_DELETED})

TAKINGS: Mapping[Holding, frozenset[Taking]] = {
    Holding.NOBODY: frozenset(),
    Holding.HOST: frozenset(),
    Holding.USER: frozenset({Taking.DELETED}),
    Holding.MEMBER: OUT,
    Holding.CHANNEL_MODERATOR: OUT | {Taking.DEMOTED, Taking.MADE_GUEST},
    Holding.CHANNEL_ADMIN: OUT | {Taking.DEMOTED, Taking.MADE_GUEST},
    Holding.OWNER: frozenset({Taking.TRANSFERRED}),
    Holding.CUSTOM_HERE: OUT | ROLE_LOST,
    Holding.ADMIN: frozenset({Taking.DELETED, Taking.REVOKED}),
    Holding.CUSTOM_EVERYWHERE: ROLE_LOST | {Taking.DELETED},
}
"""By which takings a right is lost that is so held, whichever it is."""

GIVEN: Mapping[Holding, RoleId] = {
    Holding.CHANNEL_MODERATOR: RoleId("moderator"),
    Holding.CHANNEL_ADMIN: RoleId("admin"),
    Holding.ADMIN: RoleId("admin"),
}


@define(kw_only=True)
class House:
    """A private channel with people in it, of whom *bert* is the one who acts; and a public one he is not in.

    Attributes:
        team: Anna's, or Bert's where he owns it; Carl is a member, Eve a muted moderator, Finn is banned.
        hall: Anna's too, and public; Bert could join it.
        den: Anna's too; Bert was invited to it by name, and has a link that leads there.
        where: In which channel rights are taken.
        said: What Bert said, and edited.
        heard: What Carl said, and edited; Bert put a 👍 to it.
        sent: An invitation of Bert's to the team; *annas* is one of Anna's.
        got: An invitation to the den that names Bert; *link* is one that names nobody.
        custom: A role that allows everything, which Bert holds in some houses; *other* is one that nobody holds.
    """

    use_cases: UseCases
    ports: Ports
    holding: Holding
    bert: AuthSession
    carl: AuthSession
    team: Channel
    hall: Channel
    den: Channel
    said: Message
    heard: Message
    sent: Invitation
    annas: Invitation
    got: Invitation
    link: Invitation
    custom: RoleId
    other: RoleId
    where: ChannelId = field(default=Factory(lambda house: house.team.id, takes_self=True))

    @property
    def me(self) -> UserId:
        """Bert's id."""
        return self.bert.user.id

    @property
    def system(self) -> UseCases:
        """The host's."""
        return self.use_cases.as_system("test")

    @property
    def acting(self) -> UseCases:
        """Whose operations are tried."""
        match self.holding:
            case Holding.NOBODY:
                return self.use_cases
            case Holding.HOST:
                return self.system
            case _:
                return self.use_cases.as_user(self.me)

    def of(self, user_id: UserId) -> UseCases:
        """That user's."""
        return self.use_cases.as_user(user_id)

    async def recorded(self) -> tuple[Recorded, ...]:
        """All that the stores have recorded."""
        return tuple(
            [
                recorded
                for log in self.ports.logs
                for number in range(await log.partitions())
                for recorded in await log.read(partition=number, after=0, limit=10_000)
            ]
        )

    async def events(self) -> tuple[Event, ...]:
        """The events among it."""
        return tuple(recorded.event for recorded in await self.recorded())

    async def take(self, taking: Taking) -> None:
        """Take it, all of it, as the host."""
        me, here, role = self.me, self.where, GIVEN.get(self.holding, self.custom)
        is_everywhere = self.holding in (Holding.ADMIN, Holding.CUSTOM_EVERYWHERE)
        channel, permission = self.system.channel, self.system.permission
        scope = None if is_everywhere else here
        ways: Mapping[Taking, Callable[[], Awaitable[object]]] = {
            Taking.DELETED: lambda: self.system.user.delete(me),
            Taking.REMOVED: lambda: channel.remove_member(channel_id=here, user_id=me),
            Taking.BANNED: lambda: channel.ban(channel_id=here, user_id=me),
            Taking.MUTED: lambda: channel.mute(channel_id=here, user_id=me, until=LATER),
            Taking.MADE_GUEST: lambda: permission.assign_role(user_id=me, role_id=RoleId("guest"), scope=here),
            Taking.DEMOTED: lambda: permission.revoke_role(user_id=me, role_id=role, scope=scope),
            Taking.TRANSFERRED: lambda: channel.transfer_ownership(channel_id=here, user_id=ANNA),
            Taking.REVOKED: lambda: permission.revoke_role(user_id=me, role_id=role, scope=scope),
            Taking.ROLE_EDITED: lambda: permission.update_role(role_id=self.custom, permissions=()),
            Taking.ROLE_DELETED: lambda: permission.delete_role(role_id=self.custom),
            Taking.INVITATION_REVOKED: self._revoke_invitations,
        }
        await ways[taking]()

    async def _revoke_invitations(self) -> None:
        for invitation in (self.got, self.link):
            await self.system.channel.revoke_invitation(invitation_id=invitation.id)


Deed = Callable[[House], Awaitable[object]]


@frozen(kw_only=True)
class Case:
    """Something that can be asked for, and who may.

    Attributes:
        by: How the right to it is held: each is tried.
        given: The arguments; those that matter only for being valid may be left out.
        also: By what else the right is lost.
        unless: By what it is not lost.
        place: In which channel it is lost.
        mark: What somebody else does that shows in the answer of a read.
        reads: Whether it only answers.
        seen: What of the answer counts: all but what is random.
        answers: Whether it is answered still once the right is lost, by what is left to be seen.
    """

    by: tuple[Holding, ...]
    given: Callable[[House], Mapping[str, object]] = lambda _: {}
    also: frozenset[Taking] = frozenset()
    unless: frozenset[Taking] = frozenset()
    place: Literal["team", "hall", "den"] = "team"
    mark: Deed | None = None
    reads: bool = False
    answers: bool = False
    seen: Callable[[object], object] = lambda answer: answer

    def takings(self, holding: Holding) -> tuple[Taking, ...]:
        """By what the right is lost that is so held, in the order of their names."""
        return tuple(sorted((TAKINGS[holding] | self.also) - self.unless))


_FURNISHED: dict[Holding, tuple[House, tuple[Recorded, ...]]] = {}
"""A house for each holding, of whose stores every other one has a copy, and what they have recorded."""


@asynccontextmanager
async def open_house(case: Case, holding: Holding, moment: AtMoment) -> AsyncGenerator[House, None]:
    """A house in which Bert holds his rights in the way of *holding*, with *moment* around all its ports."""
    if holding not in _FURNISHED:
        ports = cheap_ports()
        async with UseCaseFactory(ports=ports) as use_cases:
            pattern = await _furnished(use_cases, ports, holding)
            await use_cases.settle()
        _FURNISHED[holding] = pattern, await pattern.recorded()
    pattern, recorded = _FURNISHED[holding]
    # What is recorded never changes, so that it need not be copied.
    ports = moment.around_all(deepcopy(pattern.ports, {id(each): each for each in recorded}))
    async with UseCaseFactory(ports=ports) as use_cases:
        where = {"team": pattern.team, "hall": pattern.hall, "den": pattern.den}[case.place].id
        await use_cases.settle()
        yield evolve(pattern, use_cases=use_cases, ports=ports, where=where)


async def check_whole(house: House) -> None:
    """Fail if something is there without its event, or an event without its thing, or a channel without its owner."""
    log = await house.recorded()
    streams: dict[str, list[int]] = {}
    for recorded in log:
        streams.setdefault(recorded.event.stream, []).append(recorded.offset)
    for stream, offsets in streams.items():
        assert [*range(1, len(offsets) + 1)] == offsets, stream

    events = [recorded.event for recorded in log]
    gone = {event.channel_id for event in events if isinstance(event, ChannelDeleted)}
    for created in (event for event in events if isinstance(event, ChannelCreated) and event.channel_id not in gone):
        channel_id = created.channel_id
        channel = await house.system.channel.get(channel_id=channel_id)
        (owner,) = await house.ports.channels.memberships(channel_id=channel_id, user_ids=(channel.owner_id,))
        assert ChannelRole.OWNER is owner.role
        said = await house.system.message.history(channel_id=channel_id)
        assert [*range(1, len(said) + 1)] == [message.sequence for message in said]
        sent = [event for event in events if isinstance(event, MessageSent) and event.channel_id == channel_id]
        assert [message.id for message in said] == [event.message_id for event in sent]

    begun = {event.user_id for event in events if isinstance(event, UserRegistered | UserMirrored)}
    ended = {event.user_id for event in events if isinstance(event, UserDeactivated)}
    assert begun - ended == {user.id for user in await house.system.user.list(limit=200)}
    for user_id in {event.user_id for event in events if isinstance(event, UserRegistered)} - ended:
        assert await house.ports.credentials.get(user_id=user_id) is not None
    for user_id in ended:
        with pytest.raises(DeactivatedError):
            await house.of(user_id).user.get_current()
        assert () == await house.ports.sessions.of_user(user_id=user_id)
        assert () == await house.ports.channels.of_user(user_id=user_id, before=None, limit=1)


async def _furnished(use_cases: UseCases, ports: Ports, holding: Holding) -> House:
    system = use_cases.as_system("test")
    for name in (ANNA, DORA, EVE, FINN, GINA):
        await system.user.ensure(id=name, username=name)
    bert, carl = await sign_up(use_cases, "bert"), await sign_up(use_cases, "carl")
    me, them = bert.user.id, carl.user.id
    anna = use_cases.as_user(ANNA)
    team = await anna.channel.create(name="team", members=[me, them, EVE, FINN])
    hall = await anna.channel.create(name="hall", type="public", members=[them])
    den = await anna.channel.create(name="den")
    said = await use_cases.as_user(me).message.send(channel_id=team.id, content="tea?")
    heard = await use_cases.as_user(them).message.send(channel_id=team.id, content="tea")
    said = await use_cases.as_user(me).message.edit(message_id=said.id, content="tea!")
    heard = await use_cases.as_user(them).message.edit(message_id=heard.id, content="tea, please")
    await use_cases.as_user(me).message.react(message_id=heard.id, emoji="👍")
    await system.permission.assign_role(user_id=EVE, role_id=RoleId("moderator"), scope=team.id)
    await system.permission.assign_role(user_id=GINA, role_id=RoleId("moderator"))
    await anna.channel.mute(channel_id=team.id, user_id=EVE, until=LATER)
    await anna.channel.ban(channel_id=team.id, user_id=FINN)
    custom = await system.permission.create_role(name="custom", permissions=("*",))
    other = await system.permission.create_role(name="other", permissions=("message:send",))
    house = House(
        use_cases=use_cases,
        ports=ports,
        holding=holding,
        bert=bert,
        carl=carl,
        team=team,
        hall=hall,
        den=den,
        said=said,
        heard=heard,
        sent=await use_cases.as_user(me).channel.invite(channel_id=team.id),
        annas=await anna.channel.invite(channel_id=team.id),
        got=await anna.channel.invite(channel_id=den.id, invitee_id=me),
        link=await anna.channel.invite(channel_id=den.id),
        custom=custom.id,
        other=other.id,
    )
    match holding:
        case Holding.CHANNEL_MODERATOR | Holding.CHANNEL_ADMIN:
            await system.permission.assign_role(user_id=me, role_id=GIVEN[holding], scope=team.id)
        case Holding.OWNER:
            await system.channel.transfer_ownership(channel_id=team.id, user_id=me)
        case Holding.CUSTOM_HERE:
            await system.permission.assign_role(user_id=me, role_id=custom.id, scope=team.id)
        case Holding.ADMIN | Holding.CUSTOM_EVERYWHERE:
            await system.channel.remove_member(channel_id=team.id, user_id=me)
            await system.permission.assign_role(user_id=me, role_id=GIVEN.get(holding, custom.id))
        case Holding.NOBODY | Holding.HOST | Holding.USER | Holding.MEMBER:
            pass
    return house
