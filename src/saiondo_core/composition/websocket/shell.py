"""What carries out what a client machine asks for."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine

from attrs import define, field

from saiondo_core.composition.jobs import Runner
from saiondo_core.composition.reports import Report
from saiondo_core.composition.websocket.line import Line
from saiondo_core.kernel.concurrency import within
from saiondo_core.kernel.errors import DeadlineExceededError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import Clock
from saiondo_core.realtime.client import ClientMachine
from saiondo_core.realtime.client_effects import (
    Close,
    Connect,
    Deliver,
    Effect,
    Effects,
    GetToken,
    Missed,
    Settled,
    Transmit,
)
from saiondo_core.realtime.client_effects import Report as StatusReport
from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.errors import ConnectionLostError
from saiondo_core.realtime.frames import Data, Frame
from saiondo_core.realtime.ports import ClientConnector, ClientSocket
from saiondo_core.realtime.replies import Welcome
from saiondo_core.realtime.requests import Broadcast, Typing
from saiondo_core.wire.errors import DecodeError
from saiondo_core.wire.frames import decode_reply, encode_frame

_REST = 3_600.0

_PASSING_MOST = 100
"""How many frames may wait to be sent before what passes by is passed over."""


@define(eq=False, repr=False, kw_only=True)
class ClientShell:
    """One user's client: its machine, its connection, and its tasks, of which none is left after `end`.

    Attributes:
        get_token: Gives the next token, None where there is none to be had; whatever it raises is passing.
        hear: Told, in order, of what the machine tells. It does not wait.
        fail: Told of what failed and stopped nothing.
        sent: How many frames were sent.
        received: How many came in.
        attempts: How often it has tried to connect.
        welcome: What the server said to the present connection.
    """

    user_id: UserId
    machine: ClientMachine
    connector: ClientConnector
    clock: Clock
    patience: float
    report: Report
    get_token: Callable[[], Coroutine[object, object, str | None]]
    hear: Callable[[Deliver | Missed | Settled | StatusReport], None]
    fail: Callable[[Exception], None]
    sent: int = field(default=0, init=False)
    received: int = field(default=0, init=False)
    attempts: int = field(default=0, init=False)
    welcome: Welcome | None = field(default=None, init=False)
    _line: Line | None = field(default=None, init=False)
    _trying: "asyncio.Task[None] | None" = field(default=None, init=False)
    _tasks: "set[asyncio.Task[None]]" = field(factory=set["asyncio.Task[None]"], init=False)
    _effects: deque[Effect] = field(factory=deque[Effect], init=False)
    _is_doing: bool = field(default=False, init=False)
    _runner: Runner = field(init=False)
    _alarm: float = field(default=0.0, init=False)

    def __attrs_post_init__(self) -> None:
        """Watch over the time."""
        self._runner = Runner(self, self.clock, self.report)
        self._runner.start()

    @property
    def now(self) -> float:
        """The present moment, as the machine counts."""
        return self.clock.monotonic()

    async def end(self, asker: "asyncio.Task[object] | None") -> None:
        """Return once every connection is closed, and no task is left but *asker*."""
        await self._runner.stop(self.patience)
        while tasks := self._tasks - {asker}:
            await asyncio.wait(tasks)

    async def step(self) -> float:
        """Do what is due, and say for how long nothing will be: see `Job.step`."""
        now = self.now
        self._alarm = now  # What is done now needs no waking.
        self.do(self.machine.ticked(now))
        due = self.machine.due
        self._alarm = now + _REST if due is None else max(now, due)
        return self._alarm - now

    def do(self, effects: Effects) -> None:
        """Carry out *effects*, after all those of earlier calls."""
        self._effects.extend(effects)
        if not self._is_doing:
            self._is_doing = True
            try:
                while self._effects:
                    self._carry_out(self._effects.popleft())
            finally:
                self._is_doing = False
        if (due := self.machine.due) is not None and due < self._alarm:
            self._runner.wake()

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case GetToken(after=after):
                self._trying = self._begin(self._authorize(after))
            case Connect(after=after):
                self._trying = self._begin(self._connect(after))
            case Close(code=code):
                self._let_go(code)
            case Transmit(frame=frame):
                self._transmit(frame)
            case told:
                self.hear(told)

    def _begin(self, work: Coroutine[object, object, None]) -> "asyncio.Task[None]":
        task = asyncio.create_task(work, name="saiondo_core connecting")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _authorize(self, after: float) -> None:
        await self.clock.sleep(after)
        try:
            token = await within(self.clock, self.patience, self.get_token())
        except Exception as error:  # noqa: BLE001 - whoever gives tokens may fail like anybody; it is asked again
            self.fail(error)
            self.do(self.machine.unauthorized())
        else:
            self.do(self.machine.authorized(token))

    async def _connect(self, after: float) -> None:
        await self.clock.sleep(after)
        self.attempts += 1
        code: int | None = None
        try:
            await self._talk(await self._dialled())
        except DeadlineExceededError:
            pass
        except ConnectionLostError as error:
            code = error.close_code
        except DecodeError as error:
            self.fail(error)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong with a connection costs it, and nothing else
            self.fail(error)
        if self._trying is asyncio.current_task():
            self._let_go(CloseCode.INTERNAL)
            self.do(self.machine.lost(code, self.now))

    async def _dialled(self) -> Line:
        made = list[ClientSocket]()

        async def dial() -> None:
            made.append(await self.connector.connect())

        try:
            await within(self.clock, self.patience, dial())
        except BaseException:
            for socket in made:
                socket.abort()
            raise
        return Line(socket=made[0], clock=self.clock, patience=self.patience)

    async def _talk(self, line: Line) -> None:
        self._line = line
        self.do(self.machine.connected(self.now))
        while self._line is line:
            text = await line.socket.receive()
            self.received += 1
            frame = decode_reply(text)
            if frame is not None and isinstance(frame.data, Welcome):
                self._greet(frame, frame.data)
            self.do(self.machine.received(frame, self.now))
            await asyncio.sleep(0)  # Whoever is told much takes turns with the others.

    def _greet(self, frame: Frame[Data], welcome: Welcome) -> None:
        if frame.user_id not in {None, self.user_id}:
            # A token of somebody else's is none of one's own.
            raise ConnectionLostError(close_code=CloseCode.NOT_AUTHENTICATED)
        self.welcome = welcome

    def _transmit(self, frame: Frame[Data]) -> None:
        if self._line is None or (isinstance(frame.data, Typing | Broadcast) and len(self._line) >= _PASSING_MOST):
            return
        self.sent += 1
        self._line.put(encode_frame(frame))

    def _let_go(self, code: CloseCode) -> None:
        """Say nothing more of the connection, or of the attempt at one, and close it meanwhile."""
        line, self._line = self._line, None
        trying, self._trying = self._trying, None
        self.welcome = None
        if line is not None:
            _ = self._begin(line.close(code))
        if trying is not None and trying is not asyncio.current_task():
            trying.cancel()
