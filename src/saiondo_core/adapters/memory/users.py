"""Users in memory."""

from bisect import bisect_left, bisect_right, insort
from itertools import islice

from attrs import define, field

from saiondo_core.adapters.memory.kept import Kept
from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.kernel.events import Event
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.text import fold
from saiondo_core.users.errors import EmailTakenError, StaleUserError, UserIdTakenError, UsernameTakenError
from saiondo_core.users.model import User, email_key, username_key
from saiondo_core.users.ports import UserRepository


@define(eq=False, repr=False)
class MemoryUsers(UserRepository):
    """Users in this process's memory, found by id, name, and address without looking at others."""

    _log: MemoryLog
    _by_id: dict[UserId, Kept[User]] = field(factory=dict[UserId, Kept[User]], init=False, repr=False)
    _by_username: dict[str, UserId] = field(factory=dict[str, UserId], init=False, repr=False)
    _by_email: dict[str, UserId] = field(factory=dict[str, UserId], init=False, repr=False)
    _names: list[str] = field(factory=list[str], init=False, repr=False)
    """The keys of the active users' names, in order."""

    @property
    def log(self) -> MemoryLog:
        """See `UserRepository.log`."""
        return self._log

    async def add(self, *, user: User, events: tuple[Event, ...]) -> None:
        """See `UserRepository.add`."""
        kept = self._by_id.get(user.id)
        if kept is not None:
            if kept.is_left_by(user, events):
                return
            raise UserIdTakenError(user_id=user.id)
        self._check_free(user)
        self._log.check(events)
        self._put(user, events)

    async def replace(self, *, before: User, after: User, events: tuple[Event, ...]) -> None:
        """See `UserRepository.replace`."""
        kept = self._by_id.get(before.id)
        if kept is not None and kept.is_left_by(after, events):
            return
        if kept is None or kept.thing != before:
            raise StaleUserError(user_id=before.id)
        self._check_free(after)
        self._log.check(events)
        self._forget(before)
        self._put(after, events)

    async def get(self, *, user_id: UserId) -> User | None:
        """See `UserRepository.get`."""
        kept = self._by_id.get(user_id)
        return None if kept is None else kept.thing

    async def get_many(self, *, user_ids: tuple[UserId, ...]) -> tuple[User, ...]:
        """See `UserRepository.get_many`."""
        return tuple(self._by_id[user_id].thing for user_id in dict.fromkeys(user_ids) if user_id in self._by_id)

    async def by_email(self, *, email: str) -> User | None:
        """See `UserRepository.by_email`."""
        user_id = self._by_email.get(email_key(email))
        return None if user_id is None else self._by_id[user_id].thing

    async def by_usernames(self, *, usernames: tuple[str, ...]) -> tuple[User, ...]:
        """See `UserRepository.by_usernames`."""
        keys = dict.fromkeys(username_key(username) for username in usernames)
        return tuple(self._by_id[self._by_username[key]].thing for key in keys if key in self._by_username)

    async def list(self, *, text: str, after: str, limit: int) -> tuple[User, ...]:
        """See `UserRepository.list`."""
        wanted = fold(text)
        following = range(bisect_right(self._names, after), len(self._names))
        users = (self._by_id[self._by_username[self._names[place]]].thing for place in following)
        return tuple(islice((user for user in users if _holds(user, wanted)), limit))

    def _check_free(self, user: User) -> None:
        if self._by_username.get(username_key(user.username), user.id) != user.id:
            raise UsernameTakenError(username=user.username)
        if user.email is not None and self._by_email.get(email_key(user.email), user.id) != user.id:
            raise EmailTakenError

    def _forget(self, user: User) -> None:
        key = username_key(user.username)
        del self._by_username[key]
        if user.email is not None:
            del self._by_email[email_key(user.email)]
        if user.is_active:
            del self._names[bisect_left(self._names, key)]

    def _put(self, user: User, events: tuple[Event, ...]) -> None:
        key = username_key(user.username)
        self._by_id[user.id] = Kept(user, events)
        self._by_username[key] = user.id
        if user.email is not None:
            self._by_email[email_key(user.email)] = user.id
        if user.is_active:
            insort(self._names, key)
        self._log.record(events)


def _holds(user: User, wanted: str) -> bool:
    return wanted in fold(user.username) or wanted in fold(user.display_name or "")
