"""What every store of channels must do."""

import asyncio
from datetime import timedelta

import pytest
from attrs import evolve

from saiondo_core.channels.model import (
    Activity,
    Ban,
    ChannelChange,
    ChannelId,
    ChannelRole,
    ChannelType,
    InvitationId,
    InvitationState,
    Standing,
)
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.ids import RoleId, UserId
from saiondo_core.testing.contracts.channel_cases import (
    ANNA,
    BERT,
    CARL,
    NOON,
    TEAM,
    add,
    channel,
    delete,
    events,
    following,
    invitation,
    member,
    people,
)
from saiondo_core.testing.contracts.channel_writes import ChannelWriteLaws
from saiondo_core.testing.contracts.opening import Opener


@pytest.mark.asyncio
class ChannelRepositoryContract(ChannelWriteLaws):
    """The laws of `ChannelRepository`. Derive it, and give the fixture `opener`."""

    async def test_add_then_read_is_the_same(self, opener: Opener[ChannelRepository]) -> None:
        """Every field of a channel and of its memberships comes back, whichever way it is read."""
        new = evolve(
            channel(type=ChannelType.PUBLIC),
            key="order:42",
            name="Team 팀",
            description="a\nb",
            metadata={"n": 1, "deep": {"list": [True, None, "텍스트", 0.5]}},
            last_sequence=3,
            last_message_at=NOON + timedelta(milliseconds=1),
            updated_at=NOON + timedelta(days=1),
        )
        owner = evolve(member(ANNA), role=ChannelRole.OWNER, read_sequence=2, joined_sequence=1)
        extra = RoleId("writer"), RoleId("reader")
        guest = evolve(member(BERT), role=ChannelRole.GUEST, extra_roles=extra, muted_until=NOON + timedelta(days=2))
        async with opener() as channels:
            await channels.add(channel=new, memberships=(owner, guest), events=events("made"))

            assert new == await channels.by_key(key="order:42")
            assert Standing(channel=new, membership=guest) == await channels.standing(channel_id=TEAM, user_id=BERT)
            assert Standing(channel=new) == await channels.standing(channel_id=TEAM, user_id=CARL)
            assert (Standing(channel=new, membership=owner),) == await channels.of_user(
                user_id=ANNA, before=None, limit=10
            )
            assert (new,) == await channels.public(before=None, limit=10)
            assert (new,) == await channels.owned_by(user_id=ANNA)
            assert (owner, guest) == await channels.members(channel_id=TEAM, after=None, limit=10)
            assert {owner, guest} == {*await channels.memberships(channel_id=TEAM, user_ids=(BERT, CARL, ANNA))}
            assert await channels.standing(channel_id=ChannelId("nowhere"), user_id=ANNA) is None
            assert await channels.by_key(key="nothing") is None

    async def test_joining_starts_at_the_last_sequence(self, opener: Opener[ChannelRepository]) -> None:
        """What was said before somebody joined is nothing they have not read, whatever the change says."""
        async with opener() as channels:
            present = await add(channels, evolve(channel(), last_sequence=7, last_message_at=NOON))
            joining = evolve(member(BERT), joined_sequence=1, read_sequence=9)
            change = ChannelChange(channel=evolve(following(present), last_sequence=5), put=(joining,))
            await channels.change(change=change, events=events("joined"))

            expected = evolve(member(BERT), joined_sequence=7, read_sequence=7)
            assert (expected,) == await channels.memberships(channel_id=TEAM, user_ids=(BERT,))

    async def test_read_only_rises(self, opener: Opener[ChannelRepository]) -> None:
        """A position read in the meantime survives a change that was judged before; the future cannot be read."""
        async with opener() as channels:
            present = await add(channels, evolve(channel(), last_sequence=7, last_message_at=NOON), BERT)
            for sequence, expected in ((5, 5), (3, 5), (6, 6)):
                marked = await channels.mark_read(channel_id=TEAM, user_id=BERT, sequence=sequence)
                assert evolve(member(BERT), read_sequence=expected) == marked
            for number, (sequence, expected) in enumerate(((0, 6), (99, 7))):
                muted = evolve(member(BERT), read_sequence=sequence, muted_until=NOON)
                change = ChannelChange(channel=following(present), put=(muted,))
                present = await channels.change(change=change, events=events(f"muted {number}"))
                assert (evolve(muted, read_sequence=expected),) == await channels.memberships(
                    channel_id=TEAM, user_ids=(BERT,)
                )
            marked = await channels.mark_read(channel_id=TEAM, user_id=ANNA, sequence=99)
            assert marked is not None
            assert 7 == marked.read_sequence

    async def test_mark_read_needs_a_membership(self, opener: Opener[ChannelRepository]) -> None:
        """Whoever is not in the channel, or reads none, makes no membership by it."""
        async with opener() as channels:
            await add(channels, evolve(channel(), last_sequence=7, last_message_at=NOON))
            for channel_id in (TEAM, ChannelId("nowhere")):
                assert await channels.mark_read(channel_id=channel_id, user_id=BERT, sequence=1) is None

            assert [ANNA] == await people(channels)
            assert () == await channels.of_user(user_id=BERT, before=None, limit=10)

    async def test_standing_is_of_one_revision(self, opener: Opener[ChannelRepository]) -> None:
        """While somebody is banned and comes back, nobody sees them banned and a member, or neither."""
        ban = Ban(channel_id=TEAM, user_id=BERT, banned_by=ANNA, banned_at=NOON)
        async with opener() as channels:
            present = await add(channels, channel(), BERT)

            async def come_and_go() -> None:
                after = following(present)
                for number in range(20):
                    away = ChannelChange(channel=after, drop=(BERT,), ban=(ban,))
                    back = ChannelChange(channel=after, put=(member(BERT),), unban=(BERT,))
                    after = following(
                        await channels.change(change=back if number % 2 else away, events=events(f"e{number}"))
                    )
                    await asyncio.sleep(0)

            coming = asyncio.ensure_future(come_and_go())
            while not coming.done():
                standing = await channels.standing(channel_id=TEAM, user_id=BERT)
                assert standing is not None
                is_away = standing.channel.membership_revision % 2 == 0
                assert (is_away, not is_away) == (standing.is_banned, standing.membership is not None)
                await asyncio.sleep(0)
            await coming

    async def test_deleted_is_gone(self, opener: Opener[ChannelRepository]) -> None:
        """No read of any kind finds a deleted channel, its members or its invitations."""
        named = invitation("i1", code="CODE", invitee_id=CARL)
        async with opener() as channels:
            present = await add(channels, evolve(channel(type=ChannelType.PUBLIC), key="k"), BERT)
            inviting = ChannelChange(channel=following(present), invitations=(named,))
            await delete(channels, await channels.change(change=inviting, events=events("invited")))

            assert await channels.standing(channel_id=TEAM, user_id=ANNA) is None
            assert await channels.by_key(key="k") is None
            assert () == await channels.memberships(channel_id=TEAM, user_ids=(ANNA, BERT))
            assert [] == await people(channels)
            assert () == await channels.of_user(user_id=BERT, before=None, limit=10)
            assert () == await channels.public(before=None, limit=10)
            assert () == await channels.owned_by(user_id=ANNA)
            assert await channels.invitation(invitation_id=named.id) is None
            assert await channels.invitation_by_code(code="CODE") is None
            assert () == await channels.invitations_for(channel_id=TEAM, user_id=CARL)
            assert await channels.mark_read(channel_id=TEAM, user_id=ANNA, sequence=1) is None

    async def test_lists_go_by_last_activity(self, opener: Opener[ChannelRepository]) -> None:
        """The latest word counts, or else the founding; equals go by id, backwards; pages follow without a gap."""
        async with opener() as channels:
            for channel_id, made, said in (("a", 1, 9), ("b", 5, None), ("c", 5, None), ("d", 0, 7), ("e", 2, 3)):
                new = channel(channel_id, type=ChannelType.PUBLIC, minute=made)
                last = None if said is None else NOON + timedelta(minutes=said)
                await add(channels, evolve(new, last_sequence=said or 0, last_message_at=last))

            for limit in range(1, 7):
                own, everybody = list[str](), list[str]()
                before: Activity | None = None
                while standings := await channels.of_user(user_id=ANNA, before=before, limit=limit):
                    public = await channels.public(before=before, limit=limit)
                    assert min(limit, 5 - len(own)) == len(standings)
                    own += [standing.channel.id for standing in standings]
                    everybody += [found.id for found in public]
                    before = standings[-1].channel.last_activity
                assert ["a", "d", "c", "b", "e"] == own == everybody

    async def test_lists_are_of_their_own(self, opener: Opener[ChannelRepository]) -> None:
        """Each list has its channels and no other; whoever left is out of it, whoever got a channel owns it."""
        async with opener() as channels:
            await add(channels, channel("anna1"), BERT)
            await add(channels, channel("anna2", type=ChannelType.PUBLIC))
            await add(channels, channel("bert1", owner_id=BERT, type=ChannelType.DIRECT), ANNA)
            present = await add(channels, channel("handed"), BERT)
            handing = ChannelChange(channel=evolve(following(present), owner_id=BERT), drop=(ANNA,))
            await channels.change(change=handing, events=events("handed over", channel_id="handed"))

            async def listed(user_id: str) -> tuple[set[str], list[str]]:
                standings = await channels.of_user(user_id=UserId(user_id), before=None, limit=10)
                assert {user_id} == {found.membership.user_id for found in standings if found.membership}
                owned = await channels.owned_by(user_id=UserId(user_id))
                return {standing.channel.id for standing in standings}, [found.id for found in owned]

            assert ({"anna1", "anna2", "bert1"}, ["anna1", "anna2"]) == await listed(ANNA)
            assert ({"anna1", "bert1", "handed"}, ["bert1", "handed"]) == await listed(BERT)
            assert ["anna2"] == [found.id for found in await channels.public(before=None, limit=10)]
            assert () == await channels.of_user(user_id=CARL, before=None, limit=10)

    async def test_members_go_by_user(self, opener: Opener[ChannelRepository]) -> None:
        """Whatever the order they came in, members are listed by their ids, page after page."""
        async with opener() as channels:
            await add(channels, channel(), CARL, BERT)
            whole = await channels.members(channel_id=TEAM, after=None, limit=10)

            assert [ANNA, BERT, CARL] == [found.user_id for found in whole]
            assert whole[:2] == await channels.members(channel_id=TEAM, after=None, limit=2)
            assert whole[1:] == await channels.members(channel_id=TEAM, after=ANNA, limit=2)
            assert () == await channels.members(channel_id=TEAM, after=CARL, limit=2)

    async def test_invitations_are_found(self, opener: Opener[ChannelRepository]) -> None:
        """An invitation is read by id and by code, as the last change left it."""
        new = evolve(invitation("i1", code="CODE", invitee_id=BERT), max_uses=2)
        async with opener() as channels:
            present = await add(channels, channel())
            for number, expected in enumerate((new, new.redeemed, new.redeemed.redeemed)):
                change = ChannelChange(channel=following(present), invitations=(expected,))
                present = await channels.change(change=change, events=events(f"e{number}"))
                assert expected == await channels.invitation(invitation_id=InvitationId("i1"))
                assert expected == await channels.invitation_by_code(code="CODE")
            assert await channels.invitation(invitation_id=InvitationId("i2")) is None
            assert await channels.invitation_by_code(code="NONE") is None

    async def test_pending_invitations_are_found_by_invitee(self, opener: Opener[ChannelRepository]) -> None:
        """Only those are given that name the user, lead to the channel, and were not answered or taken back."""
        answered = (InvitationState.ACCEPTED, InvitationState.DECLINED, InvitationState.REVOKED)
        expired = evolve(invitation("i1", code="C1", invitee_id=BERT), expires_at=NOON - timedelta(days=1))
        others = (
            invitation("i3", code="C3", invitee_id=CARL),
            invitation("i4", code="C4"),
            *(evolve(invitation(state, code=state, invitee_id=BERT), state=state) for state in answered),
        )
        pending = invitation("i2", code="C2", invitee_id=BERT)
        async with opener() as channels:
            inviting = ChannelChange(
                channel=following(await add(channels, channel())), invitations=(pending, *others, expired)
            )
            await channels.change(change=inviting, events=events("invited"))

            assert (expired, pending) == await channels.invitations_for(channel_id=TEAM, user_id=BERT)
            assert () == await channels.invitations_for(channel_id=ChannelId("nowhere"), user_id=BERT)
