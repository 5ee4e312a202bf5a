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
        task: The task that is at it, if there is one.
    """

    tell: Callable[[T], Awaitable[None]]
    task: "asyncio.Task[None] | None" = field(default=None, init=False)
    _waiting: deque[T] = field(factory=deque[T], init=False)

    def put(self, item: T) -> None:
        """Tell *item* after all that waits."""
        self._waiting.append(item)
        self._go_on()

    def __len__(self) -> int:
        """How much waits, what is being told included."""
        return len(self._waiting)

    def clear(self) -> None:
        """Tell nothing more than what is being told."""
        while len(self._waiting) > 1:
            self._waiting.pop()

    async def hurry(self) -> None:
        """Give up what is being told, and tell only the last of what waits."""
        if self.task is not None:
            while len(self._waiting) > 2:  # noqa: PLR2004 - what is being told, and the last
                del self._waiting[1]
            self.task.cancel()
            await asyncio.wait((self.task,))
            self._go_on()

    def _go_on(self) -> None:
        if self.task is None and self._waiting:
            self.task = asyncio.create_task(self._run(), name="saiondo_core telling")

    async def _run(self) -> None:
        try:
            while self._waiting:
                try:
                    await self.tell(self._waiting[0])
                finally:
                    self._waiting.popleft()
        finally:
            self.task = None
