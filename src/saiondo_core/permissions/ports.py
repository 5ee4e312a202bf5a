"""Where roles, and who holds them, are kept."""

from abc import abstractmethod
from typing import ClassVar, Protocol

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.events import Event, RightsRevision
from saiondo_core.kernel.gates import Admissions
from saiondo_core.kernel.ids import RoleId, UserId
from saiondo_core.kernel.ports import Logged
from saiondo_core.permissions.model import Role, RoleAssignment, RoleBook, UserRights


class RoleRepository(Logged, Admissions, Protocol):
    """The roles that were made, who holds which everywhere, and who may act at all. One family with the channels.

    What somebody holds in a channel is kept with their membership. Every write of the family is fenced: an event whose
    actor was judged under a `RightsRevision` that is past raises `StaleRightsError`, and its write leaves nothing.

    Laws:
        - nothing_was_given_at_first: A fresh store has no roles, and of any user the same first revision, no
          assignment, and that they may act.
        - put_then_read_is_the_same: What was put is read back in the book, field by field; again under the same id it
          is replaced.
        - changes_of_roles_need_the_present_book: `put`, `remove` and `assign` under another revision of the book than
          the present one raise `StaleRightsError`.
        - every_change_is_seen_at_once: Whatever changes a role raises the `roles` of everybody's revision; whatever
          changes what a user was given, the removal of a role they hold too, or whether they may act, raises their
          `user`; both only rise.
        - the_revision_is_the_books: The `roles` of everybody's revision is the revision of the book.
        - nobody_elses_revision_moves: What changes what one user was given leaves all others' revisions as they are.
        - a_removed_role_is_held_by_nobody: Its assignments go with it, and do not come back with another role.
        - assign_then_read_is_the_same: What was assigned is read back, in the order it was assigned.
        - writes_are_idempotent: The same write again, with the same events, changes and records nothing.
        - a_retry_wins_over_the_revision: A repeated write is answered, whatever has changed since.
        - revoke_forgets: A revoked assignment is gone; what was not there changes and records nothing.
        - holders_go_by_user: `holders` gives the users who hold any of the roles, by id, after one, at most `limit`.
        - parallel_changes_have_one_winner: Of parallel changes under one revision of the book, one is stored.
        - a_write_under_past_rights_refuses: Of every store of the family, with `StaleRightsError`; neither the write
          nor any of its events is left. Without `rights` in its stamp no write is refused for them.
        - writes_carry_their_events: Each write's events are in the log, in order, with the write or not at all.
        - the_last_word_counts: See `Admissions`.
        - a_word_takes_what_was_given_before: See `Admissions`.
    """

    __slots__ = ()

    @abstractmethod
    async def revision(self, *, user_id: UserId) -> RightsRevision:
        """Which state the rights of that user are in: asked before each decision, so it should cost next to nothing."""

    @abstractmethod
    async def book(self) -> RoleBook:
        """All roles that were made."""

    @abstractmethod
    async def rights(self, *, user_id: UserId) -> UserRights:
        """What that user was given everywhere."""

    @abstractmethod
    async def put(self, *, role: Role, book_revision: int, events: tuple[Event, ...]) -> None:
        """Keep *role*, new or changed, as it was judged under *book_revision*, and record *events* (at least one)."""

    @abstractmethod
    async def remove(self, *, role_id: RoleId, book_revision: int, events: tuple[Event, ...]) -> None:
        """Forget a role and its assignments, as judged under *book_revision*, and record *events* (at least one)."""

    @abstractmethod
    async def assign(self, *, assignment: RoleAssignment, book_revision: int, events: tuple[Event, ...]) -> None:
        """Keep an *assignment* without a scope, as judged under *book_revision*, and record *events* (at least one).

        Whoever holds the role already holds it, and nothing is recorded.
        """

    @abstractmethod
    async def revoke(self, *, user_id: UserId, role_id: RoleId, events: tuple[Event, ...]) -> None:
        """Forget an assignment, and record *events* (at least one), if it is there."""

    @abstractmethod
    async def holders(self, *, role_ids: frozenset[RoleId], after: UserId | None, limit: int) -> tuple[UserId, ...]:
        """The users whose ids follow *after* and who were given any of those roles, by id."""


class Speech(Protocol):
    """Where a message was said, and by whom. Local: the factory joins it to the messages.

    Laws:
        - every_message_was_said_somewhere: Of each message, tombstones too, channel and sender are told.
    """

    __slots__ = ()
    local: ClassVar[bool] = True

    @abstractmethod
    async def said(self, *, message_id: str) -> tuple[ChannelId, UserId] | None:
        """The channel and the sender of that message."""
