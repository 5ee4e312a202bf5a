"""What waits to be told, one after the other."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from attrs import define, field

T = TypeVar("T")


@define(eq=False)
class Lane(Generic[T]):
    """Tells in order, each once the one before is done. It has a task while something waits, and none otherwise.

    Attributes:
        tell: Must not raise.
    """

    tell: Callable[[T], Awaitable[None]]
    _waiting: deque[T] = field(factory=deque[T], init=False)
    _task: "asyncio.Task[None] | None" = field(default=None, init=False)

    def put(self, item: T) -> None:
        """Tell *item* after all that waits."""
        self._waiting.append(item)
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="saiondo_core telling")

    def __len__(self) -> int:
        """How much waits, what is being told included."""
        return len(self._waiting)

    @property
    def task(self) -> "asyncio.Task[None] | None":
        """The task that is at it, if there is one, and it is not the one that asks."""
        return None if self._task is asyncio.current_task() else self._task

    def clear(self) -> None:
        """Tell nothing more than what is being told."""
        while len(self._waiting) > 1:
            self._waiting.pop()

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self.tell(self._waiting[0])
                self._waiting.popleft()
        finally:
            self._task = None
