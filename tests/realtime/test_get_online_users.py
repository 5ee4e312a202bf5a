"""Who is there."""

from datetime import timedelta

from saiondo_core import Channel, ChannelId, ChannelType, UserId
from saiondo_core.channels.events import ChannelCreated
from saiondo_core.channels.model import Membership
from saiondo_core.kernel.events import Stamp
from saiondo_core.kernel.ids import EventId
from saiondo_core.realtime.model import Lease
from saiondo_core.realtime.presence import online_topic
from tests.realtime.talk import ANNA, BERT, EVE, Talk, open_talk

MANY = 1_001
"""More members than are looked at at once."""


async def test_members_are_online_while_they_are_connected() -> None:
    """Whoever is connected is online, wherever they listen, and until 15 seconds after; strangers are not shown."""
    async with open_talk() as talk:
        anna, bert = await talk.listen(ANNA), await talk.connect(BERT)
        await talk.connect(EVE)
        await talk.clock.advance(60)
        assert (ANNA, BERT) == await talk.of(ANNA).get_online_users(channel_id=talk.team.id)

        talk.use_cases.live.attending.disconnect(bert)
        await talk.clock.advance(9)
        assert (ANNA, BERT) == await talk.of(ANNA).get_online_users(channel_id=talk.team.id)
        await talk.clock.advance(7)
        assert (ANNA,) == await talk.of(ANNA).get_online_users(channel_id=talk.team.id)
        talk.use_cases.live.attending.disconnect(anna)


async def test_all_members_are_looked_at() -> None:
    """In a channel of more members than are looked at at once, the last of them is found too."""
    async with open_talk() as talk:
        crowd, last = await _crowded(talk), UserId(f"user {MANY - 1:04}")
        now = talk.clock.now()
        lease = Lease(topic=online_topic(last), holder=last, id="1", until=now + timedelta(seconds=15))
        await talk.ports.presence.take(leases=(lease,), at=now)

        assert (last,) == await talk.of(UserId("user 0000")).get_online_users(channel_id=crowd)


async def _crowded(talk: Talk) -> ChannelId:
    now, crowd = talk.clock.now(), ChannelId("crowd")
    users = [UserId(f"user {number:04}") for number in range(MANY)]
    await talk.use_cases.as_system("test").user.ensure(id=users[0], username="first")
    await talk.ports.channels.add(
        channel=Channel(
            id=crowd, name="crowd", type=ChannelType.PRIVATE, owner_id=users[0], created_at=now, updated_at=now
        ),
        memberships=tuple(Membership(channel_id=crowd, user_id=user_id, joined_at=now) for user_id in users),
        events=(
            ChannelCreated(
                stamp=Stamp(id=EventId("e"), at=now, actor=users[0]), channel_id=crowd, membership_revision=1
            ),
        ),
    )
    await talk.use_cases.settle()
    return crowd
