"""Read what was said."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.channels.model import ChannelId
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import permitted_standing
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.paging import checked_limit
from saiondo_core.kernel.policies import CHANNEL_READ, Policy
from saiondo_core.kernel.rights import UseCase
from saiondo_core.messages.model import Message
from saiondo_core.messages.ports import MessageRepository

SEQUENCE_MOST = 2**63 - 1


@frozen(kw_only=True)
class ReadHistoryUseCase(UseCase):
    """Read what was said in a channel."""

    policy: ClassVar[Policy] = CHANNEL_READ
    channels: ChannelRepository
    messages: MessageRepository

    async def execute(
        self,
        *,
        channel_id: ChannelId,
        before: int | None = None,
        after: int | None = None,
        limit: int = 50,
        user_id: UserId | None = None,
    ) -> tuple[Message, ...]:
        """Give *user_id* a window of what was said in *channel_id*.

        Sequences have no holes and never change, so windows that follow each other miss nothing and repeat nothing,
        whatever is said meanwhile.

        Args:
            channel_id: Where.
            before: The last messages whose sequence is below it.
            after: The first messages whose sequence is above it. With neither, the newest.
            limit: At most so many, 1 to 200.
            user_id: Who reads.

        Returns:
            The messages, tombstones too, by rising sequence.

        Raises:
            ChannelNotFoundError: No such channel, or none the user may know of.
            NotAMemberError: The channel is public, but the user has not joined it.
            AccessDeniedError: The user may not.
            InvalidInputError: *limit* is not 1 to 200, *before* or *after* is negative, or both are given.
            MissingActorError: Nobody was named as the acting user.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        actor = self.acting.who(user_id)
        checked_limit(limit)
        if before is not None and after is not None:
            raise InvalidInputError(field="after", expected="nothing where before is given")
        for field, sequence in (("before", before), ("after", after)):
            if sequence is not None and not 0 <= sequence <= SEQUENCE_MOST:
                raise InvalidInputError(field=field, expected="a sequence, or 0")
        window = await self.messages.history(channel_id=channel_id, before=before, after=after, limit=limit)
        # Judged last: whoever is removed meanwhile is given nothing that was said after.
        await permitted_standing(self.channels, self.acting, channel_id, actor, self.policy)
        return window

    __call__ = execute
