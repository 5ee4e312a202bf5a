"""Whatever people do with roles, one after the other: nobody's rights grow but by whoever held them."""

import asyncio
import os
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from saiondo_core import Channel, UseCaseFactory, UseCases
from saiondo_core.channels.model import ChannelId, ChannelRole
from saiondo_core.kernel.errors import AccessDeniedError, SaiondoError
from saiondo_core.kernel.ids import RoleId, UserId
from saiondo_core.kernel.policies import (
    ADMIN,
    CHANNEL_ADMIN,
    CHANNEL_CREATE,
    CHANNEL_DELETE,
    CHANNEL_INVITE,
    CHANNEL_JOIN,
    CHANNEL_LEAVE,
    CHANNEL_MANAGE_MEMBERS,
    CHANNEL_MODERATOR,
    CHANNEL_TRANSFER,
    GUEST,
    MEMBER,
    MODERATOR,
    OWNER,
    ROLE_ASSIGN,
    ROLE_MANAGE,
    USER_MANAGE,
    Policy,
    Where,
)
from saiondo_core.permissions.model import PermissionCheck, PermissionContext, Role
from saiondo_core.testing.clocks import FrozenClock
from saiondo_core.testing.ports import cheap_ports
from tests.permissions.house import ANNA, BERT, CARL, EVE
from tests.permissions.plain_rights import (
    ROWS,
    PlainChannel,
    PlainMember,
    PlainRights,
    PlainRole,
    owner_asked,
)

T = TypeVar("T")
LONG = bool(os.environ.get("SAIONDO_LONG"))

DORA, HOST = UserId("dora"), UserId("system:host")
PEOPLE = (ANNA, BERT, CARL, DORA, EVE)
CHANNELS = ("team", "plaza", "club")
PUBLIC = "plaza"
ROLES = ("clerk", "auditor", "boss")
NEVER_MADE = "01900000-0000-7000-8000-ffffffffffff"
PATTERNS = (
    "*",
    "invoice:*",
    "invoice:approve",
    "*:read",
    "*:assign",
    "role:manage",
    "role:*",
    "channel:*",
    "channel:manage_members",
    "channel:discover",
    "message:delete",
    "user:manage",
)
CHANNEL_ROLES = (GUEST, MEMBER, CHANNEL_MODERATOR, CHANNEL_ADMIN, OWNER)
BASE = (GUEST, MEMBER)
THERE = {MODERATOR: CHANNEL_MODERATOR, ADMIN: CHANNEL_ADMIN}
"""What names of roles mean in a channel."""
IN_A_CHANNEL = (Where.CHANNEL, Where.INSIDE)
MUTED = timedelta(seconds=10)

actors = st.sampled_from([*PEOPLE, HOST]) | st.integers(0, 3)
"""Who acts; of a number, somebody who may: most of what others want is refused."""
people = st.sampled_from(PEOPLE)
channels = st.sampled_from(CHANNELS)
scopes = st.none() | channels
made = st.sampled_from(ROLES)
roles = made | st.sampled_from([MODERATOR, ADMIN, *CHANNEL_ROLES])
patterns = st.sets(st.sampled_from(PATTERNS), max_size=2)
parents = st.just(set[str]()) | st.sets(st.sampled_from([*ROLES, MODERATOR, CHANNEL_MODERATOR, OWNER]), max_size=1)


def asked(scope: str | None) -> tuple[Policy, ...]:
    """What is asked about everybody: in a channel, what a channel makes a difference for."""
    return ROWS if scope is None else tuple(row for row in ROWS if row is CHANNEL_JOIN or row.where in IN_A_CHANNEL)


class RolesMachine(RuleBasedStateMachine):
    """Five people, three channels and three names for roles, each of which can be deleted and come again.

    Whether a step is refused is the library's to say; what follows from one that is not, the plain rights know.
    """

    def __init__(self) -> None:
        """Open the house: Anna's private channel, Bert's public one, and three roles, of which two are held."""
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = FrozenClock()
        self.factory = UseCaseFactory(ports=cheap_ports(clock=self.clock))
        self.use_cases = self.run(self.factory.__aenter__())
        self.host = self.use_cases.as_system("host")
        self.plain = PlainRights(now=self.clock.now())
        self.channel_ids: dict[str, ChannelId] = {place: ChannelId(NEVER_MADE) for place in CHANNELS}
        self.role_ids: dict[str, RoleId] = {name: RoleId(NEVER_MADE) for name in ROLES}
        self.ever_made = set[RoleId]()
        for user in PEOPLE:
            self.come(user)
        self.create(ANNA, "team", {BERT, CARL})
        self.create(BERT, PUBLIC, {EVE})
        self.put_role(HOST, "clerk", {"role:manage", "*:assign", "invoice:*"}, set())
        self.put_role(HOST, "auditor", {"*:read"}, {MODERATOR})
        self.put_role(HOST, "boss", {"*"}, set())
        for user in (BERT, DORA):
            self.assign(HOST, user, "clerk", None)
        self.assign(HOST, CARL, "auditor", None)

    def teardown(self) -> None:
        """Close the house."""
        self.run(self.factory.__aexit__(None, None, None))
        self.runner.close()

    def run(self, work: Coroutine[object, object, T]) -> T:
        """What *work* gives."""
        return self.runner.get_loop().run_until_complete(work)

    def attempt(self, work: Coroutine[object, object, T]) -> T | SaiondoError:
        """What *work* gives, or by what it is refused."""
        try:
            return self.run(work)
        except SaiondoError as refused:
            return refused

    def role_id(self, name: str) -> RoleId:
        """The role of that name: the one that is, or the last that was."""
        return self.role_ids.get(name, RoleId(name))

    def able(self, actor: UserId | int, policy: Policy, scope: str | None = None) -> UserId:
        """Who acts, where *actor* is only said to be one who may."""
        if not isinstance(actor, int):
            return actor
        may = [user for user in PEOPLE if policy.permission in self.plain.allowed(user, scope)]
        return may[actor % len(may)] if may else HOST

    def step(
        self,
        actor: UserId,
        use: Callable[[UseCases], Coroutine[object, object, T]],
        then: Callable[[T], object],
        *,
        needs: Policy | None,
        scope: str | None = None,
        gives: RoleId | None = None,
        takes: bool = False,
    ) -> None:
        """Have *actor* do something; unless it is refused, have *then* follow from it.

        Args:
            actor: Who does it.
            use: What.
            then: What follows for the plain rights from what it gives.
            needs: What they must be allowed to do; None where it is their own.
            scope: The channel it is done in.
            gives: What whoever is allowed to do it may give without holding it.
            takes: Whether it takes only what they hold.
        """
        before = self.granted()
        allowed = self.plain.allowed(actor, scope)
        result = self.attempt(use(self.host if actor == HOST else self.use_cases.as_user(actor)))
        if isinstance(result, SaiondoError):
            # Nothing was changed by it: see `answers_are_plain`.
            assert not result.retryable
            assert actor != HOST or not isinstance(result, AccessDeniedError)
            return
        then(result)
        if actor == HOST:
            return
        assert needs is None or needs.permission in allowed
        after = self.granted()
        given = frozenset[str]() if gives is None else self.plain.of_role(gives)
        for user, place in before.keys() & after.keys():
            held = before.get((actor, place), frozenset())
            assert after[user, place] - before[user, place] <= held | given
            assert not takes or before[user, place] - after[user, place] <= held

    def granted(self) -> dict[tuple[UserId, str | None], frozenset[str]]:
        """What everybody's roles allow, everywhere and in each channel."""
        return {
            (user, scope): self.plain.granted(user, scope) for user in PEOPLE for scope in (None, *self.plain.channels)
        }

    @rule(actor=actors, name=made, allows=patterns, inherits=parents)
    def put_role(self, actor: UserId | int, name: str, allows: set[str], inherits: set[str]) -> None:
        """Make a role, perhaps under a name that another one had; or change the one that has it."""
        role_id, above = self.role_id(name), frozenset(map(self.role_id, inherits))
        is_new = role_id not in self.plain.roles

        def then(role: Role) -> None:
            assert is_new == (role.id not in self.ever_made)
            self.ever_made.add(role.id)
            self.role_ids[name] = role.id
            self.plain.roles[role.id] = PlainRole(name, frozenset(allows), above)

        self.step(
            self.able(actor, ROLE_MANAGE),
            lambda ours: (
                ours.permission.create_role(name=name, permissions=allows, inherits=above)
                if is_new
                else ours.permission.update_role(role_id=role_id, permissions=allows, inherits=above)
            ),
            then,
            needs=ROLE_MANAGE,
            takes=True,
        )

    @rule(actor=actors, name=made)
    def delete_role(self, actor: UserId | int, name: str) -> None:
        """Delete a role."""
        role_id = self.role_id(name)
        who = self.able(actor, ROLE_MANAGE)
        self.step(
            who,
            lambda ours: ours.permission.delete_role(role_id=role_id),
            lambda _: self.plain.forget_role(role_id),
            needs=ROLE_MANAGE,
            takes=True,
        )

    @rule(actor=actors, user=people, name=roles, place=scopes)
    def assign(self, actor: UserId | int, user: UserId, name: str, place: str | None) -> None:
        """Give somebody a role, everywhere or in a channel."""
        role_id, scope = self.role_id(name), place and self.channel_ids[place]
        there = role_id if scope is None else THERE.get(role_id, role_id)
        is_place = scope is not None and there in CHANNEL_ROLES
        needs = CHANNEL_MANAGE_MEMBERS if is_place else ROLE_ASSIGN
        who = self.able(actor, needs, scope)

        def then(_: object) -> None:
            if scope is None:
                self.plain.held[user].add(role_id)
            elif is_place:
                self.plain.channels[scope].admit(user, there)
            else:
                self.plain.channels[scope].members[user].extra.add(role_id)

        self.step(
            who,
            lambda ours: ours.permission.assign_role(user_id=user, role_id=role_id, scope=scope),
            then,
            needs=needs,
            scope=scope,
            gives=there if is_place and there in BASE else None,
        )

    @rule(actor=actors, user=people, name=roles, place=scopes)
    def revoke(self, actor: UserId | int, user: UserId, name: str, place: str | None) -> None:
        """Take a role from somebody."""
        role_id, scope = self.role_id(name), place and self.channel_ids[place]
        there = role_id if scope is None else THERE.get(role_id, role_id)
        is_place = scope is not None and there in CHANNEL_ROLES
        needs = CHANNEL_MANAGE_MEMBERS if is_place else ROLE_ASSIGN
        who = self.able(actor, needs, scope)

        def then(_: object) -> None:
            if scope is None:
                self.plain.held.get(user, set[RoleId]()).discard(role_id)
                return
            member = self.plain.channels[scope].members[user]
            member.extra.discard(role_id)
            if member.role == there:
                member.role = MEMBER

        is_given_up = scope is None and who == user
        self.step(
            who,
            lambda ours: ours.permission.revoke_role(user_id=user, role_id=role_id, scope=scope),
            then,
            needs=None if is_given_up else needs,
            scope=scope,
            takes=True,
        )

    @rule(actor=actors, place=channels, others=st.sets(people, max_size=2))
    def create_or_delete(self, actor: UserId | int, place: str, others: set[UserId]) -> None:
        """Make a channel, where there is none in that place; else delete the one there is."""
        if self.channel_ids[place] in self.plain.channels:
            self.delete(actor, self.channel_ids[place])
        else:
            self.create(actor, place, others)

    def create(self, actor: UserId | int, place: str, others: set[UserId]) -> None:
        """Make a channel."""
        who = self.able(actor, CHANNEL_CREATE)

        def then(channel: Channel) -> None:
            members = {user: PlainMember(OWNER if user == who else MEMBER) for user in {who, *others}}
            self.channel_ids[place] = channel.id
            self.plain.channels[channel.id] = PlainChannel(place == PUBLIC, members)

        kind = "public" if place == PUBLIC else "private"
        self.step(
            who,
            lambda ours: ours.channel.create(name=place, key=place, type=kind, members=sorted(others)),
            then,
            needs=CHANNEL_CREATE,
        )

    def delete(self, actor: UserId | int, channel_id: ChannelId) -> None:
        """Delete a channel."""
        self.step(
            self.able(actor, CHANNEL_DELETE, channel_id),
            lambda ours: ours.channel.delete(channel_id=channel_id),
            lambda _: self.plain.channels.pop(channel_id),
            needs=CHANNEL_DELETE,
            scope=channel_id,
        )

    @rule(actor=actors, user=people, place=channels)
    def invite(self, actor: UserId | int, user: UserId, place: str) -> None:
        """Invite somebody."""
        channel_id = self.channel_ids[place]
        who = self.able(actor, CHANNEL_INVITE, channel_id)

        def then(_: object) -> None:
            self.plain.channels[channel_id].invited.add(user)

        self.step(
            who,
            lambda ours: ours.channel.invite(channel_id=channel_id, invitee_id=user),
            then,
            needs=CHANNEL_INVITE,
            scope=channel_id,
        )

    @rule(user=people, place=channels)
    def join_or_leave(self, user: UserId, place: str) -> None:
        """Leave a channel, where one is in it; else join it."""
        channel_id = self.channel_ids[place]
        channel = self.plain.channels.get(channel_id)
        if channel is not None and user in channel.members:
            self.step(
                user,
                lambda ours: ours.channel.leave(channel_id=channel_id),
                lambda _: channel.members.pop(user),
                needs=CHANNEL_LEAVE,
                scope=channel_id,
            )
        else:
            self.step(
                user,
                lambda ours: ours.channel.join(channel_id=channel_id),
                lambda _: self.plain.channels[channel_id].admit(user, MEMBER),
                needs=CHANNEL_JOIN,
                scope=channel_id,
                gives=MEMBER,
            )

    @rule(actor=actors, user=people, place=channels, act=st.sampled_from(["remove", "ban", "unban", "mute"]))
    def manage(self, actor: UserId | int, user: UserId, place: str, act: str) -> None:
        """Remove, ban or mute somebody, or lift a ban."""
        channel_id, until = self.channel_ids[place], self.clock.now() + MUTED

        async def use(ours: UseCases) -> None:
            match act:
                case "remove":
                    await ours.channel.remove_member(channel_id=channel_id, user_id=user)
                case "ban":
                    await ours.channel.ban(channel_id=channel_id, user_id=user)
                case "unban":
                    await ours.channel.unban(channel_id=channel_id, user_id=user)
                case _:
                    await ours.channel.mute(channel_id=channel_id, user_id=user, until=until)

        def then(_: object) -> None:
            channel = self.plain.channels[channel_id]
            match act:
                case "remove":
                    del channel.members[user]
                case "ban":
                    channel.ban(user)
                case "unban":
                    channel.banned.discard(user)
                case _:
                    channel.members[user].muted_until = until

        who = self.able(actor, CHANNEL_MANAGE_MEMBERS, channel_id)
        self.step(who, use, then, needs=CHANNEL_MANAGE_MEMBERS, scope=channel_id)

    @precondition(lambda self: self.plain.muted)
    @rule()
    def wait(self) -> None:
        """Let every mute end."""
        self.run(self.clock.advance(MUTED.total_seconds()))
        self.plain.now = self.clock.now()

    @rule(actor=actors, user=people, place=channels)
    def transfer(self, actor: UserId | int, user: UserId, place: str) -> None:
        """Hand a channel over."""
        channel_id = self.channel_ids[place]
        who = self.able(actor, CHANNEL_TRANSFER, channel_id)
        self.step(
            who,
            lambda ours: ours.channel.transfer_ownership(channel_id=channel_id, user_id=user),
            lambda _: self.plain.channels[channel_id].hand_over(user),
            needs=CHANNEL_TRANSFER,
            scope=channel_id,
            gives=OWNER,
        )

    @rule(actor=actors, user=people, comes_back=st.booleans())
    def go(self, actor: UserId | int, user: UserId, comes_back: bool) -> None:
        """Delete a user, and see their memberships end; and perhaps have them come back, as whoever is gone does."""
        who = self.able(actor, USER_MANAGE)

        async def deleted(ours: UseCases) -> None:
            await ours.user.delete(user)
            await self.host.settle()

        if user in self.plain.held:
            self.step(who, deleted, lambda _: self.plain.forget(user), needs=None if who == user else USER_MANAGE)
            self.answers_are_plain()
        if comes_back and user not in self.plain.held:
            self.come(user)

    def come(self, user: UserId) -> None:
        """Have a user, who may have been deleted before."""
        self.run(self.host.user.ensure(id=user, username=user))
        self.plain.held[user] = set()

    @invariant()
    def answers_are_plain(self) -> None:
        """Whatever anybody may do, and nothing else, they are told they may, everywhere and in each channel."""
        places = (None, *self.channel_ids.values())
        for user in PEOPLE:
            checks = [
                PermissionCheck(
                    resource=row.permission.split(":")[0],
                    action=row.permission.split(":")[1],
                    context=PermissionContext(channel_id=scope, owner_id=owner_asked(row, user)),
                )
                for scope in places
                for row in asked(scope)
            ]
            answers = iter(self.run(self.host.permission.check_many(user_id=user, checks=checks)))
            for scope in places:
                told = {row.permission for row in asked(scope) if next(answers).allowed}
                assert self.plain.allowed(user, scope) & {row.permission for row in asked(scope)} == told

    @invariant()
    def every_channel_has_one_owner(self) -> None:
        """Of the members of each channel one is its owner, and was not deleted."""
        for channel_id in self.plain.channels:
            channel = self.run(self.host.channel.get(channel_id=ChannelId(channel_id)))
            members = self.run(self.host.channel.members(channel_id=ChannelId(channel_id))).items
            assert [channel.owner_id] == [member.user_id for member in members if member.role is ChannelRole.OWNER]
            assert channel.owner_id in self.plain.held


TestRoles = RolesMachine.TestCase
TestRoles.settings = settings(stateful_step_count=50) if LONG else settings(max_examples=20, stateful_step_count=30)
