"""Who types where: leases that end by themselves, and are told in passing."""

from datetime import timedelta

from attrs import frozen

from saiondo_core.channels.model import Channel
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.errors import UnavailableError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import Clock
from saiondo_core.messages.model import Message
from saiondo_core.realtime.model import Lease
from saiondo_core.realtime.notes import TypingChanged
from saiondo_core.realtime.ports import EventBus, PresenceStore
from saiondo_core.realtime.presence import typing_topic


@frozen(kw_only=True)
class TypingSigns:
    """The signs of those who type: one for each user and channel, however many connections they have.

    Attributes:
        seconds: How long a sign holds that is not given again.
    """

    presence: PresenceStore
    bus: EventBus
    channels: ChannelRepository
    clock: Clock
    seconds: float

    async def begin(self, user_id: UserId, channel: Channel) -> None:
        """Let *user_id* be seen to type, and tell of it.

        Raises:
            UnavailableError: That cannot be done at present.
        """
        now = self.clock.now()
        until = now + timedelta(seconds=self.seconds)
        lease = Lease(topic=typing_topic(channel.id), holder=user_id, id=user_id, until=until)
        await self.presence.take(leases=(lease,), at=now)
        await self._publish(user_id, channel, is_typing=True)

    async def end(self, user_id: UserId, channel: Channel) -> None:
        """Let *user_id* be seen to type no more, and tell of it if they were.

        Raises:
            UnavailableError: That cannot be done at present.
        """
        topic = typing_topic(channel.id)
        if user_id in await self.presence.holders(topic=topic, at=self.clock.now()):
            await self.presence.drop(topic=topic, lease_id=user_id)
            await self._publish(user_id, channel, is_typing=False)

    async def end_with(self, message: Message) -> None:
        """End the sign of whoever sent *message*, where that can be done now."""
        topic = typing_topic(message.channel_id)
        try:
            if message.sender_id not in await self.presence.holders(topic=topic, at=self.clock.now()):
                return
            standing = await self.channels.standing(channel_id=message.channel_id, user_id=message.sender_id)
            if standing is not None:
                await self.end(message.sender_id, standing.channel)
        except UnavailableError:
            return  # The message is stored, and its sender must not think that it is not; the sign ends by itself.

    async def _publish(self, user_id: UserId, channel: Channel, *, is_typing: bool) -> None:
        note = TypingChanged(
            channel_id=channel.id,
            user_id=user_id,
            membership_revision=channel.membership_revision,
            at=self.clock.now(),
            is_typing=is_typing,
        )
        await self.bus.publish(note=note)
