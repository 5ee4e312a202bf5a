"""Tell those who listen something of the application's own."""

from collections.abc import Mapping
from typing import ClassVar

from attrs import frozen

from saiondo_core.channels.model import ChannelId
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import permitted_standing
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import MESSAGE_SEND, Policy
from saiondo_core.kernel.rights import UseCase
from saiondo_core.kernel.text import Json, clean_metadata
from saiondo_core.messages.standing import require_voice
from saiondo_core.realtime.notes import Broadcasted
from saiondo_core.realtime.ports import EventBus


@frozen(kw_only=True)
class BroadcastToChannelUseCase(UseCase):
    """Tell those who listen to a channel something, now or never."""

    policy: ClassVar[Policy] = MESSAGE_SEND
    channels: ChannelRepository
    bus: EventBus

    async def execute(self, *, channel_id: ChannelId, data: Mapping[str, Json], user_id: UserId | None = None) -> None:
        """Tell whoever listens to *channel_id* now of *data*, on behalf of *user_id*.

        It is kept nowhere: each is told once at most, and whoever comes later never.

        Args:
            channel_id: Where.
            data: The application's own: at most 4 KiB of JSON, 5 deep.
            user_id: Who tells it.

        Raises:
            InvalidInputError: *data* is not as said above.
            ChannelNotFoundError: No such channel, or none the user may know of.
            NotAMemberError: The user may know of it, but is not in it.
            AccessDeniedError: The user may not send there.
            MutedError: The user may read, but not send, for a while.
            UnavailableError: It cannot be told at present.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(user_id)
        clean = clean_metadata(data, "data")
        _, standing = await permitted_standing(self.channels, self.acting, channel_id, who, self.policy)
        now = self.acting.clock.now()
        require_voice(standing, self.policy, now)
        note = Broadcasted(
            channel_id=channel_id,
            user_id=who.id,
            membership_revision=standing.channel.membership_revision,
            at=now,
            data=clean,
        )
        await self.bus.publish(note=note)

    __call__ = execute
