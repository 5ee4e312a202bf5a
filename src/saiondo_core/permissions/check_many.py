"""Ask many questions about one user's rights at once."""

from collections.abc import Sequence
from typing import ClassVar, Final

from attrs import frozen

from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.decisions import PermissionDecision
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import ROLE_READ, Policy
from saiondo_core.kernel.rights import UseCase
from saiondo_core.permissions.judging import answers
from saiondo_core.permissions.model import PermissionCheck
from saiondo_core.permissions.ports import Speech

CHECKS_MOST: Final = 200


@frozen(kw_only=True)
class CheckManyUseCase(UseCase):
    """Ask many questions about one user's rights at once."""

    policy: ClassVar[Policy] = ROLE_READ
    channels: ChannelRepository
    speech: Speech

    async def execute(
        self, *, checks: Sequence[PermissionCheck], user_id: UserId | None = None, actor: UserId | None = None
    ) -> tuple[PermissionDecision, ...]:
        """Tell *actor* what *user_id*, by default oneself, may do of *checks*, and why.

        Each answer is the one that `check_permission` gives. How somebody stands to a channel, and where a message was
        said, is read once, however many questions name it.

        Args:
            checks: At most 200 questions.
            user_id: Whose rights they are; see `check_permission`.
            actor: Who asks.

        Returns:
            The decisions, in the order of *checks*.

        Raises:
            InvalidInputError: There are more, or a resource, an action or *user_id* cannot be one.
            AccessDeniedError: The actor may not see what others may do, somewhere, or was deleted.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who, whom = self.acting.who_and_whom(actor, user_id)
        if len(checks) > CHECKS_MOST:
            raise InvalidInputError(field="checks", expected=f"at most {CHECKS_MOST} questions")
        return await answers(self.acting, self.channels, self.speech, who=who, user_id=whom, checks=checks)

    __call__ = execute
