"""Looking at a channel."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.channels.model import Channel, ChannelId
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import known_standing
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import CHANNEL_DISCOVER, Policy
from saiondo_core.kernel.rights import UseCase


@frozen(kw_only=True)
class GetChannelUseCase(UseCase):
    """Look at a channel."""

    policy: ClassVar[Policy] = CHANNEL_DISCOVER
    channels: ChannelRepository

    async def execute(self, channel_id: ChannelId, *, user_id: UserId | None = None) -> Channel:
        """Give the channel of that id, on behalf of *user_id*, who is in it, unless it is public.

        Returns:
            The channel as it is now.

        Raises:
            ChannelNotFoundError: No such channel, or none the acting user may know of.
            GateFailedError: It could not be decided whether they may.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(user_id)
        _, standing = await known_standing(self.channels, self.acting, channel_id, who)
        return standing.channel

    __call__ = execute
