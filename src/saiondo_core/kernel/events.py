"""What happened: events, and the envelope in which a store keeps them."""

from datetime import datetime
from typing import ClassVar

from attrs import field, frozen

from saiondo_core.kernel.ids import EventId, UserId


@frozen(kw_only=True)
class RightsRevision:
    """Which state of the rights somebody was judged under.

    Attributes:
        roles: Raised by each change of what any role allows.
        user: Raised by each change of what the one who was judged was given.
    """

    roles: int
    user: int


@frozen(kw_only=True)
class Stamp:
    """Which event, when, and by whom: what all events have in common.

    Attributes:
        rights: Which state of the rights the actor was judged under. A store that keeps the roles too refuses the event
            once that state is past; None is never refused. It is no part of what happened.
    """

    id: EventId
    at: datetime
    actor: UserId
    rights: RightsRevision | None = field(default=None, eq=False)


@frozen(kw_only=True)
class Event:
    """Something that happened, named by ids.

    An event holds no content: a deleted text must be gone, and a handler reads what is true when it runs.

    Attributes:
        action: What was done, as `resource.past_participle`. Stable: activity logs and clients keep it.
        resource: The kind of thing it was done to.
    """

    action: ClassVar[str]
    resource: ClassVar[str]
    stamp: Stamp

    # Not abstract methods: type checkers refuse an abstract class where a class of events is asked for, as in
    # `use_cases.on(Event, ...)`. A kind of events that leaves them out is refused here instead.
    def __init_subclass__(cls) -> None:
        """Refuse a kind of events that does not say what it was done to, and where it belongs.

        Raises:
            TypeError: It does not.
        """
        for name in ("resource_id", "stream"):
            if getattr(cls, name) is getattr(Event, name):
                raise TypeError(f"{cls.__name__} needs a property {name!r}")

    @property
    def resource_id(self) -> str:
        """The thing it was done to."""
        return ""

    @property
    def stream(self) -> str:
        """The log of one channel or one user, in whose order the event is delivered."""
        return ""


@frozen(kw_only=True)
class Recorded:
    """An event as a store keeps it, with the numbers that only the store can give.

    Attributes:
        partition: Which part of the log it lies in; a stream lies in one.
        position: Its place in the partition. Positions rise and become visible in order.
        offset: Its place in its stream: gap-free from 1.
        sequence: For a sent message, its place among the channel's messages: gap-free from 1.
    """

    partition: int
    position: int
    offset: int
    sequence: int | None = None
    event: Event


@frozen(kw_only=True)
class Head:
    """How far a stream has got, in which incarnation of its log.

    Two heads that are equal have the same past: a log that was begun anew has another epoch, and one that was set back
    to an older state gives the same offset to another event.

    Attributes:
        epoch: Random, and made anew with the log.
        offset: The offset of the stream's last event; 0 where there is none.
        event_id: That event.
    """

    epoch: str
    offset: int
    event_id: EventId | None
