"""A budget of time for each of many calls, watched by one task."""

import asyncio
from collections import deque
from collections.abc import Awaitable
from typing import TypeVar

from attrs import define, field

from saiondo_core.kernel.errors import DeadlineExceededError
from saiondo_core.kernel.ports import Clock

T = TypeVar("T")


@define(eq=False)
class _Watched:
    task: "asyncio.Task[object]"
    deadline: float
    is_over: bool = False
    is_late: bool = False

    def end(self) -> None:
        """Let it be over, unless it is."""
        if not self.is_over:
            self.is_late = True
            self.task.cancel()


@define(eq=False)
class Budgets:
    """Gives each call the same time. As `within` does, but without a task for each of them.

    Whoever begins later has a later deadline, so that the first one that is still under way is all there is to watch.

    Attributes:
        seconds: How long a call may take.
    """

    _clock: Clock
    seconds: float
    _watched: deque[_Watched] = field(factory=deque[_Watched], init=False)
    _watching: "asyncio.Task[None] | None" = field(default=None, init=False)

    async def within(self, work: Awaitable[T]) -> T:
        """What *work* gives, if it does so in time. When this returns or raises, it has ended.

        Raises:
            DeadlineExceededError: It did not; it was cancelled.
        """
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a budget must be awaited in a task")
        watched, before = _Watched(task, self._clock.monotonic() + self.seconds), task.cancelling()
        self._watched.append(watched)
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch())
        try:
            return await work
        except asyncio.CancelledError:
            if watched.is_late and task.cancelling() == before + 1:
                raise DeadlineExceededError(seconds=self.seconds) from None
            raise
        finally:
            watched.is_over = True
            if watched.is_late:
                task.uncancel()

    async def close(self) -> None:
        """End what is under way, as if its time were over, and watch no more."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait((self._watching,))
        while self._watched:
            self._watched.popleft().end()

    async def _watch(self) -> None:
        try:
            while self._watched:
                first = self._watched[0]
                if first.is_over:
                    self._watched.popleft()
                elif (left := first.deadline - self._clock.monotonic()) > 0:
                    await self._clock.sleep(left)
                else:
                    self._watched.popleft().end()
        finally:
            self._watching = None
