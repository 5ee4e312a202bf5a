"""A hub over memory stores whose log tells of what it records, and listeners that write down what they hear."""

import asyncio
from abc import abstractmethod
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import ClassVar, Protocol, TypeVar, cast

from attrs import Factory, define, evolve, field, frozen

from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.adapters.memory.presence import MemoryPresence
from saiondo_core.adapters.memory.rooms import Rooms
from saiondo_core.auth.model import SessionId
from saiondo_core.channels.model import ChannelId
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.composition.jobs import Runner
from saiondo_core.kernel.decisions import Actor, PermissionDecision, Reason
from saiondo_core.kernel.errors import UnavailableError
from saiondo_core.kernel.events import Event, Head, Recorded
from saiondo_core.kernel.gates import Gate
from saiondo_core.kernel.ids import RoleId, UserId
from saiondo_core.kernel.policies import Policy
from saiondo_core.kernel.ports import EventLog
from saiondo_core.messages.events import MessageSent
from saiondo_core.messages.model import MessageId
from saiondo_core.realtime.announcing import note_of
from saiondo_core.realtime.feed import stream_of
from saiondo_core.realtime.hub import Hub
from saiondo_core.realtime.joining import Joining
from saiondo_core.realtime.judging import Judging
from saiondo_core.realtime.listening import Told
from saiondo_core.realtime.model import ChannelSnapshot, EndReason, RealTimePolicy, head_of
from saiondo_core.realtime.notes import Note
from saiondo_core.realtime.ports import PresenceStore
from saiondo_core.realtime.replies import GapFound, Happened
from saiondo_core.realtime.subscriptions import Subscription
from saiondo_core.testing.schedules import AtMoment, interleaved
from tests.composition.histories import unreported
from tests.messages.house import TEAM, House
from tests.realtime.pasts import Past, past_of, set_back

P = TypeVar("P")


@define(eq=False)
class TalkingLog(MemoryLog):
    """A memory log that tells of each event it records, and can forget its beginning.

    Attributes:
        heard: Called with each recorded event.
        headless: The stream whose head cannot be read at present.
        illegible: The stream whose events cannot.
        trimmed: Up to which offset every stream is forgotten.
    """

    heard: Callable[[Recorded], None] = field(default=lambda _: None, kw_only=True)
    trimmed: int = field(default=0, kw_only=True)
    headless: str = field(default="", kw_only=True)
    illegible: str = field(default="", kw_only=True)

    def record(self, events: tuple[Event, ...], *, sequence: int | None = None) -> None:
        """See `MemoryLog.record`."""
        for event in events:
            super().record((event,), sequence=sequence)
            sequence = None
            self.heard(self._streams[event.stream][-1])

    async def stream(self, *, stream: str, after: int, limit: int) -> tuple[Recorded, ...]:
        """See `EventLog.stream`."""
        if stream == self.illegible:
            raise UnavailableError(outcome_unknown=False)
        return await super().stream(stream=stream, after=max(after, self.trimmed), limit=limit)

    async def head(self, *, stream: str) -> Head:
        """See `EventLog.head`."""
        if stream == self.headless:
            raise UnavailableError(outcome_unknown=False)
        return await super().head(stream=stream)


@define(eq=False)
class Ear:
    """A listener that writes down all it is told, in order."""

    local: ClassVar[bool] = True
    user_id: UserId
    id: str = Factory(lambda ear: f"ear of {ear.user_id}", takes_self=True)
    session_id: SessionId | None = None
    heard: list[ChannelSnapshot | Told | tuple[ChannelId, EndReason]] = field(
        factory=list[ChannelSnapshot | Told | tuple[ChannelId, EndReason]], init=False
    )
    ends: int = field(default=0, init=False)

    def joined(self, snapshot: ChannelSnapshot) -> None:
        """See `Listener`."""
        self.heard.append(snapshot)

    def tell(self, told: Told) -> None:
        """See `Listener`."""
        self.heard.append(told)

    def dropped(self, channel_id: ChannelId, reason: EndReason) -> None:
        """See `Listener`."""
        self.heard.append((channel_id, reason))

    def end(self) -> None:
        """See `Listener`."""
        self.ends += 1

    def story(self, channel_id: ChannelId = TEAM) -> list[ChannelSnapshot | GapFound | Happened | EndReason]:
        """What it heard of that channel's log."""
        story = list[ChannelSnapshot | GapFound | Happened | EndReason]()
        for each in self.heard:
            match each:
                case ChannelSnapshot():
                    story += [each] if each.channel.id == channel_id else []
                case Told():
                    data = each.frame.data
                    if each.frame.channel_id == channel_id and isinstance(data, GapFound | Happened):
                        story.append(data)
                case (channel, reason):
                    story += [reason] if channel == channel_id else []
        return story

    def events(self, channel_id: ChannelId = TEAM) -> list[Happened]:
        """The events it heard, each of which must follow the snapshot, gap or event before it: none lost or doubled."""
        events, last = list[Happened](), -1
        for each in self.story(channel_id):
            match each:
                case ChannelSnapshot() | GapFound():
                    last = each.head
                    assert last == head_of(each.cursor).offset
                case Happened():
                    assert last + 1 == each.offset, f"{self.id} was told {each.offset} after {last}"
                    last = each.offset
                    events.append(each)
                case EndReason():
                    last = -2  # Nothing follows.
        return events

    def offsets(self, channel_id: ChannelId = TEAM) -> list[int]:
        """Their offsets."""
        return [event.offset for event in self.events(channel_id)]

    def texts(self, channel_id: ChannelId = TEAM) -> list[str]:
        """What the messages said that it was told of as sent."""
        return [each.message.content for each in self.events(channel_id) if each.message and is_sent(each)]

    def gaps(self, channel_id: ChannelId = TEAM) -> list[GapFound]:
        """The gaps that it was told of."""
        return [each for each in self.story(channel_id) if isinstance(each, GapFound)]

    def snapshot(self, channel_id: ChannelId = TEAM) -> ChannelSnapshot:
        """The last that it was given."""
        return [each for each in self.story(channel_id) if isinstance(each, ChannelSnapshot)][-1]

    def end_reasons(self, channel_id: ChannelId = TEAM) -> list[EndReason]:
        """Why it was told nothing more."""
        return [each for each in self.story(channel_id) if isinstance(each, EndReason)]


def is_sent(happened: Happened) -> bool:
    """Whether it tells of a message that was sent."""
    return happened.action == "message.sent"


class Around(Protocol):
    """What is put around each port of a hub."""

    @abstractmethod
    def __call__(self, port: P, /) -> P:
        """*port*, with that around it."""


@define(eq=False, kw_only=True)
class Stage:
    """A house with a hub in it, which hears of everything at once, unless another bus is put in between.

    Attributes:
        random: Draws how many turns each read of the hub takes; without it, none.
        carry: Takes each note to the hub.
    """

    random: Random | None = None
    policy: RealTimePolicy = field(factory=RealTimePolicy)
    log: TalkingLog = field(factory=TalkingLog)
    house: House = Factory(lambda stage: House(rooms=Rooms(log=stage.log)), takes_self=True)
    presence: MemoryPresence = field(factory=MemoryPresence)
    online: PresenceStore = Factory(lambda stage: stage.presence, takes_self=True)
    hub: Hub = Factory(lambda stage: stage.another_hub(), takes_self=True)
    carry: Callable[[Note], None] = Factory(lambda stage: stage.hub.hear, takes_self=True)

    def __attrs_post_init__(self) -> None:
        """Let the log be heard."""
        self.log.heard = self._announce

    def another_hub(self) -> Hub:
        """A hub of the same house; what it reads takes a random number of turns where chance was asked for."""
        house, random = self.house, self.random

        def swaying(port: P) -> P:
            return port if random is None else interleaved(port, random)

        hub = Hub(
            acting=house.acting(None),
            channels=house.channels,
            messages=house.messages,
            rights=house.roles.log,
            policy=self.policy,
        )
        self._surround(hub, swaying)
        return hub

    def punctuate(self, moment: AtMoment) -> None:
        """From now on, let each call that the hub makes of a port, of the log and of the gate be two moments."""
        self._surround(self.hub, moment.around)
        self.online = moment.around(self.presence)

    def _surround(self, hub: Hub, around: Around) -> None:
        house = self.house
        hub.acting = evolve(house.acting(None), gate=around(house.gate))
        hub.channels = cast("ChannelRepository", _WithLog(around(house.channels), around(self.log)))
        hub.messages = around(house.messages)

    @property
    def joining(self) -> Joining:
        """How one begins to listen."""
        return Joining(hub=self.hub, presence=self.online)

    def subscription(self, ear: Ear, channel_id: ChannelId = TEAM) -> Subscription:
        """A subscription of *ear*, who is connected, that has not begun."""
        self.hub.connect(ear)
        return Subscription(channel_id=channel_id, listener=ear, actor=Actor(id=ear.user_id))

    async def join(self, ear: Ear, channel_id: ChannelId = TEAM, *, since: str | None = None) -> ChannelSnapshot:
        """Let *ear* hear of the channel."""
        snapshot, _ = await self.joining.join(self.subscription(ear, channel_id), since)
        return snapshot

    async def ears(self, *user_ids: UserId) -> tuple[Ear, ...]:
        """A listener of each, who hears of the team."""
        ears = tuple(map(Ear, user_ids))
        for ear in ears:
            await self.join(ear)
        return ears

    async def say(self, sender: UserId, *texts: str, channel_id: ChannelId = TEAM) -> None:
        """Have *sender* say all of that."""
        for text in texts:
            await self.house.of(sender).send(channel_id=channel_id, content=text)

    async def settle(self) -> None:
        """Let the hub do all there is to do at this moment."""
        while 0 in (*await self.work(), await self.hub.judge()):
            pass

    async def work(self) -> tuple[float, float]:
        """Let the hub tell, and judge at the same time."""
        return await asyncio.gather(self.hub.step(), self.hub.judge())

    def run(self) -> tuple[Runner, ...]:
        """Let the hub do all there is to do from now on, as soon as it is there."""
        jobs = self.hub, Judging(self.hub)
        runners = tuple(Runner(job, self.house.clock, unreported) for job in jobs)

        def wake() -> None:
            for runner in runners:
                runner.wake()

        self.hub.wake = wake
        for runner in runners:
            runner.start()
        return runners

    async def pass_time(self, seconds: float = 10) -> None:
        """Let that time pass, until the next comparison of heads, and the hub do what it then has to."""
        await self.house.clock.advance(seconds)
        await self.settle()

    async def log_of(self, channel_id: ChannelId = TEAM) -> Sequence[Recorded]:
        """All that happened there."""
        return await MemoryLog.stream(self.log, stream=stream_of(channel_id), after=0, limit=1_000_000)

    def backup(self) -> Past:
        """What the stores hold now."""
        return past_of(self.house.rooms)

    def set_back(self, past: Past) -> None:
        """Let the stores hold what they held then, under the same epoch; whoever reads them notices nothing."""
        set_back(self.house.rooms, past)

    def begin_anew(self) -> None:
        """Let the log have another epoch, as if it had been restored elsewhere."""
        setattr(self.log, "_epoch", "another")  # noqa: B010 - its own affair, and set from outside for once.

    def _announce(self, recorded: Recorded) -> None:
        note = note_of(recorded)
        if note is not None:
            self.carry(note)


@frozen
class _WithLog:
    """A store that is read through another log than its own."""

    _port: object
    log: EventLog

    def __getattr__(self, name: str) -> object:
        found: object = getattr(self._port, name)
        return found


@define(eq=False)
class Wards(Gate):
    """Lets everybody do everything, but for some, of whom it cannot decide, or decides that they may nothing.

    Attributes:
        broken: For whom it raises.
        endless: For whom it comes to no end.
        barred: Whom it refuses.
        asked: How often it was asked about each.
        afterwards: What happens between each decision and whoever hears of it.
    """

    broken: set[UserId] = field(factory=set[UserId])
    endless: set[UserId] = field(factory=set[UserId])
    barred: set[UserId] = field(factory=set[UserId])
    asked: Counter[UserId] = field(factory=Counter[UserId])
    afterwards: Callable[[], Awaitable[None]] | None = None

    async def decide(
        self, *, actor: Actor, policy: Policy, roles: tuple[RoleId, ...], scope: str | None, own: bool
    ) -> PermissionDecision:
        """See `Gate`."""
        del policy, roles, scope, own
        self.asked[actor.id] += 1
        if actor.id in self.broken:
            raise RuntimeError("no decision today")
        if actor.id in self.endless:
            await asyncio.Event().wait()
        decision = PermissionDecision(allowed=actor.id not in self.barred, reason=Reason.ROLE)
        if self.afterwards is not None:
            await self.afterwards()
        return decision


def said_in(log: Sequence[Recorded]) -> set[MessageId]:
    """The messages that were sent there."""
    return {recorded.event.message_id for recorded in log if isinstance(recorded.event, MessageSent)}


def check_pasts(ear: Ear, *pasts: Sequence[Recorded], channel_id: ChannelId = TEAM) -> None:
    """Hold what *ear* was told to one past at a time, with a gap in between, and to the last of *pasts* at the end."""
    ids = [[recorded.event.stamp.id for recorded in past] for past in pasts]
    segments = list[list[tuple[int, str | None]]]()
    for each in ear.story(channel_id):
        match each:
            case ChannelSnapshot() | GapFound():
                start = head_of(each.cursor)
                segments.append([(start.offset, start.event_id)])
                if isinstance(each, ChannelSnapshot):
                    heard = [there[: start.offset] for there in pasts if len(there) >= start.offset]
                    shown = {message.id for message in each.recent_messages}
                    assert any(
                        there[-1].event.stamp.id == start.event_id and shown <= said_in(there) for there in heard
                    )
            case Happened():
                segments[-1].append((each.offset, each.event_id))
            case EndReason():
                segments.append([])
    for segment in segments:
        assert any(all(there[offset - 1 : offset] == [event_id] for offset, event_id in segment) for there in ids)
    present = ids[-1]
    if segments[-1]:
        assert present[segments[-1][0][0] - 1 :] == [event_id for _, event_id in segments[-1]]


@define(eq=False)
class Rumours:
    """A bus that drops, doubles and delays notes: each as often as `share` says.

    Attributes:
        late: What was held back, to be told in any order.
    """

    hear: Callable[[Note], None]
    random: Random
    share: float = 0.1
    late: list[Note] = field(factory=list[Note], init=False)

    def __call__(self, note: Note) -> None:
        """Carry *note*, or lose it, or carry it twice, or later."""
        fate = self.random.random()
        if fate < self.share:
            return
        if fate < 2 * self.share:
            self.late.append(note)
            return
        for _ in range(2 if fate < 3 * self.share else 1):
            self.hear(note)
        if self.late and self.random.random() < 0.5:
            self.hear(self.late.pop(self.random.randrange(len(self.late))))

    def end(self) -> None:
        """Tell what was held back."""
        self.random.shuffle(self.late)
        while self.late:
            self.hear(self.late.pop())
