"""Password hashes in memory."""

from bisect import bisect_left, bisect_right, insort

from attrs import define, field

from saiondo_core.adapters.memory.kept import Kept
from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.auth.errors import StaleCredentialError
from saiondo_core.auth.model import Credential
from saiondo_core.auth.ports import CredentialRepository
from saiondo_core.kernel.events import Event
from saiondo_core.kernel.ids import UserId


@define(eq=False, repr=False)
class MemoryCredentials(CredentialRepository):
    """Password hashes in this process's memory."""

    _log: MemoryLog
    _by_user: dict[UserId, Kept[Credential]] = field(factory=dict[UserId, Kept[Credential]], init=False, repr=False)
    _users: list[UserId] = field(factory=list[UserId], init=False, repr=False)
    """Those who have one, in order."""

    @property
    def log(self) -> MemoryLog:
        """See `CredentialRepository.log`."""
        return self._log

    async def put(self, *, credential: Credential, replaces: str | None, events: tuple[Event, ...]) -> None:
        """See `CredentialRepository.put`."""
        kept = self._by_user.get(credential.user_id)
        if kept is not None and kept.is_left_by(credential, events):
            return
        if replaces != (None if kept is None else kept.thing.digest):
            raise StaleCredentialError
        self._log.check(events)
        if kept is None:
            insort(self._users, credential.user_id)
        self._by_user[credential.user_id] = Kept(credential, events)
        self._log.record(events)

    async def get(self, *, user_id: UserId) -> Credential | None:
        """See `CredentialRepository.get`."""
        kept = self._by_user.get(user_id)
        return None if kept is None else kept.thing

    async def list(self, *, after: UserId | None, limit: int) -> tuple[Credential, ...]:
        """See `CredentialRepository.list`."""
        start = 0 if after is None else bisect_right(self._users, after)
        return tuple(self._by_user[user_id].thing for user_id in self._users[start : start + limit])

    async def remove(self, *, user_id: UserId) -> None:
        """See `CredentialRepository.remove`."""
        if self._by_user.pop(user_id, None) is not None:
            del self._users[bisect_left(self._users, user_id)]
