"""One user's client."""

import asyncio
from collections.abc import Coroutine
from collections.abc import Set as AbstractSet
from datetime import datetime

from attrs import define, field

from saiondo_core.channels.model import ChannelId
from saiondo_core.composition.websocket.asking import Asking, check, raise_if_refused
from saiondo_core.composition.websocket.handlers import Ears
from saiondo_core.composition.websocket.shell import ClientShell
from saiondo_core.composition.websocket.telling import Telling
from saiondo_core.composition.websocket.tools import ClientTools
from saiondo_core.kernel.concurrency import within
from saiondo_core.kernel.errors import DeadlineExceededError
from saiondo_core.kernel.ids import UserId
from saiondo_core.realtime.client import ClientMachine
from saiondo_core.realtime.client_effects import ConnectionStatus, Deliver, Missed, Report, Settled
from saiondo_core.realtime.client_requests import Lasting
from saiondo_core.realtime.client_told import (
    ConnectionInfo,
    TokenSource,
    WebSocketEvent,
    WebSocketEventType,
    WebSocketStats,
    told_of,
)
from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.errors import ConnectionLostError, NotConnectedError
from saiondo_core.realtime.model import Cursor
from saiondo_core.realtime.replies import Ack, Snapshot
from saiondo_core.realtime.requests import Broadcast, Typing

ENDED = frozenset({ConnectionStatus.DISCONNECTED, ConnectionStatus.CLOSED})


@define(eq=False, repr=False, kw_only=True)
class Client:
    """One user's connection, over as many sockets as it takes, with all that they say and hear."""

    user_id: UserId
    tools: ClientTools
    ears: Ears
    _machine: ClientMachine = field(init=False)
    _shell: ClientShell = field(init=False)
    _telling: Telling = field(init=False)
    _asking: Asking = field(init=False)
    _token: TokenSource | None = field(default=None, init=False)
    _ending: Report | None = field(default=None, init=False)
    _connected_at: datetime | None = field(default=None, init=False)
    _connections: int = field(default=0, init=False)
    _gaps: int = field(default=0, init=False)
    _errors: int = field(default=0, init=False)
    _turns: "dict[asyncio.Future[Report], AbstractSet[ConnectionStatus]]" = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        """Put its parts together."""
        tools, settings = self.tools, self.tools.settings
        self._machine = ClientMachine(settings.policy, tools.random)
        self._asking = Asking(settings.unsent_most)
        self._telling = Telling(
            user_id=self.user_id,
            tools=tools,
            ears=self.ears,
            hold=lambda channel_id: self._shell.do(self._machine.hold(channel_id)),
            release=lambda channel_id: self._shell.do(self._machine.release(channel_id, self._shell.now)),
            fail=self._fail,
            note=self._note,
        )
        self._shell = ClientShell(
            user_id=self.user_id,
            machine=self._machine,
            connector=tools.connector,
            clock=tools.clock,
            patience=settings.answer_seconds,
            report=tools.report,
            get_token=self._get_token,
            hear=self._hear,
            fail=self._fail,
        )

    @property
    def status(self) -> ConnectionStatus:
        """How it stands to its server."""
        return self._machine.status

    @property
    def info(self) -> ConnectionInfo:
        """Its connection, as it is at the moment."""
        welcome = self._shell.welcome
        return ConnectionInfo(
            user_id=self.user_id,
            status=self.status,
            connection_id=None if welcome is None else welcome.connection_id,
            connected_at=self._connected_at,
            channels=self._machine.cursors,
        )

    @property
    def stats(self) -> WebSocketStats:
        """What it has counted."""
        return WebSocketStats(
            connections=self._connections,
            attempts=self._shell.attempts,
            frames_sent=self._shell.sent,
            frames_received=self._shell.received,
            acknowledged=self._asking.acknowledged,
            refused=self._asking.refused,
            told=self._telling.told,
            gaps=self._gaps,
            passed_over=self._telling.passed_over,
            errors=self._errors,
            waiting=len(self._asking),
            untold=self._telling.untold,
        )

    async def connect(self, token: TokenSource) -> bool:
        """See `WebSocketUseCase.connect`."""
        self._token = token
        if self.status is ConnectionStatus.CONNECTED:
            return True
        turning = self._turned_to({ConnectionStatus.CONNECTED, *ENDED})
        self._shell.do(self._machine.connect())
        try:
            report = await within(self.tools.clock, self.tools.settings.connect_seconds, turning)
        except DeadlineExceededError:
            return False
        raise_if_refused(report)
        return report.status is ConnectionStatus.CONNECTED

    def disconnect(self) -> Coroutine[object, object, None]:
        """End it, and give what waits until nothing is at work for it but whoever asks for that."""
        self._telling.hush()
        self._shell.do(self._machine.disconnect())
        self._asking.ended(ConnectionLostError(close_code=CloseCode.NORMAL))
        return self._be_done(asyncio.current_task())

    async def ended(self) -> Report:
        """How it ends, once it does."""
        return self._ending or await self._turned_to(ENDED)

    async def send(self, channel_id: ChannelId, data: Lasting) -> Ack:
        """Say *data* once all before it is answered, and wait for the answer."""
        self._check_alive()
        check(data, channel_id)
        answer = self._asking.answer(data)
        self._shell.do(self._machine.send(channel_id, data, self._shell.now))
        return await answer

    def pass_on(self, channel_id: ChannelId, data: Typing | Broadcast) -> None:
        """Say *data* now, or never."""
        self._check_alive()
        check(data, channel_id)
        self._shell.do(self._machine.pass_on(channel_id, data))

    async def join(self, channel_id: ChannelId, since: Cursor | None) -> Snapshot:
        """Follow a channel, and wait until one does."""
        self._check_alive()
        if since is None and (channel_id not in self._machine.cursors or self._telling.is_unfinished(channel_id)):
            since = (await self.tools.cursors.cursors(user_id=self.user_id)).get(channel_id)
        if since is not None:  # What waits to be told comes again: nothing is told beside it.
            self._shell.do(self._machine.leave(channel_id))
            await self._telling.leave(channel_id)
        self._check_alive()
        snapshot = self._asking.snapshot(channel_id)
        self._shell.do(self._machine.join(channel_id, self._shell.now, since))
        return await asyncio.shield(snapshot)

    async def leave(self, channel_id: ChannelId) -> None:
        """Follow a channel no more, and forget how far one has got."""
        self._check_alive()
        self._shell.do(self._machine.leave(channel_id))
        self._asking.left(channel_id, NotConnectedError())
        await self._telling.leave(channel_id)
        await self.tools.cursors.forget(user_id=self.user_id, channel_id=channel_id)

    async def _be_done(self, asker: "asyncio.Task[object] | None") -> None:
        await self._shell.end(asker)
        await self._telling.end(asker)

    def _check_alive(self) -> None:
        if self.status in ENDED:
            raise NotConnectedError

    def _turned_to(self, statuses: AbstractSet[ConnectionStatus]) -> "asyncio.Future[Report]":
        """The next report of one of *statuses*."""
        turning = asyncio.get_running_loop().create_future()
        self._turns[turning] = statuses
        turning.add_done_callback(lambda _: self._turns.pop(turning))
        return turning

    async def _get_token(self) -> str | None:
        if isinstance(self._token, str):
            token, self._token = self._token, None  # A text is no new one the second time.
            return token
        return None if self._token is None else await self._token()

    def _hear(self, effect: Deliver | Missed | Settled | Report) -> None:
        match effect:
            case Settled():
                if (error := self._asking.settled(effect)) is not None:
                    self._fail(error)
            case Report():
                self._turned(effect)
            case Missed(channel_id=channel_id):
                self._gaps += 1
                self._telling.heard(told_of(self.user_id, channel_id, effect))
            case Deliver(frame=frame) if frame.channel_id is not None:
                if isinstance(frame.data, Snapshot):
                    self._asking.joined(frame.channel_id, frame.data)
                self._telling.heard(told_of(self.user_id, frame.channel_id, effect))
            case Deliver():
                pass  # Whatever passes by belongs to a channel.

    def _turned(self, report: Report) -> None:
        is_connected = report.status is ConnectionStatus.CONNECTED
        self._connections += is_connected
        self._connected_at = self.tools.clock.now() if is_connected else None
        self._ending = report if report.status in ENDED else None
        if self._ending is not None:
            self._asking.ended(ConnectionLostError(close_code=report.code))
        for turning, statuses in self._turns.items():
            if report.status in statuses and not turning.done():
                turning.set_result(report)
        kind = WebSocketEventType.CLOSE if self._ending else WebSocketEventType(report.status.value)
        self._tell(kind, report=report)

    def _fail(self, error: Exception) -> None:
        self._note(error)
        self._tell(WebSocketEventType.ERROR, error=error)

    def _note(self, error: Exception) -> None:
        self._errors += 1
        self.tools.report("web_socket_failed", user_id=self.user_id, error=type(error).__name__)

    def _tell(self, kind: WebSocketEventType, *, report: Report | None = None, error: Exception | None = None) -> None:
        self._telling.happened(
            WebSocketEvent(
                type=kind,
                user_id=self.user_id,
                status=self.status,
                ending=None if report is None else report.ending,
                close_code=None if report is None else report.code,
                error=error,
            )
        )
