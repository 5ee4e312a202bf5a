"""What this process tells its connections: a feed per channel, which follows the log and is hinted at by notes."""

from collections.abc import Callable, Iterable

from attrs import Factory, define, field

from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import permitted_standing
from saiondo_core.kernel.errors import AccessDeniedError, NotFoundError
from saiondo_core.kernel.events import Head
from saiondo_core.kernel.policies import CHANNEL_READ
from saiondo_core.kernel.ports import Clock, EventLog
from saiondo_core.kernel.refusals import GateFailedError
from saiondo_core.kernel.rights import Acting
from saiondo_core.messages.ports import MessageRepository
from saiondo_core.permissions.events import ROLES
from saiondo_core.realtime.feed import Feed
from saiondo_core.realtime.model import EndReason, GapReason, RealTimePolicy
from saiondo_core.realtime.notes import AccessEnded, Advanced, Note, Passing, RightsChanged
from saiondo_core.realtime.places import Places
from saiondo_core.realtime.recovery import may_follow, read_after
from saiondo_core.realtime.subscriptions import Subscription, end_of, place_of
from saiondo_core.realtime.telling import Entry, entries_of, fenced
from saiondo_core.realtime.turns import MANY, Breath, take_turns

_BATCH = 200

_PATIENCE = 1.0
"""How long to wait before the gate is asked again that could not decide."""


@define(eq=False, kw_only=True)
class Hub(Places):
    """All feeds and listeners of one namespace in this process. A job: `step` does what notes have hinted at.

    Another job, `Judging`, judges. What is told is read from the log. A lost, doubled or late note costs time, never an
    event, for the heads of all feeds are compared with the log's every `head_check_seconds`. So is the head of what
    happens to roles, after which everybody is judged again.

    Attributes:
        rights: The log that tells of roles.
        wake: Called when there is something to do.
    """

    acting: Acting
    channels: ChannelRepository
    messages: MessageRepository
    rights: EventLog
    policy: RealTimePolicy
    wake: Callable[[], None] = field(default=lambda: None)
    # What is to be done, oldest first: rights and feeds to compare, feeds to read on, subscriptions to judge, now or in
    # a while.
    _unread: dict[str, None] = field(factory=dict[str, None], init=False)
    _unchecked: dict[Feed, None] = field(factory=dict[Feed, None], init=False)
    _behind: dict[Feed, None] = field(factory=dict[Feed, None], init=False)
    _waiting: dict[Subscription, None] = field(factory=dict[Subscription, None], init=False)
    _undecided: dict[Subscription, None] = field(factory=dict[Subscription, None], init=False)
    _rights_head: Head | None = field(default=None, init=False)
    _next_check: float = field(default=0.0, init=False)
    _next_asking: float = field(default=0.0, init=False)
    _breath: Breath = field(default=Factory(lambda hub: Breath(hub.clock), takes_self=True), init=False)

    @property
    def clock(self) -> Clock:
        """The time it goes by."""
        return self.acting.clock

    @property
    def log(self) -> EventLog:
        """What it follows."""
        return self.channels.log

    @property
    def size(self) -> int:
        """How many listeners, feeds and things to do it keeps: 0 once everybody has gone."""
        todo = self._unchecked, self._behind, self._waiting, self._undecided
        return sum(len(kept) for kept in (self._places, self._feeds, *todo))

    def settled(self, feed: Feed, subscription: Subscription) -> None:
        """See to it that *subscription*, which has begun, is told the rest."""
        if subscription.is_over:
            self.forget(subscription)
            return
        if feed.is_ahead_of(subscription):
            subscription.tear()
            self._unchecked[feed] = None  # Perhaps the log was set back, and nobody has noticed yet.
        if not subscription.is_live:
            self._await_judgement((subscription,))
        if feed.is_behind:
            self._behind[feed] = None
            self.wake()

    def hear(self, note: Note) -> None:
        """Take *note* from the bus."""
        match note:
            case Advanced():
                feed = self._feeds.get(note.channel_id)
                if feed is not None and note.offset > feed.hinted:
                    feed.hinted = note.offset
                    self._behind[feed] = None
                    self.wake()
            case Passing():
                self.pass_on(note, presence_most=self.policy.presence_most)
            case AccessEnded():
                for listener in self.listeners:
                    if listener.user_id == note.user_id and note.session_id in {None, listener.session_id}:
                        listener.end()
            case RightsChanged():
                self.doubt()
            case _:
                pass  # A newer version's.

    def doubt(self) -> None:
        """Judge all subscriptions again before they are told anything more."""
        self._undecided.clear()
        for place in self._places.values():
            for subscription in place.subscriptions.values():
                subscription.doubt()
            self._await_judgement(place.subscriptions.values())

    def forget(self, subscription: Subscription) -> None:
        """Tell *subscription* nothing more, and nothing of that."""
        feed = self._feeds.get(subscription.channel_id)
        super().forget(subscription)
        self._waiting.pop(subscription, None)
        self._undecided.pop(subscription, None)
        if feed is not None and not len(feed):
            self._unchecked.pop(feed, None)
            self._behind.pop(feed, None)

    async def step(self) -> float:
        """Tell all there is to tell, and compare the heads if it is time to; see `Job.step`."""
        now = self.clock.monotonic()
        if now >= self._next_check:
            self._unread[ROLES] = None
            self._unchecked.update(dict.fromkeys(self._feeds.values()))
            self._next_check = now + self.policy.head_check_seconds
        for failure in (
            await take_turns(self._unread, self._compare_rights),
            await take_turns(self._behind, self._advance),
            await take_turns(self._unchecked, self._check),
        ):
            if failure is not None:
                raise failure
        return 0.0 if self._unchecked or self._behind else max(0.0, self._next_check - self.clock.monotonic())

    async def judge(self) -> float:
        """Judge whoever waits for it: many at once, for a gate may take its time over some of them; see `Judging`."""
        if self.clock.monotonic() >= self._next_asking:
            self._waiting.update(self._undecided)
            self._undecided.clear()
        failure = await take_turns(self._waiting, self._judge, at_once=True)
        if failure is not None:
            raise failure
        due = self._next_asking if self._undecided else self._next_check
        return 0.0 if self._waiting else max(0.0, due - self.clock.monotonic())

    async def _compare_rights(self, stream: str) -> None:
        head = await self.rights.head(stream=stream)
        if head != self._rights_head:
            self._rights_head = head
            self.doubt()

    async def _check(self, feed: Feed) -> None:
        if feed.head is None or not len(feed):
            return
        told, generation = feed.told, feed.generation
        head = await self.log.head(stream=feed.stream)
        if any(not may_follow(head, each) for each in told):
            await self._begin_again(feed, GapReason.EPOCH_CHANGED, generation)
        elif head.offset > feed.head.offset:
            self._behind[feed] = None

    async def _advance(self, feed: Feed) -> None:
        while feed.head is not None and len(feed):
            # What is told in another turn is read then: it may be deleted in between.
            most = max(1, min(_BATCH, MANY // len(feed)))
            entries = await self._after(feed.head, feed, most=most)
            if entries is None:
                return
            self._await_judgement(feed.tell(entries))
            if is_last := len(entries) < most:
                feed.hinted = feed.head.offset
            await self._breath.take(len(entries) * len(feed))
            if is_last:
                return

    async def _after(self, start: Head, feed: Feed, *, most: int = _BATCH) -> tuple[Entry, ...] | None:
        """What follows *start* in the log of *feed*; None where nothing does, and all have been told of the gap."""
        generation = feed.generation
        found = await read_after(self.log, feed.stream, start, limit=most)
        if isinstance(found, GapReason):
            await self._begin_again(feed, found, generation)
            return None
        entries = await entries_of(found, self.messages, epoch=start.epoch, after=start.event_id)
        listening = next(iter(feed), None)
        fencing = () if listening is None else await fenced(entries, self.channels, listening.actor)
        return fencing if feed.generation == generation else None

    async def _begin_again(self, feed: Feed, reason: GapReason, generation: int) -> None:
        head = await self.log.head(stream=feed.stream)
        if feed.generation == generation:  # Else all have been told of the gap meanwhile.
            feed.begin_again(head, reason)
            self._await_judgement(feed)

    def _await_judgement(self, subscriptions: Iterable[Subscription]) -> None:
        for subscription in subscriptions:
            if not subscription.is_joining and subscription not in self._undecided:
                self._waiting[subscription] = None
        if self._waiting:
            self.wake()

    async def _judge(self, subscription: Subscription) -> None:
        """Judge *subscription*, and tell what waits if its user may still read; it waits on where that is open."""
        feed = self._feeds.get(subscription.channel_id)
        while feed is not None and not (subscription.is_over or subscription.is_live):
            doubts = subscription.doubts
            try:
                _, standing = await permitted_standing(
                    self.channels, self.acting, feed.channel_id, subscription.actor, CHANNEL_READ
                )
            except GateFailedError:
                break
            except (AccessDeniedError, NotFoundError):
                subscription.end(await end_of(subscription, self.channels))
                break
            if place_of(standing) != subscription.place:
                subscription.end(EndReason.NOT_A_MEMBER)
                break
            missed = await self._after(subscription.head, feed) if subscription.is_torn else ()
            if subscription.doubts != doubts:
                continue
            before = subscription.head, subscription.is_torn
            revision = standing.channel.membership_revision
            if subscription.go_on(missed or (), revision) and feed.is_ahead_of(subscription):
                subscription.tear()
            if before == (subscription.head, subscription.is_torn):
                break
        if subscription.is_over:
            self.forget(subscription)
        elif not subscription.is_live:
            self._put_off(subscription)

    def _put_off(self, subscription: Subscription) -> None:
        subscription.tear()  # What has to wait that long is told as it is then: it may be deleted meanwhile.
        if not self._undecided:
            self._next_asking = self.clock.monotonic() + _PATIENCE
        self._waiting.pop(subscription, None)
        self._undecided[subscription] = None
