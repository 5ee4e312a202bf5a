"""Finding what was said."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from saiondo_core.channels.errors import ChannelNotFoundError, NotAMemberError
from saiondo_core.channels.model import ChannelId, ChannelType
from saiondo_core.errors import AccessDeniedError, InvalidCursorError, InvalidInputError, TextLengthError
from saiondo_core.kernel.decisions import Actor, PermissionDecision, Reason
from saiondo_core.kernel.gates import Gate
from saiondo_core.kernel.ids import EventId, RoleId, UserId
from saiondo_core.kernel.paging import encode_cursor
from saiondo_core.kernel.policies import ADMIN, Policy
from saiondo_core.kernel.refusals import DeactivatedError
from saiondo_core.messages.model import Imported
from saiondo_core.messages.ports import MessageSearch
from saiondo_core.messages.search_model import Candidates, Search
from tests.messages.house import ANNA, BERT, CARL, EVE, TEAM, House
from tests.messages.searching import Searching

CLUB = ChannelId("club")
NOON = datetime(2020, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def searching(house: House) -> Searching:
    """Build a search in the house."""
    return Searching(house=house)


class Deaf(Gate):
    """A gate that lets nobody read the club."""

    async def decide(
        self,
        *,
        actor: Actor,  # noqa: ARG002 - the place decides
        policy: Policy,  # noqa: ARG002
        roles: tuple[RoleId, ...],  # noqa: ARG002
        scope: str | None,
        own: bool,  # noqa: ARG002
    ) -> PermissionDecision:
        """See `Gate.decide`."""
        allowed = scope != CLUB
        return PermissionDecision(allowed=allowed, reason=Reason.ROLE if allowed else Reason.NOT_GRANTED)


async def test_a_message_is_found_the_moment_it_was_sent(searching: Searching) -> None:
    """Sent, edited, deleted: the next query knows."""
    bert, search = searching.house.of(BERT), searching.of(ANNA)
    message = await bert.send(channel_id=TEAM, content="Hello Ubuntu")
    (hit,) = await search(query="ubu")
    assert (message, ((6, 9),)) == (hit.message, hit.highlights)

    edited = await bert.edit(message_id=message.id, content="Hello Debian")
    assert () == (await search(query="ubuntu")).items
    assert [edited] == [hit.message for hit in await search(query="debian")]

    await bert.delete(message_id=message.id)
    assert () == (await search(query="debian")).items


async def test_one_finds_what_one_may_read(searching: Searching) -> None:
    """Everywhere means where one is a member: not in public channels, nor where one was."""
    house = searching.house
    await house.channel(ANNA, EVE, id=CLUB, type=ChannelType.PUBLIC)
    await house.of(ANNA).send(channel_id=TEAM, content="hello team")
    await house.of(ANNA).send(channel_id=CLUB, content="hello club")

    assert ["hello club", "hello team"] == [message.content for message in await searching.found("hello")]
    assert ["hello team"] == [message.content for message in await searching.found("hello", who=BERT)]
    assert ["hello club"] == [message.content for message in await searching.found("hello", who=EVE)]
    await house.remove(BERT)
    assert [] == await searching.found("hello", who=BERT)


async def test_a_channel_that_one_may_not_read_is_refused(searching: Searching) -> None:
    """A foreign private channel does not exist, and a public one has to be joined; the host may search any."""
    await searching.house.channel(ANNA, id=CLUB, type=ChannelType.PUBLIC)
    await searching.house.of(ANNA).send(channel_id=CLUB, content="hello")
    for query in ("hello", "!!!"):
        with pytest.raises(ChannelNotFoundError):
            await searching.of(EVE)(query=query, channel_id=TEAM)
        with pytest.raises(ChannelNotFoundError):
            await searching.of(EVE)(query=query, channel_id=ChannelId("unknown"))
        with pytest.raises(NotAMemberError):
            await searching.of(EVE)(query=query, channel_id=CLUB)
    host = searching.of(UserId("system:host"), is_system=True)
    assert 1 == len(await host(query="hello", channel_id=CLUB))
    assert 0 == len(await host(query="hello", channel_id=TEAM))
    with pytest.raises(InvalidInputError, match="channel_id"):
        await host(query="hello")


async def test_a_strangers_words_are_not_looked_for(searching: Searching) -> None:
    """Where one may not read nothing is searched, so that no answer takes longer for what is said there."""

    class Untouched(MessageSearch):
        async def candidates(self, *, search: Search, limit: int, most: int) -> Candidates:
            pytest.fail(f"{search} was looked for, {limit} of {most}")

    searching.search = Untouched()
    with pytest.raises(ChannelNotFoundError):
        await searching.of(EVE)(query="hello", channel_id=TEAM)


async def test_the_role_must_allow_reading(searching: Searching) -> None:
    """Where a member's role forbids reading, nothing is found there, and the channel by itself is refused."""
    house = searching.house
    await house.channel(ANNA, BERT, id=CLUB)
    for channel_id in (TEAM, CLUB):
        await house.of(ANNA).send(channel_id=channel_id, content=f"hello {channel_id}")
    house.gate = Deaf()

    assert ["hello team"] == [message.content for message in await searching.found("hello", who=BERT)]
    for limit in (1, 20):
        page = await searching.of(BERT)(query="hello", limit=limit)
        assert (["hello team"], None) == ([hit.message.content for hit in page], page.next_cursor)
    with pytest.raises(AccessDeniedError):
        await searching.of(BERT)(query="hello", channel_id=CLUB)


async def test_an_admin_finds_nothing_where_they_are_no_member(searching: Searching) -> None:
    """Whoever manages all channels knows of each, and reads none that they have not joined."""
    await searching.house.grant(EVE, ADMIN)
    await searching.house.of(ANNA).send(channel_id=TEAM, content="hello")

    assert [] == await searching.found("hello", who=EVE)
    with pytest.raises(NotAMemberError):
        await searching.of(EVE)(query="hello", channel_id=TEAM)


async def test_the_deleted_do_not_search(searching: Searching) -> None:
    """Whoever may not act is told so, also where there is nothing that they could find."""
    await searching.house.roles.admit(user_id=EVE, admitted=False, word=EventId(searching.house.ids.new()))
    with pytest.raises(DeactivatedError):
        await searching.of(EVE)(query="hello")


async def test_filters(searching: Searching) -> None:
    """Who said it, before when and after when narrow down what is found; any zone will do."""
    old = [
        Imported(sender_id=sender, content=f"hello {hour}", created_at=NOON + timedelta(hours=hour))
        for hour, sender in enumerate((ANNA, BERT, CARL, ANNA))
    ]
    await searching.house.system.import_many(channel_id=TEAM, messages=old)
    search, tokyo = searching.of(ANNA), timezone(timedelta(hours=9))

    async def found(
        *, sender_id: UserId | None = None, before: datetime | None = None, after: datetime | None = None
    ) -> list[str]:
        hits = await search(query="hello", sender_id=sender_id, before=before, after=after)
        return [hit.message.content for hit in hits]

    assert ["hello 3", "hello 0"] == await found(sender_id=ANNA)
    assert ["hello 1", "hello 0"] == await found(before=NOON + timedelta(hours=2))
    assert ["hello 3"] == await found(after=(NOON + timedelta(hours=2)).astimezone(tokyo))
    assert ["hello 2"] == await found(after=NOON + timedelta(hours=1), before=NOON + timedelta(hours=3))


@pytest.mark.parametrize("limit", [1, 2, 3, 10, 11, 200])
async def test_pages_follow_each_other_exactly(searching: Searching, limit: int) -> None:
    """Whatever the size of the pages, all hits come once, newest first, while new ones are sent; the last says so."""
    house = searching.house
    times = [NOON - timedelta(days=day * 7 % 5) for day in range(10)]
    old = [Imported(sender_id=ANNA, content=f"hello {at}", created_at=at) for at in times]
    said = await house.system.import_many(channel_id=TEAM, messages=old)
    expected = sorted(said, key=lambda message: (message.created_at, message.id), reverse=True)
    found, cursor = list[object](), None
    while not found or cursor:
        page = await searching.of(BERT)(query="hello", limit=limit, cursor=cursor)
        assert 0 < len(page) <= limit
        found += [hit.message for hit in page]
        cursor = page.next_cursor
        await house.of(ANNA).send(channel_id=TEAM, content="hello again")
    assert expected == found


async def test_what_changed_between_pages_is_as_it_is(searching: Searching) -> None:
    """What was deleted after the page before is left out, and nothing else with it."""
    anna = searching.house.of(ANNA)
    said = [await anna.send(channel_id=TEAM, content="hello") for _ in range(4)]
    first = await searching.of(BERT)(query="hello", limit=1)
    await anna.delete(message_id=said[3].id)
    await anna.delete(message_id=said[2].id)
    rest = await searching.of(BERT)(query="hello", cursor=first.next_cursor)

    assert [said[3].id] == [hit.message.id for hit in first]
    assert [said[1].id, said[0].id] == [hit.message.id for hit in rest]


async def test_a_query_without_a_word_finds_nothing(searching: Searching) -> None:
    """Punctuation, blanks and pictures are valid, and find nothing."""
    for query in ("!!!", " ", '""', "👍", "\0", "\ud800", "-"):
        await searching.house.of(ANNA).send(channel_id=TEAM, content="!!! 👍 -")
        assert ((), None) == ((page := await searching.of(ANNA)(query=query)).items, page.next_cursor)


async def test_what_is_asked_must_be_valid(searching: Searching) -> None:
    """The length of the query, the limit, the zones of times and the cursor are checked before anything else."""
    search, naive = searching.of(EVE), NOON.replace(tzinfo=None)
    with pytest.raises(TextLengthError):
        await search(query="", channel_id=TEAM)
    for limit in (0, 201):
        with pytest.raises(InvalidInputError, match="limit"):
            await search(query="hello", channel_id=TEAM, limit=limit)
    with pytest.raises(InvalidInputError, match="before"):
        await search(query="hello", channel_id=TEAM, before=naive)
    with pytest.raises(InvalidInputError, match="after"):
        await search(query="hello", channel_id=TEAM, after=naive)
    for parts in (("x", "x"), (NOON.isoformat(),), (naive.isoformat(), "x"), (NOON.isoformat(), "x", "x")):
        with pytest.raises(InvalidCursorError):
            await search(query="hello", channel_id=TEAM, cursor=encode_cursor("search", *parts))
    for cursor in ("", "x", encode_cursor("channels:mine", NOON.isoformat(), "x")):
        with pytest.raises(InvalidCursorError):
            await search(query="hello", channel_id=TEAM, cursor=cursor)
