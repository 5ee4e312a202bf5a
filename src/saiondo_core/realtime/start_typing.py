"""Be seen to type."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.channels.model import ChannelId
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import permitted_standing
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import MESSAGE_SEND, Policy
from saiondo_core.kernel.rights import UseCase
from saiondo_core.messages.standing import require_voice
from saiondo_core.realtime.typing_signs import TypingSigns


@frozen(kw_only=True)
class StartTypingUseCase(UseCase):
    """Be seen to type in a channel."""

    policy: ClassVar[Policy] = MESSAGE_SEND
    channels: ChannelRepository
    signs: TypingSigns

    async def execute(self, *, channel_id: ChannelId, user_id: UserId | None = None) -> None:
        """Tell those who listen to *channel_id* that *user_id* types, for 5 seconds by default.

        Whoever types on says so again before that; whoever sends or stops needs not wait for it.

        Raises:
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
        _, standing = await permitted_standing(self.channels, self.acting, channel_id, who, self.policy)
        require_voice(standing, self.policy, self.acting.clock.now())
        await self.signs.begin(who.id, standing.channel)

    __call__ = execute


@frozen(kw_only=True)
class StopTypingUseCase(UseCase):
    """Be seen to type no more."""

    policy: ClassVar[Policy] = MESSAGE_SEND
    channels: ChannelRepository
    signs: TypingSigns

    async def execute(self, *, channel_id: ChannelId, user_id: UserId | None = None) -> None:
        """Tell those who listen to *channel_id* that *user_id* types no more, if they did.

        Raises:
            ChannelNotFoundError: No such channel, or none the user may know of.
            NotAMemberError: The user may know of it, but is not in it.
            AccessDeniedError: The user may not send there.
            MutedError: The user may read, but not send, for a while; a sign of theirs ends by itself.
            UnavailableError: It cannot be told at present; the sign ends by itself.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(user_id)
        _, standing = await permitted_standing(self.channels, self.acting, channel_id, who, self.policy)
        require_voice(standing, self.policy, self.acting.clock.now())
        await self.signs.end(who.id, standing.channel)

    __call__ = execute
