"""Who is there, what goes between the processes that serve them, and what a client of theirs needs."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import ClassVar, Protocol

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.ids import UserId
from saiondo_core.realtime.model import Cursor, Lease
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


class ClientSocket(Protocol):
    """One connection to a server, as its client has it. Local: each network carries it its own way.

    Laws:
        - texts_arrive_once_and_in_order: While nothing fails, the other end is given each text as it was sent.
        - the_end_is_told: Whoever receives is told of the end, with the code of the server's closing where it gave one,
          after all that came before it. However often they ask again, they are told the same.
        - nothing_is_sent_after_the_end: Sending says so, too.
        - closing_is_orderly: The server is given the code, after all that was sent before.
        - aborting_is_at_once: Whatever waits comes to its end, and nothing else has to answer for that.
    """

    __slots__ = ()
    local: ClassVar[bool] = True

    @abstractmethod
    async def send(self, text: bytes) -> None:
        """Send a text message, in UTF-8, and return once there is room for more.

        Raises:
            ConnectionLostError: The connection has ended.
        """

    @abstractmethod
    async def receive(self) -> str | bytes:
        """The next message: a text, which may be given in UTF-8, or a binary one. What is not asked for waits.

        What waits holds the server up, at last. A cancelled call takes no message with it.

        Raises:
            ConnectionLostError: The connection has ended.
        """

    @abstractmethod
    async def close(self, code: int) -> None:
        """Close the connection with *code*, and return once the server has agreed, or is gone.

        How long that may take is the caller's affair: `abort` ends it.
        """

    @abstractmethod
    def abort(self) -> None:
        """End the connection at once; the server is told nothing."""


class ClientConnector(Protocol):
    """The way to one server. Local: each network has its own.

    Laws:
        - a_server_is_reached: Each call makes a connection of its own.
        - a_server_that_is_not_there_is_lost: Where nobody listens, there is no connection, and no close code.
        - a_cancelled_attempt_leaves_nothing: Neither at this end, nor at the other.
    """

    __slots__ = ()
    local: ClassVar[bool] = True

    @abstractmethod
    async def connect(self) -> ClientSocket:
        """Make a connection. How long that may take is the caller's affair, who cancels it.

        Raises:
            ConnectionLostError: There is none to be had. A server that refuses whoever asks (HTTP 401) counts as one
                that has closed with 4101, and one that refuses what is asked (any other 4xx but 408 and 429) with 4103.
        """


class CursorStore(Protocol):
    """Where clients keep how far they have heard, so that they go on from there when they are started again.

    Laws:
        - nobody_is_known_at_first: A fresh store gives no cursors.
        - the_last_word_counts: What was kept last is given, be it ahead of what was kept before or behind it.
        - users_are_apart: One user's cursors say nothing of another's.
        - channels_are_apart: Keeping or forgetting one channel's cursor changes no other's.
        - what_is_forgotten_is_gone: Forgetting again, or what never was, changes nothing.
    """

    __slots__ = ()

    @abstractmethod
    async def cursors(self, *, user_id: UserId) -> Mapping[str, Cursor]:
        """How far *user_id* has heard, by channel.

        Raises:
            CursorsUnavailableError: It cannot be told at present.
        """

    @abstractmethod
    async def keep(self, *, user_id: UserId, channel_id: ChannelId, cursor: Cursor) -> None:
        """Note that *user_id* has heard everything in *channel_id* up to *cursor*.

        Raises:
            CursorsUnavailableError: It may not have been noted. Once the same call returns, it has been.
        """

    @abstractmethod
    async def forget(self, *, user_id: UserId, channel_id: ChannelId) -> None:
        """Note that *user_id* follows *channel_id* no more.

        Raises:
            CursorsUnavailableError: See `keep`.
        """
