"""Background work: started when the factory opens, woken by writes, ended before the ports close."""

import asyncio
from abc import abstractmethod
from typing import Protocol

from attrs import define, field

from saiondo_core.composition.reports import Report
from saiondo_core.kernel.ports import Clock
from saiondo_core.kernel.retrying import backoff

FIRST_BACKOFF = 0.2
LONGEST_BACKOFF = 10.0
"""How many seconds a job waits after its first failure, twice as long after each further one, and at most.

At most as long as the heads of channels go uncompared: where one cannot be read, a lost note costs another twice that.
"""


class Job(Protocol):
    """Something to be done again and again."""

    @abstractmethod
    async def step(self) -> float:
        """Do what there is to do, and return for how many seconds there will be nothing."""


@define(eq=False, repr=False)
class Runner:
    """One job's task.

    Attributes:
        failures: How many steps have failed in a row.
    """

    job: Job
    clock: Clock
    report: Report
    failures: int = field(default=0, init=False)
    _woken: asyncio.Event = field(factory=asyncio.Event, init=False)
    _task: "asyncio.Task[None] | None" = field(default=None, init=False)
    _is_ending: bool = field(default=False, init=False)

    def start(self) -> None:
        """Begin, in the running loop."""
        self._task = asyncio.create_task(self._run(), name=f"saiondo_core {type(self.job).__name__}")

    def wake(self) -> None:
        """Let the next step begin now."""
        self._woken.set()

    async def stop(self, seconds: float) -> None:
        """Let the step under way come to its end, for at most *seconds*, then cancel it."""
        if self._task is None:
            return
        self.retire()
        await asyncio.wait((self._task,), timeout=seconds)
        self._task.cancel()
        await asyncio.wait((self._task,))

    def retire(self) -> None:
        """Let the step under way come to its end, and begin no other."""
        self._is_ending = True
        self._woken.set()

    async def _run(self) -> None:
        alarm: asyncio.Future[None] | None = None
        due = 0.0
        try:
            while not self._is_ending:
                self._woken.clear()
                rest = await self._step()
                moment = self.clock.monotonic() + rest
                # An alarm that rings in time for this rest stays set: being woken by a write costs no new task.
                if alarm is None or alarm.done() or moment < due:
                    if alarm is not None:
                        alarm.cancel()
                    alarm, due = asyncio.ensure_future(self.clock.sleep(rest)), moment
                    alarm.add_done_callback(self._ring)
                await self._woken.wait()
        finally:
            if alarm is not None:
                alarm.cancel()

    def _ring(self, alarm: "asyncio.Future[None]") -> None:
        if not alarm.cancelled():
            self._woken.set()

    async def _step(self) -> float:
        try:
            rest = await self.job.step()
        except Exception as error:  # noqa: BLE001 - a job outlives its failures; each is counted and reported
            self.failures += 1
            self.report("job_failed", job=type(self.job).__name__, error=type(error).__name__, failures=self.failures)
            return backoff(self.failures, first=FIRST_BACKOFF, most=LONGEST_BACKOFF, factor=2)
        self.failures = 0
        return rest
