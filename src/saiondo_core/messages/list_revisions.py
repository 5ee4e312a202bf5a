"""See what a message said before."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import CHANNEL_READ, Policy
from saiondo_core.kernel.rights import UseCase
from saiondo_core.messages.model import MessageId, Revision
from saiondo_core.messages.ports import MessageRepository
from saiondo_core.messages.standing import permitted_message


@frozen(kw_only=True)
class ListRevisionsUseCase(UseCase):
    """See what a message said before."""

    policy: ClassVar[Policy] = CHANNEL_READ
    channels: ChannelRepository
    messages: MessageRepository

    async def execute(self, message_id: MessageId, *, user_id: UserId | None = None) -> tuple[Revision, ...]:
        """Give *user_id* what the message *message_id* said before each edit.

        Returns:
            The replaced texts, oldest first: none where it was never edited, nor once it is deleted.

        Raises:
            MessageNotFoundError: No such message, or none the user may know of.
            NotAMemberError: Its channel is public, but the user has not joined it.
            AccessDeniedError: The user may not.
            MissingActorError: Nobody was named as the acting user.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        actor = self.acting.who(user_id)
        revisions = await self.messages.revisions(message_id=message_id)
        # Judged last: whoever is removed meanwhile is given nothing that came after.
        await permitted_message(self.messages, self.channels, self.acting, message_id, actor=actor, policy=self.policy)
        return revisions

    __call__ = execute
