"""Remembering up to where somebody has read."""

from attrs import frozen

from saiondo_core.channels.errors import NotAMemberError
from saiondo_core.channels.model import ChannelId, Membership
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import known_standing, permitted_standing
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import Gate
from saiondo_core.kernel.rights import Acting

_SEQUENCE_MOST = 2**63 - 1


@frozen(kw_only=True)
class MarkReadUseCase:
    """Remember up to where somebody has read."""

    acting: Acting
    gate: Gate
    channels: ChannelRepository

    async def execute(self, *, channel_id: ChannelId, sequence: int, user_id: UserId | None = None) -> Membership:
        """Remember that *user_id* has read *channel_id* up to *sequence*.

        The position only rises, and never past the newest message.

        Returns:
            The membership as it is now.

        Raises:
            InvalidInputError: *sequence* is negative, or no 64-bit integer.
            ChannelNotFoundError: No such channel, or none the user may know of.
            NotAMemberError: It is public, but the user has not joined it.
            AccessDeniedError: The user may not read there.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(user_id)
        if not 0 <= sequence <= _SEQUENCE_MOST:
            raise InvalidInputError(field="sequence", expected="a message's sequence, or 0")
        await permitted_standing(self.channels, self.gate, channel_id, who, "channel:read")
        membership = await self.channels.mark_read(channel_id=channel_id, user_id=who.id, sequence=sequence)
        if membership is None:
            # They were removed since, or the system acts: for it, known; for them, perhaps no longer.
            await known_standing(self.channels, channel_id, who)
            raise NotAMemberError(channel_id=channel_id)
        return membership

    __call__ = execute
