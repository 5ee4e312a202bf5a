"""Sessions in memory."""

from bisect import bisect_left, bisect_right, insort
from datetime import datetime

from attrs import define, field

from saiondo_core.adapters.memory.kept import Kept
from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.auth.errors import StaleSessionError
from saiondo_core.auth.model import SessionId, StoredSession
from saiondo_core.auth.ports import SessionRepository
from saiondo_core.kernel.events import Event
from saiondo_core.kernel.ids import UserId


@define(eq=False, repr=False)
class MemorySessions(SessionRepository):
    """Sessions in this process's memory, found by id, locator, and user without looking at others."""

    _log: MemoryLog
    _by_id: dict[SessionId, Kept[StoredSession]] = field(
        factory=dict[SessionId, Kept[StoredSession]], init=False, repr=False
    )
    _by_locator: dict[str, SessionId] = field(factory=dict[str, SessionId], init=False, repr=False)
    _of_user: dict[UserId, set[SessionId]] = field(factory=dict[UserId, set[SessionId]], init=False, repr=False)
    _ends: list[tuple[datetime, SessionId]] = field(factory=list[tuple[datetime, SessionId]], init=False, repr=False)
    """When which session's time is up, in order."""

    @property
    def log(self) -> MemoryLog:
        """See `SessionRepository.log`."""
        return self._log

    async def add(self, *, session: StoredSession, events: tuple[Event, ...]) -> None:
        """See `SessionRepository.add`."""
        kept = self._by_id.get(session.session.id)
        if kept is not None and kept.is_left_by(session, events):
            return
        if kept is not None or session.locator in self._by_locator:
            raise StaleSessionError
        self._log.check(events)
        self._put(session, events)

    async def replace(self, *, before: StoredSession, after: StoredSession, events: tuple[Event, ...]) -> None:
        """See `SessionRepository.replace`."""
        kept = self._by_id.get(before.session.id)
        if kept is not None and kept.is_left_by(after, events):
            return
        if kept is None or kept.thing != before:
            raise StaleSessionError
        self._log.check(events)
        self._forget(before)
        self._put(after, events)

    async def find(self, *, locator: str) -> StoredSession | None:
        """See `SessionRepository.find`."""
        session_id = self._by_locator.get(locator)
        return None if session_id is None else self._by_id[session_id].thing

    async def get(self, *, session_id: SessionId) -> StoredSession | None:
        """See `SessionRepository.get`."""
        kept = self._by_id.get(session_id)
        return None if kept is None else kept.thing

    async def of_user(self, *, user_id: UserId) -> tuple[StoredSession, ...]:
        """See `SessionRepository.of_user`."""
        theirs = [self._by_id[session_id].thing for session_id in self._of_user.get(user_id, ())]
        return tuple(sorted(theirs, key=lambda stored: (stored.session.created_at, stored.session.id)))

    async def remove(self, *, session_id: SessionId, events: tuple[Event, ...]) -> None:
        """See `SessionRepository.remove`."""
        kept = self._by_id.get(session_id)
        if kept is not None:
            self._log.check(events)
            self._forget(kept.thing)
            self._log.record(events)

    async def remove_expired(self, *, now: datetime, limit: int) -> int:
        """See `SessionRepository.remove_expired`."""
        expired = self._ends[: min(limit, bisect_right(self._ends, now, key=lambda end: end[0]))]
        for _, session_id in expired:
            self._forget(self._by_id[session_id].thing)
        return len(expired)

    def _forget(self, stored: StoredSession) -> None:
        session = stored.session
        del self._by_id[session.id]
        del self._by_locator[stored.locator]
        del self._ends[bisect_left(self._ends, (session.expires_at, session.id))]
        theirs = self._of_user[session.user_id]
        theirs.remove(session.id)
        if not theirs:
            del self._of_user[session.user_id]

    def _put(self, stored: StoredSession, events: tuple[Event, ...]) -> None:
        session = stored.session
        self._by_id[session.id] = Kept(stored, events)
        self._by_locator[stored.locator] = session.id
        self._of_user.setdefault(session.user_id, set()).add(session.id)
        insort(self._ends, (session.expires_at, session.id))
        self._log.record(events)
