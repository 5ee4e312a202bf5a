"""Where users are kept."""

from abc import abstractmethod
from datetime import datetime
from typing import ClassVar, Protocol

from saiondo_core.kernel.events import Event
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import Logged
from saiondo_core.users.model import User


class UserRepository(Logged, Protocol):
    """The users. What is unique of a username or an address is said by `username_key` and `email_key`.

    Laws:
        - add_then_get_is_the_same: What was added is read back, field by field.
        - add_is_idempotent: The same user again, with the same events, changes nothing and records nothing.
        - other_user_under_the_id_conflicts: Another user under a taken id raises `UserIdTakenError`.
        - usernames_are_unique: A taken username, in any case, raises `UsernameTakenError`, on `add` and on `replace`.
        - emails_are_unique: A taken address, in any case, raises `EmailTakenError`, on `add` and on `replace`.
        - a_freed_name_can_be_taken: A username or address that was replaced can be taken by another.
        - a_refused_write_leaves_nothing: What was refused is not stored, and its events are not in the log.
        - writes_carry_their_events: Each write's events are in the log, in order, with the write or not at all.
        - replace_needs_the_present: `replace` of anything but the present user raises `StaleUserError`.
        - replace_is_idempotent: The same replacement again, with the same events, changes and records nothing.
        - lookups_ignore_case: `by_email` and `by_usernames` find in any case.
        - many_are_found_once: `get_many` and `by_usernames` give each user once, and leave out the unknown.
        - list_goes_by_username: `list` gives active users by `username_key`, after a key, at most `limit`.
        - list_finds_text: `list` gives those whose username or display name holds the text, in any case.
        - parallel_adds_have_one_winner: Of parallel adds of one name, one is stored.
    """

    __slots__ = ()

    @abstractmethod
    async def add(self, *, user: User, events: tuple[Event, ...]) -> None:
        """Keep a new *user*, and record *events*."""

    @abstractmethod
    async def replace(self, *, before: User, after: User, events: tuple[Event, ...]) -> None:
        """Put *after* in the place of *before*, which has the same id, and record *events*."""

    @abstractmethod
    async def get(self, *, user_id: UserId) -> User | None:
        """The user of that id, active or not."""

    @abstractmethod
    async def get_many(self, *, user_ids: tuple[UserId, ...]) -> tuple[User, ...]:
        """The users of those ids, active or not, in no particular order."""

    @abstractmethod
    async def by_email(self, *, email: str) -> User | None:
        """The user with that address."""

    @abstractmethod
    async def by_usernames(self, *, usernames: tuple[str, ...]) -> tuple[User, ...]:
        """The users with those names, in no particular order."""

    @abstractmethod
    async def list(self, *, text: str, after: str, limit: int) -> tuple[User, ...]:
        """The active users whose names hold *text* ("" for all) and whose `username_key` follows *after*."""


class Belongings(Protocol):
    """What a user holds that they must hand over before they go, and what ends with them. Local.

    The factory joins it to the channels.

    Laws:
        - owned_channels_are_named: Every channel that the user owns and that is not deleted is named.
        - nothing_is_left: Once given up, the user has no place that they had until then, but for what they own.
    """

    __slots__ = ()
    local: ClassVar[bool] = True

    @abstractmethod
    async def owned_channels(self, *, user_id: UserId) -> tuple[str, ...]:
        """The ids of the channels that the user owns, but for direct ones."""

    @abstractmethod
    async def give_up(self, *, user_id: UserId, actor: UserId, until: datetime) -> None:
        """End, on behalf of *actor*, what the user has had until that moment, but for what they own."""
