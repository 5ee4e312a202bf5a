"""Beginning to listen to a channel, without a moment in which anything could be missed."""

from attrs import frozen

from saiondo_core.channels.errors import StaleMembershipError
from saiondo_core.channels.standing import permitted_standing
from saiondo_core.kernel.policies import CHANNEL_READ
from saiondo_core.kernel.refusals import StaleRightsError
from saiondo_core.kernel.retrying import rejudged
from saiondo_core.messages.model import Message
from saiondo_core.realtime.errors import TooManyChannelsError, UnsteadyLogError
from saiondo_core.realtime.feed import Feed
from saiondo_core.realtime.hub import Hub
from saiondo_core.realtime.model import ChannelSnapshot, GapReason, cursor_of
from saiondo_core.realtime.ports import PresenceStore
from saiondo_core.realtime.presence import online_topic, typing_topic
from saiondo_core.realtime.recovery import Recovery, read_all_after, recover
from saiondo_core.realtime.subscriptions import Subscription, place_of
from saiondo_core.realtime.telling import Entry, entries_of

MEMBERS_MOST = 100
MESSAGES_MOST = 25
_TRIES = 3


@frozen(kw_only=True)
class Joining:
    """How somebody begins to listen to a channel.

    In this order: what happens is kept from now on; what happened is read; it is judged whether they may read there;
    and, in one go, the snapshot is told, then what was missed, then what was kept. Whatever is told live follows it
    without a hole.
    """

    hub: Hub
    presence: PresenceStore

    async def join(self, subscription: Subscription, since: str | None) -> tuple[ChannelSnapshot, tuple[Entry, ...]]:
        """Let *subscription* begin, at the cursor *since* where there is one.

        Returns:
            The snapshot, and what was missed since.

        Raises:
            ChannelNotFoundError: There is no such channel, or none its user may know of.
            NotAMemberError: The user may know of it, but is not in it.
            AccessDeniedError: The user may not read there.
            TooManyChannelsError: Its listener listens to as many channels as it may.
            UnsteadyLogError: The log was replaced again and again meanwhile.
            StaleMembershipError: The user came and went, again and again.
            StaleRightsError: Rights were changed again and again.
        """
        hub = self.hub
        others = hub.place_of(subscription.listener).subscriptions.keys() - {subscription.channel_id}
        if len(others) >= hub.policy.channels_most:
            raise TooManyChannelsError(most=hub.policy.channels_most)
        feed = hub.enter(subscription)
        try:
            begun = await rejudged(
                lambda: self._begun(feed, subscription, since),
                on=(UnsteadyLogError, StaleMembershipError),
                tries=_TRIES,
            )
        except BaseException:
            hub.forget(subscription)
            raise
        hub.settled(feed, subscription)
        return begun

    async def _begun(
        self, feed: Feed, subscription: Subscription, since: str | None
    ) -> tuple[ChannelSnapshot, tuple[Entry, ...]]:
        """Read, judge and tell.

        Raises:
            UnsteadyLogError: The log was replaced meanwhile, and nothing was told.
            StaleMembershipError: The user became a member only meanwhile, and nothing was told.
            StaleRightsError: Some rights were changed meanwhile, and nothing was told.
        """
        hub, channel_id, user_id = self.hub, feed.channel_id, subscription.actor.id
        generation, doubts = feed.generation, subscription.doubts
        before = await hub.channels.standing(channel_id=channel_id, user_id=user_id)
        head = await hub.log.head(stream=feed.stream)
        feed.begin(head)
        recovery = Recovery(start=head)
        if since is not None:
            recovery = await recover(
                hub.log, feed.stream, since, head=head, user_id=user_id, most=hub.policy.recover_most
            )
        start, events, messages = recovery.start, recovery.events, tuple[Message, ...]()
        if events is None:
            messages = await hub.messages.history(channel_id=channel_id, before=None, after=None, limit=MESSAGES_MOST)
            later = await read_all_after(hub.log, feed.stream, start, limit=hub.policy.recover_most)
            if isinstance(later, GapReason):
                raise UnsteadyLogError
            events = later
            # What was sent after the head is told as an event, and only so.
            first = min((event.sequence for event in events if event.sequence is not None), default=None)
            messages = tuple(message for message in messages if first is None or message.sequence < first)
        entries = await entries_of(events, hub.messages, epoch=start.epoch, after=start.event_id)
        members = await hub.channels.members(channel_id=channel_id, after=None, limit=MEMBERS_MOST)
        now = hub.clock.now()
        online = await self.presence.held(topics=tuple(online_topic(member.user_id) for member in members), at=now)
        typing = await self.presence.holders(topic=typing_topic(channel_id), at=now)
        _, standing = await permitted_standing(hub.channels, hub.acting, channel_id, subscription.actor, CHANNEL_READ)
        if feed.generation != generation:
            raise UnsteadyLogError
        if subscription.doubts != doubts:
            raise StaleRightsError
        subscription.place = place_of(standing)
        if place_of(before) != subscription.place:
            raise StaleMembershipError(channel_id=channel_id)
        snapshot = ChannelSnapshot(
            channel=standing.channel,
            members=members,
            recent_messages=messages,
            online=tuple(member.user_id for member in members if online_topic(member.user_id) in online),
            typing=typing[:MEMBERS_MOST],
            cursor=cursor_of(start),
            head=start.offset,
            recovered=since is not None and recovery.gap is None,
            gap=recovery.gap,
            since=since,
        )
        if not subscription.is_over:
            # From here to the end nothing waits: nobody can be told anything in between.
            subscription.begin_at(start)
            subscription.listener.joined(snapshot)
            subscription.go_on(entries, standing.channel.membership_revision)
        return snapshot, entries
