"""Where sessions and credentials are kept, and who hashes passwords."""

from abc import abstractmethod
from datetime import datetime
from typing import ClassVar, Protocol

from saiondo_core.auth.model import Credential, SessionId, StoredSession, Verdict
from saiondo_core.kernel.events import Event
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import Logged


class SessionRepository(Logged, Protocol):
    """The sessions, with the digests of their tokens.

    Laws:
        - add_then_find_is_the_same: What was added is found by its locator and by its id, field by field.
        - add_is_idempotent: The same session again, with the same events, changes and records nothing.
        - replace_needs_the_present: `replace` of anything but the present session raises `StaleSessionError`.
        - replace_is_idempotent: The same replacement again, with the same events, changes and records nothing.
        - parallel_replaces_have_one_winner: Of parallel replacements of one session, one is stored.
        - a_removed_session_is_gone: It is found neither by locator, id nor user, and cannot be replaced.
        - remove_records_what_it_removed: Only events of sessions that were still there are recorded.
        - of_user_gives_theirs_only: `of_user` gives all sessions of that user, oldest first, and no other.
        - writes_carry_their_events: Each write's events are in the log, in order, with the write or not at all.
        - expired_sessions_are_swept: `remove_expired` removes those whose time was up, at most `limit`, and counts.
    """

    __slots__ = ()

    @abstractmethod
    async def add(self, *, session: StoredSession, events: tuple[Event, ...]) -> None:
        """Keep a new session, and record *events*."""

    @abstractmethod
    async def replace(self, *, before: StoredSession, after: StoredSession, events: tuple[Event, ...]) -> None:
        """Put *after* in the place of *before*, which has the same id and locator, and record *events*."""

    @abstractmethod
    async def find(self, *, locator: str) -> StoredSession | None:
        """The session of that locator (its digest)."""

    @abstractmethod
    async def get(self, *, session_id: SessionId) -> StoredSession | None:
        """The session of that id."""

    @abstractmethod
    async def of_user(self, *, user_id: UserId) -> tuple[StoredSession, ...]:
        """All sessions of that user, oldest first."""

    @abstractmethod
    async def remove(self, *, session_id: SessionId, events: tuple[Event, ...]) -> None:
        """End a session, and record *events* if it was there."""

    @abstractmethod
    async def remove_expired(self, *, now: datetime, limit: int) -> int:
        """Remove at most *limit* sessions whose `expires_at` is not after *now*; how many were removed."""


class CredentialRepository(Logged, Protocol):
    """The password hashes.

    Laws:
        - put_then_get_is_the_same: What was put is read back, field by field.
        - put_needs_the_present: `put` over anything but the digest it says it replaces raises `StaleCredentialError`.
        - put_is_idempotent: The same credential again, with the same events, changes and records nothing.
        - parallel_puts_have_one_winner: Of parallel puts over one digest, one is stored.
        - writes_carry_their_events: Each write's events are in the log, in order, with the write or not at all.
        - remove_forgets: A removed credential is gone; removing it again changes nothing.
        - list_goes_by_user: `list` gives credentials by user id, after one, at most `limit`.
    """

    __slots__ = ()

    @abstractmethod
    async def put(self, *, credential: Credential, replaces: str | None, events: tuple[Event, ...]) -> None:
        """Keep *credential* in the place of the one with the digest *replaces* (None: of none), and record *events*."""

    @abstractmethod
    async def get(self, *, user_id: UserId) -> Credential | None:
        """The credential of that user."""

    @abstractmethod
    async def list(self, *, after: UserId | None, limit: int) -> tuple[Credential, ...]:
        """The credentials of the users whose ids follow *after*, by id."""

    @abstractmethod
    async def remove(self, *, user_id: UserId) -> None:
        """Forget the credential of that user."""


class PasswordHasher(Protocol):
    """Password hashes, slow on purpose. Local: passwords do not travel.

    Laws:
        - the_password_fits: A password fits its own hash, and no other password does.
        - hashes_differ: Two hashes of one password differ (they are salted).
        - no_digest_costs_the_same: Verifying against None does the work of one verification, and does not fit.
        - garbage_does_not_fit: A digest that is none does not fit, costs one verification, and raises nothing.
        - old_parameters_are_outdated: A hash of weaker parameters fits, and is said to be outdated.
        - a_full_queue_is_refused: Beyond its queue it raises `HashQueueFullError`, and goes on.
    """

    __slots__ = ()
    local: ClassVar[bool] = True

    @abstractmethod
    async def hash(self, *, password: str) -> str:
        """A new hash of *password*, with its salt and parameters in it.

        Raises:
            HashQueueFullError: Too many wait already.
        """

    @abstractmethod
    async def verify(self, *, password: str, digest: str | None) -> Verdict:
        """Whether *password* fits *digest*; None fits nothing, and takes as long.

        Raises:
            HashQueueFullError: Too many wait already.
        """


class CommonPasswords(Protocol):
    """The passwords that everybody tries first. Local.

    Laws:
        - the_commonest_are_known: Such as `password` and `12345678`, in any letter case.
        - a_random_one_is_not: A password from a generator is not among them.
    """

    __slots__ = ()
    local: ClassVar[bool] = True

    @abstractmethod
    async def include(self, *, password: str) -> bool:
        """Whether *password*, in any letter case, is among the commonest of 8 characters or more."""


class PasswordVerifier(Protocol):
    """Knows the hashes that an older system left behind. Local, and called in a hasher's thread: it may take its time.

    Laws:
        - its_own_hashes_are_known: `knows` tells by the form of a digest alone whether `verify` can judge it.
        - the_password_fits: A password fits its own hash, and no other password does.
    """

    __slots__ = ()
    local: ClassVar[bool] = True

    @abstractmethod
    def knows(self, *, digest: str) -> bool:
        """Whether *digest* is one of its hashes."""

    @abstractmethod
    def verify(self, *, password: str, digest: str) -> bool:
        """Whether *password* fits *digest*, which it knows."""
