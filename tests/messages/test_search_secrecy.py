"""What one finds says nothing of what one may not read."""

from collections.abc import Iterable

from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from saiondo_core.channels.model import ChannelId, ChannelType
from saiondo_core.kernel.ids import UserId
from saiondo_core.messages.model import Imported
from tests.messages.house import ANNA, BERT, EVE, TEAM
from tests.messages.searching import LONG, Searching

CLUB, OWN = ChannelId("club"), ChannelId("own")

texts = st.lists(st.sampled_from(["alpha", "alps", "beta", "서버", "서버가", "alpha beta", "al-pha"]), max_size=5).map(
    " ".join
)


@frozen
class Said:
    """Something that is said somewhere."""

    where: ChannelId
    text: str
    sender: UserId
    minute: int


said = st.lists(
    st.builds(
        Said,
        st.sampled_from([TEAM, CLUB, OWN]),
        texts.filter(bool),
        st.sampled_from([ANNA, BERT]),
        st.integers(0, 3),
    ),
    max_size=25,
)


async def world(everything: Iterable[Said]) -> Searching:
    """Have Eve in a channel of her own, outside of a private and a public one of Anna's."""
    searching = Searching()
    house = searching.house
    for user_id in (ANNA, BERT, EVE):
        await house.user(user_id)
    await house.channel(ANNA, BERT, id=TEAM)
    await house.channel(ANNA, BERT, id=CLUB, type=ChannelType.PUBLIC)
    await house.channel(EVE, id=OWN)
    for one in everything:
        at = house.clock.now().replace(minute=one.minute)
        old = Imported(sender_id=one.sender, content=one.text, created_at=at)
        await house.system.import_many(channel_id=one.where, messages=[old])
    return searching


async def seen(searching: Searching, query: str, limit: int, sender_id: UserId | None) -> list[object]:
    """All that Eve sees of each page: contents, highlights, times, and whether another one follows."""
    await searching.found(query, who=ANNA)  # What others look for is in the index, too.
    pages = await searching.pages(query, who=EVE, limit=limit, sender_id=sender_id)
    return [
        ([(hit.message.content, hit.highlights, hit.message.created_at) for hit in page], bool(page.next_cursor))
        for page in pages
    ]


@settings(max_examples=1_000 if LONG else 100)
@given(
    everything=said,
    query=st.sampled_from(["alpha", "al", "al be", '"alpha beta"', "서버", "버", "a", "nowhere", "!!!"]),
    limit=st.integers(1, 4),
    sender_id=st.sampled_from([None, ANNA, BERT]),
)
async def test_two_worlds(everything: list[Said], query: str, limit: int, sender_id: UserId | None) -> None:
    """With or without foreign text, a query gives the same hits and highlights, on the same pages."""
    without = await world(one for one in everything if one.where == OWN)
    assert await seen(without, query, limit, sender_id) == await seen(await world(everything), query, limit, sender_id)
