"""Whatever people do to channels, one after the other: the use cases agree with a plain model of them."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, invariant, multiple, rule

from saiondo_core.channels.join_channel import CODE_GUESSES
from saiondo_core.channels.model import Channel, ChannelId, ChannelRole, Invitation, InvitationId
from saiondo_core.errors import SaiondoError
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.ids import UserId
from tests.channels.house import PEOPLE, House
from tests.channels.plain import PlainChannel, PlainHouse, PlainInvitation, Refusal

T = TypeVar("T")

people = st.sampled_from(PEOPLE)
DAY = 86_400.0


class ChannelsMachine(RuleBasedStateMachine):
    """Five people, and the channels they make."""

    channels: Bundle[ChannelId] = Bundle("channels")
    invitations: Bundle[InvitationId] = Bundle("invitations")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.house = House()
        self.plain = PlainHouse()
        self.made = dict[ChannelId, Channel]()
        self.misses = Counter[UserId]()
        self.run(self.house.move_in(*PEOPLE))

    def teardown(self) -> None:
        """End the loop."""
        self.runner.close()

    def run(self, work: Coroutine[object, object, T]) -> T:
        """What *work* gives."""
        return self.runner.get_loop().run_until_complete(work)

    @property
    def now(self) -> datetime:
        """The time."""
        return self.house.clock.now()

    def do(self, work: Coroutine[object, object, T], expected: Refusal) -> T | None:
        """What *work* gives, or None where it is refused; which must be as *expected*."""
        if expected is None:
            return self.run(work)
        with pytest.raises(SaiondoError) as refused:
            self.run(work)
        assert expected is type(refused.value)
        return None

    @rule(target=channels, owner=people, type=st.sampled_from(["private", "public"]), members=st.sets(people))
    def create(self, owner: UserId, type: str, members: set[UserId]) -> ChannelId:
        """Make a channel."""
        channel = self.do(self.house.of(owner).create(name="team", type=type, members=sorted(members)), None)
        assert channel is not None
        self.made[channel.id] = channel
        self.plain.channels[channel.id] = PlainChannel(type, owner, dict.fromkeys({owner, *members}, 0), self.now)
        return channel.id

    @rule(target=channels, pair=st.permutations(PEOPLE).map(lambda found: found[:2]))
    def create_direct(self, pair: list[UserId]) -> ChannelId:
        """Make a direct channel, or find it."""
        owner, other = pair
        channel = self.do(self.house.of(owner).create(name="us", type="direct", members=[other]), None)
        assert channel is not None
        present = [
            channel_id
            for channel_id, found in self.plain.channels.items()
            if found.type == "direct" and found.read.keys() == {*pair}
        ]
        assert present in ([], [channel.id])
        if not present:
            self.made[channel.id] = channel
            self.plain.channels[channel.id] = PlainChannel("direct", owner, dict.fromkeys(pair, 0), self.now)
        return channel.id

    @rule(user=people, channel_id=channels)
    def say(self, user: UserId, channel_id: ChannelId) -> None:
        """Say something, if one is a member."""
        channel = self.plain.channels.get(channel_id)
        if channel is not None and user in channel.read:
            self.run(self.house.say(self.made[channel_id], user))
            channel.last += 1
            channel.read[user] = channel.last
            channel.active_at = self.now

    @rule(target=invitations, user=people, channel_id=channels, invitee=st.none() | people, max_uses=st.integers(1, 2))
    def invite(
        self, user: UserId, channel_id: ChannelId, invitee: UserId | None, max_uses: int
    ) -> InvitationId | MultipleResults[InvitationId]:
        """Invite somebody, or whoever holds the link."""
        uses = max_uses if invitee is None else 1
        expected = self.plain.inviting(channel_id, user, invitee)
        inviting = self.house.of(user).invite(channel_id=channel_id, invitee_id=invitee, max_uses=uses)
        invitation = self.do(inviting, expected)
        return multiple() if invitation is None else self._keep(invitation)

    def _keep(self, invitation: Invitation) -> InvitationId:
        self.plain.invitations[invitation.id] = PlainInvitation(
            invitation.channel_id,
            invitation.code,
            invitation.invitee_id,
            invitation.max_uses,
            self.now + timedelta(seconds=DAY),
        )
        return invitation.id

    @rule(user=people, channel_id=channels)
    def join(self, user: UserId, channel_id: ChannelId) -> None:
        """Join by the channel's id."""
        expected = self.plain.joining(channel_id, user, self.now)
        self.do(self.house.of(user).join(channel_id=channel_id), expected)
        if expected is None and user not in self.plain.channels[channel_id].read:
            self.plain.admit(channel_id, user, self.now)

    @rule(user=people, invitation_id=invitations)
    def redeem(self, user: UserId, invitation_id: InvitationId) -> None:
        """Join by an invitation's code, unless one has guessed too often."""
        invitation = self.plain.invitations[invitation_id]
        expected = self.plain.redeeming(invitation, user, self.now)
        if self.misses[user] == CODE_GUESSES:
            return
        self.do(self.house.of(user).join(code=invitation.code), expected)
        self.misses[user] += expected is not None
        if expected is None and user not in self.plain.channels[invitation.channel_id].read:
            invitation.left -= 1
            self.plain.admit(invitation.channel_id, user, self.now)

    @rule(user=people, channel_id=channels)
    def leave(self, user: UserId, channel_id: ChannelId) -> None:
        """Leave."""
        expected = self.plain.leaving(channel_id, user)
        self.do(self.house.of(user).leave(channel_id=channel_id), expected)
        if expected is None:
            self.plain.dismiss(channel_id, user)

    @rule(user=people, channel_id=channels, whom=people)
    def remove(self, user: UserId, channel_id: ChannelId, whom: UserId) -> None:
        """Remove a member."""
        expected = self.plain.managing_member(channel_id, user, whom)
        self.do(self.house.of(user).remove_member(channel_id=channel_id, user_id=whom), expected)
        if expected is None:
            self.plain.dismiss(channel_id, whom)

    @rule(user=people, channel_id=channels, whom=people)
    def ban(self, user: UserId, channel_id: ChannelId, whom: UserId) -> None:
        """Ban somebody."""
        expected = self.plain.managing(channel_id, user, whom)
        self.do(self.house.of(user).ban(channel_id=channel_id, user_id=whom), expected)
        if expected is None:
            for invitation in self.plain.named(channel_id, whom, self.now):
                invitation.left = 0
            self.plain.dismiss(channel_id, whom)
            self.plain.channels[channel_id].banned.add(whom)

    @rule(user=people, channel_id=channels, whom=people)
    def unban(self, user: UserId, channel_id: ChannelId, whom: UserId) -> None:
        """Lift a ban."""
        expected = self.plain.managing(channel_id, user, whom)
        self.do(self.house.of(user).unban(channel_id=channel_id, user_id=whom), expected)
        if expected is None:
            self.plain.channels[channel_id].banned.discard(whom)

    @rule(user=people, channel_id=channels, whom=people)
    def transfer(self, user: UserId, channel_id: ChannelId, whom: UserId) -> None:
        """Hand a channel over."""
        expected = self.plain.transferring(channel_id, user, whom)
        self.do(self.house.of(user).transfer_ownership(channel_id=channel_id, user_id=whom), expected)
        if expected is None:
            channel = self.plain.channels[channel_id]
            channel.ranks[channel.owner] = "member"
            channel.owner = whom
            channel.muted.pop(whom, None)

    @rule(user=people, channel_id=channels, whom=people, role=st.sampled_from([*ChannelRole][1:]))
    def assign(self, user: UserId, channel_id: ChannelId, whom: UserId, role: ChannelRole) -> None:
        """Give somebody a role in a channel, and so a place in it."""
        expected = self.plain.managing(channel_id, user, whom, role)
        self.do(self.house.assign(channel_id, whom, role, by=Actor(id=user)), expected)
        if expected is None:
            channel = self.plain.channels[channel_id]
            channel.banned.discard(whom)
            if whom not in channel.read:
                self.plain.admit(channel_id, whom, self.now)
            channel.ranks[whom] = role

    @rule(user=people, channel_id=channels, whom=people, hours=st.integers(1, 3))
    def mute(self, user: UserId, channel_id: ChannelId, whom: UserId, hours: int) -> None:
        """Mute a member."""
        expected = self.plain.managing_member(channel_id, user, whom)
        until = self.now + timedelta(hours=hours)
        self.do(self.house.of(user).mute(channel_id=channel_id, user_id=whom, until=until), expected)
        if expected is None:
            self.plain.channels[channel_id].muted[whom] = until

    @rule(user=people, channel_id=channels, whom=people)
    def unmute(self, user: UserId, channel_id: ChannelId, whom: UserId) -> None:
        """Let a member speak again."""
        expected = self.plain.managing_member(channel_id, user, whom)
        self.do(self.house.of(user).unmute(channel_id=channel_id, user_id=whom), expected)
        if expected is None:
            self.plain.channels[channel_id].muted.pop(whom, None)

    @rule(user=people, channel_id=channels, sequence=st.integers(0, 5))
    def mark_read(self, user: UserId, channel_id: ChannelId, sequence: int) -> None:
        """Read some messages."""
        expected = self.plain.entering(channel_id, user)
        self.do(self.house.of(user).mark_read(channel_id=channel_id, sequence=sequence), expected)
        if expected is None:
            channel = self.plain.channels[channel_id]
            channel.read[user] = max(channel.read[user], min(sequence, channel.last))

    @rule(user=people, channel_id=channels)
    def delete(self, user: UserId, channel_id: ChannelId) -> None:
        """Delete a channel."""
        expected = self.plain.ranking(channel_id, user, "owner")
        self.do(self.house.of(user).delete(channel_id=channel_id), expected)
        if expected is None:
            self.plain.delete(channel_id)

    @rule(seconds=st.sampled_from([1.0, DAY]))
    def wait(self, seconds: float) -> None:
        """Let time pass; wrong guesses are forgotten after a day, and invitations expire."""
        self.run(self.house.clock.advance(seconds))
        if seconds == DAY:
            self.misses.clear()

    @invariant()
    def all_is_as_it_should_be(self) -> None:
        """The use cases and the model agree on everything that can be seen."""
        self.run(self.check_standings())
        self.run(self.check_lists())

    async def check_standings(self) -> None:
        """Membership, role, mute, unread count and ban of everybody in every channel."""
        for channel_id in self.made:
            plain = self.plain.channels.get(channel_id)
            for user in PEOPLE:
                standing = await self.house.channels.standing(channel_id=channel_id, user_id=user)
                if plain is None or standing is None:
                    assert (plain is None) == (standing is None)
                    continue
                assert (user in plain.banned, plain.owner) == (standing.is_banned, standing.channel.owner_id)
                member = standing.membership
                assert (user in plain.read) == (member is not None)
                if member is not None:
                    expected = (plain.rank(user), plain.muted.get(user), plain.last - plain.read[user])
                    assert expected == (member.role, member.muted_until, standing.unread)

    async def check_lists(self) -> None:
        """One's own channels, the public ones and the members of each, in their order."""
        latest = sorted(self.plain.channels.items(), key=lambda found: (found[1].active_at, found[0]), reverse=True)
        public = [channel_id for channel_id, channel in latest if channel.type == "public"]
        for user in PEOPLE:
            mine = [channel_id for channel_id, channel in latest if user in channel.read]
            assert mine == [channel.id for channel in await self.house.of(user).list(limit=200)]
            assert public == [channel.id for channel in await self.house.of(user).list(which="public", limit=200)]
        for channel_id, channel in latest:
            assert sorted(channel.read) == await self.house.people(channel_id)


TestChannels = ChannelsMachine.TestCase
TestChannels.settings = settings(stateful_step_count=40)
