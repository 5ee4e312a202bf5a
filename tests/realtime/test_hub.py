"""What a process tells its connections, whatever becomes of hints, logs and gates."""

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress
from itertools import product
from random import Random

import pytest

from saiondo_core.auth.model import SessionId
from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.errors import UnavailableError
from saiondo_core.kernel.events import Recorded
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import MODERATOR
from saiondo_core.realtime.feed import stream_of
from saiondo_core.realtime.model import EndReason, GapReason, RealTimePolicy
from saiondo_core.realtime.notes import (
    AccessEnded,
    Advanced,
    Broadcasted,
    Note,
    PresenceChanged,
    RightsChanged,
    TypingChanged,
)
from saiondo_core.realtime.subscriptions import WAITING_MOST, place_of
from saiondo_core.testing.clocks import breathe
from saiondo_core.testing.schedules import Failure, Interruption, at_every_moment, on_schedules
from tests.messages.house import ANNA, BERT, CARL, EVE, TEAM
from tests.realtime.hearing import Ear, Rumours, Stage, Wards, check_pasts

LONG = bool(os.environ.get("SAIONDO_LONG"))
OTHER = ChannelId("other")


@pytest.fixture
async def stage() -> Stage:
    """Set a stage with a channel of Anna, Bert and Carl."""
    return await peopled(Stage())


async def peopled(stage: Stage) -> Stage:
    """*stage* with a channel of Anna, Bert and Carl, and Eve outside."""
    for user_id in (ANNA, BERT, CARL, EVE):
        await stage.house.user(user_id)
    await stage.house.channel(ANNA, BERT, CARL)
    await stage.settle()  # The first comparison of rights has everybody judged, and would hide what else does.
    return stage


@pytest.fixture
async def wards(stage: Stage) -> Wards:
    """Put a gate of wards on the stage."""
    stage.house.gate = wards = Wards()
    stage.hub = stage.another_hub()
    stage.carry = stage.hub.hear
    return wards


async def test_a_bus_that_loses_doubles_and_delays_costs_no_event() -> None:
    """A tenth of all notes lost, doubled and late: nothing is lost or doubled, and all in order."""

    async def scenario(random: Random) -> None:
        stage = await peopled(Stage())
        rumours = stage.carry = Rumours(stage.hub.hear, random)
        ears = await stage.ears(ANNA, BERT, CARL)
        for number in range(300):
            await stage.say(random.choice((ANNA, BERT, CARL)), f"{number}")
            if random.random() < 0.5:
                await stage.settle()
        rumours.end()
        await stage.pass_time()

        for ear in ears:
            check_pasts(ear, await stage.log_of())
            assert [f"{number}" for number in range(300)] == ear.texts()

    await on_schedules(scenario, seeds=range(50 if LONG else 5))


async def test_the_last_note_is_lost_and_then_there_is_silence(stage: Stage) -> None:
    """What nobody hinted at is told at the next comparison of heads, 10 seconds later at most."""
    [bert] = await stage.ears(BERT)
    await stage.settle()
    stage.carry = lambda _: None
    await stage.say(ANNA, "unheard")
    await stage.settle()
    assert [] == bert.texts()

    assert 10 == await stage.hub.step()
    await stage.pass_time(9.9)
    assert [] == bert.texts()
    await stage.pass_time(0.1)
    assert ["unheard"] == bert.texts()


class OtherNote(Note):
    """A note of a later version."""

    kind = "later"


async def test_hints_at_nothing_are_nothing(stage: Stage) -> None:
    """Hints at channels that nobody listens to, at what was told, at what never was, and unknown ones, do nothing."""
    [bert] = await stage.ears(BERT)
    await stage.say(ANNA, "hello")
    await stage.settle()
    heard = list(bert.heard)

    stage.hub.hear(Advanced(channel_id=OTHER, offset=7))
    for offset in (0, 1, 2, 2, 999):
        stage.hub.hear(Advanced(channel_id=TEAM, offset=offset))
    stage.hub.hear(OtherNote())
    await stage.settle()

    assert heard == bert.heard
    await stage.say(ANNA, "after a hint at what was not there yet")
    await stage.settle()
    assert ["hello", "after a hint at what was not there yet"] == bert.texts()


@pytest.mark.parametrize("regrown", range(5))
@pytest.mark.parametrize("is_told", [True, False])
async def test_a_log_that_is_set_back_is_told_as_a_gap(stage: Stage, regrown: int, *, is_told: bool) -> None:
    """Under the same epoch, and also where it has grown past the old head before anybody looks.

    Every listener is told that what it heard is void, and none hears of both pasts without that in between: neither
    those who heard the last of it live, nor those who came after it while their feed was behind.
    """
    await stage.say(ANNA, "kept")
    early = await stage.ears(ANNA, BERT)
    backup = stage.backup()
    stage.carry = stage.hub.hear if is_told else lambda _: None
    await stage.say(ANNA, "forgotten", "forgotten")
    if is_told:
        await stage.settle()
    late = await stage.ears(CARL)
    past = await stage.log_of()

    stage.set_back(backup)
    await stage.say(BERT, *(f"instead {number}" for number in range(regrown)))
    await stage.settle()
    await stage.pass_time()
    stage.carry = stage.hub.hear
    await stage.say(CARL, "later")
    await stage.settle()

    present = await stage.log_of()
    for ear in (*early, *late):
        check_pasts(ear, past, present)
        assert "later" == ear.texts()[-1]
    gapped = (*early, *late) if is_told else late
    for ear in gapped:
        assert GapReason.EPOCH_CHANGED in [gap.reason for gap in ear.gaps()]
        assert 1 == ear.gaps()[0].first


async def test_whoever_comes_after_the_log_was_set_back_shows_it(stage: Stage) -> None:
    """Their joining makes all others be told of the gap at once; they themselves, who came by the new past, are not."""
    [anna] = await stage.ears(ANNA)
    backup = stage.backup()
    await stage.say(ANNA, "forgotten")
    await stage.settle()
    stage.set_back(backup)
    [bert] = await stage.ears(BERT)
    await stage.settle()

    assert [GapReason.EPOCH_CHANGED] == [gap.reason for gap in anna.gaps()]
    assert [] == bert.gaps()
    await stage.say(BERT, "instead")
    await stage.settle()
    assert ["instead"] == bert.texts()
    assert ["forgotten", "instead"] == anna.texts()


async def test_a_log_set_back_at_random() -> None:
    """Wherever it is set back to, however hints travel and whenever people come: one past at a time."""

    async def scenario(random: Random) -> None:
        stage = await peopled(Stage())
        rumours = stage.carry = Rumours(stage.hub.hear, random, share=0.2)
        ears, pasts, backups = list[Ear](), list[Sequence[Recorded]](), [stage.backup()]
        for number in range(60):
            match random.choice(("say", "say", "join", "step", "set back", "keep", "wait")):
                case "say":
                    await stage.say(random.choice((ANNA, BERT, CARL)), f"{number}")
                case "join":
                    ears.append(Ear(random.choice((ANNA, BERT, CARL)), id=f"{number}"))
                    await stage.join(ears[-1])
                case "step":
                    await stage.work()
                case "set back":
                    pasts.append(await stage.log_of())
                    stage.set_back(random.choice(backups))
                case "keep":
                    backups.append(stage.backup())
                case _:
                    await stage.pass_time(random.choice((1, 10)))
        rumours.end()
        await stage.pass_time()
        await stage.pass_time()
        for ear in ears:
            ear.events()
            check_pasts(ear, *pasts, await stage.log_of())

    await on_schedules(scenario, seeds=range(500 if LONG else 30))


async def test_of_one_change_of_the_past_all_are_told_once() -> None:
    """Whoever is judged sees it while others are told: all begin again once, at one gap, and hear nothing of before."""

    async def scenario(at: int) -> bool:
        stage = await peopled(Stage())
        backup = stage.backup()
        await stage.say(ANNA, "kept")
        anna, torn = Ear(ANNA), stage.subscription(Ear(BERT))
        await stage.join(anna)
        feed = stage.hub.enter(torn)
        await stage.settle()
        torn.place = place_of(await stage.house.channels.standing(channel_id=TEAM, user_id=BERT))
        torn.begin_at(await stage.log.head(stream=feed.stream))
        torn.go_on((), 1)
        await stage.say(ANNA, "forgotten")
        pasts = list[Sequence[Recorded]]()

        async def set_back() -> None:
            pasts.append(await stage.log_of())
            stage.set_back(backup)
            await stage.say(ANNA, "new")
            torn.tear()
            stage.hub.settled(feed, torn)
            await stage.hub.judge()

        interruption = Interruption(at, set_back)
        stage.punctuate(interruption)
        await stage.settle()
        await stage.say(ANNA, "more")
        await stage.pass_time()
        if interruption.happened:
            assert [GapReason.EPOCH_CHANGED] == [gap.reason for gap in anna.gaps()]
            assert 1 == feed.generation
            check_pasts(anna, *pasts, await stage.log_of())
        return interruption.happened

    assert await at_every_moment(scenario) > 4


async def test_a_log_begun_anew_is_told_as_a_gap(stage: Stage) -> None:
    """A restored log has another epoch: at the next comparison of heads, what was heard is void."""
    [bert] = await stage.ears(BERT)
    await stage.settle()
    stage.begin_anew()
    await stage.pass_time()

    [gap] = bert.gaps()
    assert (GapReason.EPOCH_CHANGED, "another", 1) == (gap.reason, gap.epoch, gap.head)
    await stage.say(ANNA, "anew")
    await stage.settle()
    assert ["anew"] == bert.texts()
    await stage.pass_time()
    assert [gap] == bert.gaps()


async def test_whoever_was_no_member_in_the_older_state_is_told_nothing_more(stage: Stage) -> None:
    """A log set back takes with it who came since: they are told of the gap, and of their end."""
    backup = stage.backup()
    await stage.house.join(EVE)
    [eve] = await stage.ears(EVE)
    await stage.settle()
    stage.set_back(backup)
    await stage.pass_time()
    assert [EndReason.NOT_A_MEMBER] == eve.end_reasons()
    await stage.say(ANNA, "without Eve")
    await stage.settle()

    assert [] == eve.texts()


async def test_a_trimmed_log_is_told_as_a_gap(stage: Stage) -> None:
    """Where the log forgot what was not told yet, the gap says from where on it is missing."""
    [bert] = await stage.ears(BERT)
    stage.carry = lambda _: None
    await stage.say(ANNA, "one", "two", "three")
    stage.log.trimmed = 3
    await stage.pass_time()

    [gap] = bert.gaps()
    assert (GapReason.TRIMMED, 2, 4) == (gap.reason, gap.first, gap.last)
    assert [] == bert.texts()


async def test_rights_that_were_taken_end_what_is_told(stage: Stage, wards: Wards) -> None:
    """After a note of changed rights, everybody is judged before they are told anything."""
    anna, bert = await stage.ears(ANNA, BERT)
    wards.barred.add(BERT)
    stage.hub.hear(RightsChanged())
    await stage.say(ANNA, "secret")
    await stage.settle()

    assert ["secret"] == anna.texts()
    assert [] == bert.texts()
    assert [EndReason.NOT_A_MEMBER] == bert.end_reasons()


async def test_rights_that_were_taken_in_silence_end_what_is_told(stage: Stage, wards: Wards) -> None:
    """Where the note of changed rights was lost: at the next comparison of heads, 10 seconds later at most."""
    anna, bert = await stage.ears(ANNA, BERT)
    await stage.settle()
    stage.carry = lambda _: None
    wards.barred.add(BERT)
    await stage.house.grant(CARL, MODERATOR)
    await stage.pass_time()
    asked = wards.asked[ANNA]
    await stage.say(CARL, "secret")
    await stage.pass_time()

    assert ["secret"] == anna.texts()
    assert [] == bert.texts()
    assert [EndReason.NOT_A_MEMBER] == bert.end_reasons()
    assert asked == wards.asked[ANNA], "nobody is judged again where nothing has changed"


async def test_rights_that_change_while_they_are_judged_are_judged_again(stage: Stage, wards: Wards) -> None:
    """A note that comes in the middle of a judgement, after the gate has decided, is not lost in it."""
    [bert] = await stage.ears(BERT)

    async def bar() -> None:
        if BERT not in wards.barred:
            wards.barred.add(BERT)
            stage.hub.hear(RightsChanged())

    wards.afterwards = bar
    stage.hub.hear(RightsChanged())
    await stage.settle()
    await stage.say(ANNA, "secret")
    await stage.settle()

    assert [] == bert.texts()
    assert [EndReason.NOT_A_MEMBER] == bert.end_reasons()


async def test_what_cannot_be_decided_is_not_told_until_it_is(stage: Stage, wards: Wards) -> None:
    """While the gate fails, nothing is told, however much happens; once it decides, everything, and others wait not."""
    anna, bert = await stage.ears(ANNA, BERT)
    wards.broken.add(BERT)
    stage.hub.hear(RightsChanged())
    texts = [f"{number}" for number in range(WAITING_MOST + 200)]
    await stage.say(ANNA, *texts)
    await stage.settle()
    assert texts == anna.texts()
    assert [] == bert.texts()
    asked = wards.asked[BERT]
    assert 1 == await stage.hub.judge()
    await stage.say(ANNA, "more")
    await stage.settle()
    assert asked == wards.asked[BERT]

    wards.broken.clear()
    await stage.pass_time(1)
    assert [*texts, "more"] == bert.texts() == anna.texts()
    await stage.say(ANNA, "at once")
    await stage.settle()
    assert "at once" == bert.texts()[-1]


async def test_nobody_waits_for_a_gate_that_comes_to_no_end(stage: Stage, wards: Wards) -> None:
    """While it thinks about Bert's 20 connections, others are judged and told at once, in his channel and elsewhere."""
    await stage.house.channel(ANNA, id=OTHER)
    anna, carl = Ear(ANNA), Ear(CARL)
    for number in range(20):
        await stage.join(Ear(BERT, id=f"{number}"))
    await stage.join(anna, OTHER)
    await stage.join(carl)
    wards.endless.add(BERT)
    runners = stage.run()
    stage.hub.hear(RightsChanged())
    for number in range(10):
        await stage.say(ANNA, f"{number}", channel_id=OTHER)
        await stage.say(ANNA, f"{number}")
        await breathe()
        assert f"{number}" == anna.texts(OTHER)[-1] == carl.texts()[-1]
        await stage.house.clock.advance(1)
    for runner in runners:
        await runner.stop(0)


async def test_what_was_deleted_before_it_could_be_decided_is_not_told(stage: Stage, wards: Wards) -> None:
    """Nothing is kept for whoever waits for the gate: all that happened is read again, as it is by then."""
    anna, bert = await stage.ears(ANNA, BERT)
    wards.broken.add(BERT)
    stage.hub.hear(RightsChanged())
    await stage.settle()
    said = [await stage.house.of(ANNA).send(channel_id=TEAM, content="secret") for _ in range(250)]
    await stage.settle()
    for message in said:
        await stage.house.of(ANNA).delete(message_id=message.id)
    await stage.settle()
    assert ["secret"] * 250 == anna.texts()

    wards.broken.clear()
    await stage.pass_time(1)
    assert [""] * 250 == bert.texts()
    assert anna.offsets() == bert.offsets()


async def test_changed_rights_are_asked_for_at_once(stage: Stage, wards: Wards) -> None:
    """Who waits for a gate that could not decide waits no longer once rights are said to have changed."""
    [bert] = await stage.ears(BERT)
    wards.broken.add(BERT)
    stage.hub.hear(RightsChanged())
    await stage.say(ANNA, "hello")
    await stage.settle()
    wards.broken.clear()
    await stage.settle()
    assert [] == bert.texts()

    stage.hub.hear(RightsChanged())
    await stage.settle()
    assert ["hello"] == bert.texts()


async def test_one_failing_channel_does_not_keep_the_others_waiting(stage: Stage) -> None:
    """What fails in one step is tried again after all others, and whatever else is to be done is done."""
    await stage.house.channel(ANNA, id=OTHER)
    anna = Ear(ANNA)
    await stage.join(anna)
    await stage.join(anna, OTHER)
    await stage.settle()
    await stage.say(ANNA, "here")
    await stage.say(ANNA, "there", channel_id=OTHER)
    stage.punctuate(Failure(0, UnavailableError(outcome_unknown=False)))

    with pytest.raises(UnavailableError):
        await stage.hub.step()
    await stage.settle()
    assert (["here"], ["there"]) == (anna.texts(), anna.texts(OTHER))


async def test_no_channel_waits_for_one_that_cannot_be_read(stage: Stage) -> None:
    """However long that has been: what is said in another is told at once, and after 20 s where the note is lost."""
    await stage.house.channel(ANNA, id=OTHER)
    await stage.join(Ear(ANNA), OTHER)
    [bert] = await stage.ears(BERT)
    runner, judging = stage.run()
    stage.log.illegible = stream_of(OTHER)
    await stage.say(ANNA, "there", channel_id=OTHER)
    await stage.house.clock.advance(200)
    assert runner.failures > 5

    for number in range(3):
        await stage.say(ANNA, f"{number}")
        await breathe()
        assert [f"{each}" for each in range(number + 1)] == bert.texts()
    stage.carry = lambda _: None
    await stage.say(ANNA, "unheard of")
    await stage.house.clock.advance(2 * RealTimePolicy().head_check_seconds)
    assert "unheard of" == bert.texts()[-1]
    await runner.stop(1)
    await judging.stop(1)


async def test_a_failing_comparison_keeps_nobody_waiting(stage: Stage) -> None:
    """Where the head of one channel cannot be read, time after time, all else is done in each step."""
    await stage.house.channel(ANNA, id=OTHER)
    await stage.join(Ear(ANNA), OTHER)
    [bert] = await stage.ears(BERT)
    stage.log.headless = stream_of(OTHER)
    for number in range(5):
        await stage.house.clock.advance(10)
        stage.carry = stage.hub.hear if number % 2 else lambda _: None
        await stage.say(ANNA, f"{number}")
        stage.hub.hear(RightsChanged())
        for _ in range(3):  # The failing one is compared after all others, which are then read on.
            with pytest.raises(UnavailableError):
                await stage.hub.step()
            await stage.hub.judge()
        assert [f"{each}" for each in range(number + 1)] == bert.texts()


async def test_a_failing_channel_keeps_nobody_from_being_judged(stage: Stage) -> None:
    """Where what happened in one channel cannot be read, time after time, whoever waits to be judged is judged."""
    await stage.house.channel(ANNA, id=OTHER)
    await stage.join(Ear(ANNA), OTHER)
    [bert] = await stage.ears(BERT)
    stage.log.illegible = stream_of(OTHER)
    await stage.say(ANNA, "there", channel_id=OTHER)
    stage.hub.hear(RightsChanged())
    await stage.say(ANNA, "here")

    for _ in range(3):
        with pytest.raises(UnavailableError):
            await stage.hub.step()
        await stage.hub.judge()
    assert ["here"] == bert.texts()


async def test_a_crowd_is_judged_in_turns(stage: Stage, wards: Wards) -> None:
    """However many have to be judged, others are told meanwhile; all of them are told everything in the end."""
    ears = [Ear(BERT, id=f"{number}") for number in range(250)]
    for ear in ears:
        await stage.join(ear)
    await stage.settle()
    wards.asked.clear()
    stage.hub.hear(RightsChanged())
    await stage.say(ANNA, "hello")

    assert 0 == await stage.hub.judge()
    assert 0 < wards.asked[BERT] < 250
    await stage.settle()
    assert 250 == wards.asked[BERT]
    assert all(["hello"] == ear.texts() for ear in ears)


async def test_others_have_their_turn_while_much_is_told_to_many(stage: Stage) -> None:
    """What a crowd has missed is told little by little, in one channel and from one to the next."""
    channels = [TEAM, OTHER]
    await stage.house.channel(ANNA, BERT, id=OTHER)
    ears = [Ear(BERT, id=f"{number}") for number in range(100)]
    for ear, channel_id in product(ears, channels):
        await stage.join(ear, channel_id)
    for channel_id in channels:
        await stage.say(ANNA, *(f"{number}" for number in range(100)), channel_id=channel_id)
    heard, most = sum(len(ear.heard) for ear in ears), 0

    async def watch() -> None:
        nonlocal heard, most
        while True:
            before, heard = heard, sum(len(ear.heard) for ear in ears)
            most = max(most, heard - before)
            await asyncio.sleep(0)

    watching = asyncio.create_task(watch())
    await stage.settle()
    await breathe()
    watching.cancel()
    assert [100] * 200 == [len(ear.texts(channel_id)) for ear, channel_id in product(ears, channels)]
    assert 100 <= most <= 2_000, most


@pytest.mark.parametrize("comes_back", [True, False])
@pytest.mark.parametrize("is_edited_before", [True, False])
async def test_a_text_from_outside_ones_membership_is_not_told(*, is_edited_before: bool, comes_back: bool) -> None:
    """What was said to Bert, but edited when he was gone, is not told to him as edited, at whatever moment he went.

    Nor is it if he is back by the time at which he is judged: then he has to join again, and is told of a gap.
    """

    async def scenario(at: int) -> bool:
        stage = await peopled(Stage())
        anna, bert = await stage.ears(ANNA, BERT)
        message = await stage.house.of(ANNA).send(channel_id=TEAM, content="hello")
        if is_edited_before:
            await stage.house.of(ANNA).edit(message_id=message.id, content="hello!")

        async def edit() -> None:
            await stage.house.remove(BERT)
            await stage.house.of(ANNA).edit(message_id=message.id, content="secret")
            if comes_back:
                await stage.house.join(BERT)

        interruption = Interruption(at, edit)
        stage.punctuate(interruption)
        await stage.pass_time()
        await stage.pass_time()

        assert "secret" not in {each.message.content for each in bert.events() if each.message}
        check_pasts(anna, await stage.log_of())
        return interruption.happened

    assert await at_every_moment(scenario) > 4


async def test_nothing_is_kept_of_what_was_to_be_done_for_whoever_goes(stage: Stage, wards: Wards) -> None:
    """Whether their feed is behind or was not compared, or they wait to be judged, now or in a while."""
    [bert] = await stage.ears(BERT)
    await stage.settle()
    await stage.say(ANNA, "hello")
    stage.hub.hear(RightsChanged())
    stage.hub.disconnect(bert)
    assert 0 == stage.hub.size

    [carl] = await stage.ears(CARL)
    wards.broken.add(CARL)
    stage.hub.hear(RightsChanged())
    await stage.settle()
    stage.punctuate(Failure(0, UnavailableError(outcome_unknown=False)))
    await stage.house.clock.advance(10)
    with pytest.raises(UnavailableError):
        await stage.hub.step()

    stage.hub.disconnect(carl)
    assert 0 == stage.hub.size


async def test_nothing_is_kept_of_a_channel_whose_last_listener_goes_while_it_cannot_be_read() -> None:
    """However long it cannot be read: nobody asks any more, and no step fails because of it."""

    async def scenario(at: int) -> bool:
        stage = await peopled(Stage())
        [bert] = await stage.ears(BERT)

        async def go() -> None:
            stage.hub.disconnect(bert)
            stage.log.headless = stage.log.illegible = stream_of(TEAM)
            raise UnavailableError(outcome_unknown=False)

        await stage.say(ANNA, "hello")
        interruption = Interruption(at, go)
        stage.punctuate(interruption)
        await stage.house.clock.advance(10)
        with suppress(UnavailableError):
            await stage.hub.step()
        if interruption.happened:
            await stage.settle()
            assert 0 == stage.hub.size
        return interruption.happened

    assert await at_every_moment(scenario) > 4


async def test_nothing_is_kept_of_whoever_goes_undecided(stage: Stage, wards: Wards) -> None:
    """Somebody of whom the gate cannot decide, and who is to be judged in a while, goes before that."""
    [carl] = await stage.ears(CARL)
    wards.broken.add(CARL)
    stage.hub.hear(RightsChanged())
    await stage.settle()

    stage.hub.disconnect(carl)
    assert 0 == stage.hub.size


async def test_a_deleted_channel_ends_for_all(stage: Stage) -> None:
    """Whoever listens to a channel that is gone is told that it is, and nothing is kept of it."""
    [bert] = await stage.ears(BERT)
    stage.house.rooms.deleted[TEAM] = stage.house.rooms.by_id.pop(TEAM)
    stage.hub.hear(RightsChanged())
    await stage.settle()

    assert [EndReason.CHANNEL_DELETED] == bert.end_reasons()
    stage.hub.disconnect(bert)
    assert 0 == stage.hub.size


async def test_leaving_is_not_told_as_an_end(stage: Stage) -> None:
    """Whoever asks to hear no more hears no more; asked again, there was nothing to leave."""
    [bert] = await stage.ears(BERT)
    assert stage.hub.leave(bert, TEAM)
    assert not stage.hub.leave(bert, TEAM)
    await stage.say(ANNA, "hello")
    await stage.settle()
    assert ([], []) == (bert.texts(), bert.end_reasons())


@pytest.mark.parametrize(
    ("note", "ended"),
    [
        (AccessEnded(user_id=BERT), {"first", "second", "hosted"}),
        (AccessEnded(user_id=BERT, session_id=SessionId("1")), {"first"}),
        (AccessEnded(user_id=ANNA, session_id=SessionId("1")), set[str]()),
    ],
)
async def test_an_ended_session_ends_its_connections(stage: Stage, note: AccessEnded, ended: set[str]) -> None:
    """A session's end ends its own connections, a user's end all of theirs, and no others."""
    ears = [
        Ear(BERT, id="first", session_id=SessionId("1")),
        Ear(BERT, id="second", session_id=SessionId("2")),
        Ear(BERT, id="hosted"),
        Ear(CARL, id="other", session_id=SessionId("3")),
    ]
    for ear in ears:
        stage.hub.connect(ear)
    stage.hub.hear(note)

    assert ended == {ear.id for ear in ears if ear.ends}


async def test_what_passes_by_is_for_those_who_were_there(stage: Stage) -> None:
    """A late note from before somebody came, or from after they went, is not for them."""
    now = stage.house.clock.now()
    before = Broadcasted(channel_id=TEAM, user_id=ANNA, membership_revision=1, at=now, data={"secret": True})
    await stage.house.join(EVE)
    bert, eve = await stage.ears(BERT, EVE)
    bert_then, eve_then = len(bert.heard), len(eve.heard)
    stage.hub.hear(before)
    assert (bert_then, eve_then) == (len(bert.heard), len(eve.heard))

    stage.hub.hear(Broadcasted(channel_id=TEAM, user_id=ANNA, membership_revision=2, at=now, data={}))
    assert (bert_then + 1, eve_then + 1) == (len(bert.heard), len(eve.heard))

    stage.carry = lambda _: None
    await stage.house.remove(EVE)
    stage.hub.hear(TypingChanged(channel_id=TEAM, user_id=ANNA, membership_revision=3, at=now, is_typing=True))
    stage.hub.hear(TypingChanged(channel_id=OTHER, user_id=ANNA, membership_revision=3, at=now, is_typing=True))
    assert eve_then + 1 == len(eve.heard)


async def test_in_a_crowd_nobody_hears_who_comes_and_goes(stage: Stage) -> None:
    """Everybody's coming, told to everybody, would be a flood: as few listeners as the policy says are told."""
    note = PresenceChanged(
        channel_id=TEAM, user_id=CARL, membership_revision=1, at=stage.house.clock.now(), is_online=True
    )
    (bert,) = await stage.ears(BERT)
    alone = len(bert.heard)
    stage.hub.policy = RealTimePolicy(presence_most=1)
    stage.hub.hear(note)
    assert alone + 1 == len(bert.heard)
    await stage.ears(ANNA)
    stage.hub.hear(note)
    assert alone + 1 == len(bert.heard)


async def test_it_says_when_there_is_something_to_do(stage: Stage) -> None:
    """A hint, and a change of rights, wake whoever drives it; what it knows already does not."""
    woken = list[str]()
    await stage.ears(BERT)
    await stage.settle()
    stage.hub.wake = lambda: woken.append("woken")

    stage.hub.hear(Advanced(channel_id=TEAM, offset=1))
    assert [] == woken
    await stage.say(ANNA, "hello")
    assert 1 == len(woken)
    stage.hub.hear(RightsChanged())
    assert 2 == len(woken)


async def test_a_join_behind_its_feed_is_told_what_the_feed_has_told(stage: Stage) -> None:
    """Where another's join has moved the feed past the place at which one begins, the rest is read from the log."""
    first = stage.subscription(Ear(UserId("bert"), id="first"))
    feed = stage.hub.enter(first)
    start = await stage.log.head(stream=feed.stream)
    await stage.say(ANNA, *(f"{number}" for number in range(500)))
    feed.begin(await stage.log.head(stream=feed.stream))
    first.begin_at(start)
    first.place = place_of(await stage.house.channels.standing(channel_id=TEAM, user_id=BERT))
    first.go_on((), 1)
    stage.hub.settled(feed, first)
    await stage.settle()

    ear = first.listener
    assert isinstance(ear, Ear)
    assert 500 == len(ear.heard)
