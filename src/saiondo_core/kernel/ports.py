"""The ports that every feature needs."""

from abc import abstractmethod
from collections.abc import Callable
from datetime import datetime
from typing import ClassVar, Protocol, runtime_checkable

from attrs import frozen

from saiondo_core.kernel.events import Head, Recorded


class Clock(Protocol):
    """Time. Local: it never travels.

    Laws:
        - now_is_utc: `now` is aware, in UTC, in whole milliseconds.
        - monotonic_never_falls: `monotonic` never falls, whatever happens to `now`.
        - sleep_lasts: `sleep` returns once `monotonic` has risen by its seconds, not before.
    """

    __slots__ = ()
    local: ClassVar[bool] = True

    @abstractmethod
    def now(self) -> datetime:
        """The time of day, aware, in UTC, in whole milliseconds."""

    @abstractmethod
    def monotonic(self) -> float:
        """Seconds since some moment, for measuring how long something took."""

    @abstractmethod
    async def sleep(self, seconds: float) -> None:
        """Return after *seconds*."""


class IdSource(Protocol):
    """New identities. Local: it never travels.

    Laws:
        - ids_are_unique: No two are the same.
        - ids_are_ordered: Within a process a later id sorts after an earlier one (UUIDv7, RFC 9562).
    """

    __slots__ = ()
    local: ClassVar[bool] = True

    @abstractmethod
    def new(self) -> str:
        """A UUIDv7 in its canonical form."""


class SecretSource(Protocol):
    """Unguessable texts, from a cryptographically secure generator. Local: it never travels.

    Laws:
        - tokens_are_urlsafe: A token is made of `A-Z a-z 0-9 - _`.
        - tokens_are_unique: No two are the same.
        - codes_keep_their_alphabet: A code has the asked length, in the asked alphabet.
    """

    __slots__ = ()
    local: ClassVar[bool] = True

    @abstractmethod
    def token(self, *, octets: int) -> str:
        """A token that carries *octets* bytes of entropy, in base64url without padding."""

    @abstractmethod
    def code(self, *, length: int, alphabet: str) -> str:
        """*length* characters, each drawn evenly from *alphabet*."""


class EventLog(Protocol):
    """The log of everything that a family of stores has done, kept in the same writes as the things themselves.

    Laws:
        - a_new_log_is_empty: A fresh log has at least one partition, nothing to read, and every position is 0.
        - positions_become_visible_in_order: Positions of a partition rise; whoever has read one never later finds
          another below it.
        - read_goes_on_after: `read` gives what lies after a position, oldest first, at most `limit`.
        - offsets_are_gap_free: The offsets of a stream are 1, 2, 3 … without a hole.
        - a_stream_lies_in_one_partition: All events of a stream lie in one partition, in the order of their offsets.
        - stream_gives_one_log: `stream` gives the events of that stream after an offset, oldest first, at most `limit`.
        - head_is_the_last: A head names offset and id of its stream's last event, read in one go; offset 0 and no id
          where there is none.
        - epoch_names_the_log: All heads of one log have one epoch, whatever the stream, for as long as the log lives. A
          log begun anew, be it empty or restored elsewhere, has another: it is random.
        - advance_only_rises: A consumer's position never falls.
        - consumers_are_apart: One consumer's position says nothing of another's.
    """

    __slots__ = ()

    @abstractmethod
    async def partitions(self) -> int:
        """How many partitions there are, numbered from 0. Never changes."""

    @abstractmethod
    async def read(self, *, partition: int, after: int, limit: int) -> tuple[Recorded, ...]:
        """What lies in *partition* after the position *after*, oldest first, at most *limit*."""

    @abstractmethod
    async def stream(self, *, stream: str, after: int, limit: int) -> tuple[Recorded, ...]:
        """What lies in *stream* after the offset *after*, oldest first, at most *limit*."""

    @abstractmethod
    async def head(self, *, stream: str) -> Head:
        """How far *stream* has got, and in which incarnation of the log."""

    @abstractmethod
    async def position(self, *, consumer: str, partition: int) -> int:
        """Up to where *consumer* has handled *partition*; 0 where it has not begun."""

    @abstractmethod
    async def advance(self, *, consumer: str, partition: int, to: int) -> None:
        """Note that *consumer* has handled *partition* up to the position *to*."""


@runtime_checkable
class Watchable(Protocol):
    """A log that can tell, in process, where it has grown. Local, and optional: a log without it is looked at in turns.

    Laws:
        - growth_is_told: After each write that records events, every watcher is called with each partition in which
          they lie, once or more.
        - unwatched_is_silent: Whoever was unwatched is not called again.
    """

    __slots__ = ()
    local: ClassVar[bool] = True

    @abstractmethod
    def watch(self, grown: Callable[[int], None]) -> None:
        """Call *grown* with the partition whenever events were recorded."""

    @abstractmethod
    def unwatch(self, grown: Callable[[int], None]) -> None:
        """Call *grown* no more."""


class Logged(Protocol):
    """A store that keeps, in the same write as each thing, the events it causes.

    A family of stores (the memory stores, one database) shares one log; a store that is replaced alone brings its own.
    """

    __slots__ = ()

    @property
    @abstractmethod
    def log(self) -> EventLog:
        """The log that this store's writes fill: the same object for all stores of a family."""


@frozen(kw_only=True)
class DeadLetter:
    """An event that a handler failed on until its tries were used up.

    Attributes:
        id: `consumer/event id`: one letter for each.
        error: The class of the last error, never its text, which may quote what a user typed.
    """

    id: str
    consumer: str
    recorded: Recorded
    error: str
    attempts: int
    buried_at: datetime


class DeadLetters(Protocol):
    """Where events go that a handler could not handle, so that somebody can look, mend and replay.

    Laws:
        - bury_is_idempotent: The same id again replaces the letter.
        - letters_are_listed_by_consumer: `list` gives a consumer's letters, or everybody's, by id, after a given id, at
          most `limit`.
        - remove_forgets: A removed letter is not listed; removing it again changes nothing.
    """

    __slots__ = ()

    @abstractmethod
    async def bury(self, *, letter: DeadLetter) -> None:
        """Keep *letter*."""

    @abstractmethod
    async def get(self, *, letter_id: str) -> DeadLetter | None:
        """The letter of that id."""

    @abstractmethod
    async def list(self, *, consumer: str | None, after: str, limit: int) -> tuple[DeadLetter, ...]:
        """The letters of *consumer* (of all, where it is None) whose ids follow *after*, by id."""

    @abstractmethod
    async def remove(self, *, letter_id: str) -> None:
        """Forget a letter."""


@frozen(kw_only=True)
class Budget:
    """At most *most* attempts for *key* in any *seconds*."""

    key: str
    most: int
    seconds: float


class RateLimiter(Protocol):
    """Attempts, counted before they are made, so that parallel ones cannot slip by.

    Laws:
        - reserve_is_all_or_none: An attempt is counted on each of its budgets, or on none where one of them is spent.
        - parallel_reserves_share_the_budget: However many ask at once, no more than `most` get through.
        - reserve_is_idempotent: The same attempt again answers the same and is counted once.
        - release_gives_back: A released attempt no longer counts; releasing again changes nothing.
        - windows_slide: An attempt stops counting `seconds` after it was made.
        - keys_are_apart: A spent budget says nothing of another key's.
    """

    __slots__ = ()

    @abstractmethod
    async def reserve(self, *, attempt_id: str, budgets: tuple[Budget, ...], at: datetime) -> bool:
        """Count *attempt_id*, made at *at*, on all *budgets*; False, and nothing counted, where one is spent."""

    @abstractmethod
    async def release(self, *, attempt_id: str) -> None:
        """Take back what `reserve` counted for *attempt_id*."""
