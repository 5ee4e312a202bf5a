"""Ask whether somebody may do something, and why; or insist on it."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.channels.errors import ChannelNotFoundError
from saiondo_core.channels.model import ChannelId
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.decisions import PermissionDecision, Reason
from saiondo_core.kernel.errors import NotFoundError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import ROLE_READ, Policy
from saiondo_core.kernel.rights import UseCase, refusal
from saiondo_core.permissions.judging import answers, policy_asked
from saiondo_core.permissions.model import PermissionCheck, PermissionContext
from saiondo_core.permissions.ports import Speech

NOWHERE = PermissionContext()
"""What is asked about nothing in particular."""


@frozen(kw_only=True)
class CheckPermissionUseCase(UseCase):
    """Ask whether somebody may do something, and why."""

    policy: ClassVar[Policy] = ROLE_READ
    channels: ChannelRepository
    speech: Speech

    async def execute(
        self,
        *,
        resource: str,
        action: str,
        user_id: UserId | None = None,
        context: PermissionContext | None = None,
        actor: UserId | None = None,
    ) -> PermissionDecision:
        """Tell *actor* whether *user_id*, by default oneself, may do *action* to *resource*.

        The answer is the one that the use case itself would give at this moment. Where it is no, it names the smallest
        grant that would make it a yes, if somebody can give one. What stands in no row of the library's own
        permissions, such as `invoice:approve`, is decided by roles alone.

        Args:
            resource: Such as `message`: 1 to 50 of a-z, 0-9 and `_`, with a letter first.
            action: Such as `delete`, in the same form.
            user_id: Whose right it is. Another's is shown to whoever holds `role:read`: in the channel, where it is
                asked in one that they may know of, else everywhere.
            context: The channel or message it is asked about, or whose the thing is. A channel that *actor* may not
                know of, and what was said there, is `unknown`, as what does not exist.
            actor: Who asks.

        Raises:
            InvalidInputError: *resource*, *action* or *user_id* cannot be one.
            AccessDeniedError: The actor may not see what others may do, or was deleted.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who, whom = self.acting.who_and_whom(actor, user_id)
        check = PermissionCheck(resource=resource, action=action, context=context or NOWHERE)
        (decision,) = await answers(self.acting, self.channels, self.speech, who=who, user_id=whom, checks=(check,))
        return decision

    __call__ = execute


@frozen(kw_only=True)
class RequirePermissionUseCase(UseCase):
    """Insist that somebody may do something."""

    policy: ClassVar[Policy] = ROLE_READ
    channels: ChannelRepository
    speech: Speech

    async def execute(
        self,
        *,
        resource: str,
        action: str,
        user_id: UserId | None = None,
        context: PermissionContext | None = None,
        actor: UserId | None = None,
    ) -> None:
        """Return if *user_id*, by default oneself, may do *action* to *resource*, as `check_permission` tells *actor*.

        Args:
            resource: Such as `message`: 1 to 50 of a-z, 0-9 and `_`, with a letter first.
            action: Such as `delete`, in the same form.
            user_id: Whose right it is; see `check_permission`.
            context: The channel or message it is asked about, or whose the thing is.
            actor: Who asks.

        Raises:
            AccessDeniedError: They may not; it names the smallest grant that would allow it. Or the actor may not see
                what others may do, or was deleted.
            NotFoundError: There is no such message, or none that the actor may know of.
            ChannelNotFoundError: There is no such channel, or none that the actor may know of.
            InvalidInputError: *resource*, *action* or *user_id* cannot be one.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who, whom = self.acting.who_and_whom(actor, user_id)
        check = PermissionCheck(resource=resource, action=action, context=context or NOWHERE)
        (decision,) = await answers(self.acting, self.channels, self.speech, who=who, user_id=whom, checks=(check,))
        if decision.reason is Reason.UNKNOWN:
            if check.context.message_id is None and check.context.channel_id is not None:
                raise ChannelNotFoundError(channel_id=ChannelId(check.context.channel_id))
            raise NotFoundError
        if not decision.allowed:
            raise refusal(policy_asked(check), decision)

    __call__ = execute
