"""Use cases of messages that run at once: whatever the order, and whoever is removed meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random

import pytest
from attrs import evolve

from saiondo_core.channels.errors import ChannelNotFoundError
from saiondo_core.channels.events import MemberRemoved
from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.errors import ConflictError
from saiondo_core.kernel.ids import EventId, UserId
from saiondo_core.kernel.policies import MODERATOR
from saiondo_core.kernel.refusals import DeactivatedError
from saiondo_core.messages.errors import MessageDeletedError, MessageNotFoundError
from saiondo_core.messages.events import MessageEvent
from saiondo_core.messages.log_search import LogSearch
from saiondo_core.messages.model import MessageId
from saiondo_core.messages.search_model import place_of
from saiondo_core.testing.schedules import Interruption, at_every_moment, interleaved, on_schedules
from tests.messages.house import ANNA, BERT, CARL, EVE, TEAM, House, Messages
from tests.messages.searching import Searching

CLUB = ChannelId("club")
SENDERS = tuple(UserId(f"user{number}") for number in range(8))
Act = Callable[[Messages, MessageId], Awaitable[object]]
ACTS: dict[str, Act] = {
    "send": lambda bert, message_id: bert.send(
        channel_id=TEAM, content="Hello @anna", reply_to=message_id, client_message_id="k"
    ),
    "edit": lambda bert, message_id: bert.edit(message_id=message_id, content="Hello @anna"),
    "delete": lambda bert, message_id: bert.delete(message_id=message_id),
    "react": lambda bert, message_id: bert.react(message_id=message_id, emoji="👍"),
    "unreact": lambda bert, message_id: bert.unreact(message_id=message_id, emoji="🎉"),
}
READS: dict[str, Act] = {
    "get": lambda bert, message_id: bert.get(message_id),
    "history": lambda bert, _: bert.history(channel_id=TEAM),
    "revisions": lambda bert, message_id: bert.revisions(message_id),
    "reactions": lambda bert, message_id: bert.reactions(message_id),
}


def fuzzed(house: House, random: Random) -> House:
    """*house*, whose ports answer when *random* will have it."""
    return evolve(
        house,
        gate=interleaved(house.gate, random),
        channels=interleaved(house.channels, random),
        messages=interleaved(house.messages, random),
        users=interleaved(house.users, random),
    )


def interrupted(house: House, interruption: Interruption) -> House:
    """*house*, whose ports may be interrupted."""
    return evolve(
        house,
        gate=interruption.around(house.gate),
        channels=interruption.around(house.channels),
        messages=interruption.around(house.messages),
        users=interruption.around(house.users),
    )


async def crowded() -> House:
    """Build a house with a channel of eight."""
    house = House()
    for user_id in SENDERS:
        await house.user(user_id)
    await house.channel(*SENDERS)
    return house


async def test_eight_senders_leave_no_hole() -> None:
    """On each of 1,000 schedules, 8 senders at once get the sequences and offsets 1 … n, and each retry its message."""

    async def scenario(random: Random) -> None:
        house = await crowded()
        at_once = fuzzed(house, random)
        said = await asyncio.gather(
            *(
                at_once.of(user_id).send(channel_id=TEAM, content="@user1 hello", client_message_id=key)
                for user_id in SENDERS
                for key in ("one", "one", None)
            )
        )
        history = await house.of(SENDERS[0]).history(channel_id=TEAM)
        log = await house.log()

        assert list(range(1, 17)) == [message.sequence for message in history]
        assert list(range(1, 18)) == [recorded.offset for recorded in log]
        assert [None, *range(1, 17)] == [recorded.sequence for recorded in log]
        assert set(history) == set(said)

    await on_schedules(scenario, seeds=range(1_000))


async def test_everything_at_once_leaves_no_hole() -> None:
    """On each of 200 schedules, with joins, edits, reactions and deletions between, what is told is what is there."""

    async def scenario(random: Random) -> None:
        house = await crowded()
        first = await house.of(SENDERS[0]).send(channel_id=TEAM, content="first")
        at_once = fuzzed(house, random)
        use = [at_once.of(user_id) for user_id in SENDERS]
        answers = await asyncio.gather(
            *(each.send(channel_id=TEAM, content="hello") for each in use),
            *(each.react(message_id=first.id, emoji="👍") for each in use),
            use[0].edit(message_id=first.id, content="edited"),
            use[0].delete(message_id=first.id),
            house.join(EVE),
            return_exceptions=True,
        )
        refusals = [answer for answer in answers if isinstance(answer, BaseException)]
        now = await house.of(SENDERS[0]).get(first.id)
        last = (await house.of(SENDERS[0]).history(channel_id=TEAM))[-1].sequence
        log = await house.log()

        assert list(range(1, len(log) + 1)) == [recorded.offset for recorded in log]
        assert list(range(1, last + 1)) == [recorded.sequence for recorded in log if recorded.sequence]
        assert all(isinstance(refusal, ConflictError) for refusal in refusals), refusals
        assert now.deleted_at is not None
        assert () == await house.of(SENDERS[0]).reactions(first.id)
        assert () == await house.of(SENDERS[0]).revisions(first.id)

    await on_schedules(scenario, seeds=range(200))


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
async def test_a_removal_is_before_or_after(act: Act) -> None:
    """Bert is removed at each await of what he does: it is refused, or stands in the log before his removal."""

    async def scenario(moment: int) -> bool:
        house, message_id = await berts_house()
        removal = Interruption(at=moment, then=lambda: house.remove(BERT))
        begun = len(await house.log())
        try:
            await act(interrupted(house, removal).of(BERT), message_id)
        except (ChannelNotFoundError, MessageNotFoundError):
            refused = True
        else:
            refused = False

        happened = [recorded.event for recorded in (await house.log())[begun:]]
        acted = [event for event in happened if isinstance(event, MessageEvent)]
        removed = [event for event in happened if isinstance(event, MemberRemoved)]
        assert [*acted, *removed] == happened
        assert refused == (not acted)
        assert removal.happened == bool(removed)
        return removal.happened

    assert await at_every_moment(scenario) >= 6


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
async def test_a_deactivation_is_before_or_after(act: Act) -> None:
    """Bert is refused everything from some await of what he does on: it is refused, or was done by then."""

    async def scenario(moment: int) -> bool:
        house, message_id = await berts_house()
        begun = await house.log()
        by_then = begun

        async def deactivate() -> None:
            nonlocal by_then
            by_then = await house.log()
            await house.roles.admit(user_id=BERT, admitted=False, word=EventId(house.ids.new()))

        deactivation = Interruption(at=moment, then=deactivate)
        try:
            await act(interrupted(house, deactivation).of(BERT), message_id)
        except DeactivatedError:
            assert deactivation.happened
            assert begun == by_then == await house.log()
        else:
            now = await house.log()
            assert 1 == len(now) - len(begun)
            assert not deactivation.happened or by_then == now
        return deactivation.happened

    assert await at_every_moment(scenario) >= 6


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
async def test_what_is_given_meanwhile_is_no_hindrance(act: Act) -> None:
    """Bert is given a role at each await of what he does: it is judged again where it must, and done once."""

    async def scenario(moment: int) -> bool:
        house, message_id = await berts_house()
        begun = len(await house.log())
        grant = Interruption(at=moment, then=lambda: house.grant(BERT, MODERATOR))
        await act(interrupted(house, grant).of(BERT), message_id)

        assert 1 == len((await house.log())[begun:])
        return grant.happened

    assert await at_every_moment(scenario) >= 6


@pytest.mark.parametrize("read", READS.values(), ids=READS)
async def test_a_removed_reader_sees_nothing_that_came_after(read: Act) -> None:
    """Bert is removed at each await of what he reads: it is refused, or shows nothing that came after."""

    async def scenario(moment: int) -> bool:
        house, message_id = await annas_house()
        removal = Interruption(at=moment, then=lambda: remove_bert_and_talk(house, message_id))
        try:
            given = await read(interrupted(house, removal).of(BERT), message_id)
        except (ChannelNotFoundError, MessageNotFoundError):
            assert removal.happened
        else:
            assert "secret" not in repr(given)
        return removal.happened

    assert await at_every_moment(scenario) >= 6


@pytest.mark.parametrize("limit", [1, 20])
async def test_a_removed_searcher_finds_nothing_that_came_after(limit: int) -> None:
    """Bert is removed from one of two channels while he searches both: neither hits nor cursor tell what came after."""

    async def scenario(moment: int) -> bool:
        house, message_id = await annas_house()
        await house.channel(ANNA, BERT, id=CLUB)
        club = await house.of(ANNA).send(channel_id=CLUB, content="hello club")
        removal = Interruption(at=moment, then=lambda: remove_bert_and_talk(house, message_id))
        search = removal.around(LogSearch(house.messages))
        page = await Searching(house=interrupted(house, removal), search=search).of(BERT)(query="hello", limit=limit)

        assert club == page.items[0].message
        assert {club.id, message_id} >= {hit.message.id for hit in page}
        assert page.next_cursor in {None, place_of(club).cursor}
        assert "secret" not in repr(page)
        return removal.happened

    assert await at_every_moment(scenario) >= 10


async def test_a_removed_searcher_of_one_channel_is_refused() -> None:
    """Bert is removed from the channel that he searches: he is refused, or finds what was there before."""

    async def scenario(moment: int) -> bool:
        house, message_id = await annas_house()
        removal = Interruption(at=moment, then=lambda: remove_bert_and_talk(house, message_id))
        search = removal.around(LogSearch(house.messages))
        searching = Searching(house=interrupted(house, removal), search=search)
        try:
            page = await searching.of(BERT)(query="hello", channel_id=TEAM)
        except ChannelNotFoundError:
            assert removal.happened
        else:
            assert ["hello"] == [hit.message.content for hit in page]
        return removal.happened

    assert await at_every_moment(scenario) >= 12


async def annas_house() -> tuple[House, MessageId]:
    """Build a house in which Anna has said something to Bert."""
    house = House()
    for user_id in (ANNA, BERT):
        await house.user(user_id)
    await house.channel(ANNA, BERT)
    return house, (await house.of(ANNA).send(channel_id=TEAM, content="hello")).id


async def remove_bert_and_talk(house: House, message_id: MessageId) -> None:
    """Remove Bert, and leave a secret in all that can be read: messages, revisions, reactions."""
    await house.remove(BERT)
    anna = house.of(ANNA)
    await anna.send(channel_id=TEAM, content="hello secret")
    await anna.edit(message_id=message_id, content="hello secret")
    await anna.edit(message_id=message_id, content="hello secrets")
    await anna.react(message_id=message_id, emoji="secret")


async def berts_house() -> tuple[House, MessageId]:
    """Build a house in which Bert has said something, and reacted to it."""
    house = House()
    for user_id in (ANNA, BERT, CARL, EVE):
        await house.user(user_id)
    await house.channel(ANNA, BERT)
    message = await house.of(BERT).send(channel_id=TEAM, content="hello")
    await house.of(BERT).react(message_id=message.id, emoji="🎉")
    return house, message.id


async def test_an_edit_meanwhile_is_built_upon() -> None:
    """At each await of an edit the message is edited by another client: both are made, and none is lost."""

    async def scenario(moment: int) -> bool:
        house, message_id = await berts_house()
        other = Interruption(at=moment, then=lambda: house.of(BERT).edit(message_id=message_id, content="other"))
        mine = (
            await evolve(house, messages=other.around(house.messages))
            .of(BERT)
            .edit(message_id=message_id, content="mine")
        )
        now = await house.of(BERT).get(message_id)
        texts = [revision.content for revision in await house.of(BERT).revisions(message_id)]

        assert "mine" == mine.content
        assert [*texts, now.content] in (
            [["hello", "other", "mine"], ["hello", "mine", "other"]] if other.happened else [["hello", "mine"]]
        )
        return other.happened

    assert 4 == await at_every_moment(scenario)


@pytest.mark.parametrize("act", [ACTS["edit"], ACTS["react"]], ids=["edit", "react"])
async def test_a_deletion_meanwhile_is_for_good(act: Act) -> None:
    """At each await of an edit or a reaction the message is deleted: whatever comes of it, nothing of it is left."""

    async def scenario(moment: int) -> bool:
        house, message_id = await berts_house()
        deletion = Interruption(at=moment, then=lambda: house.of(ANNA).delete(message_id=message_id))
        use = evolve(house, messages=deletion.around(house.messages)).of(BERT)
        try:
            await act(use, message_id)
        except MessageDeletedError:
            assert deletion.happened
        if deletion.happened:
            assert "" == (await house.of(BERT).get(message_id)).content
            assert () == await house.of(BERT).reactions(message_id)
            assert () == await house.of(BERT).revisions(message_id)
        return deletion.happened

    assert 4 == await at_every_moment(scenario)
