"""One connection, whatever carries it: its frames to use cases, and what its user hears to its frames."""

import asyncio

from attrs import define, evolve, field

from saiondo_core.auth.model import Principal, SessionId
from saiondo_core.channels.model import ChannelId
from saiondo_core.composition.live import Live
from saiondo_core.composition.use_cases import UseCases
from saiondo_core.gateway.answering import answer, beating, snapshot_of
from saiondo_core.gateway.handshake import Authenticator, Handshake
from saiondo_core.gateway.shell import Shell, octets_in
from saiondo_core.gateway.writer import Writer
from saiondo_core.kernel.concurrency import within
from saiondo_core.kernel.errors import AuthenticationError, NotOpenError, SaiondoError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.rights import valid_user_id
from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.errors import InternalError
from saiondo_core.realtime.frames import Data, Frame
from saiondo_core.realtime.listening import Listener, Told
from saiondo_core.realtime.model import ChannelSnapshot, EndReason
from saiondo_core.realtime.real_time_chat import RealTimeChatUseCase
from saiondo_core.realtime.replies import Left
from saiondo_core.realtime.server import Authenticate, Beat, Close, Do, Effect, Reply, ServerSession, failure_of
from saiondo_core.wire.errors import DecodeError
from saiondo_core.wire.frames import decode_request, request_id


@define(eq=False, kw_only=True)
class Connection(Listener):
    """One client. Its requests are done one after the other, and none while too much waits for it to be read."""

    use_cases: UseCases
    live: Live
    authenticate: Authenticator
    handshake: Handshake
    shell: Shell
    _session: ServerSession = field(init=False)
    _writer: Writer = field(init=False)
    _user_id: UserId | None = field(default=None, init=False)
    _session_id: SessionId | None = field(default=None, init=False)
    _chat: RealTimeChatUseCase | None = field(default=None, init=False)
    _request_id: str | None = field(default=None, init=False)
    _owed: int = field(default=0, init=False)
    _is_busy: bool = field(default=True, init=False)
    _is_draining: bool = field(default=False, init=False)
    _is_given_up: bool = field(default=False, init=False)
    _task: "asyncio.Task[object] | None" = field(default=None, init=False)
    _ended: asyncio.Event = field(factory=asyncio.Event, init=False)

    def __attrs_post_init__(self) -> None:
        """Begin with nothing said."""
        policy, clock = self.live.policy, self.live.clock
        self._session = ServerSession(id=self.live.ids.new(), policy=policy, opened_at=clock.monotonic())
        self._writer = Writer(self.shell, policy, clock)

    @property
    def id(self) -> str:
        """See `Listener.id`."""
        return self._session.id

    @property
    def user_id(self) -> UserId:
        """See `Listener.user_id`; empty before it is known."""
        return UserId("") if self._user_id is None else self._user_id

    @property
    def session_id(self) -> SessionId | None:
        """See `Listener.session_id`."""
        return self._session_id

    async def run(self) -> None:
        """Serve the client until the connection ends."""
        self._task = task = asyncio.current_task()
        try:
            await self._serve()
        except asyncio.CancelledError:
            if task is None or not self._is_given_up or task.uncancel():
                raise
        except Exception as error:  # noqa: BLE001 - whatever goes wrong ends this connection, and no other
            self._report(error)
            self._writer.close(CloseCode.INTERNAL)
        finally:
            try:
                await self._writer.closed()
            finally:
                if self._user_id is not None:
                    self.live.attending.disconnect(self)
                self._writer.cancel()
                self._ended.set()

    async def drain(self) -> None:
        """Let the request under way be done and answered, then close: the client is to come back elsewhere."""
        self._is_draining = True
        if not self._is_busy:
            self._writer.close(CloseCode.RESTARTING)
        await self._ended.wait()

    def give_up(self) -> None:
        """End at once, even what the client has asked for: it was told nothing of that, and asks again."""
        self._is_given_up = True
        self.shell.abort()
        if self._is_busy and self._task is not None:
            self._task.cancel()

    def tick(self, now: float) -> None:
        """Do what is due at *now*, a moment of the clock's `monotonic`."""
        self._writer.tick(now)
        if not self._is_busy:
            self._perform(self._session.ticked(now))

    def fail(self, error: Exception) -> None:
        """End at once because of *error*, and tell the host of the first one."""
        if not self._is_given_up:
            self._report(error)
            self.give_up()

    def joined(self, snapshot: ChannelSnapshot) -> None:
        """See `Listener.joined`."""
        # What was missed is bounded by itself, and the client has asked for it.
        self._owed = self.live.policy.recover_most
        self._say(snapshot_of(snapshot), id=self._request_id, channel_id=snapshot.channel.id)

    def tell(self, told: Told) -> None:
        """See `Listener.tell`."""
        try:
            if not self._owed and told.text is not None and self._writer.is_idle and self.shell.write_now(told):
                return  # The short way, which nearly all go, a thousand times for a message.
            self._writer.put(told, is_owed=self._owed > 0)
        except Exception as error:  # noqa: BLE001 - whatever is wrong here, all others are told
            self.fail(error)
        self._owed = max(0, self._owed - 1)

    def dropped(self, channel_id: ChannelId, reason: EndReason) -> None:
        """See `Listener.dropped`."""
        self._say(Left(reason=reason), channel_id=channel_id)

    def end(self) -> None:
        """See `Listener.end`."""
        self._perform(self._session.ended())

    async def _serve(self) -> None:
        await self._identify(self.handshake)
        self._rest()
        async for message in self.shell.frames():
            if self._writer.is_closing:
                continue  # Its own goodbye comes behind all that it has said by then.
            self._is_busy = True
            await self._writer.room()
            if not self._writer.is_closing:
                await self._take(message)
            self._rest()
            await asyncio.sleep(0)  # Whoever says much at once takes turns with the others.

    def _rest(self) -> None:
        """Be between two requests."""
        self._is_busy = False
        if self._is_draining:
            self._writer.close(CloseCode.RESTARTING)

    async def _take(self, message: str | bytes) -> None:
        now = self.live.clock.monotonic()
        if isinstance(message, bytes):
            self._writer.close(CloseCode.UNSUPPORTED)
            return
        if octets_in(message) > self.live.policy.frame_octets:
            self._writer.close(CloseCode.TOO_BIG)
            return
        try:
            frame = decode_request(message, most=self.live.policy.frame_octets)
        except DecodeError as error:
            self._perform(self._session.malformed(error, now, request_id(message)))
            return
        for effect in self._session.received(frame, now):
            match effect:
                case Authenticate():
                    await self._identify(evolve(self.handshake, token=effect.token), effect.id)
                case Do():
                    await self._do(effect.request)
                case _:
                    self._perform((effect,))

    async def _identify(self, handshake: Handshake, id: str | None = None) -> None:
        try:
            who = await within(self.live.clock, self.live.policy.auth_seconds, self.authenticate(handshake))
            if who is None and handshake.token is None:
                return
            await self._welcome(who, id)
        except Exception as error:  # noqa: BLE001 - a host's own code may raise anything; nobody gets in by that
            self._perform(self._session.refused(self._known(error), id))

    async def _welcome(self, who: Principal | UserId | None, id: str | None) -> None:
        """Let the client in as *who*, unless the host's own code named nobody, or somebody who cannot be."""
        if who is None:
            raise AuthenticationError
        user_id = who.user_id if isinstance(who, Principal) else valid_user_id(who)
        welcome = self._session.welcomed(user_id, id)
        if not welcome:
            return
        self._user_id, self._session_id = user_id, who.session_id if isinstance(who, Principal) else None
        self._perform(welcome)
        await within(self.live.clock, self.live.policy.auth_seconds, self.live.attending.connect(self))

    async def _do(self, request: Frame[Data]) -> None:
        if self._chat is None:
            self._chat = self.use_cases.as_user(self.user_id).real_time
        self._request_id = request.id
        policy = self.live.policy
        patience = policy.heartbeat_seconds + policy.answer_seconds  # After that, its client is gone.
        try:
            data = await within(self.live.clock, patience, answer(self._chat, self, request))
        except NotOpenError:
            self._writer.close(CloseCode.RESTARTING)
            return
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is the answer to this request, and ends no other
            data = failure_of(self._known(error))
        self._owed = 0
        if data is not None:
            self._say(data, id=request.id, channel_id=request.channel_id)

    def _report(self, error: Exception) -> None:
        self.live.report("connection_failed", connection_id=self.id, error=type(error).__name__)

    def _known(self, error: Exception) -> SaiondoError:
        """*error* as a client may see it."""
        if isinstance(error, SaiondoError):
            return error
        self._report(error)
        return InternalError()

    def _perform(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            match effect:
                case Reply():
                    self._say(effect.data, id=effect.id, channel_id=effect.channel_id)
                case Beat():
                    subscriptions = self.live.attending.hub.place_of(self).subscriptions
                    self._say(beating(effect, subscriptions.values()), id=effect.id)
                case Close():
                    self._writer.close(effect.code)
                case Authenticate() | Do():
                    raise TypeError("this takes time")

    def _say(self, data: Data, *, id: str | None = None, channel_id: ChannelId | None = None) -> None:
        now, whose = self.live.clock.now(), self._user_id
        frame = Frame(type=data.type, id=id, data=data, timestamp=now, user_id=whose, channel_id=channel_id)
        self._writer.put(Told(frame), is_owed=True)
