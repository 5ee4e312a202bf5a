"""Where what was read is kept for a while."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from typing import ClassVar, Protocol, TypeVar, runtime_checkable

from saiondo_core.caching.model import CacheStats, Lifespan, Missing

T = TypeVar("T")


class Cache(Protocol):
    """Values for a while, by key: some entities, texts, numbers, and tuples of these. Local: it takes callables.

    A cache may forget whatever it likes whenever it likes; it never tells what is past. Reads, loads and `set` never
    fail by the cache itself: where it cannot answer, what is asked for is not there, and is loaded. Only what has an
    outcome that matters (`invalidate`, `clear`, `increment`) raises `UnavailableError`.

    Laws:
        - what_was_set_is_got: A value is got back as it was set, under its own key only; a later one takes its place.
        - nothing_is_known_apart_from_unknown: None that was set is got as None; what is not there is `MISSING`.
        - another_kind_is_a_miss: What was kept `as_` one kind is not there for whoever asks for another.
        - any_text_is_a_key: Keys and tags are the same where they are the same text, code point by code point: empty,
          huge, with NUL, line breaks, braces, glob characters or lone surrogates in it.
        - any_text_is_a_value: The same of texts.
        - it_lasts_for_its_ttl: A value is there until before its `ttl` has passed, counted from when it was set; None
          until before its `missing_ttl`.
        - get_many_is_get: It gives for each key what `get` would, and leaves out what is not there.
        - a_load_is_kept: What `load` gives is given, and kept; None too.
        - concurrent_misses_load_once: Whoever asks for a key that is being loaded in this process waits for that load,
          be it one of many keys.
        - a_cancelled_caller_stops_nobody: The others are given what the load gives. The last one's cancellation ends
          it.
        - a_failed_load_is_told_and_not_kept: Its error goes to all who waited, and the next one loads anew.
        - many_are_loaded_in_one_call: `load` is asked once, for the keys that are not there, each once; what it leaves
          out is kept as None.
        - invalidated_is_gone: What is invalidated, by key or by tag, is not there any more; all else is. Again, or of
          what never was, changes nothing.
        - nothing_older_after_an_invalidation: What was read by a load that began before an invalidation of its key or
          tag, or before `clear`, is neither kept nor given to anybody who asks afterwards.
        - a_load_yields_to_a_set: What a load gives does not take the place of what was set, or counted, since it
          began.
        - it_is_refreshed_early: From `refresh_after` on one caller loads, and the others are given the present value;
          if that load fails, all are.
        - stale_only_by_choice: After its end a value is given to those whose load fails, for `stale_for` seconds, and
          never once it was invalidated.
        - increments_add_up: A counter begins at 0, and parallel increments all count; it can be got, and set, as an
          int.
        - a_counter_lives_from_its_beginning: `ttl` counts from the increment, or the `set`, that began it.
        - only_numbers_are_counted: Of anything else, `increment` raises `NotACounterError`; beyond 64 bits,
          `CounterRangeError`; either leaves it as it is.
        - clear_forgets_everything: Nothing is there any more.
        - rights_are_not_kept: Of this library's own kinds only those in `CACHED` are. What is, derives from, or is made
          of another is refused with `NotCacheableError` by all that would keep it, before anything is loaded.
        - what_is_too_large_is_given_all_the_same: A value that cannot be kept is given to whoever loads it; `set` of it
          tells False, and leaves nothing under its key.
        - stats_are_exact: They count as `CacheStats` says.
    """

    __slots__ = ()
    local: ClassVar[bool] = True

    @abstractmethod
    async def get(self, *, key: str, as_: type[T]) -> T | Missing | None:
        """What is kept under *key*; None where it is known that there is nothing, `MISSING` where nothing is known."""

    @abstractmethod
    async def get_many(self, *, keys: tuple[str, ...], as_: type[T]) -> Mapping[str, T | None]:
        """What is kept under *keys*, in one round trip; None where it is known that there is nothing."""

    @abstractmethod
    async def set(
        self, *, key: str, value: T | None, as_: type[T], lifespan: Lifespan, tags: tuple[str, ...] = ()
    ) -> bool:
        """Keep *value*, None for nothing, under *key*; whether it is kept.

        Raises:
            NotCacheableError: Nothing may be kept *as_* that.
        """

    @abstractmethod
    async def get_or_load(
        self,
        *,
        key: str,
        as_: type[T],
        load: Callable[[], Awaitable[T | None]],
        lifespan: Lifespan,
        tags: tuple[str, ...] = (),
    ) -> T | None:
        """What is kept under *key*, or else what *load* gives.

        Args:
            key: Under which it is kept.
            as_: Of which kind it is.
            load: Reads it from where it truly stands. It may run in another task, for several callers at once: it
                judges nobody's rights.
            lifespan: How long it is kept.
            tags: What it can be invalidated by, besides its key. The same whenever that key is loaded.

        Raises:
            NotCacheableError: Nothing may be kept *as_* that.
            BaseException: Whatever *load* raises, where nothing may be told in its place.
        """

    @abstractmethod
    async def get_or_load_many(
        self,
        *,
        keys: tuple[str, ...],
        as_: type[T],
        load: Callable[[tuple[str, ...]], Awaitable[Mapping[str, T]]],
        lifespan: Lifespan,
        tags: tuple[str, ...] = (),
    ) -> Mapping[str, T | None]:
        """For each of *keys* what is kept under it, or else what *load* gives for all that are not there.

        Raises:
            NotCacheableError: Nothing may be kept *as_* that.
            BaseException: Whatever *load* raises, where nothing may be told in its place.
        """

    @abstractmethod
    async def invalidate(self, *, keys: tuple[str, ...] = (), tags: tuple[str, ...] = ()) -> None:
        """Forget what is kept under *keys*, and whatever bears one of *tags*. Committed once this returns.

        Raises:
            UnavailableError: It is not known whether it was forgotten: do it again.
        """

    @abstractmethod
    async def increment(self, *, key: str, ttl: float, by: int = 1) -> int:
        """Raise the counter under *key*; what it is then. Where there is none, one begins, for *ttl* seconds.

        Raises:
            NotACounterError: Something else is kept there.
            CounterRangeError: It would leave the range of 64-bit integers.
            UnavailableError: It is not known whether it was raised.
        """

    @abstractmethod
    async def clear(self) -> None:
        """Forget everything of this namespace.

        Raises:
            UnavailableError: It is not known whether all was forgotten: do it again.
        """

    @abstractmethod
    async def stats(self) -> CacheStats:
        """What was asked and found, and what is in it. What the store behind it does not answer is None."""


class SharedCache(Cache, Protocol):
    """A cache that several processes share through a server, with what only a server offers. Local.

    Its own operations have an outcome that matters, and so none falls back to anything: each raises
    `UnavailableError` where the server does not answer.

    Laws:
        - a_hash_is_kept_whole: A hash is got back as it was set; a later one takes the place of all its fields. What is
          not there is empty. Of a key that holds something else, `get_hash` raises `NotAHashError`.
        - a_hash_is_a_miss_elsewhere: `get` of a hash is a miss, and `increment` raises `NotACounterError`.
        - patterns_are_globs_of_whole_keys: `get_keys_by_pattern` gives each key once, sorted: `*` is any text, `?` one
          character, `[ab]` one of them, and a backslash takes the next as it stands. Only this namespace's keys are
          found, and none that is longer than `PATTERN_KEY_OCTETS` in UTF-8.
        - a_ttl_counts_down: `get_ttl` gives the seconds that are left, None where nothing is there.
        - set_with_expiry_tells: What it returns from is kept; what cannot be raises `NotCacheableError`.
        - what_could_not_be_forgotten_is_owed: What `invalidate` or `clear` could not forget, this process is told no
          more; and once it has read or written anything again, nobody is.
        - a_lost_server_is_told: Where it does not answer, `is_connected` gives False and every operation of this port
          `UnavailableError`; `reconnect` brings both back once it answers.
    """

    __slots__ = ()

    @abstractmethod
    async def set_hash(self, *, key: str, fields: Mapping[str, str], ttl: float) -> None:
        """Keep *fields*, at least one, under *key* for *ttl* seconds.

        Raises:
            NotCacheableError: It is too large, or has no field.
            UnavailableError: It is not known whether it is kept.
        """

    @abstractmethod
    async def get_hash(self, *, key: str) -> Mapping[str, str]:
        """The fields kept under *key*.

        Raises:
            NotAHashError: Something else is kept there.
            UnavailableError: The server does not answer.
        """

    @abstractmethod
    async def get_keys_by_pattern(self, *, pattern: str, limit: int) -> tuple[str, ...]:
        """The first *limit* keys that *pattern* matches, by name.

        Raises:
            UnavailableError: The server does not answer.
        """

    @abstractmethod
    async def get_ttl(self, *, key: str) -> float | None:
        """How many seconds what is kept under *key* has left.

        Raises:
            UnavailableError: The server does not answer.
        """

    @abstractmethod
    async def set_with_expiry(self, *, key: str, value: T | None, as_: type[T], ttl: float) -> None:
        """Keep *value* under *key* for *ttl* seconds.

        Raises:
            NotCacheableError: It is too large, cannot be written, or may not be kept *as_* that.
            UnavailableError: It is not known whether it is kept.
        """

    @abstractmethod
    async def is_connected(self) -> bool:
        """Whether the server answers."""

    @abstractmethod
    async def reconnect(self) -> bool:
        """Drop all connections, and begin anew at once; whether the server answers now."""


PATTERN_KEY_OCTETS = 512
"""How long a key may be, in UTF-8, to be found by a pattern."""


@runtime_checkable
class ProcessCache(Protocol):
    """A cache that lives in one process: what others make stale, it is told. Local, and optional.

    Laws:
        - drop_is_an_invalidation: It does at once what `invalidate` does.
    """

    __slots__ = ()
    local: ClassVar[bool] = True

    @abstractmethod
    def drop(self, *, keys: tuple[str, ...] = (), tags: tuple[str, ...] = ()) -> None:
        """Forget what is kept under *keys*, and whatever bears one of *tags*, without waiting."""
