"""Look at a channel, from the cache."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.caching.reading import CachedReads
from saiondo_core.channels.errors import ChannelNotFoundError
from saiondo_core.channels.model import Channel, ChannelId
from saiondo_core.channels.standing import known_standing
from saiondo_core.kernel.policies import CHANNEL_DISCOVER, Policy
from saiondo_core.kernel.rights import UseCase


@frozen(kw_only=True)
class GetChannelWithCacheUseCase(UseCase):
    """Look at a channel, from the cache."""

    policy: ClassVar[Policy] = CHANNEL_DISCOVER
    reads: CachedReads

    async def execute(self, channel_id: ChannelId) -> Channel:
        """Give that channel to the acting user, as `channel.get` does; unbound, to the host, which sees every one.

        Whether the acting user may know of it is judged each time, by how they stand to it now: memberships are never
        cached.

        Returns:
            The channel, of which no later change has been told of than this shows.

        Raises:
            NotOpenError: The factory is not open.
            ChannelNotFoundError: No such channel, or none the acting user may know of.
            GateFailedError: It could not be decided whether they may.
        """
        self.acting.check_open()
        channel = await self.reads.channel(channel_id)
        who = self.acting.actor
        # Last, as without a cache: nothing is shown once the right was taken away.
        if who is not None:
            await known_standing(self.reads.channels, self.acting, channel_id, who)
        if channel is None:
            raise ChannelNotFoundError(channel_id=channel_id)
        return channel

    __call__ = execute
