"""A model of a server, as simple as can be: it keeps what was said, and tells whoever is connected."""

from collections.abc import Callable
from random import Random

from attrs import define, field, frozen

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.events import Head
from saiondo_core.realtime.frames import Data, Frame
from saiondo_core.realtime.model import Cursor, Gap, GapReason, head_of
from saiondo_core.realtime.replies import Happened, HistoryPage, ServerPong
from saiondo_core.realtime.requests import Auth, Heartbeat, JoinChannel, ReadHistory, Say
from tests.realtime.client_frames import (
    HALL,
    TALK,
    WELCOME,
    ack,
    beat,
    cursor,
    gap_found,
    happened,
    refusal,
    snapshot,
)

RECOVER_MOST = 6


def key_of(event: Happened) -> str:
    """Tell under which key the message was sent that *event* is about."""
    return str(event.message_id).partition("/")[0]


@frozen(eq=False)
class Session:
    """One connection, as the server sees it, and up to where it was told of each channel."""

    tell: Callable[[Frame[Data]], None]
    told: dict[str, int] = field(factory=dict[str, int])


@define(eq=False)
class Store:
    """What happened in two channels, and who listens.

    Attributes:
        refusals: How often a message is put off, stored or not.
        epoch: Of both logs.
        logs: All that happened, by channel.
        floors: Up to where each log has forgotten.
        keys: Which messages were stored.
        appended: How many events there ever were: no two have the same id, whatever was set back in between.
    """

    random: Random
    refusals: float = 0.0
    epoch: str = "e"
    logs: dict[ChannelId, list[Happened]] = field(factory=lambda: {TALK: list[Happened](), HALL: list[Happened]()})
    floors: dict[ChannelId, int] = field(factory=lambda: {TALK: 0, HALL: 0})
    keys: set[str] = field(factory=set[str])
    appended: int = 0
    sessions: dict[Session, None] = field(factory=dict[Session, None])

    def received(self, session: Session, frame: Frame[Data]) -> None:
        """Answer *frame*."""
        channel_id, asked = frame.channel_id or TALK, frame.id or ""
        match frame.data:
            case Auth():
                session.tell(WELCOME)
            case Heartbeat():
                session.tell(Frame(type=ServerPong.type, data=ServerPong(heads=dict(session.told))))
            case JoinChannel(since=since):
                self._join(session, channel_id, asked, since)
            case ReadHistory(after=after, limit=limit):
                self._page(session, channel_id, asked, after, limit)
            case Say() as message:
                self._say(session, channel_id, asked, message)
            case _:
                pass

    def beat(self) -> None:
        """Ask everybody whether they are there."""
        for session in tuple(self.sessions):
            session.tell(beat(**session.told))

    def trim(self) -> None:
        """Forget the older half of what is left."""
        for channel_id, log in self.logs.items():
            self.floors[channel_id] = (self.floors[channel_id] + len(log)) // 2

    def roll_back(self) -> None:
        """Go on from an older state, under the same epoch or another one."""
        before = self.epoch
        self.epoch = self.random.choice((before, f"{before}+"))
        for channel_id, log in self.logs.items():
            to = self.random.randint(self.floors[channel_id], len(log))
            self.keys -= {key_of(event) for event in log[to:]}
            log[:] = [happened(event.offset, self.epoch, str(event.message_id)) for event in log[:to]]
            for session in self.sessions:
                if session.told.get(channel_id, 0) > to or (channel_id in session.told and self.epoch != before):
                    session.told[channel_id] = to
                    at, reason = self._cursor(channel_id, to), GapReason.EPOCH_CHANGED
                    session.tell(gap_found(1, to, reason, at=at, epoch=self.epoch, channel_id=channel_id))

    def _cursor(self, channel_id: ChannelId, offset: int) -> Cursor:
        return self.logs[channel_id][offset - 1].cursor if offset else cursor(0, self.epoch)

    def _say(self, session: Session, channel_id: ChannelId, id: str, message: Say) -> None:
        fate = self.random.random()
        if fate < self.refusals / 2:
            session.tell(refusal(id, retryable=True, retry_after=3 * fate))
            return
        if message.client_message_id not in self.keys:
            self.keys.add(message.client_message_id)
            self._append(channel_id, message.client_message_id)
        session.tell(refusal(id, retryable=True) if fate < self.refusals else ack(id))

    def _append(self, channel_id: ChannelId, key: str) -> None:
        log = self.logs[channel_id]
        self.appended += 1
        log.append(happened(len(log) + 1, self.epoch, f"{key}/{self.appended}"))
        for session in self.sessions:
            if channel_id in session.told:
                self._tell(session, channel_id, log[-1])

    def _tell(self, session: Session, channel_id: ChannelId, event: Happened) -> None:
        session.told[channel_id] = event.offset
        session.tell(Frame(type=event.type, data=event, channel_id=channel_id))

    def _join(self, session: Session, channel_id: ChannelId, id: str, since: str | None) -> None:
        log = self.logs[channel_id]
        start = len(log) if since is None else head_of(since).offset
        reason = None if since is None else self._objection(channel_id, head_of(since))
        gap = None
        if reason is not None:
            gap = Gap(first=1 if reason is GapReason.EPOCH_CHANGED else start + 1, last=len(log), reason=reason)
            start = len(log)
        at = self._cursor(channel_id, start)
        session.tell(snapshot(id, start, gap, at=at, epoch=self.epoch, channel_id=channel_id))
        session.told[channel_id] = start
        for event in log[start:]:
            self._tell(session, channel_id, event)

    def _objection(self, channel_id: ChannelId, since: Head) -> GapReason | None:
        log, offset = self.logs[channel_id], since.offset
        if since.epoch != self.epoch or offset > len(log) or (offset and log[offset - 1].event_id != since.event_id):
            return GapReason.EPOCH_CHANGED
        if offset < self.floors[channel_id]:
            return GapReason.TRIMMED
        return GapReason.TOO_MANY if len(log) - offset > RECOVER_MOST else None

    def _page(self, session: Session, channel_id: ChannelId, id: str, after: int, limit: int) -> None:
        log, after = self.logs[channel_id], max(after, self.floors[channel_id])
        page = HistoryPage(epoch=self.epoch, head=len(log), events=tuple(log[after : after + limit]))
        session.tell(Frame(type=page.type, id=id, data=page, channel_id=channel_id))
