"""Deadlines, shared loads and mailboxes, in every order that matters."""

import asyncio
import gc
from collections.abc import AsyncGenerator, Awaitable, Mapping
from functools import partial

import pytest
from attrs import define, field

from saiondo_core.kernel.concurrency import SingleFlight, together, within
from saiondo_core.kernel.errors import DeadlineExceededError, NotFoundError
from saiondo_core.testing.clocks import FrozenClock, breathe


@pytest.fixture(autouse=True)
async def nothing_is_lost() -> AsyncGenerator[None]:
    """Fail a test that leaves a task behind, or an error that nobody was told of."""
    complaints: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(str(context)))
    yield
    assert {asyncio.current_task()} == asyncio.all_tasks()
    gc.collect()
    assert [] == complaints


@define(eq=False)
class Work:
    """Work that a test ends, and that notes how it went."""

    begun: int = 0
    cancelled: int = 0
    ended: int = 0
    _end: "asyncio.Future[str]" = field(factory=lambda: asyncio.get_running_loop().create_future())

    async def run(
        self, *, farewell: Exception | None = None, tidying: float = 0.0, clock: FrozenClock | None = None
    ) -> str:
        """Work until a test says what comes of it; being cancelled, tidy up for a while, then raise *farewell*."""
        self.begun += 1
        try:
            return await asyncio.shield(self._end)
        except asyncio.CancelledError:
            self.cancelled += 1
            if clock is not None:
                await clock.sleep(tidying)
            if farewell is not None:
                raise farewell from None
            raise
        finally:
            self.ended += 1

    def give(self, result: str) -> None:
        """End with *result*."""
        self._end.set_result(result)

    def fail(self, error: BaseException) -> None:
        """End with *error*."""
        self._end.set_exception(error)


async def outcome(work: Awaitable[str]) -> str | BaseException:
    """Give what *work* gives or raises."""
    return (await asyncio.gather(work, return_exceptions=True))[0]


async def test_within_gives_what_the_work_gives() -> None:
    """Done in time, its result is the result, and the clock is not slept on any longer."""
    clock, work = FrozenClock(), Work()
    waiting = asyncio.create_task(within(clock, 5.0, work.run()))
    await clock.advance(4.999)
    work.give("done")

    assert "done" == await waiting
    assert 0 == clock.sleepers


async def test_within_raises_what_the_work_raises() -> None:
    """Failed in time, its error is the error."""
    clock, work = FrozenClock(), Work()
    waiting = asyncio.create_task(within(clock, 5.0, work.run()))
    await breathe()
    work.fail(NotFoundError())

    with pytest.raises(NotFoundError):
        await waiting
    assert 0 == clock.sleepers


async def test_within_cancels_at_the_deadline() -> None:
    """When the time is up the work is cancelled, and has ended before anybody hears of it."""
    clock, work = FrozenClock(), Work()
    waiting = asyncio.create_task(within(clock, 5.0, work.run(tidying=2.0, clock=clock)))
    await clock.advance(5.0)
    assert (1, 0, False) == (work.cancelled, work.ended, waiting.done())

    await clock.advance(2.0)
    with pytest.raises(DeadlineExceededError) as caught:
        await waiting
    assert 5.0 == caught.value.seconds
    assert caught.value.outcome_unknown
    assert 1 == work.ended


async def test_within_prefers_a_result_at_the_deadline() -> None:
    """What is done at the very moment is done: no result is thrown away for a tie."""
    clock, work = FrozenClock(), Work()
    waiting = asyncio.create_task(within(clock, 5.0, work.run()))
    await breathe()
    advancing = asyncio.create_task(clock.advance(5.0))
    work.give("just in time")
    await advancing

    assert "just in time" == await waiting


async def test_within_loses_no_error_at_the_deadline() -> None:
    """An error with which cancelled work ends is raised in place of the deadline, not logged behind one's back."""
    clock, work = FrozenClock(), Work()
    waiting = asyncio.create_task(within(clock, 5.0, work.run(farewell=NotFoundError())))
    await clock.advance(5.0)

    with pytest.raises(NotFoundError):
        await waiting


async def test_within_gives_a_result_that_comes_of_being_cancelled() -> None:
    """Work that finishes all the same has its result given: the outcome is known."""

    async def stubborn() -> str:
        try:
            return await asyncio.Future[str]()
        except asyncio.CancelledError:
            return "saved"

    clock = FrozenClock()
    waiting = asyncio.create_task(within(clock, 5.0, stubborn()))
    await clock.advance(5.0)

    assert "saved" == await waiting


async def test_within_ends_with_its_caller() -> None:
    """A caller who is cancelled takes the work along, and waits until it has ended."""
    clock, work = FrozenClock(), Work()
    waiting = asyncio.create_task(within(clock, 5.0, work.run(tidying=1.0, clock=clock)))
    await breathe()
    waiting.cancel()
    await breathe()
    assert (1, 0, False) == (work.cancelled, work.ended, waiting.done())

    await clock.advance(1.0)
    assert isinstance(await outcome(waiting), asyncio.CancelledError)
    assert 1 == work.ended
    assert 0 == clock.sleepers


async def test_within_tells_a_cancelled_caller_of_the_error() -> None:
    """An error that meets the caller's own cancellation is raised, as awaiting the work directly would."""
    clock, work = FrozenClock(), Work()
    waiting = asyncio.create_task(within(clock, 5.0, work.run(farewell=NotFoundError())))
    await breathe()
    waiting.cancel()

    assert isinstance(await outcome(waiting), NotFoundError)


async def test_within_lets_work_cancel_itself() -> None:
    """Work that ends by a cancellation of its own, in time, is not taken for overdue."""
    clock, work = FrozenClock(), Work()
    waiting = asyncio.create_task(within(clock, 5.0, work.run()))
    await breathe()
    work.fail(asyncio.CancelledError())

    assert isinstance(await outcome(waiting), asyncio.CancelledError)


async def test_within_costs_nothing_where_nothing_is_waited_for() -> None:
    """Work that never waits is done without a turn of the loop, without a task and without a sleeper."""
    clock, turns = FrozenClock(), list[str]()

    async def prompt() -> str:
        return "done"

    asyncio.get_running_loop().call_soon(turns.append, "a turn")
    assert "done" == await within(clock, 5.0, prompt())
    assert [] == turns
    assert {asyncio.current_task()} == asyncio.all_tasks()
    await breathe()
    assert 0 == clock.sleepers


@pytest.mark.parametrize("is_cancelled_first", [True, False])
async def test_within_keeps_a_cancellation_that_comes_with_the_deadline(is_cancelled_first: bool) -> None:
    """Whoever is cancelled from outside, before or after the time is up, is cancelled: no deadline makes up for it."""
    clock, work = FrozenClock(), Work()
    waiting = asyncio.create_task(within(clock, 5.0, work.run(tidying=60.0, clock=clock)))
    await clock.advance(4.0)
    if is_cancelled_first:
        waiting.cancel()
    await clock.advance(1.0)
    if not is_cancelled_first:
        waiting.cancel()

    assert isinstance(await outcome(waiting), asyncio.CancelledError)
    assert (1, 1, 0) == (work.cancelled, work.ended, clock.sleepers)


@pytest.mark.parametrize(("outer", "inner"), [(5.0, 3.0), (3.0, 5.0), (3.0, 3.0)])
async def test_within_keeps_time_inside_itself(outer: float, inner: float) -> None:
    """Of two deadlines, one in the other, the sooner one is told of, and neither is taken for the other."""
    clock, work = FrozenClock(), Work()
    waiting = asyncio.create_task(within(clock, outer, within(clock, inner, work.run())))
    await clock.advance(3.0)
    assert (1, 1) == (work.cancelled, work.ended)

    with pytest.raises(DeadlineExceededError) as caught:
        await waiting
    assert (3.0, 0) == (caught.value.seconds, clock.sleepers)


async def test_within_goes_on_after_a_deadline_inside() -> None:
    """Work that gets over a deadline of its own is still held to the one around it."""
    clock = FrozenClock()

    async def patient() -> str:
        with pytest.raises(DeadlineExceededError):
            await within(clock, 3.0, Work().run())
        return await Work().run()

    waiting = asyncio.create_task(within(clock, 5.0, patient()))
    await clock.advance(3.0)
    assert not waiting.done()
    await clock.advance(2.0)
    with pytest.raises(DeadlineExceededError) as caught:
        await waiting
    assert 5.0 == caught.value.seconds


@pytest.mark.parametrize(("seconds", "error"), [(0.0, TimeoutError), (3_600.0, DeadlineExceededError)])
async def test_within_goes_with_timeouts_of_asyncio(seconds: float, error: type[Exception]) -> None:
    """A timeout in the work is raised as what it is where it comes first, and is no hindrance where it does not."""
    clock, work = FrozenClock(), Work()

    async def timed() -> str:
        async with asyncio.timeout(seconds):
            return await work.run()

    waiting = asyncio.create_task(within(clock, 5.0, timed()))
    await clock.advance(5.0)
    assert error is type(await outcome(waiting))
    assert (1, 0) == (work.ended, clock.sleepers)


@pytest.mark.parametrize("cancellations", [0, 1])
@pytest.mark.parametrize("farewell", [None, NotFoundError()], ids=repr)
async def test_within_leaves_no_cancellation_behind(cancellations: int, farewell: Exception | None) -> None:
    """After a deadline its caller is cancelled as often as before, whatever came of the work."""
    clock = FrozenClock()

    async def caller() -> int:
        task = asyncio.current_task()
        assert task is not None
        for _ in range(cancellations):
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asyncio.sleep(0)
        with pytest.raises((DeadlineExceededError, NotFoundError)):
            await within(clock, 5.0, Work().run(farewell=farewell))
        return task.cancelling()

    calling = asyncio.create_task(caller())
    await clock.advance(5.0)
    assert cancellations == await calling


async def test_a_thousand_callers_share_one_load() -> None:
    """However many ask for a key at once, it is loaded once, and all get what it gives."""
    flights, work = SingleFlight[str, str](), Work()
    waiting = [asyncio.create_task(flights.load("key", work.run)) for _ in range(1000)]
    await breathe()
    work.give("value")

    assert ["value"] * 1000 == await asyncio.gather(*waiting)
    assert 1 == work.begun


async def test_nothing_is_kept() -> None:
    """After a load has ended the next call loads anew: keeping values is a cache's business."""
    flights = SingleFlight[str, int]()
    loads = iter(range(10))

    async def load() -> int:
        return next(loads)

    assert [0, 1, 2] == [await flights.load("key", load) for _ in range(3)]


async def test_keys_are_apart() -> None:
    """Each key has its own load, and one load may ask for another key."""
    flights = SingleFlight[int, int]()

    async def sum_up_to(number: int) -> int:
        return number and number + await flights.load(number - 1, partial(sum_up_to, number - 1))

    assert [55, 55, 15] == await asyncio.gather(
        *(flights.load(number, partial(sum_up_to, number)) for number in (10, 10, 5))
    )


@pytest.mark.parametrize("error", [NotFoundError(), BaseException("worse"), asyncio.CancelledError()], ids=repr)
async def test_an_error_goes_to_all_and_is_not_kept(error: BaseException) -> None:
    """All who waited are told of whatever ended the load; who comes later gets a new one."""
    flights, work = SingleFlight[str, str](), Work()
    waiting = [asyncio.create_task(flights.load("key", work.run)) for _ in range(3)]
    await breathe()
    work.fail(error)
    assert [type(error)] * 3 == [type(await outcome(task)) for task in waiting]

    again = Work()
    again.give("value")
    assert "value" == await flights.load("key", again.run)


async def test_a_loader_that_fails_at_once_leaves_nothing() -> None:
    """An error before there is anything to wait for is raised, and the key is free."""
    flights, work = SingleFlight[str, str](), Work()

    def broken() -> Awaitable[str]:
        raise NotFoundError

    with pytest.raises(NotFoundError):
        await flights.load("key", broken)
    work.give("value")
    assert "value" == await flights.load("key", work.run)


async def test_a_cancelled_waiter_leaves_the_others_their_load() -> None:
    """Whoever is cancelled goes alone, the first one too; the load goes on for the rest."""
    flights, work = SingleFlight[str, str](), Work()
    waiting = [asyncio.create_task(flights.load("key", work.run)) for _ in range(3)]
    await breathe()
    waiting[0].cancel()
    waiting[1].cancel()
    await breathe()
    assert [True, True, False] == [task.done() for task in waiting]

    work.give("value")
    assert "value" == await waiting[2]
    assert (1, 0) == (work.begun, work.cancelled)


async def test_the_last_cancelled_waiter_cancels_the_load() -> None:
    """A load for nobody is not gone on with: it is cancelled, and has ended before the last waiter has."""
    clock, flights, work = FrozenClock(), SingleFlight[str, str](), Work()
    waiting = [asyncio.create_task(flights.load("key", lambda: work.run(tidying=1.0, clock=clock))) for _ in range(3)]
    await breathe()
    for task in waiting:
        task.cancel()
    await breathe()
    assert (1, 0) == (work.cancelled, work.ended)
    assert [True, True, False] == [task.done() for task in waiting]

    await clock.advance(1.0)
    assert isinstance(await outcome(waiting[2]), asyncio.CancelledError)
    assert 1 == work.ended


async def test_many_keys_are_loaded_in_one_call() -> None:
    """Only what is not under way is asked for, each key once; whoever asks for one of them joins."""
    flights, single, many = SingleFlight[str, str](), Work(), Work()
    asked: list[tuple[str, ...]] = []

    async def load(keys: tuple[str, ...]) -> Mapping[str, str]:
        asked.append(keys)
        return dict.fromkeys(keys, await many.run())

    waiting = [asyncio.create_task(flights.load("a", single.run))]
    await breathe()
    both = asyncio.create_task(flights.load_many(("b", "a", "c", "b"), load))
    await breathe()
    waiting.append(asyncio.create_task(flights.load("c", single.run)))
    assert [True, True, False] == [key in flights for key in "abd"]
    single.give("single")
    many.give("many")

    assert {"a": "single", "b": "many", "c": "many"} == await both
    assert ["single", "many"] == await asyncio.gather(*waiting)
    assert (1, [("b", "c")]) == (single.begun, asked)
    assert {} == await flights.load_many((), load)
    assert "b" not in flights


async def test_a_cancelled_caller_of_many_leaves_each_load_to_who_waits_for_it() -> None:
    """A load of many goes on for whoever waits for one of its keys, and ends with the last of them."""
    flights, work = SingleFlight[str, str](), Work()

    async def load(keys: tuple[str, ...]) -> Mapping[str, str]:
        return dict.fromkeys(keys, await work.run())

    many = asyncio.create_task(flights.load_many(("a", "b"), load))
    await breathe()
    one = asyncio.create_task(flights.load("b", Work().run))
    await breathe()
    many.cancel()
    await breathe()
    assert (True, 0, "a" in flights) == (many.done(), work.cancelled, True)

    one.cancel()
    await breathe()
    assert (True, 1, "a" in flights) == (one.done(), work.cancelled, False)


async def test_one_error_of_two_loads_is_told_and_none_is_reported_as_unseen() -> None:
    """Whoever waits for two loads that fail hears of one error; the event loop complains of nothing."""
    flights, works = SingleFlight[str, str](), (Work(), Work())

    async def load(keys: tuple[str, ...]) -> Mapping[str, str]:
        return dict.fromkeys(keys, await works[1].run())

    first = asyncio.create_task(flights.load("a", works[0].run))
    await breathe()
    both = asyncio.create_task(flights.load_many(("a", "b"), load))
    await breathe()
    for work in reversed(works):
        work.fail(NotFoundError())
        await breathe()
    assert ([NotFoundError] * 2) == [type(error) for error in await asyncio.gather(first, both, return_exceptions=True)]


async def test_a_load_that_has_ended_is_joined_by_nobody() -> None:
    """In the very turn in which a load ends, before anybody is told what it gave, whoever asks loads anew."""
    flights, joined = SingleFlight[str, str](), list["asyncio.Task[str]"]()

    async def load_new() -> str:
        return "new"

    async def load() -> str:
        joined.append(asyncio.create_task(flights.load("key", load_new)))  # Its turn comes once this has ended.
        return "old"

    assert "old" == await flights.load("key", load)
    assert ["new"] == await asyncio.gather(*joined)


async def test_a_forgotten_load_is_joined_by_nobody() -> None:
    """Who waits for it is given what it gives; who asks afterwards loads anew, and that one stays to be joined."""
    flights, old, new = SingleFlight[str, str](), Work(), Work()
    before = asyncio.create_task(flights.load("key", old.run))
    await breathe()
    flights.forget("key")
    flights.forget("unknown")
    after = asyncio.create_task(flights.load("key", new.run))
    await breathe()
    old.give("old")
    assert "old" == await before

    joining = asyncio.create_task(flights.load("key", old.run))
    await breathe()
    new.give("new")
    assert ("new", "new") == (await after, await joining)
    assert (1, 1) == (old.begun, new.begun)


async def test_who_comes_after_a_cancelled_load_has_a_new_one() -> None:
    """A load that is being cancelled is nobody's any more: its end neither reaches nor disturbs the next one."""
    clock, flights, work, again = FrozenClock(), SingleFlight[str, str](), Work(), Work()
    leaving = asyncio.create_task(flights.load("key", lambda: work.run(tidying=1.0, clock=clock)))
    await breathe()
    leaving.cancel()
    await breathe()
    coming = [asyncio.create_task(flights.load("key", again.run))]
    await clock.advance(1.0)
    assert isinstance(await outcome(leaving), asyncio.CancelledError)

    coming.append(asyncio.create_task(flights.load("key", again.run)))
    await breathe()
    again.give("value")
    assert ["value", "value"] == await asyncio.gather(*coming)
    assert 1 == again.begun


async def test_the_last_waiter_is_told_of_the_error() -> None:
    """An error with which a cancelled load ends is raised to the one who still waits."""
    flights, work = SingleFlight[str, str](), Work()
    waiting = asyncio.create_task(flights.load("key", lambda: work.run(farewell=NotFoundError())))
    await breathe()
    waiting.cancel()

    assert isinstance(await outcome(waiting), NotFoundError)


async def done(work: Work, clock: FrozenClock | None = None) -> None:
    """Do *work*, whatever comes of it; being cancelled takes a second of *clock*."""
    await work.run(clock=clock, tidying=1.0)


async def test_all_is_done_together() -> None:
    """All begins before anything has ended, and it is over when all has; nothing is over at once."""
    works = [Work() for _ in range(3)]
    doing = asyncio.ensure_future(together(*map(done, works)))
    await breathe()
    assert [1] * 3 == [work.begun for work in works]
    for work in works:
        assert not doing.done()
        work.give("done")
        await breathe()
    assert doing.done()
    await doing
    await together()


async def test_the_first_of_several_errors_is_raised_once_all_has_ended() -> None:
    """In the order in which they were given, not in the one in which they came; and no other one is reported."""
    first, second, third = works = [Work() for _ in range(3)]
    doing = asyncio.ensure_future(together(*map(done, works)))
    await breathe()
    third.fail(NotFoundError())
    second.fail(DeadlineExceededError(seconds=1))
    await breathe()
    assert not doing.done()
    first.give("done")
    with pytest.raises(DeadlineExceededError):
        await doing


async def test_what_is_done_together_ends_with_whoever_waits() -> None:
    """A cancelled caller goes on when all was cancelled and has tidied up."""
    clock, works = FrozenClock(), [Work() for _ in range(3)]
    doing = asyncio.ensure_future(together(*(done(work, clock) for work in works)))
    await breathe()
    doing.cancel()
    await breathe()
    assert ([1] * 3, False) == ([work.cancelled for work in works], doing.done())
    await clock.advance(1)
    with pytest.raises(asyncio.CancelledError):
        await doing
    assert [1] * 3 == [work.ended for work in works]
