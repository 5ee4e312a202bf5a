"""Who listens to what in this process."""

from attrs import define, field

from saiondo_core.channels.model import ChannelId
from saiondo_core.realtime.feed import Feed
from saiondo_core.realtime.listening import Listener
from saiondo_core.realtime.notes import Passing, PresenceChanged
from saiondo_core.realtime.subscriptions import Subscription
from saiondo_core.realtime.telling import passing


@define(eq=False, kw_only=True)
class Place:
    """A listener, and what it listens to.

    Attributes:
        is_arrival: Whether its user was offline before it came.
    """

    listener: Listener
    is_arrival: bool = field(default=False, init=False)
    _greeted: set[ChannelId] = field(factory=set[ChannelId], init=False)
    subscriptions: dict[ChannelId, Subscription] = field(factory=dict[ChannelId, Subscription], init=False)

    def greets(self, channel_id: ChannelId) -> bool:
        """Whether a channel that was joined is to be told of its user's coming: once, however often it is joined."""
        is_first = self.is_arrival and channel_id not in self._greeted
        if is_first:
            self._greeted.add(channel_id)
        return is_first


@define(eq=False, kw_only=True)
class Places:
    """All listeners, and a feed for each channel that one of them listens to."""

    _feeds: dict[ChannelId, Feed] = field(factory=dict[ChannelId, Feed], init=False)
    _places: dict[str, Place] = field(factory=dict[str, Place], init=False)

    @property
    def listeners(self) -> tuple[Listener, ...]:
        """All that are connected."""
        return tuple(place.listener for place in self._places.values())

    def connect(self, listener: Listener) -> Place:
        """Let *listener* listen to channels, until it is disconnected."""
        return self._places.setdefault(listener.id, Place(listener=listener))

    def place_of(self, listener: Listener) -> Place:
        """What *listener* listens to: nothing, where it is not connected."""
        return self._places.get(listener.id) or Place(listener=listener)

    def disconnect(self, listener: Listener) -> tuple[Subscription, ...]:
        """Tell *listener* nothing more; what it listened to."""
        place = self._places.pop(listener.id, None)
        ended = () if place is None else tuple(place.subscriptions.values())
        for subscription in ended:
            self.forget(subscription)
        return ended

    def enter(self, subscription: Subscription) -> Feed:
        """Keep what happens in a channel from now on for *subscription*; an earlier one of its listener's is over.

        Where its listener is not connected any more, *subscription* is over itself.
        """
        place = self._places.get(subscription.listener.id)
        if place is None:
            subscription.is_over = True
            return Feed(subscription.channel_id)
        self.leave(subscription.listener, subscription.channel_id)
        place.subscriptions[subscription.channel_id] = subscription
        feed = self._feeds.setdefault(subscription.channel_id, Feed(subscription.channel_id))
        feed.add(subscription)
        return feed

    def leave(self, listener: Listener, channel_id: ChannelId) -> bool:
        """Tell *listener* nothing more of a channel; whether it listened to it."""
        place = self._places.get(listener.id)
        subscription = None if place is None else place.subscriptions.get(channel_id)
        if subscription is None:
            return False
        self.forget(subscription)
        return True

    def pass_on(self, note: Passing, *, presence_most: int) -> None:
        """Tell those who may hear *note* of it; of presence, in channels with at most so many listeners."""
        feed, told = tuple(self._feeds.get(note.channel_id, ())), passing(note)
        if isinstance(note, PresenceChanged) and len(feed) > presence_most:
            return  # Everybody's coming, told to everybody, is a flood.
        for subscription in feed:
            if subscription.may_hear(note):
                subscription.listener.tell(told)

    def forget(self, subscription: Subscription) -> None:
        """Tell *subscription* nothing more, and nothing of that."""
        subscription.is_over = True
        place = self._places.get(subscription.listener.id)
        if place is not None and place.subscriptions.get(subscription.channel_id) is subscription:
            del place.subscriptions[subscription.channel_id]
        feed = self._feeds.get(subscription.channel_id)
        if feed is not None:
            feed.remove(subscription)
            if not len(feed):
                del self._feeds[subscription.channel_id]
