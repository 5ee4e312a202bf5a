"""What a server says to the client machine in tests, and a machine that was welcomed already."""

from collections.abc import Iterable
from datetime import UTC, datetime

from saiondo_core.channels.model import Channel, ChannelId, ChannelType
from saiondo_core.kernel.events import Head
from saiondo_core.kernel.ids import EventId, UserId
from saiondo_core.messages.model import MessageId
from saiondo_core.realtime.client import ClientMachine
from saiondo_core.realtime.client_effects import ClientPolicy, Connect, Deliver, Effects, Missed, Transmit
from saiondo_core.realtime.frames import Data, Frame
from saiondo_core.realtime.model import Cursor, Gap, GapReason, cursor_of
from saiondo_core.realtime.replies import (
    Ack,
    Failure,
    GapFound,
    Happened,
    HistoryPage,
    ServerHeartbeat,
    Snapshot,
    Welcome,
)
from saiondo_core.realtime.requests import Say

MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)
TALK = ChannelId("talk")
HALL = ChannelId("hall")
WELCOME: Frame[Data] = Frame(
    type=Welcome.type,
    data=Welcome(
        connection_id="k",
        heartbeat_seconds=25.0,
        answer_seconds=10.0,
        frame_octets=65_536,
        events_per_minute=120,
        requests_per_minute=2_400,
        channels_most=1_000,
    ),
)


def half() -> float:
    """Draw one half, always."""
    return 0.5


def machine(policy: ClientPolicy | None = None) -> ClientMachine:
    """Make a machine whose random numbers are all one half."""
    return ClientMachine(policy or ClientPolicy(), half)


def welcomed(policy: ClientPolicy | None = None) -> ClientMachine:
    """Make one that was welcomed at 0."""
    made = machine(policy)
    made.connect()
    made.authorized("token")
    come_back(made, 0.0)
    return made


def come_back(client: ClientMachine, now: float) -> Effects:
    """Connect *client*, and welcome it; what it does on being welcomed."""
    client.connected(now)
    return client.received(WELCOME, now)


def wait(effects: Effects) -> float:
    """After how many seconds it connects."""
    (after,) = (effect.after for effect in effects if isinstance(effect, Connect))
    return after


def following(head: int = 0, policy: ClientPolicy | None = None) -> ClientMachine:
    """Make one that was welcomed, and has joined a channel whose head was *head*."""
    client = welcomed(policy)
    client.join(TALK, 0.0)
    client.received(snapshot("1", head), 0.0)
    return client


def cursor(offset: int, epoch: str = "e", message_id: str = "") -> Cursor:
    """Give the cursor of whoever has heard up to *offset*."""
    event_id = EventId(f"{epoch}-{offset}-{message_id}") if offset else None
    return cursor_of(Head(epoch=epoch, offset=offset, event_id=event_id))


def happened(offset: int, epoch: str = "e", message_id: str = "") -> Happened:
    """Make the event at *offset*."""
    return Happened(
        offset=offset,
        event_id=EventId(f"{epoch}-{offset}-{message_id}"),
        cursor=cursor(offset, epoch, message_id),
        at=MIDNIGHT,
        actor_id=UserId("anna"),
        action="message.sent",
        message_id=MessageId(message_id),
    )


def event(offset: int, channel_id: ChannelId = TALK) -> Frame[Data]:
    """Tell of the event at *offset*."""
    return Frame(type=Happened.type, data=happened(offset), channel_id=channel_id)


def snapshot(
    id: str,
    head: int,
    gap: Gap | None = None,
    *,
    at: Cursor | None = None,
    epoch: str = "e",
    channel_id: ChannelId = TALK,
) -> Frame[Data]:
    """Answer a join."""
    channel = Channel(
        id=channel_id,
        name="Talk",
        type=ChannelType.PUBLIC,
        owner_id=UserId("anna"),
        created_at=MIDNIGHT,
        updated_at=MIDNIGHT,
    )
    data = Snapshot(
        channel=channel,
        members=(),
        messages=(),
        online=(),
        typing=(),
        epoch=epoch,
        head=head,
        cursor=at or cursor(head, epoch),
        recovered=gap is None,
        gap=gap,
    )
    return Frame(type=Snapshot.type, id=id, data=data, channel_id=channel_id)


def page(id: str, offsets: Iterable[int], gap: Gap | None = None, *, epoch: str = "e") -> Frame[Data]:
    """Answer a request for history."""
    events = tuple(happened(offset, epoch) for offset in offsets)
    data = HistoryPage(epoch=epoch, head=1_000, events=events, gap=gap)
    return Frame(type=HistoryPage.type, id=id, data=data, channel_id=TALK)


def gap_found(
    first: int,
    last: int,
    reason: GapReason,
    *,
    at: Cursor | None = None,
    epoch: str = "e",
    channel_id: ChannelId = TALK,
) -> Frame[Data]:
    """Tell of a gap."""
    at = at or cursor(last, epoch)
    data = GapFound(first=first, last=last, reason=reason, epoch=epoch, head=last, cursor=at)
    return Frame(type=GapFound.type, data=data, channel_id=channel_id)


def beat(**heads: int) -> Frame[Data]:
    """Ask the client whether it is there."""
    return Frame(type=ServerHeartbeat.type, data=ServerHeartbeat(heads=heads))


def ack(id: str) -> Frame[Ack]:
    """Say that it is done."""
    return Frame(type=Ack.type, id=id, data=Ack())


def refusal(id: str | None, *, retryable: bool = False, retry_after: float | None = None) -> Frame[Failure]:
    """Say that it is not done."""
    data = Failure(code="refused", message="No.", retryable=retryable, retry_after=retry_after)
    return Frame(type=Failure.type, id=id, data=data)


def say(key: str) -> Say:
    """Make a message."""
    return Say(content=f"This is {key}.", client_message_id=key)


def said(effects: Effects) -> list[Data]:
    """List what is sent to the server, in order."""
    return [effect.frame.data for effect in effects if isinstance(effect, Transmit)]


def told(effects: Effects) -> list[int | str | tuple[int, int, GapReason]]:
    """List what the application is told: the offsets of events, holes, and the type of all else."""
    found = list[int | str | tuple[int, int, GapReason]]()
    for effect in effects:
        match effect:
            case Deliver(frame=frame):
                found.append(frame.data.offset if isinstance(frame.data, Happened) else frame.type)
            case Missed(first=first, last=last, reason=reason):
                found.append((first, last, reason))
            case _:
                pass
    return found
