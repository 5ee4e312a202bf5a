"""Handlers of messages in this process."""

import asyncio

import pytest

from saiondo_core import Message, Settings
from saiondo_core.composition.settings import RelayPolicy
from saiondo_core.errors import (
    ActorMismatchError,
    HandlerNotFoundError,
    MissingActorError,
    NotOpenError,
    UnavailableError,
)
from saiondo_core.realtime.model import GapReason, RealTimePolicy
from saiondo_core.realtime.replies import Presence
from saiondo_core.testing.clocks import breathe
from tests.realtime.talk import ANNA, BERT, CARL, Heard, Talk, open_talk

NARROW = Settings(real_time=RealTimePolicy(waiting_events=3, recover_most=5))
"""So little waits, and so little is told at once, that a slow handler falls behind both."""


async def numbers(talk: Talk, first: int, last: int) -> list[str]:
    """Let Anna count, and give what she said."""
    said = [str(number) for number in range(first, last + 1)]
    await talk.say(*said)
    return said


async def test_handlers_hear_what_is_said_in_joined_channels() -> None:
    """As calls and as decorators, async or not: each hears every message, one's own too, in the channel's order."""
    async with open_talk() as talk:
        chat, called, decorated = talk.of(BERT), Heard(), list[str]()

        @chat.on_message()
        async def note(message: Message) -> None:
            decorated.append(message.content)

        assert called.at_once == chat.on_message(called.at_once)
        await chat.join_channel(channel_id=talk.team.id)
        await talk.say("one")
        await talk.say("two", sender_id=BERT)
        await talk.say("three")

        assert ["one", "two", "three"] == await called.until("three") == decorated
        chat.off(note)
        await talk.say("four")
        assert ["one", "two", "three", "four"] == await called.until("four")
        assert ["one", "two", "three"] == decorated


async def test_edits_are_no_messages() -> None:
    """Handlers of messages hear of what is said, and of nothing else that happens."""
    async with open_talk() as talk:
        heard = Heard()
        talk.of(BERT).on_message(heard.at_once)
        await talk.of(BERT).join_channel(channel_id=talk.team.id)
        await talk.say("one")
        (one,) = await talk.use_cases.as_user(ANNA).message.history(channel_id=talk.team.id)
        await talk.use_cases.as_user(ANNA).message.edit(message_id=one.id, content="first")
        await talk.of(ANNA).start_typing(channel_id=talk.team.id)
        await talk.say("two")

        assert ["one", "two"] == await heard.until("two")


async def test_an_error_is_reported_and_stops_nothing() -> None:
    """A handler that raises, or takes too long, is told of the next message all the same, and so are the others."""
    async with open_talk(Settings(relay=RelayPolicy(time_limit=5))) as talk:
        chat, heard = talk.of(BERT), Heard()

        def fail(message: Message) -> None:
            raise RuntimeError(message.content)

        slow = Heard()
        chat.on_message(fail)
        chat.on_message(slow.slowly)
        chat.on_message(heard.at_once)
        await chat.join_channel(channel_id=talk.team.id)
        await talk.say("one")
        await talk.clock.advance(5)
        slow.gate.set()
        await talk.say("two")

        assert (["one", "two"], ["two"]) == (await heard.until("two"), slow.contents)
        failed = [(event, fields["error"]) for event, fields in talk.reports]
        kinds = "RuntimeError", "DeadlineExceededError", "RuntimeError"
        assert [("message_handler_failed", kind) for kind in kinds] == failed
        assert {BERT} == {fields["user_id"] for _, fields in talk.reports}


async def test_a_slow_handler_misses_nothing() -> None:
    """More is said meanwhile than may wait, and than is told at once: it hears all of it, in order."""
    async with open_talk(NARROW) as talk:
        heard = Heard()
        talk.of(BERT).on_message(heard.slowly)
        await talk.of(BERT).join_channel(channel_id=talk.team.id)
        said = await numbers(talk, 1, 30)
        heard.gate.set()
        said += await numbers(talk, 31, 60)

        assert said == await heard.until("60")
        assert [] == talk.reports


async def test_who_joins_twice_at_once_misses_nothing() -> None:
    """What was said between the two snapshots is told: the second joining goes on where the first one has got to."""
    async with open_talk() as talk:
        chat, heard = talk.of(BERT), Heard()
        chat.on_message(heard.at_once)
        other = await talk.use_cases.as_user(ANNA).channel.create(name="other", members=[BERT])
        await chat.join_channel(channel_id=other.id)
        talk.presence.gate = asyncio.Event()
        first = asyncio.create_task(chat.join_channel(channel_id=talk.team.id))
        await breathe()
        await talk.say("between")
        second = asyncio.create_task(chat.join_channel(channel_id=talk.team.id))
        await breathe()
        talk.presence.gate.set()
        snapshot, _ = await asyncio.gather(first, second)
        await talk.say("after")

        assert () == snapshot.recent_messages
        assert ["between", "after"] == await heard.until("after")


@pytest.mark.parametrize("waiting", [2, 4, 20])
async def test_a_slow_handler_that_joins_again_misses_nothing(waiting: int) -> None:
    """Whether all of what was said still waits, or more than may wait, or more than is told at once: in order, once."""
    async with open_talk(NARROW) as talk:
        heard, chat = Heard(), talk.of(BERT)
        chat.on_message(heard.slowly)
        await chat.join_channel(channel_id=talk.team.id)
        said = list[str]()
        for _ in range(3):
            said += await numbers(talk, len(said) + 1, len(said) + waiting)
            await chat.join_channel(channel_id=talk.team.id)
        heard.gate.set()

        assert said == await heard.until(said[-1])
        assert [] == talk.reports


async def test_joining_again_in_vain_costs_nothing() -> None:
    """Where it fails, what is said meanwhile is heard all the same, once it goes well again."""
    async with open_talk() as talk:
        heard, chat = Heard(), talk.of(BERT)
        chat.on_message(heard.at_once)
        await chat.join_channel(channel_id=talk.team.id)
        await talk.say("zero")
        talk.presence.is_down = True
        with pytest.raises(UnavailableError):
            await chat.join_channel(channel_id=talk.team.id)
        await talk.say("one")
        talk.presence.is_down = False
        await talk.clock.advance(1)
        await talk.say("two")

        assert ["zero", "one", "two"] == await heard.until("two")


async def test_a_slow_handler_delays_nobody_else() -> None:
    """While one user's handler waits, another's hears all."""
    async with open_talk(NARROW) as talk:
        slow, quick = Heard(), Heard()
        talk.of(BERT).on_message(slow.slowly)
        talk.of(CARL).on_message(quick.at_once)
        await talk.of(BERT).join_channel(channel_id=talk.team.id)
        await talk.of(CARL).join_channel(channel_id=talk.team.id)
        said = await numbers(talk, 1, 30)

        assert said == await quick.until("30")
        assert [] == slow.contents
        slow.gate.set()


async def test_a_handler_that_was_ended_is_told_nothing_more() -> None:
    """Not even of the message that another handler of the same user is still at."""
    async with open_talk() as talk:
        first, second = Heard(), Heard()
        talk.of(BERT).on_message(first.slowly)
        talk.of(BERT).on_message(second.at_once)
        await talk.of(BERT).join_channel(channel_id=talk.team.id)
        await talk.say("one")
        talk.of(BERT).off(second.at_once)
        first.gate.set()

        assert ["one"] == await first.until("one")
        await breathe()
        assert [] == second.contents


async def test_a_handler_that_is_registered_anew_keeps_the_order() -> None:
    """What it was at when it was ended comes before all that it is told from then on."""
    async with open_talk() as talk:
        heard = Heard()
        talk.of(BERT).on_message(heard.slowly)
        await talk.of(BERT).join_channel(channel_id=talk.team.id)
        await talk.say("one")
        talk.of(BERT).off(heard.slowly)
        talk.of(BERT).on_message(heard.slowly)
        await talk.say("two", "three")
        assert ["one"] == heard.begun
        heard.gate.set()

        assert ["one", "two", "three"] == await heard.until("three")


async def test_whoever_comes_back_hears_all_they_missed() -> None:
    """With a cursor, handlers hear everything since, also where it is more than is told at once."""
    async with open_talk(NARROW) as talk:
        heard = Heard()
        talk.of(BERT).on_message(heard.at_once)
        cursor = (await talk.of(BERT).join_channel(channel_id=talk.team.id)).cursor
        await talk.of(BERT).leave_channel(channel_id=talk.team.id)
        said = await numbers(talk, 1, 120)
        await talk.of(BERT).join_channel(channel_id=talk.team.id, since=cursor)
        said += await numbers(talk, 121, 122)

        assert said == await heard.until("122")


@pytest.mark.parametrize(
    ("trimmed", "lives", "reason", "rest"),
    [(10, 1, GapReason.TRIMMED, ["7", "8", "9"]), (13, 1, GapReason.TRIMMED, []), (0, 2, GapReason.EPOCH_CHANGED, [])],
    ids=["some", "all", "another log"],
)
async def test_what_cannot_be_read_any_more_is_reported(
    trimmed: int, lives: int, reason: GapReason, rest: list[str]
) -> None:
    """Of what is too much to be told at once, handlers hear what the log still has; of the rest the host is told."""
    async with open_talk(NARROW) as talk:
        chat, heard = talk.of(BERT), Heard()
        chat.on_message(heard.slowly)
        await chat.join_channel(channel_id=talk.team.id)
        await talk.say("1")
        cursor = (await chat.join_channel(channel_id=talk.team.id)).cursor
        await chat.leave_channel(channel_id=talk.team.id)
        await numbers(talk, 2, 9)
        await chat.join_channel(channel_id=talk.team.id, since=cursor)
        talk.log.trimmed, talk.log.lives = trimmed, lives
        heard.gate.set()
        await talk.calm()

        assert ["1", *rest] == heard.contents
        fields = {"user_id": BERT, "channel_id": talk.team.id, "reason": reason}
        assert [("messages_missed", fields)] == talk.reports


async def test_a_replaced_log_is_reported() -> None:
    """What nobody can tell any more is not missed in silence: the host is told, and handlers hear what follows."""
    async with open_talk() as talk:
        heard = Heard()
        talk.of(BERT).on_message(heard.at_once)
        await talk.of(BERT).join_channel(channel_id=talk.team.id)
        talk.log.shifts = 1
        await talk.clock.advance(10)
        await talk.say("one")

        assert ["one"] == await heard.until("one")
        fields = {"user_id": BERT, "channel_id": talk.team.id, "reason": "epoch_changed"}
        assert [("messages_missed", fields)] == talk.reports


async def test_whoever_was_removed_hears_nothing_more() -> None:
    """Nothing that was said after is told, and nothing is kept of somebody who hears of no channel."""
    async with open_talk() as talk:
        heard, hub = Heard(), talk.use_cases.live.attending.hub
        talk.of(BERT).on_message(heard.at_once)
        await talk.of(BERT).join_channel(channel_id=talk.team.id)
        await talk.say("one")
        await talk.use_cases.as_user(ANNA).channel.remove_member(channel_id=talk.team.id, user_id=BERT)
        await talk.say("two")

        assert ["one"] == heard.contents
        assert () == hub.listeners


async def test_whoever_was_deleted_hears_nothing_more() -> None:
    """The handlers of a deleted user end with their access."""
    async with open_talk() as talk:
        heard, hub = Heard(), talk.use_cases.live.attending.hub
        talk.of(BERT).on_message(heard.at_once)
        await talk.of(BERT).join_channel(channel_id=talk.team.id)
        await talk.use_cases.as_system("test").user.delete(BERT)
        await talk.say("one")

        assert ([], ()) == (heard.contents, hub.listeners)


async def test_who_listens_without_a_connection_is_online_as_long() -> None:
    """From the first channel that is joined until the last that is left, and 15 seconds more; with handlers or none."""
    async with open_talk() as talk:
        carl = await talk.listen(CARL)
        await talk.of(BERT).join_channel(channel_id=talk.team.id)
        assert Presence(is_online=True) == carl.of(Presence)[-1]
        await talk.clock.advance(60)
        assert (BERT, CARL) == await talk.of(CARL).get_online_users(channel_id=talk.team.id)

        await talk.of(BERT).leave_channel(channel_id=talk.team.id)
        await talk.clock.advance(16)
        assert (CARL,) == await talk.of(CARL).get_online_users(channel_id=talk.team.id)
        assert (carl,) == talk.use_cases.live.attending.hub.listeners


async def test_no_task_is_left() -> None:
    """A user's task ends with their last handler, and all end with the factory."""
    before = asyncio.all_tasks()
    async with open_talk() as talk:
        heard, opened = Heard(), asyncio.all_tasks()
        talk.of(BERT).on_message(heard.at_once)
        talk.of(BERT).on_message(heard.slowly)
        assert 1 == len(asyncio.all_tasks() - opened)
        talk.of(BERT).off(heard.at_once)
        talk.of(BERT).off(heard.slowly)
        await breathe()
        assert set() == asyncio.all_tasks() - opened

        talk.of(BERT).on_message(heard.slowly)
        await talk.of(BERT).join_channel(channel_id=talk.team.id)
        await talk.say("one")
        heard.gate.set()
        chat = talk.of(BERT)
    assert before == asyncio.all_tasks()
    assert () == talk.use_cases.live.attending.hub.listeners
    with pytest.raises(NotOpenError):
        chat.on_message(heard.at_once)


async def test_handlers_are_of_somebody() -> None:
    """Unbound, the user is named, or nobody hears; bound, it is nobody else."""
    async with open_talk() as talk:
        heard, unbound = Heard(), talk.use_cases.real_time
        with pytest.raises(MissingActorError):
            unbound.on_message(heard.at_once)
        with pytest.raises(ActorMismatchError):
            talk.of(ANNA).on_message(heard.at_once, user_id=BERT)
        unbound.on_message(heard.at_once, user_id=BERT)
        with pytest.raises(HandlerNotFoundError):
            talk.of(ANNA).off(heard.at_once)
        unbound.off(heard.at_once)
        with pytest.raises(HandlerNotFoundError):
            unbound.off(heard.at_once)
