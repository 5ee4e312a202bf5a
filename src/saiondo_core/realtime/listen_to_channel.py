"""Hear of a channel as things happen, and hear of it no more."""

from contextlib import nullcontext
from typing import ClassVar

from attrs import frozen

from saiondo_core.channels.model import ChannelId
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import permitted_standing
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import CHANNEL_READ, Policy
from saiondo_core.kernel.rights import UseCase
from saiondo_core.realtime.handlers import MessageHandlers
from saiondo_core.realtime.hub import Hub
from saiondo_core.realtime.joining import Joining
from saiondo_core.realtime.listening import Listener
from saiondo_core.realtime.model import ChannelSnapshot
from saiondo_core.realtime.notes import PresenceChanged
from saiondo_core.realtime.passing import mention
from saiondo_core.realtime.ports import EventBus
from saiondo_core.realtime.subscriptions import Subscription


@frozen(kw_only=True)
class ListenToChannelUseCase(UseCase):
    """Hear of a channel as things happen."""

    policy: ClassVar[Policy] = CHANNEL_READ
    joining: Joining
    handlers: MessageHandlers
    bus: EventBus

    async def execute(
        self,
        *,
        channel_id: ChannelId,
        user_id: UserId | None = None,
        since: str | None = None,
        listener: Listener | None = None,
    ) -> ChannelSnapshot:
        """Let *user_id* hear of *channel_id* from now on, and since a cursor of theirs.

        Nothing that happens is missed in between: what follows the snapshot's cursor is told, each thing once, in the
        channel's order. It makes nobody a member.

        Args:
            channel_id: Which channel.
            user_id: Who hears.
            since: The cursor up to where they have heard. What they missed is told, or the snapshot says what is not.
                By default, handlers that hear of the channel already go on where they have got to.
            listener: The connection that is told; by default, the user's handlers in this process.

        Returns:
            The channel as it is now. With *since*, the messages that were missed are told in the place of the last 25.

        Raises:
            ChannelNotFoundError: No such channel, or none the user may know of.
            NotAMemberError: The user may know of it, but is not in it.
            AccessDeniedError: The user may not read there.
            TooManyChannelsError: The listener hears of as many channels as it may.
            UnsteadyLogError: The channel's log was replaced over and over meanwhile.
            UnavailableError: It cannot be told at present who is there.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(user_id)
        joining = self.handlers.joining(who, channel_id) if listener is None else nullcontext(listener)
        async with joining as hearing:
            if listener is None and since is None:
                since = self.handlers.heard(who, channel_id)
            subscription = Subscription(channel_id=channel_id, listener=hearing, actor=who)
            snapshot, _ = await self.joining.join(subscription, since)
            if self.joining.hub.place_of(hearing).greets(channel_id):
                await mention(self.bus, self._arrival(who, snapshot))
        return snapshot

    def _arrival(self, who: Actor, snapshot: ChannelSnapshot) -> PresenceChanged:
        return PresenceChanged(
            channel_id=snapshot.channel.id,
            user_id=who.id,
            membership_revision=snapshot.channel.membership_revision,
            at=self.acting.clock.now(),
            is_online=True,
        )

    __call__ = execute


@frozen(kw_only=True)
class StopListeningUseCase(UseCase):
    """Hear of a channel no more."""

    policy: ClassVar[Policy] = CHANNEL_READ
    channels: ChannelRepository
    hub: Hub
    handlers: MessageHandlers

    async def execute(
        self, *, channel_id: ChannelId, user_id: UserId | None = None, listener: Listener | None = None
    ) -> None:
        """Tell *user_id* nothing more of *channel_id*; the membership stays.

        It is done whatever this raises: that only answers, to who may not read there, as if they had never listened.

        Args:
            channel_id: Which channel.
            user_id: Who hears.
            listener: The connection that was told; by default, the user's handlers in this process.

        Raises:
            ChannelNotFoundError: No such channel, or none the user may know of.
            NotAMemberError: The user may know of it, but is not in it.
            AccessDeniedError: The user may not read there.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(user_id)
        if listener is None:
            self.handlers.leave(who, channel_id)
        else:
            self.hub.leave(listener, channel_id)
        await permitted_standing(self.channels, self.acting, channel_id, who, self.policy)

    __call__ = execute
