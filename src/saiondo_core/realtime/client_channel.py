"""One channel as a client follows it: joined, paged where something was missed, live."""

from attrs import define, field

from saiondo_core.channels.model import ChannelId
from saiondo_core.realtime.client_effects import ClientPolicy, Deliver, Effect, Effects, Missed
from saiondo_core.realtime.client_requests import Requests
from saiondo_core.realtime.frames import Data, Frame
from saiondo_core.realtime.model import Gap, GapReason
from saiondo_core.realtime.replies import Failure, GapFound, Happened, HistoryPage, Snapshot
from saiondo_core.realtime.requests import JoinChannel, ReadHistory


@define(eq=False, kw_only=True)
class ClientChannel:
    """Delivers what happens in a channel once and in order, and says where it cannot.

    What was missed is paged. Where the past is another one, or the cursor none, all of it is said to be missed: it is
    not told as if it were new.

    Attributes:
        cursor: Up to where everything was delivered, or said to be missed; None before the first snapshot.
        is_joining: Whether the server has yet to say that it tells of the channel.
        is_held: Whether nothing is to be heard of it for now.
    """

    channel_id: ChannelId
    policy: ClientPolicy
    requests: Requests
    cursor: str | None
    is_joining: bool = field(default=True, init=False)
    is_held: bool = field(default=False, init=False)
    _asked: str | None = field(default=None, init=False)
    _last: int = field(default=0, init=False)
    _gap: GapFound | None = field(default=None, init=False)
    _waiting: list[tuple[Frame[Data], Happened]] = field(factory=list[tuple[Frame[Data], Happened]], init=False)

    def join(self, now: float) -> Effects:
        """Ask to be told of the channel, from where one has got to, unless it is held."""
        self.is_joining, self._gap = True, None
        self._waiting.clear()
        return () if self.is_held else self._ask(JoinChannel(since=self.cursor), now)

    def hold(self) -> None:
        """Hear nothing of it, until one joins it again."""
        self.leave()
        self.is_held, self.is_joining, self._gap = True, True, None
        self._waiting.clear()

    def leave(self) -> None:
        """Wait for no answer any more."""
        self.requests.forget(self._asked)

    def received(self, frame: Frame[Data], now: float) -> Effects:
        """The server said something about the channel, or answered what was asked of it last."""
        match frame.data:
            case Snapshot() as snapshot if self.is_joining:
                return self._joined(frame, snapshot, now)
            case Happened() as event:
                return self._heard(frame, event, now)
            case GapFound() as gap if not self.is_joining:
                return self._tear(gap, now)
            case HistoryPage() as page if self._gap is not None:
                return self._paged(self._gap, page, now)
            case Failure() if self._gap is not None:
                return (*self._skip(self._gap.head, self._gap.reason, self._gap.cursor), *self._page(self._gap, now))
            case _:
                return ()

    def compared(self, head: int | None, now: float) -> Effects:
        """Join again, where the server has told up to *head*, and one has heard up to somewhere else."""
        is_live = not self.is_joining and self._gap is None
        return self.join(now) if is_live and head != self._last else ()

    def _joined(self, frame: Frame[Data], snapshot: Snapshot, now: float) -> Effects:
        self.leave()
        self.is_joining = False
        if snapshot.gap is None:
            self._last, self.cursor = snapshot.head, snapshot.cursor
            return (Deliver(frame=frame, cursor=self.cursor),)
        self._last = snapshot.gap.first - 1
        return (Deliver(frame=frame), *self._tear(_found(snapshot.gap, snapshot), now))

    def _heard(self, frame: Frame[Data], event: Happened, now: float) -> Effects:
        if self.is_joining or event.offset <= self._last:
            return ()
        if self._gap is not None:
            if len(self._waiting) < self.policy.waiting_events:
                self._waiting.append((frame, event))
            return ()
        return self.join(now) if event.offset > self._last + 1 else (self._deliver(frame, event),)

    def _paged(self, gap: GapFound, page: HistoryPage, now: float) -> Effects:
        reason = None if page.gap is None else page.gap.reason
        if reason is not GapReason.TRIMMED and (reason is not None or not page.events):
            return self.join(now)  # The log has not gone on from there: the snapshot says what is missed.
        effects = list[Effect]()
        for event in page.events:
            if self._last < event.offset <= gap.head:
                effects += self._skip(event.offset - 1, GapReason.TRIMMED, None)
                frame = Frame(type=event.type, data=event, channel_id=self.channel_id)
                effects.append(self._deliver(frame, event, is_paged=True))
        if not effects:
            effects += self._skip(gap.head, GapReason.TRIMMED, gap.cursor)
        return (*effects, *self._page(gap, now))

    def _tear(self, gap: GapFound, now: float) -> Effects:
        match gap.reason:
            case GapReason.EPOCH_CHANGED | GapReason.CURSOR_UNKNOWN:
                self._waiting.clear()
                self._last = gap.first - 1
                # Paged from there, the whole past would be told as new: a bot would answer years of it.
                missed = self._missed(gap.head, gap.reason, gap.cursor)
                return (missed, *self._page(gap, now))
            case GapReason.TRIMMED | GapReason.TOO_MANY | GapReason.NOT_A_MEMBER:
                return self._page(gap, now)

    def _page(self, gap: GapFound, now: float) -> Effects:
        if self._last < gap.head:
            self._gap = gap
            return self._ask(ReadHistory(since=self.cursor, limit=self.policy.page_events), now)
        if self.cursor != gap.cursor:
            return self.join(now)  # What waits follows that cursor, and so another past than what was paged.
        self.leave()
        waiting, self._gap, self._waiting = self._waiting, None, []
        return tuple(effect for frame, event in waiting for effect in self._heard(frame, event, now))

    def _skip(self, last: int, reason: GapReason, cursor: str | None) -> Effects:
        return (self._missed(last, reason, cursor),) if self._last < last else ()

    def _missed(self, last: int, reason: GapReason, cursor: str | None) -> Missed:
        first, self._last, self.cursor = self._last + 1, last, cursor or self.cursor
        return Missed(channel_id=self.channel_id, first=first, last=last, reason=reason, cursor=cursor)

    def _deliver(self, frame: Frame[Data], event: Happened, *, is_paged: bool = False) -> Deliver:
        self._last, self.cursor = event.offset, event.cursor
        return Deliver(frame=frame, cursor=self.cursor, is_paged=is_paged)

    def _ask(self, data: JoinChannel | ReadHistory, now: float) -> Effects:
        self.leave()
        asked = self.requests.ask(self.channel_id, data, now)
        self._asked = asked.frame.id
        return (asked,)


def _found(gap: Gap, snapshot: Snapshot) -> GapFound:
    return GapFound(
        first=gap.first,
        last=gap.last,
        reason=gap.reason,
        epoch=snapshot.epoch,
        head=snapshot.head,
        cursor=snapshot.cursor,
    )
