"""Entries of a log that nobody keeps."""

from datetime import UTC, datetime

from saiondo_core.kernel.events import Head
from saiondo_core.kernel.ids import EventId, UserId
from saiondo_core.realtime.frames import Frame
from saiondo_core.realtime.listening import Told
from saiondo_core.realtime.model import cursor_of
from saiondo_core.realtime.replies import Happened
from saiondo_core.realtime.telling import Entry
from tests.messages.house import ANNA, TEAM


def head(offset: int, *, past: str = "") -> Head:
    """The head of a log at *offset*; another *past* has other events."""
    return Head(epoch="epoch", offset=offset, event_id=EventId(f"{offset}{past}") if offset else None)


def entry(offset: int, *, revision: int = 1, leaver: UserId | None = None, past: str = "", fork: int = 0) -> Entry:
    """What happened at *offset*, in a *past* that is another one from *fork* on."""
    here = head(offset, past=past if offset >= fork else "")
    before = head(offset - 1, past=past if offset - 1 >= fork else "")
    happened = Happened(
        offset=offset,
        event_id=EventId(f"{offset}{past}"),
        cursor=cursor_of(here),
        at=datetime(2026, 1, 1, tzinfo=UTC),
        actor_id=ANNA,
        action="said",
    )
    told = Told(Frame(type=Happened.type, data=happened, channel_id=TEAM))
    return Entry(head=here, after=before.event_id, revision=revision, told=told, happened=happened, leaver=leaver)
