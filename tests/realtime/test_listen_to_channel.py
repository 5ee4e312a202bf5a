"""Hearing of a channel as things happen."""

import pytest

from saiondo_core.channels.model import ChannelId
from saiondo_core.composition.settings import Settings
from saiondo_core.errors import ChannelNotFoundError, TooManyChannelsError, UnavailableError
from saiondo_core.realtime.model import RealTimePolicy
from saiondo_core.realtime.replies import Happened, Presence
from tests.realtime.talk import ANNA, BERT, CARL, EVE, open_talk


async def test_what_follows_the_snapshot_is_told_without_a_hole() -> None:
    """The snapshot says what was, and each later event follows the one before."""
    async with open_talk() as talk:
        await talk.say("one", "two")
        ears = await talk.connect(BERT)
        snapshot = await talk.of(BERT).join_channel(channel_id=talk.team.id, listener=ears)
        await talk.say("three", "four")

        assert [snapshot] == ears.snapshots
        assert ["one", "two"] == [message.content for message in snapshot.recent_messages]
        assert [ANNA, BERT, CARL] == [member.user_id for member in snapshot.members]
        assert (BERT,) == snapshot.online
        assert [snapshot.head + 1, snapshot.head + 2] == [happened.offset for happened in ears.of(Happened)]


async def test_whoever_comes_back_is_told_what_they_missed() -> None:
    """With the cursor up to where they had heard, they hear the rest, and are told that nothing is missing."""
    async with open_talk() as talk:
        ears = await talk.listen(BERT)
        await talk.say("one")
        (heard,) = ears.of(Happened)
        await talk.of(BERT).leave_channel(channel_id=talk.team.id, listener=ears)
        await talk.say("two", "three")
        snapshot = await talk.of(BERT).join_channel(channel_id=talk.team.id, listener=ears, since=heard.cursor)

        assert (True, None, ()) == (snapshot.recovered, snapshot.gap, snapshot.recent_messages)
        told = [happened.message.content for happened in ears.of(Happened) if happened.message is not None]
        assert ["one", "two", "three"] == told


async def test_whoever_comes_is_told_of_once() -> None:
    """The first connection of a user is told to the channel; the second is nothing new."""
    async with open_talk() as talk:
        anna = await talk.listen(ANNA)
        await talk.listen(BERT)
        await talk.listen(BERT, "2")

        told = [(frame.user_id, frame.data) for frame in anna.frames if isinstance(frame.data, Presence)]
        assert [(ANNA, Presence(is_online=True)), (BERT, Presence(is_online=True))] == told


async def test_whoever_comes_is_told_of_once_however_often_they_join() -> None:
    """Joining again, also after leaving, is no way around the limit of what one client has others told."""
    async with open_talk() as talk:
        anna, bert = await talk.listen(ANNA), await talk.listen(BERT)
        for _ in range(3):
            await talk.of(BERT).join_channel(channel_id=talk.team.id, listener=bert)
            await talk.of(BERT).leave_channel(channel_id=talk.team.id, listener=bert)

        assert [ANNA, BERT] == [frame.user_id for frame in anna.frames if isinstance(frame.data, Presence)]


async def test_joining_stands_though_nobody_can_be_told_who_came() -> None:
    """The bus is out of order: whoever joins hears the channel all the same."""
    async with open_talk() as talk:
        talk.bus.is_down = True
        ears = await talk.listen(BERT)
        talk.bus.is_down = False
        await talk.say("one")

        assert 1 == len(ears.of(Happened))


async def test_whoever_stops_listening_stays_a_member() -> None:
    """Nothing more is told, on that connection; the membership and other connections stay."""
    async with open_talk() as talk:
        ears, other = await talk.listen(BERT), await talk.listen(BERT, "2")
        await talk.of(BERT).leave_channel(channel_id=talk.team.id, listener=ears)
        await talk.say("one")

        assert [] == ears.of(Happened)
        assert [] == ears.ends
        assert 1 == len(other.of(Happened))
        assert talk.team.id == (await talk.use_cases.as_user(BERT).channel.get(channel_id=talk.team.id)).id


async def test_stopping_is_done_though_it_is_refused() -> None:
    """Whoever was removed meanwhile is answered like any stranger, and hears nothing more for all that."""
    async with open_talk() as talk:
        ears = await talk.listen(BERT)
        await talk.use_cases.as_user(ANNA).channel.remove_member(channel_id=talk.team.id, user_id=BERT)
        with pytest.raises(ChannelNotFoundError):
            await talk.of(BERT).leave_channel(channel_id=talk.team.id, listener=ears)
        await talk.say("one")

        assert ([], []) == (ears.of(Happened), ears.ends)


async def test_a_stranger_leaves_no_trace() -> None:
    """Refused, whoever would listen without a connection is not even online."""
    async with open_talk() as talk:
        for channel_id in (talk.team.id, ChannelId("nowhere")):
            with pytest.raises(ChannelNotFoundError):
                await talk.of(EVE).join_channel(channel_id=channel_id)

        assert () == talk.use_cases.live.attending.hub.listeners
        assert {EVE} & {member.user_id for member in (await talk.listen(ANNA)).snapshots[0].members} == set()


async def test_whoever_could_not_join_is_not_online() -> None:
    """While it cannot be told who is there, nobody joins, and whoever tried is not taken for somebody who did."""
    async with open_talk() as talk:
        anna = await talk.listen(ANNA)
        talk.presence.is_down = True
        with pytest.raises(UnavailableError):
            await talk.of(BERT).join_channel(channel_id=talk.team.id)
        talk.presence.is_down = False
        await talk.clock.advance(60)

        assert (anna,) == talk.use_cases.live.attending.hub.listeners
        assert (ANNA,) == await talk.of(ANNA).get_online_users(channel_id=talk.team.id)


async def test_a_connection_hears_so_many_channels() -> None:
    """One more than the settings allow is refused; the same one again is not."""
    async with open_talk(Settings(real_time=RealTimePolicy(channels_most=1))) as talk:
        ears = await talk.listen(BERT)
        other = await talk.use_cases.as_user(BERT).channel.create(name="other")
        await talk.of(BERT).join_channel(channel_id=talk.team.id, listener=ears)
        with pytest.raises(TooManyChannelsError):
            await talk.of(BERT).join_channel(channel_id=other.id, listener=ears)
