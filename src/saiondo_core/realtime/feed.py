"""One channel's log, followed once for all who listen to it."""

from collections.abc import Iterator

from attrs import define, field

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.events import Head
from saiondo_core.realtime.frames import Frame
from saiondo_core.realtime.listening import Listener, Told
from saiondo_core.realtime.model import GapReason, cursor_of
from saiondo_core.realtime.replies import GapFound
from saiondo_core.realtime.subscriptions import Subscription
from saiondo_core.realtime.telling import Entry


def stream_of(channel_id: ChannelId) -> str:
    """The stream of that channel's events."""
    return f"channel:{channel_id}"


@define(eq=False)
class Feed:
    """How far this process has followed one channel's log, and whom it tells.

    Attributes:
        head: Up to where it has told; None before it has begun.
        hinted: The highest offset that anybody has spoken of.
        generation: Raised whenever the log turned out not to be the one that was followed.
    """

    channel_id: ChannelId
    head: Head | None = field(default=None, init=False)
    hinted: int = field(default=0, init=False)
    generation: int = field(default=0, init=False)
    _subscriptions: dict[str, Subscription] = field(factory=dict[str, Subscription], init=False)

    @property
    def stream(self) -> str:
        """The stream that it follows."""
        return stream_of(self.channel_id)

    @property
    def is_behind(self) -> bool:
        """Whether there is more to tell."""
        return self.head is not None and self.hinted > self.head.offset

    def begin(self, head: Head) -> None:
        """Follow the log from *head* on, unless it is followed already."""
        if self.head is None:
            self.head, self.hinted = head, max(self.hinted, head.offset)

    @property
    def told(self) -> frozenset[Head]:
        """Up to where it, and each of its subscriptions, has told."""
        heads = frozenset(subscription.head for subscription in self if not subscription.is_joining)
        return heads if self.head is None else heads | {self.head}

    def is_ahead_of(self, subscription: Subscription) -> bool:
        """Whether it told of something that *subscription* has missed."""
        return self.head is not None and self.head.offset > subscription.head.offset

    def tell(self, entries: tuple[Entry, ...]) -> list[Subscription]:
        """Tell of *entries*, which follow the head; the subscriptions that have to be judged first."""
        waiting = list[Subscription]()
        for entry in entries:
            self.head = entry.head
            waiting += [subscription for subscription in self if subscription.hear(entry)]
        return waiting

    def begin_again(self, head: Head, reason: GapReason) -> None:
        """Follow the log from *head* on, and tell everybody who is elsewhere of the gap."""
        self.head = head
        self.hinted = head.offset
        self.generation += 1
        for subscription in self:
            told = subscription.head
            subscription.begin_again(head)
            if told != head and not subscription.is_joining:
                first = 1 if reason is GapReason.EPOCH_CHANGED else told.offset + 1
                subscription.listener.tell(self._gap(first, head, reason))

    def _gap(self, first: int, head: Head, reason: GapReason) -> Told:
        gap = GapFound(
            first=first, last=head.offset, reason=reason, epoch=head.epoch, head=head.offset, cursor=cursor_of(head)
        )
        return Told(Frame(type=gap.type, data=gap, channel_id=self.channel_id))

    def add(self, subscription: Subscription) -> None:
        """Tell one more."""
        self._subscriptions[subscription.listener.id] = subscription

    def remove(self, subscription: Subscription) -> None:
        """Tell one less."""
        if self._subscriptions.get(subscription.listener.id) is subscription:
            del self._subscriptions[subscription.listener.id]

    def of(self, listener: Listener) -> Subscription | None:
        """The subscription of *listener*."""
        return self._subscriptions.get(listener.id)

    def __iter__(self) -> Iterator[Subscription]:
        """Go through all subscriptions."""
        return iter(tuple(self._subscriptions.values()))

    def __len__(self) -> int:
        """How many there are."""
        return len(self._subscriptions)
