"""What the laws of `SessionRepository` and of `CredentialRepository` are tried on."""

from datetime import UTC, datetime, timedelta

from saiondo_core.auth.events import PasswordChanged
from saiondo_core.auth.model import Credential, Session, SessionId, StoredSession, TokenDigest
from saiondo_core.kernel.events import Event, Stamp
from saiondo_core.kernel.ids import EventId, UserId
from saiondo_core.kernel.ports import Logged

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ANNA, BERT = UserId("anna"), UserId("bert")


def session(name: str, user_id: UserId = ANNA, *, minute: int = 0, minutes: int = 60) -> StoredSession:
    """A session of that name, begun some minutes after noon, for some minutes."""
    begin = NOON + timedelta(minutes=minute)
    end = begin + timedelta(minutes=minutes)
    session = Session(id=SessionId(name), user_id=user_id, created_at=begin, last_used_at=begin, expires_at=end)
    return StoredSession(
        session=session,
        locator=f"{name} locator",
        access=(TokenDigest(digest=f"{name} access", until=end),),
        ends_at=end,
    )


def credential(user_id: UserId = ANNA, digest: str = "d1") -> Credential:
    """A user's credential, as of noon."""
    return Credential(user_id=user_id, digest=digest, changed_at=NOON)


def events(*names: str) -> tuple[Event, ...]:
    """An event of Anna's for each name, which is its id."""
    stamps = (Stamp(id=EventId(name), at=NOON, actor=ANNA) for name in names)
    return tuple(PasswordChanged(stamp=stamp, user_id=ANNA) for stamp in stamps)


async def history(store: Logged) -> list[str]:
    """The names of the events that the log has of Anna."""
    return [found.event.stamp.id for found in await store.log.stream(stream="user:anna", after=0, limit=1_000)]
