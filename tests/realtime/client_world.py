"""A network between client machines and a model of a server, on virtual time: each seed is one history of faults."""

from collections.abc import Callable
from heapq import heappop, heappush
from random import Random
from typing import assert_never

from attrs import define, field, frozen

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.ids import EventId
from saiondo_core.realtime.client import ClientMachine
from saiondo_core.realtime.client_effects import (
    ClientPolicy,
    Close,
    Connect,
    ConnectionStatus,
    Deliver,
    Effect,
    Effects,
    GetToken,
    Missed,
    Report,
    Settled,
    Transmit,
)
from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.frames import Data, Frame
from saiondo_core.realtime.model import GapReason
from saiondo_core.realtime.replies import Ack, Failure, Happened
from saiondo_core.realtime.requests import Say
from tests.realtime.client_frames import HALL, TALK, cursor, say
from tests.realtime.client_store import Session, Store

CHANNELS = TALK, HALL
POLICY = ClientPolicy(reconnect_interval=0.2, max_reconnect_attempts=10_000, page_events=4, waiting_events=5)


@frozen(kw_only=True)
class Faults:
    """How bad it gets: chances of each frame, and of each tenth of a second."""

    dropped: float = 0.0
    doubled: float = 0.0
    refused: float = 0.0
    reset: float = 0.0
    black_hole: float = 0.0
    restart: float = 0.0
    trim: float = 0.0
    roll_back: float = 0.0


@define(eq=False)
class Agenda:
    """What happens when."""

    now: float = field(default=0.0, init=False)
    _planned: int = field(default=0, init=False)
    _plans: list[tuple[float, int, Callable[[], None]]] = field(
        factory=list[tuple[float, int, Callable[[], None]]], init=False
    )

    def at(self, moment: float, plan: Callable[[], None]) -> None:
        """Do it at that moment, after what was planned for the same one before."""
        self._planned += 1
        heappush(self._plans, (max(moment, self.now), self._planned, plan))

    def run(self, until: float) -> None:
        """Let everything happen up to a moment."""
        while self._plans and self._plans[0][0] <= until:
            self.now, _, plan = heappop(self._plans)
            plan()
        self.now = until


@define(eq=False)
class Cable:
    """One connection: what is sent arrives in order, unless it is dropped; nothing does once it is cut."""

    world: "World"
    shell: "Shell"
    session: Session = field(init=False)
    is_cut: bool = field(default=False, init=False)
    _arrives: dict[bool, float] = field(factory=lambda: {True: 0.0, False: 0.0}, init=False)

    def __attrs_post_init__(self) -> None:
        """Let the server know."""
        self.session = Session(self._carry_down)
        self.world.store.sessions[self.session] = None

    def up(self, frame: Frame[Data]) -> None:
        """Carry a frame to the server."""
        self._carry(lambda: self.world.store.received(self.session, frame), up=True)

    def cut(self, code: int | None = None, *, silently: bool = False) -> None:
        """End it, and let the client know of it unless *silently*."""
        self.is_cut = True
        self.world.store.sessions.pop(self.session, None)
        if not silently and self.shell.cable is self:
            self.shell.lost(code)

    def _carry_down(self, frame: Frame[Data]) -> None:
        self._carry(lambda: self.shell.received(self, frame), up=False)

    def _carry(self, arrival: Callable[[], None], *, up: bool) -> None:
        random, faults, agenda = self.world.random, self.world.faults, self.world.agenda
        whole = 1 - faults.dropped - faults.doubled
        for _ in range(*random.choices((0, 1, 2), (faults.dropped, whole, faults.doubled))):
            self._arrives[up] = max(self._arrives[up], agenda.now + random.uniform(0.01, 0.1))
            agenda.at(self._arrives[up], lambda: None if self.is_cut else arrival())


@define(eq=False)
class Shell:
    """Carries out what a machine asks for, and keeps what its application was told.

    Attributes:
        heard: The event at each offset from 1, by channel; None where the application was told that it missed it.
        sent: The keys of its messages in order, by channel.
        acked: How often each was acknowledged.
    """

    name: str
    world: "World"
    machine: ClientMachine = field(init=False)
    cable: Cable | None = field(default=None, init=False)
    heard: dict[ChannelId, list[EventId | None]] = field(
        factory=lambda: {channel_id: list[EventId | None]() for channel_id in CHANNELS}, init=False
    )
    sent: dict[ChannelId, list[str]] = field(
        factory=lambda: {channel_id: list[str]() for channel_id in CHANNELS}, init=False
    )
    acked: list[str] = field(factory=list[str], init=False)
    _reported: ConnectionStatus = field(default=ConnectionStatus.DISCONNECTED, init=False)

    def __attrs_post_init__(self) -> None:
        """Connect, and follow all channels from their beginning."""
        self.machine = ClientMachine(POLICY, self.world.random.random)
        self.do(self.machine.connect())
        for channel_id in CHANNELS:
            self.do(self.machine.join(channel_id, 0.0, cursor(0)))

    def say(self) -> None:
        """Say the next message in one of the channels."""
        channel_id = self.world.random.choice(CHANNELS)
        key = f"{self.name}-{channel_id}-{len(self.sent[channel_id])}"
        self.sent[channel_id].append(key)
        self.do(self.machine.send(channel_id, say(key), self.world.agenda.now))

    def lost(self, code: int | None) -> None:
        """Tell the machine that the connection is lost."""
        self.cable = None
        self.do(self.machine.lost(code, self.world.agenda.now))

    def received(self, cable: Cable, frame: Frame[Data]) -> None:
        """Hand a frame to the machine, if it comes by the present connection."""
        if cable is self.cable:
            self.do(self.machine.received(frame, self.world.agenda.now))

    def do(self, effects: Effects) -> None:
        """Carry out *effects*, and see to it that the machine is ticked."""
        for effect in effects:
            self._carry_out(effect)
        assert self._reported is self.machine.status
        assert self.cable is not None or self.machine.status is not ConnectionStatus.CONNECTED
        if self.machine.due is not None:
            self.world.agenda.at(self.machine.due, self._tick)

    def _carry_out(self, effect: Effect) -> None:
        agenda = self.world.agenda
        match effect:
            case GetToken():
                agenda.at(agenda.now, lambda: self.do(self.machine.authorized("token")))
            case Connect(after=after):
                agenda.at(agenda.now + after, self._connect)
            case Close():
                cable, self.cable = self._present, None
                cable.cut(silently=True)
            case Transmit(frame=frame):
                self._present.up(frame)
            case Deliver(frame=frame):
                self._hear(frame)
            case Missed():
                self._miss(effect)
            case Settled(request=request, answer=answer):
                self._settle(request, answer)
            case Report(status=status):
                self._reported = status
            case _:
                assert_never(effect)

    @property
    def _present(self) -> Cable:
        assert self.cable is not None, "there is no connection"
        return self.cable

    def _tick(self) -> None:
        now = self.world.agenda.now
        if self.machine.due is not None and self.machine.due <= now:
            self.do(self.machine.ticked(now))

    def _connect(self) -> None:
        if self.world.random.random() < self.world.faults.reset:
            self.lost(None)
            return
        self.cable = Cable(self.world, self)
        self.do(self.machine.connected(self.world.agenda.now))

    def _settle(self, request: Frame[Data] | None, answer: Ack | Failure) -> None:
        assert isinstance(answer, Ack)
        assert request is not None
        assert isinstance(request.data, Say)
        self.acked.append(request.data.client_message_id)

    def _hear(self, frame: Frame[Data]) -> None:
        if isinstance(frame.data, Happened) and frame.channel_id is not None:
            heard = self.heard[frame.channel_id]
            assert len(heard) + 1 == frame.data.offset
            heard.append(frame.data.event_id)

    def _miss(self, missed: Missed) -> None:
        heard = self.heard[missed.channel_id]
        if missed.reason is GapReason.EPOCH_CHANGED:
            heard.clear()
        assert len(heard) + 1 == missed.first
        heard += [None] * (missed.last - len(heard))


@define(eq=False)
class World:
    """Three clients, a server, and the faults between them."""

    random: Random
    faults: Faults
    agenda: Agenda = field(factory=Agenda, init=False)
    store: Store = field(init=False)
    shells: tuple[Shell, ...] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Put all of it together."""
        self.store = Store(self.random, self.faults.refused)
        self.shells = tuple(Shell(name, self) for name in ("anna", "bert", "carl"))

    def rage(self, seconds: float) -> None:
        """Let everybody talk while faults happen; then let everything heal, and all come to rest."""
        for tenth in range(int(seconds * 10)):
            self.agenda.run(tenth / 10)
            self._strike()
            if self.random.random() < 0.3:
                self.random.choice(self.shells).say()
            if tenth % 250 == 249:
                self.store.beat()
        self.faults, self.store.refusals = Faults(), 0.0
        for rest in range(1, 13):
            self.agenda.run(seconds + 25.0 * rest)
            self.store.beat()
        self.agenda.run(seconds + 330.0)

    def _strike(self) -> None:
        faults, random = self.faults, self.random
        for shell in self.shells:
            if shell.cable is not None and random.random() < faults.reset:
                shell.cable.cut(random.choice((None, 1001, 1006, CloseCode.INTERNAL, CloseCode.SLOW)))
            if shell.cable is not None and random.random() < faults.black_hole:
                shell.cable.cut(silently=True)
        if random.random() < faults.restart:
            for shell in self.shells:
                if shell.cable is not None:
                    shell.cable.cut(CloseCode.RESTARTING)
        if random.random() < faults.trim:
            self.store.trim()
        if random.random() < faults.roll_back:
            self.store.roll_back()
