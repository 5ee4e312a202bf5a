"""The two questions that are asked most: whether somebody manages a channel, and whether they may delete a message."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.channels.model import ChannelId
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import ROLE_READ, Policy
from saiondo_core.kernel.rights import UseCase
from saiondo_core.permissions.judging import answers
from saiondo_core.permissions.model import PermissionCheck, PermissionContext
from saiondo_core.permissions.ports import Speech


@frozen(kw_only=True)
class CanManageChannelUseCase(UseCase):
    """Ask whether somebody manages a channel."""

    policy: ClassVar[Policy] = ROLE_READ
    channels: ChannelRepository
    speech: Speech

    async def execute(
        self, *, channel_id: ChannelId, user_id: UserId | None = None, actor: UserId | None = None
    ) -> bool:
        """Whether *user_id*, by default oneself, may do `channel:update` in *channel_id*, as *actor* may know.

        Of a channel that there is not, or that the actor may not know of, it is False.

        Raises:
            InvalidInputError: *user_id* cannot be a user's.
            AccessDeniedError: The actor may not see what others may do, or was deleted.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who, whom = self.acting.who_and_whom(actor, user_id)
        check = PermissionCheck(resource="channel", action="update", context=PermissionContext(channel_id=channel_id))
        (decision,) = await answers(self.acting, self.channels, self.speech, who=who, user_id=whom, checks=(check,))
        return decision.allowed

    __call__ = execute


@frozen(kw_only=True)
class CanDeleteMessageUseCase(UseCase):
    """Ask whether somebody may delete a message."""

    policy: ClassVar[Policy] = ROLE_READ
    channels: ChannelRepository
    speech: Speech

    async def execute(self, *, message_id: str, user_id: UserId | None = None, actor: UserId | None = None) -> bool:
        """Whether *user_id*, by default oneself, may delete the message *message_id*, as *actor* may know.

        Of a message that there is not, or that the actor may not know of, it is False.

        Raises:
            InvalidInputError: *user_id* cannot be a user's.
            AccessDeniedError: The actor may not see what others may do, or was deleted.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who, whom = self.acting.who_and_whom(actor, user_id)
        check = PermissionCheck(resource="message", action="delete", context=PermissionContext(message_id=message_id))
        (decision,) = await answers(self.acting, self.channels, self.speech, who=who, user_id=whom, checks=(check,))
        return decision.allowed

    __call__ = execute
