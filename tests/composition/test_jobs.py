"""Background jobs: started, woken, outliving their failures, and ended in time."""

import asyncio

from attrs import define, field

from saiondo_core.composition.jobs import Runner
from saiondo_core.testing.clocks import FrozenClock, breathe


@define(eq=False)
class Counting:
    """A job that counts its steps, and fails at the first *failing* ones."""

    rest: float = 60.0
    failing: int = 0
    steps: int = field(default=0, init=False)

    async def step(self) -> float:
        """Count."""
        self.steps += 1
        if self.steps <= self.failing:
            raise RuntimeError
        return self.rest


@define(eq=False)
class Reports:
    """What was reported."""

    heard: list[dict[str, str | float]] = field(factory=list[dict[str, str | float]], init=False)

    def __call__(self, event: str, **fields: str | float) -> None:
        """Keep it."""
        self.heard.append({"event": event, **fields})


async def test_a_job_rests_as_long_as_it_said() -> None:
    """The next step comes after the rest, not before."""
    clock, job = FrozenClock(), Counting(rest=60)
    runner = Runner(job, clock, Reports())
    runner.start()
    await clock.advance(59.9)
    assert 1 == job.steps
    await clock.advance(0.2)
    assert 2 == job.steps
    await runner.stop(1)


async def test_a_woken_job_steps_at_once_and_once() -> None:
    """However often it is woken meanwhile, one step answers; and its alarm still rings for the rest it had."""
    clock, job = FrozenClock(), Counting(rest=60)
    runner = Runner(job, clock, Reports())
    runner.start()
    await breathe()
    for _ in range(5):
        runner.wake()
    await breathe()
    assert 2 == job.steps
    assert 1 == clock.sleepers, "being woken leaves no further timer behind"
    await clock.advance(60)
    assert 3 == job.steps
    await runner.stop(1)


async def test_a_failing_job_is_reported_backs_off_and_goes_on() -> None:
    """A job's error ends neither the job nor the host; it is counted, told by class, and waited for."""
    clock, job, reports = FrozenClock(), Counting(failing=2), Reports()
    runner = Runner(job, clock, reports)
    runner.start()
    await breathe()
    assert (1, 1) == (job.steps, runner.failures)
    await clock.advance(0.2)
    assert (2, 2) == (job.steps, runner.failures)
    await clock.advance(0.4)
    assert (3, 0) == (job.steps, runner.failures)
    assert [
        {"event": "job_failed", "job": "Counting", "error": "RuntimeError", "failures": 1},
        {"event": "job_failed", "job": "Counting", "error": "RuntimeError", "failures": 2},
    ] == reports.heard
    await runner.stop(1)


async def test_a_job_outlives_any_number_of_failures() -> None:
    """It is woken and fails more often than a float can be doubled, and goes on after its longest wait."""
    clock, job = FrozenClock(), Counting(failing=1_100)
    runner = Runner(job, clock, Reports())
    runner.start()
    while runner.failures < job.failing:
        runner.wake()
        failures = runner.failures
        await breathe(2)
        assert failures < runner.failures
    await clock.advance(10)
    assert (1_101, 0) == (job.steps, runner.failures)
    await runner.stop(1)


async def test_a_woken_job_that_fails_backs_off() -> None:
    """The rest that it had before ends with the failure: it is not tried again before its time."""
    clock, job = FrozenClock(), Counting(rest=60)
    runner = Runner(job, clock, Reports())
    runner.start()
    await breathe()
    job.failing = 2
    runner.wake()
    await clock.advance(0.1)
    assert (2, 1) == (job.steps, runner.failures)
    await clock.advance(0.1)
    assert (3, 0) == (job.steps, runner.failures)
    await runner.stop(1)


async def test_stopping_lets_the_step_under_way_end() -> None:
    """A step that has begun is finished, no other begins, and nothing is left running."""
    clock, ended = FrozenClock(), list[str]()

    class Slow:
        async def step(self) -> float:
            await breathe(50)
            ended.append("ended")
            return 0

    before = asyncio.all_tasks()
    runner = Runner(Slow(), clock, Reports())
    runner.start()
    await breathe(2)
    await runner.stop(10)
    assert ["ended"] == ended
    assert before == asyncio.all_tasks()
    assert 0 == clock.sleepers


async def test_a_job_that_is_retired_at_once_never_begins() -> None:
    """Retired before its task came to run, it makes no step, and leaves no task and no timer behind."""
    clock, job, before = FrozenClock(), Counting(), asyncio.all_tasks()
    runner = Runner(job, clock, Reports())
    runner.start()
    runner.retire()
    await breathe()
    assert (0, 0) == (job.steps, clock.sleepers)
    assert before == asyncio.all_tasks()


async def test_stopping_cancels_a_step_that_does_not_end() -> None:
    """A hanging step is cancelled at the deadline."""

    class Hanging:
        async def step(self) -> float:
            await asyncio.Event().wait()
            return 0

    before = asyncio.all_tasks()
    runner = Runner(Hanging(), FrozenClock(), Reports())
    runner.start()
    await breathe()
    await runner.stop(0)
    assert before == asyncio.all_tasks()
