"""The memory stores with a bug in one of them, held to the suite of roles. Much of this fails: test_planted_bugs.py."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

import pytest
from attrs import evolve

from saiondo_core.adapters.memory.channels import MemoryChannels
from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.adapters.memory.messages import MemoryMessages
from saiondo_core.adapters.memory.roles import MemoryRoles
from saiondo_core.adapters.memory.rooms import Rooms
from saiondo_core.adapters.memory.users import MemoryUsers
from saiondo_core.errors import StaleRightsError
from saiondo_core.kernel.events import Event, RightsRevision
from saiondo_core.kernel.ids import EventId, RoleId, UserId
from saiondo_core.messages.model import Appended, Entry
from saiondo_core.permissions.model import Role, RoleAssignment, RoleBook, UserRights
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.contracts.role_cases import Family
from saiondo_core.testing.contracts.roles import RoleRepositoryContract
from saiondo_core.users.model import User

Events = tuple[Event, ...]
T = TypeVar("T")


class StrangersMayNot(MemoryRoles):
    """Whoever was never heard of may not act."""

    async def rights(self, *, user_id: UserId) -> UserRights:
        """Take silence for a refusal."""
        rights = await super().rights(user_id=user_id)
        return evolve(rights, is_admitted=rights.is_admitted and bool(rights.revision.user))


class Disinherits(MemoryRoles):
    """A role loses what it inherits from."""

    async def put(self, *, role: Role, book_revision: int, events: Events) -> None:
        """Keep the rest."""
        await super().put(role=evolve(role, inherits=frozenset[RoleId]()), book_revision=book_revision, events=events)


class AnyPage(MemoryRoles):
    """An assignment does not ask what the book said when it was judged."""

    async def assign(self, *, assignment: RoleAssignment, book_revision: int, events: Events) -> None:  # noqa: ARG002 - the bug
        """Take the present revision for the one that was meant."""
        await super().assign(assignment=assignment, book_revision=self._book.revision, events=events)


class RemembersForever(MemoryRoles):
    """Revisions are cached, and never again looked at."""

    remembered: dict[UserId, RightsRevision] | None = None

    async def revision(self, *, user_id: UserId) -> RightsRevision:
        """Give the first that was found."""
        self.remembered = self.remembered or {}
        return self.remembered.setdefault(user_id, await super().revision(user_id=user_id))


class RemovesUnheard(MemoryRoles):
    """Whoever held a role that is removed is told of a new book, and not that they hold less."""

    async def remove(self, *, role_id: RoleId, book_revision: int, events: Events) -> None:
        """Take back what was counted."""
        holders = self._holders.get(role_id, set[UserId]())
        await super().remove(role_id=role_id, book_revision=book_revision, events=events)
        for user_id in holders:
            self._grants[user_id].changes -= 1


class NumbersByItself(MemoryRoles):
    """The book has numbers of its own."""

    async def book(self) -> RoleBook:
        """Count from one."""
        book = await super().book()
        return evolve(book, revision=book.revision + 1)

    def _fence(self, book_revision: int) -> None:
        super()._fence(book_revision - 1)


class MovesEverybody(MemoryRoles):
    """What is given to one is news to all."""

    async def assign(self, *, assignment: RoleAssignment, book_revision: int, events: Events) -> None:
        """Turn the page, too."""
        await super().assign(assignment=assignment, book_revision=book_revision, events=events)
        self._first = evolve(self._first, user=self._first.user + 1)


class LeavesHolders(MemoryRoles):
    """Whoever held a role that is removed holds it still."""

    async def remove(self, *, role_id: RoleId, book_revision: int, events: Events) -> None:
        """Hide the holders."""
        holders = self._holders.pop(role_id, set())
        await super().remove(role_id=role_id, book_revision=book_revision, events=events)
        self._holders[role_id] = holders


class NewestFirst(MemoryRoles):
    """What was assigned last is read first."""

    async def rights(self, *, user_id: UserId) -> UserRights:
        """Turn them round."""
        rights = await super().rights(user_id=user_id)
        return evolve(rights, assignments=rights.assignments[::-1])


class RevokesAgain(MemoryRoles):
    """A revocation that comes twice takes what was given in between."""

    async def revoke(self, *, user_id: UserId, role_id: RoleId, events: Events) -> None:
        """Forget that it was made."""
        await super().revoke(user_id=user_id, role_id=role_id, events=events)
        self._changes.discard(events[0].stamp.id)


class FencesRetries(MemoryRoles):
    """An assignment whose reply was lost is refused when it was the actor's own rights that it changed."""

    async def assign(self, *, assignment: RoleAssignment, book_revision: int, events: Events) -> None:
        """Look at the rights before all."""
        self._log.check(events)
        await super().assign(assignment=assignment, book_revision=book_revision, events=events)


class TellsOfNothing(MemoryRoles):
    """A revocation is told, whatever there was to revoke."""

    async def revoke(self, *, user_id: UserId, role_id: RoleId, events: Events) -> None:
        """Record what did not happen."""
        if user_id not in self._holders[role_id]:
            self._log.record(events)
        await super().revoke(user_id=user_id, role_id=role_id, events=events)


class AlwaysTheFirstPage(MemoryRoles):
    """Holders begin at the beginning, wherever they should go on."""

    async def holders(self, *, role_ids: frozenset[RoleId], after: UserId | None, limit: int) -> tuple[UserId, ...]:  # noqa: ARG002 - the bug
        """Ignore where the last page ended."""
        return await super().holders(role_ids=role_ids, after=None, limit=limit)


class LooksThenLeaps(MemoryRoles):
    """A role is put after others were let in."""

    async def put(self, *, role: Role, book_revision: int, events: Events) -> None:
        """Wait between the check and the write."""
        if events[0].stamp.id not in self._changes and book_revision != self._book.revision:
            raise StaleRightsError
        await asyncio.sleep(0)
        await super().put(role=role, book_revision=self._book.revision, events=events)


class Backwards(MemoryRoles):
    """The events of one write are recorded last first."""

    async def remove(self, *, role_id: RoleId, book_revision: int, events: Events) -> None:
        """Turn them round."""
        await super().remove(role_id=role_id, book_revision=book_revision, events=events[::-1])


class BelievesTheLastToSpeak(MemoryRoles):
    """The word that comes last counts."""

    async def admit(self, *, user_id: UserId, admitted: bool, word: EventId) -> None:
        """Forget the words before."""
        self._grants[user_id].word = ""
        await super().admit(user_id=user_id, admitted=admitted, word=word)


class TakesAll(MemoryRoles):
    """A word that comes late takes what was given after it."""

    async def admit(self, *, user_id: UserId, admitted: bool, word: EventId) -> None:
        """Forget when things were given."""
        grants = self._grants[user_id].assignments
        grants.update((role_id, (EventId(""), assignment)) for role_id, (_, assignment) in grants.items())
        await super().admit(user_id=user_id, admitted=admitted, word=word)


class KeepsTheLate(MemoryRoles):
    """What was given before a word, and comes after it, stays."""

    async def assign(self, *, assignment: RoleAssignment, book_revision: int, events: Events) -> None:
        """Look past the word."""
        grants = self._grants[assignment.user_id]
        word, grants.word = grants.word, ""
        await super().assign(assignment=assignment, book_revision=book_revision, events=events)
        grants.word = word


class ChecksTheFirst(MemoryLog):
    """The rights behind the first event of a write stand for all."""

    def check(self, events: Events) -> None:
        """Look no further."""
        super().check(events[:1])


class ComparesRolesOnly(MemoryLog):
    """Rights are past once a role was changed, and at no other time."""

    def check(self, events: Events) -> None:
        """Take what the actor was given for what they have."""
        for event in events:
            rights, present = event.stamp.rights, self._rights
            if rights is not None and present is not None and rights.roles != present(event.stamp.actor).roles:
                raise StaleRightsError


class LetsOthersIn(MemoryUsers):
    """A user is added after others were let in."""

    async def add(self, *, user: User, events: Events) -> None:
        """Wait between the check and the write."""
        if await self.get(user_id=user.id) is None:
            self._log.check(events)
            events = tuple(evolve(event, stamp=evolve(event.stamp, rights=None)) for event in events)
        await asyncio.sleep(0)
        await super().add(user=user, events=events)


class OneByOne(MemoryMessages):
    """Of many messages, those before the refused one are kept."""

    async def append_many(self, *, entries: tuple[Entry, ...], membership_revision: int) -> tuple[Appended, ...]:
        """Append each by itself."""
        return tuple(
            [
                await self.append(
                    draft=entry.draft,
                    fingerprint=entry.fingerprint,
                    membership_revision=membership_revision,
                    events=(entry.event,),
                )
                for entry in entries
            ]
        )


ROLE_LAWS: dict[type[object], str] = {
    StrangersMayNot: "nothing_was_given_at_first",
    Disinherits: "put_then_read_is_the_same",
    AnyPage: "changes_of_roles_need_the_present_book",
    RemembersForever: "every_change_is_seen_at_once",
    RemovesUnheard: "every_change_is_seen_at_once",
    NumbersByItself: "the_revision_is_the_books",
    MovesEverybody: "nobody_elses_revision_moves",
    LeavesHolders: "a_removed_role_is_held_by_nobody",
    NewestFirst: "assign_then_read_is_the_same",
    RevokesAgain: "writes_are_idempotent",
    FencesRetries: "a_retry_wins_over_the_revision",
    TellsOfNothing: "revoke_forgets",
    AlwaysTheFirstPage: "holders_go_by_user",
    LooksThenLeaps: "parallel_changes_have_one_winner",
    Backwards: "writes_carry_their_events",
    BelievesTheLastToSpeak: "the_last_word_counts",
    TakesAll: "a_word_takes_what_was_given_before",
    KeepsTheLate: "a_word_takes_what_was_given_before",
    ChecksTheFirst: "a_write_under_past_rights_refuses",
    ComparesRolesOnly: "a_write_under_past_rights_refuses",
    LetsOthersIn: "a_write_under_past_rights_refuses",
    OneByOne: "a_write_under_past_rights_refuses",
}
"""Each bug, and the law that it breaks."""


def _kind(bug: type[object], sound: type[T]) -> type[T]:
    return bug if issubclass(bug, sound) else sound


@asynccontextmanager
async def new_family(bug: type[object]) -> AsyncGenerator[Family]:
    """Open empty stores with *bug* in one of them."""
    log = _kind(bug, MemoryLog)()
    rooms = Rooms(log=log)
    yield Family(
        roles=_kind(bug, MemoryRoles)(log),
        users=_kind(bug, MemoryUsers)(log),
        channels=MemoryChannels(rooms),
        messages=_kind(bug, MemoryMessages)(rooms),
    )


class TestRoles(RoleRepositoryContract):
    """The suite of the port, over each bug."""

    @pytest.fixture(params=[object, *ROLE_LAWS], ids=lambda bug: bug.__name__)
    def opener(self, request: pytest.FixtureRequest) -> Opener[Family]:
        """Open empty stores with the bug in one of them."""
        return partial(new_family, request.param)
