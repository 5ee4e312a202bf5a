"""The laws of what is written to a `ChannelRepository`."""

import asyncio

import pytest
from attrs import evolve

from saiondo_core.channels.errors import (
    ChannelIdTakenError,
    ChannelKeyTakenError,
    InvitationCodeTakenError,
    StaleMembershipError,
)
from saiondo_core.channels.model import Ban, Channel, ChannelChange, ChannelId
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.ids import UserId
from saiondo_core.testing.contracts.channel_cases import (
    ANNA,
    BERT,
    CARL,
    NOON,
    TEAM,
    ChannelLaws,
    add,
    channel,
    delete,
    events,
    following,
    history,
    invitation,
    member,
    people,
)
from saiondo_core.testing.contracts.opening import Opener


class ChannelWriteLaws(ChannelLaws):
    """What holds for `add`, `change` and `mark_read`."""

    async def test_add_is_idempotent(self, opener: Opener[ChannelRepository]) -> None:
        """An addition whose reply was lost can be repeated, even after the channel was changed."""
        async with opener() as channels:
            for _ in range(2):
                await add(channels, channel(), BERT)
            await channels.change(change=ChannelChange(channel=following(channel()), drop=(BERT,)), events=events("e"))
            await add(channels, channel(), BERT)

            assert [ANNA] == await people(channels)
            assert ["team made", "e"] == await history(channels)

    async def test_keys_are_unique(self, opener: Opener[ChannelRepository]) -> None:
        """A key leads to the channel that took it first, until that one is deleted."""
        async with opener() as channels:
            first = await add(channels, evolve(channel("first"), key="order:42"))
            second = evolve(channel("second"), key="order:42")
            with pytest.raises(ChannelKeyTakenError):
                await add(channels, second)
            assert first == await channels.by_key(key="order:42")
            assert await channels.standing(channel_id=second.id, user_id=ANNA) is None
            assert [] == await history(channels, second.id)

            await delete(channels, first)
            await add(channels, second)
            assert second == await channels.by_key(key="order:42")

    async def test_other_channel_under_the_id_conflicts(self, opener: Opener[ChannelRepository]) -> None:
        """Whoever comes second under an id is refused, and leaves nothing."""
        async with opener() as channels:
            await add(channels, channel())
            other = evolve(channel(owner_id=BERT), key="k")
            with pytest.raises(ChannelIdTakenError):
                await channels.add(channel=other, memberships=(member(BERT),), events=events("other"))

            assert [ANNA] == await people(channels)
            assert await channels.by_key(key="k") is None
            assert ["team made"] == await history(channels)

    async def test_parallel_adds_have_one_winner(self, opener: Opener[ChannelRepository]) -> None:
        """Of ten who make a channel under one key at once, nine are told that it is taken."""
        async with opener() as channels:
            rivals = [evolve(channel(f"c{number}"), key="k") for number in range(10)]
            outcomes = await asyncio.gather(*(add(channels, rival) for rival in rivals), return_exceptions=True)

            (winner,) = (outcome for outcome in outcomes if isinstance(outcome, Channel))
            assert 9 == sum(isinstance(outcome, ChannelKeyTakenError) for outcome in outcomes)
            assert winner == await channels.by_key(key="k")
            assert 1 == sum([len(await history(channels, rival.id)) for rival in rivals])
            assert 1 == len(await channels.owned_by(user_id=ANNA))

    async def test_change_needs_the_revision_before(self, opener: Opener[ChannelRepository]) -> None:
        """A change is refused that was judged under an older or newer revision, or of a channel that is not there."""
        async with opener() as channels:
            present = following(await add(channels, channel()))
            await channels.change(change=ChannelChange(channel=present), events=events("second"))
            gone = await add(channels, channel("gone"))
            await delete(channels, gone)

            for number, revision in enumerate((1, 2, 4)):
                stale = evolve(present, name="new", membership_revision=revision)
                with pytest.raises(StaleMembershipError):
                    await channels.change(change=ChannelChange(channel=stale), events=events(f"stale {number}"))
            for missing in (channel("nowhere"), following(gone)):
                with pytest.raises(StaleMembershipError):
                    await channels.change(
                        change=ChannelChange(channel=following(missing)),
                        events=events("missing", channel_id=missing.id),
                    )
            standing = await channels.standing(channel_id=TEAM, user_id=ANNA)
            assert standing is not None
            assert present == standing.channel
            assert ["team made", "second"] == await history(channels)

    async def test_change_is_idempotent(self, opener: Opener[ChannelRepository]) -> None:
        """A change whose reply was lost can be repeated, even after others: it is answered, and made once."""
        async with opener() as channels:
            joining = ChannelChange(channel=following(await add(channels, channel())), put=(member(BERT),))
            first = await channels.change(change=joining, events=events("joined"))
            assert first == await channels.change(change=joining, events=events("joined"))
            present = await channels.change(
                change=ChannelChange(channel=following(first), drop=(BERT,)), events=events("left")
            )
            assert present == await channels.change(change=joining, events=events("joined"))

            assert [ANNA] == await people(channels)
            assert ["team made", "joined", "left"] == await history(channels)
            leaving = ChannelChange(channel=evolve(following(present), deleted_at=NOON))
            for _ in range(2):
                assert NOON == (await channels.change(change=leaving, events=events("deleted"))).deleted_at
            assert ["team made", "joined", "left", "deleted"] == await history(channels)

    async def test_parallel_changes_have_one_winner(self, opener: Opener[ChannelRepository]) -> None:
        """Of ten changes judged under one revision, nine are refused."""
        async with opener() as channels:
            after = following(await add(channels, channel()))
            outcomes = await asyncio.gather(
                *(
                    channels.change(
                        change=ChannelChange(channel=after, put=(member(UserId(f"user{number}")),)),
                        events=events(f"joined {number}"),
                    )
                    for number in range(10)
                ),
                return_exceptions=True,
            )

            assert [after] == [outcome for outcome in outcomes if isinstance(outcome, Channel)]
            assert 9 == sum(isinstance(outcome, StaleMembershipError) for outcome in outcomes)
            assert 2 == len(await people(channels))
            assert 2 == len(await history(channels))

    async def test_change_is_all_or_nothing(self, opener: Opener[ChannelRepository]) -> None:
        """Refused for its revision or for a taken code, a change leaves all as it was."""
        async with opener() as channels:
            await add(channels, channel("other"))
            taking = ChannelChange(
                channel=following(channel("other")), invitations=(invitation("i1", code="TAKEN", channel_id="other"),)
            )
            await channels.change(change=taking, events=events("invited", channel_id="other"))
            before = await add(channels, evolve(channel(), key="k"), BERT)
            refused = ChannelChange(
                channel=evolve(following(before), name="new"),
                put=(member(CARL),),
                drop=(BERT,),
                ban=(Ban(channel_id=TEAM, user_id=BERT, banned_by=ANNA, banned_at=NOON),),
                invitations=(invitation("i2", code="FREE"), invitation("i3", code="TAKEN")),
            )
            with pytest.raises(InvitationCodeTakenError):
                await channels.change(change=refused, events=events("refused"))
            with pytest.raises(StaleMembershipError):
                await channels.change(
                    change=evolve(refused, channel=before, invitations=refused.invitations[:1]), events=events("stale")
                )

            standing = await channels.standing(channel_id=TEAM, user_id=BERT)
            assert standing is not None
            assert (before, member(BERT), False) == (standing.channel, standing.membership, standing.is_banned)
            assert [ANNA, BERT] == await people(channels)
            assert () == await channels.of_user(user_id=CARL, before=None, limit=10)
            assert await channels.invitation_by_code(code="FREE") is None
            assert ["team made"] == await history(channels)

    async def test_change_keeps_what_the_store_counts(self, opener: Opener[ChannelRepository]) -> None:
        """Whoever changes a channel has not seen the newest message, and does not take it back."""
        async with opener() as channels:
            present = await add(channels, evolve(channel(), last_sequence=7, last_message_at=NOON))
            judged = evolve(following(present), name="new", last_sequence=5, last_message_at=None)
            after = await channels.change(change=ChannelChange(channel=judged), events=events("e"))

            assert evolve(following(present), name="new") == after
            standing = await channels.standing(channel_id=TEAM, user_id=ANNA)
            assert standing is not None
            assert after == standing.channel

    async def test_writes_carry_their_events(self, opener: Opener[ChannelRepository]) -> None:
        """All events of a write follow each other in the channel's own stream, and reading adds none."""
        async with opener() as channels:
            await add(channels, channel("other"))
            made, changed = events("made", "joined"), events("invited", "left", "renamed")
            await channels.add(channel=channel(), memberships=(member(ANNA),), events=made)
            await channels.mark_read(channel_id=TEAM, user_id=ANNA, sequence=1)
            await channels.change(change=ChannelChange(channel=following(channel())), events=changed)

            found = await channels.log.stream(stream="channel:team", after=0, limit=100)
            assert (*made, *changed) == tuple(recorded.event for recorded in found)
            assert [1, 2, 3, 4, 5] == [recorded.offset for recorded in found]

    async def test_codes_are_unique(self, opener: Opener[ChannelRepository]) -> None:
        """A code leads to one invitation: another that bears it is refused, in its channel and elsewhere."""
        async with opener() as channels:
            present = await add(channels, channel())
            await add(channels, channel("other"))
            first = invitation("i1", code="CODE")
            present = await channels.change(
                change=ChannelChange(channel=following(present), invitations=(first,)), events=events("first")
            )
            for channel_id in (TEAM, ChannelId("other")):
                judged = present if channel_id == TEAM else channel("other")
                second = invitation("i2", code="CODE", channel_id=channel_id)
                with pytest.raises(InvitationCodeTakenError):
                    await channels.change(
                        change=ChannelChange(channel=following(judged), invitations=(second,)),
                        events=events(f"second in {channel_id}", channel_id=channel_id),
                    )
            assert first == await channels.invitation_by_code(code="CODE")

            used = ChannelChange(channel=following(present), invitations=(first.redeemed,))
            await channels.change(change=used, events=events("used"))
            assert first.redeemed == await channels.invitation_by_code(code="CODE")
