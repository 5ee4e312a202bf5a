"""Beginning to listen: whatever happens meanwhile is shown or told once, and nothing that one may not hear."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from random import Random

import pytest

from saiondo_core.channels.errors import ChannelNotFoundError
from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.errors import AccessDeniedError, UnavailableError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.refusals import StaleRightsError
from saiondo_core.realtime.errors import TooManyChannelsError, UnsteadyLogError
from saiondo_core.realtime.model import EndReason, GapReason, Lease, RealTimePolicy
from saiondo_core.realtime.notes import RightsChanged
from saiondo_core.realtime.presence import online_topic, typing_topic
from saiondo_core.testing.schedules import Failure, Interruption, at_every_moment, on_schedules
from tests.messages.house import ANNA, BERT, CARL, EVE, TEAM
from tests.realtime.hearing import Ear, Stage, TalkingLog, Wards, check_pasts, is_sent

LONG = bool(os.environ.get("SAIONDO_LONG"))
CROWD = 2_000
SEEDS = range(3) if LONG else range(2)


async def set_up(stage: Stage | None = None) -> Stage:
    """A stage with a channel of Anna, Bert and Carl, who have said something."""
    stage = Stage() if stage is None else stage
    for user_id in (ANNA, BERT, CARL, EVE):
        await stage.house.user(user_id)
    await stage.house.channel(ANNA, BERT, CARL)
    await stage.say(ANNA, "before")
    await stage.settle()  # The first comparison of rights has everybody judged, and would hide what else does.
    return stage


def warded() -> tuple[Stage, Wards]:
    """A stage whose gate bars whom it is told to."""
    wards, log = Wards(), TalkingLog()
    stage = Stage(log=log)
    stage.house.gate = wards
    stage.hub = stage.another_hub()
    stage.carry = stage.hub.hear
    return stage, wards


async def test_a_crowd_begins_while_others_talk() -> None:
    """Whenever one begins, all that was said by the end was either shown, or told after it: once, without a hole."""

    async def scenario(random: Random) -> None:
        stage = await set_up(Stage(random=random))
        ears = [Ear(random.choice((ANNA, BERT, CARL)), id=str(number)) for number in range(CROWD)]
        talk = asyncio.ensure_future(talking(stage, random))
        follow = asyncio.ensure_future(following(stage))
        cursors = list[str]()

        async def begin(ear: Ear) -> None:
            for _ in range(random.randrange(200)):
                await asyncio.sleep(0)
            since = random.choice(cursors) if cursors and random.random() < 0.3 else None
            cursors.append((await stage.join(ear, since=since)).cursor)

        await asyncio.gather(*map(begin, ears))
        talk.cancel()
        follow.cancel()
        await asyncio.gather(talk, follow, return_exceptions=True)
        await stage.pass_time()

        log = await stage.log_of()
        for ear in ears:
            check_pasts(ear, log)
            told = [event.message_id for event in ear.events() if is_sent(event)]
            snapshot = ear.snapshot()
            shown = [message.id for message in snapshot.recent_messages]
            said = [message.id for message in await stage.house.of(ANNA).history(channel_id=TEAM, limit=200, after=0)]
            if not snapshot.recovered:
                assert said[-len(shown + told) :] == shown + told
        assert len(log) > 50

    await on_schedules(scenario, seeds=SEEDS)


async def talking(stage: Stage, random: Random) -> None:
    """Have people talk and come and go until they are stopped, at most 150 times."""
    for number in range(150):
        await stage.say(random.choice((ANNA, BERT, CARL)), f"{number}")
        if random.random() < 0.1:
            await stage.house.join(EVE)
            await stage.house.remove(EVE)
        for _ in range(random.randrange(5)):
            await asyncio.sleep(0)


async def following(stage: Stage) -> None:
    """Let the hub do its work, over and over."""
    while True:
        await stage.work()
        await asyncio.sleep(0)


async def test_more_than_can_be_kept_happens_while_one_begins() -> None:
    """1,500 things said in the middle of beginning are told all the same, at whatever moment."""

    async def scenario(at: int) -> bool:
        stage, bert = await set_up(), Ear(BERT)

        async def flood() -> None:
            for number in range(1_500):
                await stage.say(ANNA, f"{number}")
            await stage.settle()

        interruption = Interruption(at, flood)
        stage.punctuate(interruption)
        await stage.join(bert)
        await stage.settle()

        check_pasts(bert, await stage.log_of())
        shown = [message.content for message in bert.snapshot().recent_messages]
        if interruption.happened:
            assert "1499" == [*shown, *bert.texts()][-1]
            assert len({*shown, *bert.texts()}) == len(shown) + len(bert.texts())
        return interruption.happened

    if LONG:
        await at_every_moment(scenario)
    else:
        for at in (3, 4, 8):
            assert await scenario(at)


async def come(stage: Stage) -> None:
    """Something is said without Bert, he comes, and something is said to him."""
    await stage.house.remove(BERT)
    await stage.say(ANNA, "outside")
    await stage.house.join(BERT)
    await stage.say(ANNA, "inside")


async def go(stage: Stage) -> None:
    """Bert goes, and something is said without him."""
    await stage.house.remove(BERT)
    await stage.say(ANNA, "outside")


@pytest.mark.parametrize("is_member", [True, False])
@pytest.mark.parametrize("has_cursor", [True, False])
@pytest.mark.parametrize("meanwhile", [come, go])
async def test_nothing_from_outside_ones_membership_is_told(
    meanwhile: Callable[[Stage], Awaitable[None]], *, is_member: bool, has_cursor: bool
) -> None:
    """Whoever comes, goes, or both, at whatever moment of beginning, is never told what was said without them.

    A snapshot shows a member what was said before; but nothing to whoever went before they were judged.
    """

    async def scenario(at: int) -> bool:
        stage, bert = await set_up(), Ear(BERT)
        since = (await stage.join(Ear(BERT, id="earlier"))).cursor if has_cursor else None
        if not is_member:
            await stage.house.remove(BERT)
            await stage.say(ANNA, "outside")
        interruption = Interruption(at, lambda: meanwhile(stage))
        stage.punctuate(interruption)
        refused = False
        try:
            await stage.join(bert, since=since)
        except ChannelNotFoundError:
            refused = True
        await stage.say(ANNA, "later")
        await stage.settle()

        assert "outside" not in bert.texts()
        if refused:
            assert [] == bert.heard
        elif meanwhile is go:
            assert "outside" not in [message.content for message in bert.snapshot().recent_messages]
            assert not interruption.happened or [EndReason.NOT_A_MEMBER] == bert.end_reasons()
        elif not bert.end_reasons():
            shown = [message.content for message in bert.snapshot().recent_messages]
            assert "later" == [*shown, *bert.texts()][-1]
            assert not interruption.happened or "inside" in [*shown, *bert.texts()]
        return interruption.happened

    assert await at_every_moment(scenario) > 8


async def test_rights_that_end_while_one_begins() -> None:
    """Whoever loses the right to read, at whatever moment, is told nothing of what is said after it was heard of."""

    async def scenario(at: int) -> bool:
        stage, wards = warded()
        await set_up(stage)
        bert = Ear(BERT)

        async def bar() -> None:
            wards.barred.add(BERT)
            stage.hub.hear(RightsChanged())
            await stage.say(ANNA, "after")

        interruption = Interruption(at, bar)
        stage.punctuate(interruption)
        try:
            await stage.join(bert)
        except AccessDeniedError:
            assert [] == bert.heard
        await stage.settle()

        assert "after" not in bert.texts()
        if bert.heard:
            assert "after" not in [message.content for message in bert.snapshot().recent_messages]
            assert not interruption.happened or [EndReason.NOT_A_MEMBER] == bert.end_reasons()
        return interruption.happened

    assert await at_every_moment(scenario) > 8


@pytest.mark.parametrize("regrown", [0, 1, 2, 3])
@pytest.mark.parametrize("has_cursor", [True, False])
async def test_a_log_that_is_set_back_while_one_begins(regrown: int, *, has_cursor: bool) -> None:
    """Whatever the moment, and however far it has grown again: one hears of one past, or of a gap in between."""

    async def scenario(at: int) -> bool:
        stage, bert = await set_up(), Ear(BERT)
        backup = stage.backup()
        await stage.say(ANNA, "forgotten", "forgotten")
        since = (await stage.join(Ear(BERT, id="earlier"))).cursor if has_cursor else None
        past = await stage.log_of()

        async def set_back() -> None:
            stage.set_back(backup)
            await stage.say(CARL, *(f"instead {number}" for number in range(regrown)))

        interruption = Interruption(at, set_back)
        stage.punctuate(interruption)
        await stage.join(bert, since=since)
        await stage.pass_time()
        if not interruption.happened:
            return False
        await stage.pass_time()  # It may have been set back in the middle of the first comparison.
        await stage.say(CARL, "later")
        await stage.pass_time()

        check_pasts(bert, past, await stage.log_of())
        assert "later" == bert.texts()[-1]
        return True

    assert await at_every_moment(scenario) > 8


async def stop() -> None:
    """Cancel the task that this happens in."""
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    await asyncio.sleep(0)


async def test_one_that_is_cancelled_or_fails_leaves_nothing() -> None:
    """Whatever the moment at which beginning ends, nothing is kept once the listener is gone, and nothing was told."""

    async def scenario(at: int, *, is_cancelled: bool) -> bool:
        stage, bert = await set_up(), Ear(BERT)
        moment = Interruption(at, stop) if is_cancelled else Failure(at, UnavailableError(outcome_unknown=False))
        stage.punctuate(moment)
        begun = asyncio.ensure_future(stage.join(bert))
        [error] = await asyncio.gather(begun, return_exceptions=True)
        if not moment.happened:
            return False
        await stage.say(ANNA, "later")
        await stage.settle()
        assert isinstance(error, asyncio.CancelledError | UnavailableError | AccessDeniedError)
        assert [] == bert.heard
        assert {} == stage.hub.place_of(bert).subscriptions
        stage.hub.disconnect(bert)
        assert 0 == stage.hub.size
        return True

    assert await at_every_moment(lambda at: scenario(at, is_cancelled=True)) > 8
    assert await at_every_moment(lambda at: scenario(at, is_cancelled=False)) > 8


async def test_a_listener_that_goes_while_it_begins_leaves_nothing() -> None:
    """Whatever the moment, it is told nothing, and nothing of it is kept."""

    async def scenario(at: int) -> bool:
        stage, bert = await set_up(), Ear(BERT)

        async def go() -> None:
            stage.hub.disconnect(bert)
            await stage.say(ANNA, "later")

        interruption = Interruption(at, go)
        stage.punctuate(interruption)
        await stage.join(bert)
        if not interruption.happened:
            return False
        await stage.settle()
        assert [] == bert.heard
        assert 0 == stage.hub.size
        return True

    assert await at_every_moment(scenario) > 8


async def test_a_listener_that_has_gone_does_not_come_back_by_joining() -> None:
    """A join that comes after its connection has ended is told nothing, and nothing of it is kept."""
    stage, bert = await set_up(), Ear(BERT)
    late = stage.subscription(bert)
    stage.hub.disconnect(bert)

    snapshot, _ = await stage.joining.join(late, None)
    await stage.settle()

    assert 2 == snapshot.head
    assert [] == bert.heard
    assert {} == stage.hub.place_of(bert).subscriptions
    assert 0 == stage.hub.size


async def test_many_come_and_go_and_nothing_is_left() -> None:
    """Joins, leaves and ends at random moments, many of them in the middle of a join: the hub is empty again."""

    async def scenario(random: Random) -> None:
        stage = await set_up(Stage(random=random))
        follow = asyncio.ensure_future(following(stage))
        talk = asyncio.ensure_future(talking(stage, random))

        async def visit(number: int) -> None:
            ear = Ear(random.choice((ANNA, BERT, CARL, EVE)), id=str(number))
            begun = asyncio.ensure_future(stage.join(ear))
            for _ in range(random.randrange(60)):
                await asyncio.sleep(0)
            if random.random() < 0.5:
                begun.cancel()
            await asyncio.gather(begun, return_exceptions=True)
            if random.random() < 0.5:
                stage.hub.leave(ear, TEAM)
            stage.hub.disconnect(ear)

        await asyncio.gather(*map(visit, range(5_000)))
        follow.cancel()
        talk.cancel()
        await asyncio.gather(follow, talk, return_exceptions=True)
        await stage.pass_time()
        assert 0 == stage.hub.size

    await on_schedules(scenario, seeds=SEEDS)


async def test_joining_again_takes_the_first_ones_place() -> None:
    """A listener that joins a channel anew is told everything once, also where the first join was under way."""
    stage, bert = await set_up(), Ear(BERT)
    await stage.join(bert)
    await asyncio.gather(stage.join(bert), stage.join(bert))
    bert.heard.clear()

    await stage.join(bert)
    await stage.say(ANNA, "once")
    await stage.settle()
    assert ["once"] == bert.texts()


async def test_a_connection_has_so_many_channels() -> None:
    """The channel after the last that one may listen to is refused; one that is listened to is joined again."""
    stage = await set_up(Stage(policy=RealTimePolicy(channels_most=1)))
    await stage.house.channel(ANNA, id=ChannelId("other"))
    anna = Ear(ANNA)
    await stage.join(anna)

    with pytest.raises(TooManyChannelsError):
        await stage.join(anna, ChannelId("other"))
    await stage.join(anna)
    stage.hub.leave(anna, TEAM)
    await stage.join(anna, ChannelId("other"))
    await stage.say(ANNA, "here", channel_id=ChannelId("other"))
    await stage.settle()
    assert ["here"] == anna.texts(ChannelId("other"))


@pytest.mark.parametrize("kind", [UnsteadyLogError, StaleRightsError])
async def test_endless_unrest_is_told(kind: type[Exception]) -> None:
    """Where the log is replaced, or rights are changed, over and over, the caller is told so, and may try again."""
    stage, bert = await set_up(), Ear(BERT)
    feed = stage.hub.enter(stage.subscription(Ear(ANNA)))

    async def unrest() -> None:
        if kind is UnsteadyLogError:
            feed.begin_again(await stage.log.head(stream=feed.stream), GapReason.EPOCH_CHANGED)
        else:
            stage.hub.hear(RightsChanged())

    stage.house.gate = Wards(afterwards=unrest)
    stage.hub.acting = stage.house.acting(None)
    with pytest.raises(kind):
        await stage.join(bert)
    assert [] == bert.heard


async def test_a_snapshot_shows_who_is_there() -> None:
    """Members by id, those of them who are connected, and who types."""
    stage = await set_up()
    now = stage.house.clock.now()
    until = now + timedelta(seconds=5)
    for topic, holder in (
        (online_topic(CARL), CARL),
        (online_topic(EVE), EVE),
        (typing_topic(TEAM), BERT),
    ):
        await stage.presence.take(leases=(Lease(topic=topic, holder=holder, id=topic, until=until),), at=now)

    snapshot = await stage.join(Ear(ANNA))

    assert [UserId("anna"), UserId("bert"), UserId("carl")] == [member.user_id for member in snapshot.members]
    assert (CARL,) == snapshot.online
    assert (BERT,) == snapshot.typing
    assert TEAM == snapshot.channel.id
