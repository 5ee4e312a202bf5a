"""Telling those who listen something of the application's own."""

from datetime import timedelta

import pytest

from saiondo_core.errors import InvalidInputError, MutedError, UnavailableError
from saiondo_core.kernel.text import Json
from saiondo_core.realtime.replies import Happened
from saiondo_core.realtime.requests import Broadcast
from tests.realtime.talk import ANNA, BERT, CARL, open_talk


async def test_whoever_listens_now_is_told_and_nobody_later() -> None:
    """It is told as it is, and kept nowhere."""
    async with open_talk() as talk:
        anna, bert = await talk.listen(ANNA), await talk.listen(BERT)
        before = await talk.ports.channels.log.head(stream=f"channel:{talk.team.id}")
        await talk.of(ANNA).broadcast_to_channel(channel_id=talk.team.id, data={"dice": [4, 2]})
        carl = await talk.listen(CARL)

        assert [Broadcast(data={"dice": [4, 2]})] == anna.of(Broadcast) == bert.of(Broadcast)
        assert [ANNA] == [frame.user_id for frame in bert.frames if isinstance(frame.data, Broadcast)]
        assert [] == [*carl.of(Broadcast), *carl.of(Happened)]
        assert before == await talk.ports.channels.log.head(stream=f"channel:{talk.team.id}")


@pytest.mark.parametrize(
    "data", [{"text": "x" * 4_097}, {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}], ids=["long", "deep"]
)
async def test_what_is_told_is_small(data: dict[str, Json]) -> None:
    """More than 4 KiB, or more than 5 deep, is refused, and told to nobody."""
    async with open_talk() as talk:
        bert = await talk.listen(BERT)
        with pytest.raises(InvalidInputError) as caught:
            await talk.of(ANNA).broadcast_to_channel(channel_id=talk.team.id, data=data)

        assert "data" == caught.value.field
        assert [] == bert.of(Broadcast)


async def test_the_muted_tell_nothing() -> None:
    """Who may not send tells nobody anything of their own."""
    async with open_talk() as talk:
        carl = await talk.listen(CARL)
        until = talk.clock.now() + timedelta(hours=1)
        await talk.use_cases.as_user(ANNA).channel.mute(channel_id=talk.team.id, user_id=BERT, until=until)
        with pytest.raises(MutedError):
            await talk.of(BERT).broadcast_to_channel(channel_id=talk.team.id, data={})

        assert [] == carl.of(Broadcast)


async def test_what_cannot_be_told_is_said() -> None:
    """The bus is out of order: that is raised."""
    async with open_talk() as talk:
        talk.bus.is_down = True
        with pytest.raises(UnavailableError):
            await talk.of(ANNA).broadcast_to_channel(channel_id=talk.team.id, data={})
