"""Roles, and who holds them, in this process's memory."""

from collections import defaultdict
from heapq import nsmallest

from attrs import define, field

from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.kernel.events import Event, RightsRevision
from saiondo_core.kernel.ids import EventId, RoleId, UserId
from saiondo_core.kernel.refusals import StaleRightsError
from saiondo_core.permissions.model import Role, RoleAssignment, RoleBook, UserRights
from saiondo_core.permissions.ports import RoleRepository


@define(eq=False, repr=False)
class _Grants:
    """What one user was given, each with the event that gave it, and the last word on whether they may act."""

    assignments: dict[RoleId, tuple[EventId, RoleAssignment]] = field(
        factory=dict[RoleId, tuple[EventId, RoleAssignment]]
    )
    word: str = ""
    is_admitted: bool = True
    changes: int = 0


@define(eq=False, repr=False)
class MemoryRoles(RoleRepository):
    """Roles in this process's memory. The log refuses, from now on, what was judged under rights that are past."""

    _log: MemoryLog
    _roles: dict[RoleId, Role] = field(factory=dict[RoleId, Role], init=False)
    _book: RoleBook = field(default=RoleBook(revision=0), init=False)
    _grants: defaultdict[UserId, _Grants] = field(factory=lambda: defaultdict(_Grants), init=False)
    _holders: defaultdict[RoleId, set[UserId]] = field(factory=lambda: defaultdict(set), init=False)
    _first: RightsRevision = field(default=RightsRevision(roles=0, user=0), init=False)
    """Of everybody who was never given anything."""
    _revisions: dict[UserId, RightsRevision] = field(factory=dict[UserId, RightsRevision], init=False)
    """Of everybody else, once it was asked for since the last change of it."""
    _changes: set[EventId] = field(factory=set[EventId], init=False)
    """The first event of each write that was made, by which a repeated one is known."""

    def __attrs_post_init__(self) -> None:
        """Tell the log which rights are present."""
        self._log.guard(self._present)

    @property
    def log(self) -> MemoryLog:
        """See `Logged.log`."""
        return self._log

    async def revision(self, *, user_id: UserId) -> RightsRevision:
        """See `RoleRepository.revision`."""
        return self._revisions.get(user_id) or self._renewed(user_id)  # As `_present`, at the cost of one call less.

    async def book(self) -> RoleBook:
        """See `RoleRepository.book`."""
        return self._book

    async def rights(self, *, user_id: UserId) -> UserRights:
        """See `RoleRepository.rights`."""
        grants = self._grants.get(user_id, _Grants())
        return UserRights(
            revision=self._present(user_id),
            assignments=tuple(assignment for _, assignment in grants.assignments.values()),
            is_admitted=grants.is_admitted,
        )

    async def put(self, *, role: Role, book_revision: int, events: tuple[Event, ...]) -> None:
        """See `RoleRepository.put`."""
        if self._is_done(events):
            return
        self._fence(book_revision)
        self._log.check(events)
        self._roles[role.id] = role
        self._turn_page()
        self._record(events)

    async def remove(self, *, role_id: RoleId, book_revision: int, events: tuple[Event, ...]) -> None:
        """See `RoleRepository.remove`."""
        if self._is_done(events):
            return
        self._fence(book_revision)
        if role_id in self._roles:
            self._log.check(events)
            del self._roles[role_id]
            for user_id in self._holders.pop(role_id, ()):
                del self._grants[user_id].assignments[role_id]
                self._raise(user_id)
            self._turn_page()
            self._record(events)

    async def assign(self, *, assignment: RoleAssignment, book_revision: int, events: tuple[Event, ...]) -> None:
        """See `RoleRepository.assign`."""
        if self._is_done(events):
            return
        self._fence(book_revision)
        user_id, role_id, change = assignment.user_id, assignment.role_id, events[0].stamp.id
        grants = self._grants[user_id]
        if role_id in grants.assignments:
            return
        if change < grants.word:
            raise StaleRightsError
        self._log.check(events)
        grants.assignments[role_id] = change, assignment
        self._holders[role_id].add(user_id)
        self._raise(user_id)
        self._record(events)

    async def revoke(self, *, user_id: UserId, role_id: RoleId, events: tuple[Event, ...]) -> None:
        """See `RoleRepository.revoke`."""
        if not self._is_done(events) and user_id in self._holders.get(role_id, ()):
            self._log.check(events)
            self._take(user_id, role_id)
            self._raise(user_id)
            self._record(events)

    async def holders(self, *, role_ids: frozenset[RoleId], after: UserId | None, limit: int) -> tuple[UserId, ...]:
        """See `RoleRepository.holders`."""
        holding = set[UserId]().union(*(self._holders.get(role_id, ()) for role_id in role_ids))
        return tuple(nsmallest(limit, (user_id for user_id in holding if after is None or user_id > after)))

    async def admit(self, *, user_id: UserId, admitted: bool, word: EventId) -> None:
        """See `Admissions.admit`."""
        grants = self._grants[user_id]
        if word <= grants.word:
            return
        past = [role_id for role_id, (given, _) in grants.assignments.items() if given < word]
        is_news = bool(past) or admitted != grants.is_admitted
        grants.word, grants.is_admitted = word, admitted
        for role_id in past:
            self._take(user_id, role_id)
        if is_news:
            self._raise(user_id)

    def _present(self, user_id: UserId) -> RightsRevision:
        return self._revisions.get(user_id) or self._renewed(user_id)

    def _renewed(self, user_id: UserId) -> RightsRevision:
        grants = self._grants.get(user_id)
        if grants is None or not grants.changes:
            return self._first
        made = self._revisions[user_id] = RightsRevision(roles=self._book.revision, user=grants.changes)
        return made

    def _is_done(self, events: tuple[Event, ...]) -> bool:
        return events[0].stamp.id in self._changes

    def _fence(self, book_revision: int) -> None:
        if book_revision != self._book.revision:
            raise StaleRightsError

    def _record(self, events: tuple[Event, ...]) -> None:
        self._changes.add(events[0].stamp.id)
        self._log.record(events)

    def _take(self, user_id: UserId, role_id: RoleId) -> None:
        del self._grants[user_id].assignments[role_id]
        self._holders[role_id].remove(user_id)

    def _raise(self, user_id: UserId) -> None:
        self._grants[user_id].changes += 1
        self._revisions.pop(user_id, None)

    def _turn_page(self) -> None:
        """Let everybody's rights be judged anew."""
        revision = self._book.revision + 1
        self._book = RoleBook(revision=revision, roles=tuple(self._roles.values()))
        self._first = RightsRevision(roles=revision, user=0)
        self._revisions.clear()
