"""Who is there, and what goes between the processes that serve them."""

from abc import abstractmethod
from collections.abc import Callable
from datetime import datetime
from typing import ClassVar, Protocol

from saiondo_core.kernel.ids import UserId
from saiondo_core.realtime.model import Lease
from saiondo_core.realtime.notes import Note


class PresenceStore(Protocol):
    """What holds for a while and ends by itself: that somebody is connected, or types.

    Laws:
        - a_lease_lasts_until_its_end: A topic is held from the moment a lease of it is taken until before its end.
        - a_lease_only_lengthens: The same lease (topic and id) with an earlier end changes nothing; with a later one,
          it goes on.
        - a_dropped_lease_is_over: Dropping ends it at once; dropping again, or what never was, changes nothing. Taken
          again, it holds anew.
        - a_topic_is_held_by_each_of_its_leases: It is held as long as one of them lasts; its holders are each named
          once, by id.
        - topics_are_apart: What is held of one topic says nothing of another.
        - what_has_ended_is_forgotten: Leases that have ended take up no room for good: taking one forgets those of its
          topic that have ended by then. A forgotten lease that is taken again is another one.
    """

    __slots__ = ()

    @abstractmethod
    async def take(self, *, leases: tuple[Lease, ...], at: datetime) -> None:
        """Hold the topics of *leases*, each until its end; *at* is now."""

    @abstractmethod
    async def drop(self, *, topic: str, lease_id: str) -> None:
        """End a lease."""

    @abstractmethod
    async def held(self, *, topics: tuple[str, ...], at: datetime) -> frozenset[str]:
        """Those of *topics* that are held at that moment."""

    @abstractmethod
    async def holders(self, *, topic: str, at: datetime) -> tuple[UserId, ...]:
        """Who holds *topic* at that moment, each once, by id."""


class EventBus(Protocol):
    """Carries notes between the processes that serve one namespace. Local: each technology carries them its own way.

    A note is a hint: it may be lost, doubled or late, and whoever needs to be sure asks the store.

    Laws:
        - who_listens_hears: While nothing fails, every listener is told once of each note that is published after it
          began, of its own process's too, in the order in which one publisher published them.
        - who_does_not_listen_hears_nothing: Before `listen`, and after `unlisten`. To listen twice is to listen once,
          and to end what never began changes nothing.
        - a_failing_listener_stops_nobody: The other listeners hear of the note, and its publisher of no error. The
          error goes to the event loop's exception handler.
    """

    __slots__ = ()
    local: ClassVar[bool] = True

    @abstractmethod
    async def publish(self, *, note: Note) -> None:
        """Tell every listener of *note*.

        Raises:
            UnavailableError: It cannot be told at present.
        """

    @abstractmethod
    def listen(self, hear: Callable[[Note], None]) -> None:
        """Call *hear*, which does not wait, for each note from now on."""

    @abstractmethod
    def unlisten(self, hear: Callable[[Note], None]) -> None:
        """Call *hear* no more."""
