"""Reading what was said."""

import pytest

from saiondo_core.channels.errors import ChannelNotFoundError, NotAMemberError
from saiondo_core.channels.model import ChannelId, ChannelType
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.policies import ADMIN
from tests.messages.house import ANNA, BERT, EVE, TEAM, House


async def test_windows_go_by_sequence(house: House) -> None:
    """Without an edge the newest 50; before and after an edge, the nearest; always by rising sequence."""
    said = tuple([await house.of(ANNA).send(channel_id=TEAM, content=f"{number}") for number in range(60)])
    history = house.of(BERT).history

    assert said[10:] == await history(channel_id=TEAM)
    assert said[5:10] == await history(channel_id=TEAM, before=11, limit=5)
    assert said[11:16] == await history(channel_id=TEAM, after=11, limit=5)
    assert said == await history(channel_id=TEAM, after=0, limit=200)
    assert () == await history(channel_id=TEAM, before=1)
    assert () == await history(channel_id=TEAM, after=60)


async def test_a_window_has_one_edge_and_a_limit(house: House) -> None:
    """Two edges, no edge that could be, and limits outside 1 to 200 are refused, whatever the channel."""
    for channel_id in (TEAM, ChannelId("unknown")):
        for field, before, after, limit in (
            ("limit", None, None, 0),
            ("limit", None, None, 201),
            ("after", 5, 1, 50),
            ("before", -1, None, 50),
            ("after", None, -1, 50),
            ("after", None, 2**63, 50),
        ):
            with pytest.raises(InvalidInputError) as refused:
                await house.of(ANNA).history(channel_id=channel_id, before=before, after=after, limit=limit)
            assert field == refused.value.field


async def test_only_members_read(house: House) -> None:
    """A private channel does not exist for others; a public one they must join; the system reads all."""
    public = await house.channel(ANNA, id=ChannelId("public"), type=ChannelType.PUBLIC)
    message = await house.of(ANNA).send(channel_id=TEAM, content="hello")
    with pytest.raises(ChannelNotFoundError):
        await house.of(EVE).history(channel_id=TEAM)
    with pytest.raises(NotAMemberError):
        await house.of(EVE).history(channel_id=public)

    assert (message,) == await house.system.history(channel_id=TEAM)


async def test_an_admin_reads_only_where_they_are(house: House) -> None:
    """Whoever manages all channels knows of each, and reads none that they have not joined."""
    await house.grant(EVE, ADMIN)
    with pytest.raises(NotAMemberError):
        await house.of(EVE).history(channel_id=TEAM)
    with pytest.raises(ChannelNotFoundError):
        await house.of(EVE).history(channel_id=ChannelId("unknown"))


async def test_who_joins_later_reads_it_all(house: House) -> None:
    """What was said before somebody joined is theirs to read, but does not count as unread."""
    message = await house.of(ANNA).send(channel_id=TEAM, content="hello")
    await house.join(EVE)

    assert (message,) == await house.of(EVE).history(channel_id=TEAM)
    assert 0 == await house.unread(EVE)
