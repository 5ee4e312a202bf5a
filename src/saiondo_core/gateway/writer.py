"""What one client is told, at the pace at which it reads."""

import asyncio

from attrs import define, field

from saiondo_core.gateway.shell import Shell
from saiondo_core.kernel.concurrency import within
from saiondo_core.kernel.errors import DeadlineExceededError
from saiondo_core.kernel.ports import Clock
from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.listening import Told
from saiondo_core.realtime.model import RealTimePolicy
from saiondo_core.realtime.outbox import Outbox
from saiondo_core.wire.frames import encode_frame


@define(eq=False)
class Writer:
    """The way out of one connection. Nobody waits for its client: what it does not read waits, up to a bound.

    Attributes:
        is_idle: Whether nothing waits, and nothing is closed: what has a text may go to the shell at once.
    """

    shell: Shell
    policy: RealTimePolicy
    clock: Clock
    is_idle: bool = field(default=True, init=False)
    _outbox: Outbox = field(init=False)
    _room: "asyncio.Future[None] | None" = field(default=None, init=False)
    _flushing: "asyncio.Task[None] | None" = field(default=None, init=False)
    _closing: "asyncio.Task[None] | None" = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        """Begin with nothing that waits."""
        self._outbox = Outbox(events_most=self.policy.waiting_events, octets_most=self.policy.waiting_octets)

    @property
    def is_closing(self) -> bool:
        """Whether nothing more is written."""
        return self._closing is not None

    def put(self, told: Told, *, is_owed: bool) -> None:
        """Write *told*, or let it wait; where too much waits, the client is closed as slow.

        Args:
            told: A frame.
            is_owed: Whether the client has asked for it, so that it may wait whatever waits already.
        """
        if self._closing is not None:
            return
        if told.text is None:
            told.text = encode_frame(told.frame)
        if self._flushing is None:
            if self.shell.write_now(told):
                return
            self._flushing, self.is_idle = asyncio.create_task(self._flush()), False
        if not self._outbox.put(told, len(told.text), is_owed=is_owed):
            self._outbox.clear()
            self.close(CloseCode.SLOW)

    async def room(self) -> None:
        """Return once little enough waits that the client may ask for more, or nothing more is written."""
        if self._outbox.is_half_full:
            self._room = asyncio.get_running_loop().create_future()
            await self._room

    def close(self, code: CloseCode) -> None:
        """Write nothing more but what waits, then close, all within the write deadline. The first reason counts."""
        if self._closing is None:
            self._closing, self.is_idle = asyncio.create_task(self._close(code)), False

    async def closed(self) -> None:
        """Return once the connection is closed, if it is being closed."""
        if self._closing is not None:
            await asyncio.wait((self._closing,))

    def tick(self, now: float) -> None:
        """End the connection if its client takes nothing any more."""
        if self.shell.is_stuck(now):
            self.shell.abort()

    def cancel(self) -> None:
        """Leave no task behind."""
        for task in (self._flushing, self._closing):
            if task is not None:
                task.cancel()

    async def _flush(self) -> None:
        try:
            while (told := self._outbox.take()) is not None:
                await within(self.clock, self.policy.write_seconds, self.shell.write(told))
                self._make_room()
        except Exception as error:  # noqa: BLE001 - a server may raise what it likes
            self._give_up(error)
        finally:
            self._flushing, self.is_idle = None, self._closing is None
            self._make_room()

    def _make_room(self) -> None:
        if self._room is not None and not self._room.done() and not self._outbox.is_half_full:
            self._room.set_result(None)

    async def _close(self, code: CloseCode) -> None:
        try:
            await within(self.clock, self.policy.write_seconds, self._end(code))
        except Exception as error:  # noqa: BLE001 - a server may raise what it likes
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        """End the connection because of *error*, and raise it for the loop to report unless it was to be expected."""
        self._outbox.clear()
        self.shell.abort()
        if not isinstance(error, ConnectionError | DeadlineExceededError):
            raise error

    async def _end(self, code: CloseCode) -> None:
        if self._flushing is not None:
            await asyncio.wait((self._flushing,))
        await self.shell.close(code)
