"""Remembering up to where somebody has read."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.channels.errors import NotAMemberError
from saiondo_core.channels.model import ChannelId, Membership
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import permitted_standing
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import CHANNEL_READ, Policy
from saiondo_core.kernel.rights import UseCase

_SEQUENCE_MOST = 2**63 - 1


@frozen(kw_only=True)
class MarkReadUseCase(UseCase):
    """Remember up to where somebody has read."""

    policy: ClassVar[Policy] = CHANNEL_READ
    channels: ChannelRepository

    async def execute(self, *, channel_id: ChannelId, sequence: int, user_id: UserId | None = None) -> Membership:
        """Remember that *user_id* has read *channel_id* up to *sequence*.

        The position only rises, and never past the newest message.

        Returns:
            The membership as it is now.

        Raises:
            InvalidInputError: *sequence* is negative, or no 64-bit integer.
            ChannelNotFoundError: No such channel, or none the user may know of.
            NotAMemberError: The user may know of it, but is not in it.
            AccessDeniedError: The user may not read there.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(user_id)
        if not 0 <= sequence <= _SEQUENCE_MOST:
            raise InvalidInputError(field="sequence", expected="a message's sequence, or 0")
        await permitted_standing(self.channels, self.acting, channel_id, who, self.policy)
        membership = await self.channels.mark_read(channel_id=channel_id, user_id=who.id, sequence=sequence)
        # A position that rose too late harms nobody; what it tells of the channel is judged like any read, last.
        await permitted_standing(self.channels, self.acting, channel_id, who, self.policy)
        if membership is None:
            raise NotAMemberError(channel_id=channel_id)
        return membership

    __call__ = execute
